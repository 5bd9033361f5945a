"""The rosters as the schools filed them: right for most, some missing, some too many, some wrong."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final

from aid_admin.county.rules import STAGE_NAMES, Stage
from aid_admin.lib import money
from demo.county.accounts import Account
from demo.county.documents import Document, Page, Row, class_name, enrolment_no, grade_name, yuan
from demo.county.people import Pupil
from demo.county.plan import (
    CATEGORY_NAMES,
    LIVING_FEN,
    MAIN_PROGRAMME,
    NUTRITION_FEN,
    PRESCHOOL_FULL_FEN,
    PRESCHOOL_PART_FEN,
    SENIOR_FEE_FEN,
    SENIOR_GRANT_FEN,
    SENIOR_LOW_FEE_FEN,
    VOCATIONAL_FEE_FEN,
    VOCATIONAL_GRANT_FEN,
    VOCATIONAL_HIGH_FEE_FEN,
)
from demo.county.schools import School
from demo.county.world import World, school_order
from demo.figures import PROGRAMME_NAMES

ROSTER_COLUMNS: Final = (
    "序号", "学校名称", "学段", "年级", "班级", "学生姓名", "性别", "身份证号", "学籍号", "是否寄宿",
    "家庭住址(乡镇/村)", "困难类别", "户编号/证件号", "监护人姓名", "与学生关系", "监护人身份证号",
    "联系电话",
    "开户行", "账户户名", "银行账号", "资助项目", "资助标准", "资助金额", "备注",
)  # fmt: skip
_AS_OF: Final = "2020-05-25"
_MISSING, _WRONG, _EXTRA = 0.02, 0.01, 0.01
_AMOUNTS: Final = {
    "PRESCHOOL_AID": (PRESCHOOL_FULL_FEN, PRESCHOOL_PART_FEN),
    "NUTRITION": (NUTRITION_FEN, 50_000),
    "LIVING_ALLOWANCE": tuple(LIVING_FEN.values()),
    "SENIOR_FEE_WAIVER": (SENIOR_FEE_FEN, SENIOR_LOW_FEE_FEN),
    "SENIOR_GRANT": (SENIOR_GRANT_FEN["SPECIAL"], SENIOR_GRANT_FEN[""]),
    "VOCATIONAL_TUITION_WAIVER": (VOCATIONAL_FEE_FEN, VOCATIONAL_HIGH_FEE_FEN),
    "VOCATIONAL_GRANT": (VOCATIONAL_GRANT_FEN, 75_000),
}


@dataclass(frozen=True, slots=True)
class Filed:
    """One line of a roster beside what is due: 0 fen filed = left out, 0 fen due = not entitled."""

    school: School
    programme: str
    pupil: Pupil
    filed_fen: int
    due_fen: int

    @property
    def kind(self) -> str:
        """RIGHT, MISSING, TOO_MANY or AMOUNT_DIFFERS."""
        if not self.filed_fen:
            return "MISSING"
        if not self.due_fen:
            return "TOO_MANY"
        return "RIGHT" if self.filed_fen == self.due_fen else "AMOUNT_DIFFERS"


@dataclass(slots=True)
class Filing:
    """Every line of every roster, and those that were left out."""

    lines: list[Filed] = field(default_factory=list)

    def differences(self) -> list[Filed]:
        """What each school will have to answer."""
        return [line for line in self.lines if line.kind != "RIGHT"]


def file_rosters(world: World) -> Filing:
    """Decide what each school files."""
    rng = world.rng("rosters")
    due = [(pupil, programme, fen) for pupil in world.pupils for programme, fen in pupil.grants()]
    places = list(range(len(due)))
    rng.shuffle(places)
    missing = max(1, round(len(due) * _MISSING))
    wrong = max(1, round(len(due) * _WRONG))
    left_out, mistyped = set(places[:missing]), set(places[missing : missing + wrong])
    filing = Filing()
    for place, (pupil, programme, fen) in enumerate(due):
        filed = 0 if place in left_out else _mistype(programme, fen, rng) if place in mistyped else fen
        filing.lines.append(Filed(pupil.school, programme, pupil, filed, fen))
    filing.lines += _extras(world, max(1, round(len(due) * _EXTRA)), rng)
    filing.lines.sort(key=lambda line: (line.school.code, line.programme, *school_order(line.pupil)))
    return filing


def _mistype(programme: str, fen: int, rng: Random) -> int:
    return rng.choice([amount for amount in _AMOUNTS[programme] if amount != fen])


def _extras(world: World, count: int, rng: Random) -> Iterator[Filed]:
    """Pupils whom the school thinks entitled: half of them stand in a register, the others nowhere."""
    doubtful: list[Pupil] = []
    plain: list[Pupil] = []
    for pupil in world.pupils:
        if pupil.cell or not pupil.on_roll or pupil.roll_id or pupil.kind in ("two_rolls", "claimed_twice"):
            continue
        (doubtful if pupil.kind and pupil.category else plain).append(pupil)
    rng.shuffle(doubtful)
    rng.shuffle(plain)
    half = min(len(doubtful), -(-count // 2))
    for pupil in doubtful[:half] + plain[: count - half]:
        programme = MAIN_PROGRAMME[pupil.stage]
        if pupil.stage in (Stage.PRIMARY, Stage.JUNIOR):
            fen = LIVING_FEN[pupil.stage, pupil.boarding]
        elif pupil.stage == Stage.VOCATIONAL and pupil.major:
            fen = pupil.major.fee_fen
        else:
            fen = _AMOUNTS[programme][1]
        yield Filed(pupil.school, programme, pupil, fen, 0)


def roster_documents(world: World, filing: Filing, accounts: dict[str, Account]) -> Iterator[Document]:
    """One file per school and programme with at least one line."""
    rosters: dict[tuple[str, str], list[Filed]] = defaultdict(list)
    for line in filing.lines:
        if line.filed_fen:
            rosters[line.school.code, line.programme].append(line)
    for (code, programme), lines in rosters.items():
        yield _document(code, programme, lines, accounts, world.rng(f"roster {code} {programme}"))


def _document(code: str, programme: str, lines: list[Filed], accounts: dict[str, Account], rng: Random) -> Document:
    school, total = lines[0].school, sum(line.filed_fen for line in lines)
    day = f"2020-05-{rng.randrange(18, 26)}"
    page = Page(
        "名册",
        ROSTER_COLUMNS,
        partial(_rows, lines, accounts),
        f"淇县2020年春季学期{PROGRAMME_NAMES[programme]}资助发放名册",
        (f"填报学校(盖章)：{school.name}", "", "", "", "", "", f"填报日期：{day}", "", "", "", "", "单位:元"),
        (
            ("合计", f"合计人数：{len(lines)}人", *("",) * 18, f"合计金额(小写)：{money.yuan(total)}元",
             f"合计金额(大写)：{money.in_words(total)}", yuan(total)),
            ("校长签字：", "", "", "", "", "", "经办人：", "", "", "", "", "审核人："),
        ),
    )  # fmt: skip
    path = f"rosters/{code}-{programme}.xlsx"
    return Document(path, "roster", _AS_OF, school.name, (page,), code, programme)


def _rows(lines: list[Filed], accounts: dict[str, Account]) -> Iterator[Row]:
    for serial, line in enumerate(lines, start=1):
        yield _line_cells(serial, line, accounts)


def _line_cells(serial: int, line: Filed, accounts: dict[str, Account]) -> Row:
    pupil, amount = line.pupil, yuan(line.filed_fen)
    guardian, relation = pupil.family.members()[0]
    village = pupil.family.village
    account = None if line.programme.endswith("WAIVER") else accounts.get(pupil.person.id_number)
    bank = (account.bank_name, account.holder_name, account.number) if account else ("", "", "")
    return (
        serial, line.school.name, STAGE_NAMES[pupil.stage], grade_name(pupil), class_name(pupil),
        pupil.person.name,
        pupil.person.sex, pupil.person.id_number, enrolment_no(pupil), "是" if pupil.boarding else "否",
        f"{village.township}/{village.written}", CATEGORY_NAMES.get(pupil.category, ""), "", guardian.name,
        relation,
        guardian.id_number, pupil.family.phone, *bank, PROGRAMME_NAMES[line.programme], amount, amount, "",
    )  # fmt: skip
