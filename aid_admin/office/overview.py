"""The semester bar: eight steps, each a query over what people have done; nothing of it is stored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from aid_admin.accounts.rules import Role
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.db.scope import Reach
from aid_admin.intake.rules import REGISTRY_KINDS
from aid_admin.office import hanging
from aid_admin.office.hanging import Hanging
from eligibility.pins import RunsShown

TITLES: Final = ("数据导入", "在校确认", "比对核查", "资格认定", "名册上报", "审核", "公示", "发放告知")
PUBLICITY: Final = TITLES[6]
# who works on a step
_BY: Final = (
    "数据专员",
    "各校经办人",
    "数据专员",
    "初审",
    "各校",
    "初审、复审",
    "公示专员、各校、复审",
    "财务经办、财务审批",
)
# the steps at which a role has something to do
_STEPS_OF: Final[dict[str, frozenset[str]]] = {
    Role.REGISTRY_OFFICER: frozenset({"数据导入", "比对核查"}),
    Role.REVIEWER: frozenset({"资格认定", "审核"}),
    Role.APPROVER: frozenset({"审核", "公示"}),
    Role.PUBLICITY_OFFICER: frozenset({"公示"}),
    Role.FINANCE_CLERK: frozenset({"发放告知"}),
    Role.FINANCE_APPROVER: frozenset({"发放告知"}),
}
# what comes to a school while a step is under way, and whose deadline it has (county.rules.DATED_STEPS)
_AT_SCHOOL: Final = {
    "在校确认": ("报送在校就读确认、认定申请和银行账号，负责人核对账号", "ACCOUNTS"),
    "资格认定": (
        "资助中心正在比对、核定资格。生成名册以后轮到学校：经办人逐条说明差异，由负责人上报",
        "ROSTERS",
    ),
    "名册上报": ("名册正在上报：经办人上传填报名册、逐条说明差异以后，由负责人上报", "ROSTERS"),
    "审核": (
        "资助中心正在审核名册。通过后开始公示，轮到学校：张贴公示表，开始次日、期满次日以前各上传一张照片",
        "",
    ),
    "公示": (
        "公示由公示专员安排，开始后学校打印、张贴，按应交日期上传开始、结束照片",
        "",
    ),  # hanging.told_of knows more
    "发放告知": ("财务正在发放。到账后生成告知书，轮到学校：打印、送达、收回执", "LETTERS"),
}
_OF_SCHOOLS: Final = frozenset({"在校确认", "名册上报"})  # what schools alone do
_SCHOOLS: Final = """SELECT s.id FROM county_school s JOIN county_township t ON t.id = s.township_id
    WHERE %(county)s OR s.code = ANY(%(schools)s) OR t.code = ANY(%(townships)s)"""
_FORCE: Final = "SELECT {what} FROM intake_inforce f WHERE f.semester_id = %(semester)s AND f.until IS NULL AND {which}"
_ROSTER: Final = """SELECT count(*) FROM disbursement_roster r WHERE r.semester_id = %(semester)s
    AND r.state <> 'VOIDED' AND r.school_id IN (SELECT id FROM mine) AND {which}"""
_PUBLIC: Final = _ROSTER.format(
    which="r.period_id IN (SELECT id FROM disbursement_publicityperiod WHERE state IN ({states}))"
)
_GRANTS: Final = """SELECT count(*) FROM disbursement_rosterline l JOIN disbursement_roster r ON r.id = l.roster_id
    WHERE r.semester_id = %(semester)s AND r.state = 'CONFIRMED' AND l.state = 'ACCEPTED'
      AND r.school_id IN (SELECT id FROM mine)"""
_LETTERS: Final = """SELECT count(*) FROM archives_noticeletter n
    WHERE n.semester_id = %(semester)s AND n.school_id IN (SELECT id FROM mine) AND {which}"""
_LINES: Final = """SELECT {what} FROM disbursement_paymentline p JOIN disbursement_disbursementbatch b
    ON b.id = p.batch_id WHERE b.semester_id = %(semester)s AND p.school_id IN (SELECT id FROM mine) AND {which}"""
_SQL: Final = f"""
WITH mine AS ({_SCHOOLS}), hanging AS ({hanging.SQL})
SELECT ({_FORCE.format(what="count(DISTINCT f.part)", which="f.kind = 'roll'")}),
       ({_FORCE.format(what="count(DISTINCT f.kind)", which="f.kind = ANY(%(registries)s)")}),
       ({_FORCE.format(what="count(DISTINCT f.school_id)", which="f.kind = 'attendance' AND f.school_id IN (SELECT id FROM mine)")}),
       (SELECT count(*) FROM mine),
       %(compared)s,
       (SELECT count(*) FROM eligibility_comparisonresult c WHERE c.run_id = %(compared)s AND c.decision_id IS NULL
           AND c.verdict IN ('ID_MATCH_NAME_CONFLICT', 'NAME_MATCH_ID_CONFLICT', 'AMBIGUOUS'))
       + (SELECT count(*) FROM eligibility_coveragegap g WHERE g.run_id = %(compared)s AND g.outcome = 'UNKNOWN'
           AND NOT EXISTS (SELECT 1 FROM eligibility_coveragedecision d WHERE d.record_key = g.record_key
               AND d.semester_id = %(semester)s AND d.undone_at IS NULL))
       + (SELECT count(*) FROM students_placement p WHERE p.semester_id = %(semester)s AND p.decided_by_id IS NULL
           AND p.standing IN ('CLAIMED_TWICE', 'TRANSFER')),
       %(entitled)s,
       ({_ROSTER.format(which="TRUE")}),
       ({_ROSTER.format(which="r.state <> 'DRAFT'")}),
       ({_ROSTER.format(which="r.state IN ('REVIEWED', 'APPROVED', 'CONFIRMED')")}),
       ({_ROSTER.format(which="r.state IN ('APPROVED', 'CONFIRMED')")}),
       ({_PUBLIC.format(states="'RUNNING'")}),
       ({_PUBLIC.format(states="'RUNNING', 'ENDED'")}),
       ({_PUBLIC.format(states="'ENDED'")} AND r.state = 'APPROVED'),
       ({_ROSTER.format(which="r.state = 'CONFIRMED'")}),
       ({_GRANTS}),
       EXISTS ({_LINES.format(what="1", which="TRUE")}),
       ({_LINES.format(what="count(*)", which="p.state = 'PAID'")}),
       ({_LETTERS.format(which="TRUE")}),
       ({_LETTERS.format(which="n.state IN ('DRAWN_UP', 'PRINTED')")}),
       hanging.*
FROM hanging
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the bar shows it; `begun`: something of it is done; `hanging`: of 公示, what a school is told of.

    `state` is done, open (done but for single cases that persons still decide), now or later.
    """

    title: str
    note: str
    state: str
    begun: bool = False
    hanging: Hanging | None = None


@dataclass(frozen=True, slots=True)
class _Counts:
    rolls: int
    registries: int
    confirmed_schools: int
    schools: int
    compared: int | None
    undecided: int
    entitled: int | None
    rosters: int
    submitted: int
    reviewed: int
    approved: int
    running: int
    publicised: int
    to_confirm: int
    confirmed: int
    grants: int
    in_batches: bool
    paid: int
    letters: int
    undelivered: int


def _of(part: int, whole: int, unit: str) -> str:
    return f"{part}/{whole} {unit}" if whole else ""


def _judged(c: _Counts, *, changed: bool) -> list[tuple[str, str]]:
    """Per step: "done", "open" or "" for not over yet, and how far it is."""
    registries = len(REGISTRY_KINDS)
    judged = [
        (
            _over(c.rolls > 0 and c.registries == registries),
            f"名单 {c.registries}/{registries}" if c.rolls else "缺学籍",
        ),
        (_over(0 < c.schools <= c.confirmed_schools), _of(c.confirmed_schools, c.schools, "校")),
        _compared(c, changed=changed),
        (_over(c.entitled is not None), "已核定" if c.entitled else "未核定"),
        (_over(0 < c.rosters == c.submitted), _of(c.submitted, c.rosters, "份")),
        (_over(0 < c.rosters == c.approved), _reviewed(c)),
        (_over(0 < c.rosters == c.confirmed), _publicity(c)),
    ]
    paid = 0 < c.grants <= c.paid and c.letters > 0 and not c.undelivered
    return [*judged, (_over(paid and all(state for state, _ in judged)), _paid_and_told(c))]


def _reviewed(c: _Counts) -> str:
    """Both reviews, while the first is ahead of the second; short, for the bar cuts what is longer."""
    if c.reviewed > c.approved:
        return f"初审 {c.reviewed}，复审 {c.approved}/{c.rosters}"
    return _of(c.approved, c.rosters, "份")


def _paid_and_told(c: _Counts) -> str:
    """Payments made; where all are, the letters that families do not have yet."""
    if c.undelivered and 0 < c.grants <= c.paid:
        return f"待送达 {c.undelivered} 份"
    return _of(c.paid, c.grants, "笔")


def _over(over: bool) -> str:
    return "done" if over else ""


def _compared(c: _Counts, *, changed: bool) -> tuple[str, str]:
    """The comparison is made; of the pairs that persons must look at some may still be open."""
    if not c.compared or changed:
        return "", "待重新比对" if c.compared else "未比对"
    return ("open", f"另 {c.undecided} 条待确认") if c.undecided else ("done", "已比对")


def _publicity(c: _Counts) -> str:
    """How far it is; what was made public and waits to be confirmed is told, that the number does not fall."""
    if c.running:
        return f"公示中 {c.running} 份"
    if c.to_confirm and not c.confirmed:
        return f"已结束 {c.to_confirm} 份，待确认"
    waits = f"，待确认 {c.to_confirm}" if c.to_confirm else ""
    return _of(c.confirmed, c.rosters, "份") + waits


def _arranged(c: _Counts, hangs: Hanging, judged: tuple[str, str]) -> tuple[str, str]:
    """A school whose lists do not hang yet is told whether that was arranged."""
    if c.publicised or c.confirmed or not (hangs.planned_on or hangs.unplanned):
        return judged
    return judged[0], f"计划 {hangs.planned_on:%m-%d}" if hangs.planned_on else "待安排"


def _begun(c: _Counts) -> tuple[object, ...]:
    """Per step: whether something of it is done, even while an earlier one is not over."""
    return (
        c.rolls or c.registries, c.confirmed_schools, c.compared, c.entitled, c.rosters, c.submitted,
        c.publicised or c.confirmed, c.in_batches,
    )  # fmt: skip


def steps_of(semester: Semester, reach: Reach, runs: RunsShown) -> list[Step]:
    """The eight steps of a semester within a person's reach. One query."""
    return steps_from(bulk.query(*counting(semester, reach, runs))[0], runs)


def counting(semester: Semester, reach: Reach, runs: RunsShown) -> bulk.Statement:
    """The statement whose one row `steps_from` reads."""
    return _SQL, {
        "semester": semester.pk,
        "registries": sorted(REGISTRY_KINDS),
        "compared": runs.comparison,
        "entitled": runs.entitlement,
        "county": reach.county,
        "schools": sorted(reach.schools),
        "townships": sorted(reach.townships),
    }


def steps_from(row: Sequence[Any], runs: RunsShown) -> list[Step]:
    """The eight steps that a row of `counting` tells of."""
    of_counts = len(fields(_Counts))
    counts, hangs = _Counts(*row[:of_counts]), Hanging(*row[of_counts:])
    judged, begun = _judged(counts, changed=runs.comparison_is_due), _begun(counts)
    judged[TITLES.index(PUBLICITY)] = _arranged(counts, hangs, judged[TITLES.index(PUBLICITY)])
    now = now_of([bool(over) for over, _ in judged], [bool(one) for one in begun])
    return [
        Step(
            title,
            note,
            over or ("now" if place == now else "later"),
            bool(begun[place]),
            hangs if title == PUBLICITY else None,
        )
        for place, (title, (over, note)) in enumerate(zip(TITLES, judged, strict=True))
    ]


def now_of(over: Sequence[bool], begun: Sequence[bool]) -> int:
    """Which step is now: the first that is not over; the one after the last that is over, if work went on there.

    A step of which little is left (one school did not report) does not stay the present one to the end.
    """
    behind = max((place + 1 for place, one in enumerate(over) if one), default=0)
    first = next((place for place, one in enumerate(over) if not one), len(over))
    return behind if any(begun[behind:]) else first


def coming_for(
    roles: Collection[str], steps: Sequence[Step], deadlines: Mapping[str, date], publicity: str | None = None
) -> str:
    """What comes next, and by when, for somebody for whom nothing waits; steps of a school are those it sees.

    Steps overlap: rosters of one school may be paid while those of another are reviewed, so all under way are told.
    `publicity`: what a school is told of its own lists, "" where nothing of it is under way; None: not known.
    """
    under_way = [step.title for step in steps if step.state == "now" or (step.begun and step.state != "done")]
    if not steps:
        return ""
    if not under_way:
        return "本学期的各个环节都已办完。"
    own = frozenset().union(*(_STEPS_OF.get(role, frozenset()) for role in roles))
    if not own and Role.AUDITOR not in roles:
        return _told_at_school([s.title for s in steps], under_way, deadlines, publicity)
    return _told(under_way, deadlines) + _of_post(roles, own, steps, under_way)


def _told_at_school(
    titles: Sequence[str], under_way: Sequence[str], deadlines: Mapping[str, date], publicity: str | None
) -> str:
    """The steps under way as they come to a school, and its publicity where anything is to be told of it."""
    said = {title: words for title, (words, _) in _AT_SCHOOL.items()}
    told = set(under_way)
    if publicity is not None:
        said[PUBLICITY] = publicity
        told = told | {PUBLICITY} if publicity else told - {PUBLICITY}
    words = "".join(f"{said[title]}{_by(title, deadlines)}。" for title in titles if title in told)
    return f"接下来：{words}" if words else ""


def _by(title: str, deadlines: Mapping[str, date]) -> str:
    due = deadlines.get(_AT_SCHOOL[title][1]) if title in _AT_SCHOOL else None
    return f"（{due.month}月{due.day}日截止）" if due else ""


def _told(under_way: Sequence[str], deadlines: Mapping[str, date]) -> str:
    """Which steps are under way and who works on them; the days are the schools', so only by what schools work on."""
    days = {title: _by(title, deadlines) for title in under_way if title in _OF_SCHOOLS}
    parts = [f"“{title}”，由{_BY[TITLES.index(title)]}办理{days.get(title, '')}" for title in under_way]
    return f"现在办到{parts[0]}。" if len(parts) == 1 else f"现在几个环节同时在办：{'；'.join(parts)}。"


def _of_post(roles: Collection[str], own: Collection[str], steps: Sequence[Step], under_way: Sequence[str]) -> str:
    """How the person's own post stands to them."""
    mine = [step.title for step in steps if step.title in own and step.state != "done"]
    if not mine and Role.AUDITOR not in roles:
        return "您这一岗位的环节已办完。"
    if mine and not set(mine) & set(under_way):
        return f"办到“{mine[0]}”时，您的工作会出现在这里。"
    return "有新的任务时会出现在这里。"
