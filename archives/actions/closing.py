"""学期办结: what of a semester is still open, closing it, and opening it again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from aid_admin.accounts.acting import Moved, action, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.lib.money import yuan_comma
from aid_admin.lib.refusals import BadInput, Refused
from archives.models import HomeVisit, NoticeLetter
from archives.permissions import ALLOWED
from archives.rules import LetterState
from disbursement.models import (
    DisbursementBatch,
    Objection,
    PaymentLine,
    PublicityPeriod,
    Roster,
    RosterLine,
    TakenOut,
)
from disbursement.rules.states import REISSUABLE, BatchState, PaymentState, PeriodState, RosterState
from eligibility.models import ComparisonResult, CoverageGap
from eligibility.pins import comparison_of, pins_of
from students.models import Student


@dataclass(frozen=True, slots=True)
class Left:
    """One kind of work of a semester and how much of it is still open; `must`: the semester cannot be closed with it."""

    title: str
    hint: str
    path: str
    must: bool
    count: int


_Kind = tuple[Any, str, str, str, bool]  # rows, title, hint, address, must


def remaining(term: Semester) -> list[Left]:
    """Every kind of work, open or not, in the semester's order; one query counts them all."""
    kinds = [*_of_recognition(term), *_of_rosters(term), *_of_money(term), *_of_families(term)]
    counts = bulk.count_all([rows for rows, *_ in kinds])
    return [
        Left(title, hint, path, must, count) for (_, title, hint, path, must), count in zip(kinds, counts, strict=True)
    ]


def _of_recognition(term: Semester) -> Iterator[_Kind]:
    compared = comparison_of(term, pins_of(term))
    run = compared.pk if compared else None
    unsure, gaps = ComparisonResult.objects.awaiting(run), CoverageGap.objects.awaiting(run)
    yield unsure, "比对结果没有人工确认", "由数据专员逐个确认", "/matches/?decided=no", False
    yield gaps, "名单中的适龄儿童去向不明", "由数据专员核实去向", "/coverage/?outcome=UNKNOWN", False


def _of_rosters(term: Semester) -> Iterator[_Kind]:
    under_way = Roster.objects.of(term).exclude(state=RosterState.CONFIRMED)
    yield under_way, "名册没有走到“已确认”", "继续办理，或作废不要了的", "/rosters/", True
    periods = PublicityPeriod.objects.filter(semester=term, state__in=[PeriodState.PLANNED, PeriodState.RUNNING])
    yield periods, "公示没有结束", "期满结束，或中止", "/publicity/", True
    objections = Objection.objects.filter(outcome="", roster_line__semester=term)
    yield objections, "公示异议没有办结", "由复审决定", "/objections/?outcome=OPEN", True


def _of_money(term: Semester) -> Iterator[_Kind]:
    batches = DisbursementBatch.objects.filter(semester=term)
    open_ones = batches.exclude(state__in=[BatchState.CLOSED, BatchState.ABORTED])
    yield open_ones, "发放批次没有办结", "导入回盘后办结，或撤销", "/batches/", True
    lines = RosterLine.objects.filter(semester=term).payable()
    yield lines, "已确认、还没有编进批次", "多为没有核对过的账户", "/batches/build/", False
    yield TakenOut.objects.waiting().of(term), "移出批次、账户待核实", "由学校核对账户", "/batches/build/", False
    paid = PaymentLine.objects.filter(batch__semester=term).exclude(batch__state=BatchState.ABORTED)
    failed = paid.filter(state__in=REISSUABLE, retry=None)
    yield failed, "发放失败、还没有补发", "办结以后仍可以补发", "/payments/?state=FAILED", False
    unknown = paid.filter(state=PaymentState.UNKNOWN)
    yield unknown, "银行结果未知", "向银行查清", "/payments/?state=UNKNOWN", True


def _of_families(term: Semester) -> Iterator[_Kind]:
    letters = NoticeLetter.objects.of(term)
    paid = PaymentLine.objects.filter(batch__semester=term, state=PaymentState.PAID, student=OuterRef("pk"))
    untold = Student.objects.filter(Exists(paid), ~Exists(letters.filter(student=OuterRef("pk"))))
    yield untold, "已到账、还没有生成告知书", "由初审点“生成告知书”", "/letters/", False
    hint = "办结以后仍可以登记"
    yield letters.undelivered(), "告知书没有送达", hint, "/letters/villages/", False
    yield letters.filter(state=LetterState.DELIVERED), "告知书没有收回回执", hint, "/letters/?state=DELIVERED", False
    differing = HomeVisit.objects.of(term).amount_differs().filter(settled_by=None)
    yield differing, "走访金额不一致、没有核实", "由初审或复审核实", "/visits/?differs=open", False


@action("semester.close", ALLOWED)
def close_semester(*, by: User, semester: str, note: str = "") -> list[Moved]:
    """Close the semester: lists, applications, decisions and rosters are fixed from then on.

    Raises Refused while something is under way that must be finished; what else is open needs a `note`: why, and who
    goes on with it. The figures of the confirmed rosters go into the trail.
    """
    term = _locked(semester)
    if term.closed_on:
        raise Refused(f"{term}已于 {term.closed_on} 办结，不用再办。")
    left = [one for one in remaining(term) if one.count]
    if under_way := [f"{one.title} {one.count}" for one in left if one.must]:
        raise Refused(f"还不能办结，先办完：{'；'.join(under_way)}。")
    still = "；".join(f"{one.title} {one.count}" for one in left)
    if still and not note.strip():
        raise BadInput(f"还有没办完的事：{still}。请写明原因和由谁继续办理。", field="note")
    if not RosterLine.objects.filter(semester=term).exists():
        raise Refused(f"{term}还没有名册，没有可以办结的。")
    sums = RosterLine.objects.filter(semester=term, roster__state=RosterState.CONFIRMED).sums()
    Semester.objects.filter(pk=term.pk).update(closed_on=calendar.business_date())
    figures = f"已确认 {sums['persons']} 人、{sums['person_times']} 人次、{yuan_comma(sums['fen'])} 元"
    told = "。".join(part for part in (note.strip(), f"遗留：{still}" if still else "", figures) if part)
    record("semester", term.code, from_state="OPEN", to_state="CLOSED", reason=told, count=sums["person_times"])
    return [Moved("semester", term.code, "OPEN", "CLOSED", sums["persons"], sums["person_times"], sums["fen"])]


@action("semester.reopen", ALLOWED)
def reopen_semester(*, by: User, semester: str, reason: str) -> list[Moved]:
    """Open a closed semester again, with the reason."""
    term = _locked(semester)
    if term.closed_on is None:
        raise Refused(f"{term}没有办结，不用重新打开。")
    if not reason.strip():
        raise BadInput("请写明为什么重新打开。", field="reason")
    Semester.objects.filter(pk=term.pk).update(closed_on=None)
    record("semester", term.code, from_state="CLOSED", to_state="OPEN", reason=reason.strip())
    return [Moved("semester", term.code, "CLOSED", "OPEN")]


def _locked(code: str) -> Semester:
    """The row, held until the transaction ends: whoever changes the semester's data waits, or is waited for."""
    return Semester.objects.select_for_update().get(pk=calendar.semester(code).pk)
