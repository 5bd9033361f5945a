"""What the people of the demo will decide: answers, recognitions, tracing, objections, the bank."""

from collections.abc import Iterator
from typing import Any, Final

from demo.county.accounts import Account, Refusal
from demo.county.applications import TIERS, applicants
from demo.county.documents import class_name, grade_name
from demo.county.households import Household
from demo.county.people import Absent
from demo.county.rosters import Filed, Filing
from demo.county.world import World

_ANSWERS: Final = {
    "MISSING": ("KEEP", "", "学校漏报，经核对该生符合条件，同意补入名册。"),
    "TOO_MANY": ("DROP", "OTHER", "学校误报，经核对该生不符合本项目条件，同意不列入名册。"),
    "AMOUNT_DIFFERS": ("COMPUTED", "OTHER", "学校填错金额，同意按资助标准发放。"),
}
_TRACED: Final = {
    "OUT_OF_COUNTY": "随父母在外地就读，已取得就读证明",
    "NOT_YET_KINDERGARTEN": "年龄小，尚未入园",
    "UNIVERSITY": "已考入大学，凭录取通知书核实",
    "WORKING": "初中或高中毕业后外出务工",
    "GRADUATED": "去年已毕业离校",
    "ARMY": "应征入伍",
    "SEVERE_DISABILITY_HOME_TEACHING": "重度残疾，由学校送教上门",
    "DROPPED_OUT": "辍学，已转控辍保学工作组",
    "MOVED_AWAY": "全家户口已迁出",
    "DECEASED": "已去世，待部门注销",
    "DATA_ERROR": "部门数据登记有误，已反馈更正",
}
_OBJECTIONS: Final = (
    (
        "电话",
        "有群众反映该生家里去年新买了汽车，不应享受资助。",
        "入户核实：车辆属其伯父所有，家庭情况与认定一致，维持原定资助。",
    ),
    ("来信", "反映该生已转到外县读书。", "核对学籍和考勤：该生本学期一直在校，维持原定资助。"),
    ("来访", "反映同班还有更困难的学生没有评上。", "已向来访人说明申请办法，该生符合条件，维持原定资助。"),
    ("电话", "反映该生家长有固定工作。", "核实：其父为临时工，收入与申请表一致，维持原定资助。"),
    ("匿名信", "反映名单上有两个同名学生，怀疑重复。", "核对身份证号：是不同的两名学生，维持原定资助。"),
    ("电话", "反映该生家庭已经脱贫。", "核对数据库：该户脱贫后继续享受政策，维持原定资助。"),
)
_OBJECTION_HEADS: Final = 6


def decisions_of(world: World, filing: Filing, refusals: list[Refusal]) -> dict[str, Any]:
    """decisions.json."""
    return {
        "county": world.name,
        "roster_answers": [_answer(line) for line in filing.differences()],
        "coverage": list(coverage_rows(world, settled_only=True)),
        "applications": list(_applications(world)),
        "objections": list(_objections(world, filing)),
        "refusals": [_refusal(refusal) for refusal in refusals],
    }


def coverage_rows(world: World, *, settled_only: bool) -> Iterator[dict[str, Any]]:
    """One row for each register that names a child who is on no roll and in no school."""
    for house in world.households:
        for registry in _registers(house):
            for absent in house.absents:
                if absent.settled or not settled_only:
                    yield _coverage(registry, absent)
    for absent in world.absents:
        if absent.person.card and (absent.settled or not settled_only):
            yield _coverage("disability", absent)


def _registers(house: Household) -> list[str]:
    return ["poverty"] * bool(house.poverty) + ["low_income"] * bool(house.allowance)


def _coverage(registry: str, absent: Absent) -> dict[str, Any]:
    return {
        "registry": registry,
        "id_number": absent.person.id_number,
        "name": absent.person.name,
        "outcome": "OUT_OF_ROLLS" if absent.settled else "UNKNOWN",
        "reason_code": absent.reason,
        "note": _TRACED.get(absent.reason, ""),
    }


def difference(line: Filed) -> dict[str, Any]:
    """A line that the school filed otherwise than it is due."""
    return {
        "school": line.school.code,
        "programme": line.programme,
        "pupil_id": line.pupil.person.id_number,
        "name": line.pupil.person.name,
        "kind": line.kind,
        "filed_fen": line.filed_fen,
        "computed_fen": line.due_fen,
    }


def _answer(line: Filed) -> dict[str, Any]:
    answer, reason_code, text = _ANSWERS[line.kind]
    return {**difference(line), "answer": answer, "reason_code": reason_code, "text": text}


def _applications(world: World) -> Iterator[dict[str, Any]]:
    for school, pupils in applicants(world).items():
        for pupil in pupils:
            recognised = pupil.application in TIERS
            yield {
                "school": school.code,
                "pupil_id": pupil.person.id_number,
                "name": pupil.person.name,
                "decision": "RECOGNISED" if recognised else "REJECTED",
                "tier": pupil.application if recognised else "",
                "text": "经评议和公示，符合认定条件。" if recognised else "家庭人均收入高于认定参考线，不予认定。",
            }


def _objections(world: World, filing: Filing) -> Iterator[dict[str, Any]]:
    """All are dismissed: who is on the list stays on it."""
    rng = world.rng("objections")
    due = [line for line in filing.lines if line.kind == "RIGHT"]
    for place, line in enumerate(rng.sample(due, world.plan.of(_OBJECTION_HEADS))):
        channel, text, finding = _OBJECTIONS[place % len(_OBJECTIONS)]
        yield {
            "school": line.school.code,
            "programme": line.programme,
            "pupil_id": line.pupil.person.id_number,
            "name": line.pupil.person.name,
            "day": 2 + place % 4,
            "channel": channel,
            "text": text,
            "decision": "DISMISSED",
            "finding": finding,
            "decided_after_days": 2,
        }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    account = refusal.account
    return {
        "school": account.pupil.school.code,
        "pupil_id": account.pupil.person.id_number,
        "name": account.pupil.person.name,
        "bank": account.bank,
        "account_no": account.number,
        "code": refusal.code,
        "bank_text": refusal.text,
        "corrected": _account_fields(refusal.corrected),
    }


def _account_fields(account: Account) -> dict[str, Any]:
    """The corrected row, with the field names of the accounts sheet."""
    pupil = account.pupil
    return {
        "school": pupil.school.code,
        "grade": grade_name(pupil),
        "class_name": class_name(pupil),
        "name": pupil.person.name,
        "id_number": pupil.person.id_number,
        "bank_name": account.bank_name,
        "bank": account.bank,
        "holder_name": account.holder_name,
        "holder_relation": account.relation,
        "holder_id": account.holder_id,
        "account_no": account.number,
        "phone": pupil.family.phone,
    }
