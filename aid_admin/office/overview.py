"""The semester bar: eight steps, each a query over what people have done; nothing of it is stored."""

from dataclasses import dataclass
from typing import Final

from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.db.scope import Reach
from aid_admin.intake.rules import REGISTRY_KINDS
from eligibility.pins import RunsShown

TITLES: Final = ("数据导入", "在校确认", "比对核查", "资格认定", "名册上报", "审核", "公示", "发放告知")
_SCHOOLS: Final = """SELECT s.id FROM county_school s JOIN county_township t ON t.id = s.township_id
    WHERE %(county)s OR s.code = ANY(%(schools)s) OR t.code = ANY(%(townships)s)"""
_FORCE: Final = "SELECT {what} FROM intake_inforce f WHERE f.semester_id = %(semester)s AND f.until IS NULL AND {which}"
_ROSTER: Final = """SELECT count(*) FROM disbursement_roster r WHERE r.semester_id = %(semester)s
    AND r.state <> 'VOIDED' AND r.school_id IN (SELECT id FROM mine) AND {which}"""
_LINES: Final = """SELECT count(*) FROM disbursement_paymentline p JOIN disbursement_disbursementbatch b
    ON b.id = p.batch_id WHERE b.semester_id = %(semester)s AND p.school_id IN (SELECT id FROM mine) AND {which}"""
_SQL: Final = f"""
WITH mine AS ({_SCHOOLS})
SELECT ({_FORCE.format(what="count(DISTINCT f.part)", which="f.kind = 'roll'")}),
       ({_FORCE.format(what="count(DISTINCT f.kind)", which="f.kind = ANY(%(registries)s)")}),
       ({_FORCE.format(what="count(DISTINCT f.school_id)", which="f.kind = 'attendance' AND f.school_id IN (SELECT id FROM mine)")}),
       (SELECT count(*) FROM mine),
       %(compared)s,
       (SELECT count(*) FROM eligibility_comparisonresult c WHERE c.run_id = %(compared)s AND c.decision_id IS NULL
           AND c.verdict IN ('ID_MATCH_NAME_CONFLICT', 'NAME_MATCH_ID_CONFLICT', 'AMBIGUOUS')),
       %(entitled)s,
       ({_ROSTER.format(which="TRUE")}),
       ({_ROSTER.format(which="r.state <> 'DRAFT'")}),
       ({_ROSTER.format(which="r.state IN ('APPROVED', 'CONFIRMED')")}),
       ({_ROSTER.format(which="r.state = 'CONFIRMED'")}),
       ({_LINES.format(which="p.retry_of_id IS NULL")}),
       ({_LINES.format(which="p.state = 'PAID'")})
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the bar shows it; `state` is done, now or later; `begun`: something of it is done."""

    title: str
    note: str
    state: str
    begun: bool = False


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
    approved: int
    confirmed: int
    payments: int
    paid: int


def _of(part: int, whole: int, unit: str) -> str:
    return f"{part}/{whole} {unit}" if whole else ""


def _judged(c: _Counts) -> list[tuple[bool, str]]:
    """Per step: whether it is over, and how far it is."""
    registries = len(REGISTRY_KINDS)
    return [
        (c.rolls > 0 and c.registries == registries, f"名单 {c.registries}/{registries}" if c.rolls else "缺学籍"),
        (0 < c.schools <= c.confirmed_schools, _of(c.confirmed_schools, c.schools, "校")),
        (c.compared is not None and not c.undecided, f"待确认 {c.undecided}" if c.compared else "未比对"),
        (c.entitled is not None, "已核定" if c.entitled else "未核定"),
        (0 < c.rosters == c.submitted, _of(c.submitted, c.rosters, "册")),
        (0 < c.rosters == c.approved, _of(c.approved, c.rosters, "册")),
        (0 < c.rosters == c.confirmed, _of(c.confirmed, c.rosters, "册")),
        (0 < c.payments <= c.paid, f"{100 * c.paid // c.payments}%" if c.payments else ""),
    ]


def _begun(c: _Counts) -> tuple[object, ...]:
    """Per step: whether something of it is done, even while an earlier one is not over."""
    return (
        c.rolls or c.registries, c.confirmed_schools, c.compared, c.entitled, c.submitted, c.approved, c.confirmed,
        c.payments,
    )  # fmt: skip


def steps_of(semester: Semester, reach: Reach, runs: RunsShown) -> list[Step]:
    """The eight steps of a semester within a person's reach; the first that is not over is now. One query."""
    row = bulk.query(
        _SQL,
        {
            "semester": semester.pk,
            "registries": sorted(REGISTRY_KINDS),
            "compared": runs.comparison,
            "entitled": runs.entitlement,
            "county": reach.county,
            "schools": sorted(reach.schools),
            "townships": sorted(reach.townships),
        },
    )[0]
    counts = _Counts(*row)
    judged, begun = _judged(counts), _begun(counts)
    now = next((place for place, (over, _) in enumerate(judged) if not over), len(judged))
    return [
        Step(title, note, "done" if over else "now" if place == now else "later", bool(begun[place]))
        for place, (title, (over, note)) in enumerate(zip(TITLES, judged, strict=True))
    ]
