"""Objections during publicity: registered from a line, decided by another person."""

from collections import defaultdict
from dataclasses import replace
from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar, lists
from aid_admin.county.models import Semester
from aid_admin.db.pages import page_of
from aid_admin.lib.money import yuan_comma
from aid_admin.lib.workdays import workdays_between
from disbursement.actions import objections
from disbursement.forms.publicity import DecideForm, ObjectionFilter, ObjectionForm, objection_form
from disbursement.models import Objection, PublicityLine, PublicityPeriod, RosterLine
from disbursement.rules.states import GRANTS, LineStatus, PeriodState
from disbursement.views import evidence
from disbursement.views.lists import OBJECTIONS

_SEES: Final = needs_role(Role.PUBLICITY_OFFICER, Role.APPROVER, Role.AUDITOR)
ADD: Final = Deed(
    "add", "objection.add", "登记异议", objections.add_objection, "line", "异议已登记，这一项资助暂缓发放，其他学生不受影响。",
    one=True, form=ObjectionForm,
)  # fmt: skip
DECIDE: Final = Deed(
    "decide", "objection.decide", "作出结论", objections.decide_objection, "objection", "异议已办结，由公示专员打印告知书。", one=True,
    form=DecideForm, icon="clipboard-check",
)  # fmt: skip
LETTER: Final = Deed(
    "letter", "objection.print", "打印处理结果告知书", objections.print_outcome, "objection", one=True, download=True,
    icon="printer",
)  # fmt: skip


@_SEES
def objection_list(request: StaffRequest) -> HttpResponse:
    """The semester's objections, the most pressing first."""
    term, today = calendar.chosen(request.session), calendar.business_date()
    form = ObjectionFilter(request.GET or None, user=request.user)
    rows = _filtered(Objection.objects.visible_to(request.user).filter(roster_line__semester=term), form)
    rows = rows.select_related(
        "roster_line__student", "roster_line__roster__school", "roster_line__programme", "registered_by", "decided_by"
    )
    rows = rows.with_letter().order_by("outcome", "due_on", "pk")
    if lists.asked(request):
        return lists.answer(request, OBJECTIONS, rows, form)
    page = page_of(rows, request.GET.get("page"))
    holidays = calendar.holidays()
    listed = [(item, _left(item, today, holidays)) for item in page]
    shown = {
        "form": form,
        "page": page,
        "objections": listed,
        "may_add": may(request.user, "objection.add"),
        "hanging": PeriodState.RUNNING in _periods(request, term),
        "filtered": form.is_bound,
    }
    return render(request, "disbursement/objection_list.html", shown)


def _filtered(rows: Any, form: ObjectionFilter) -> Any:
    rows = rows.filter(
        **form.wanted(
            school="roster_line__roster__school__code", programme="roster_line__programme__code",
            since="received_on__gte", until="received_on__lte",
        )
    )  # fmt: skip
    wanted = form.wanted(outcome="outcome", q="q")
    if wanted.get("outcome") == "TO_PRINT":
        rows = rows.awaiting_letter()
    elif "outcome" in wanted:
        rows = rows.filter(outcome="" if wanted["outcome"] == "OPEN" else wanted["outcome"])
    if "q" in wanted:
        text = wanted["q"]
        of_pupil, said = Q(roster_line__student__name__contains=text), Q(text__contains=text)
        rows = rows.filter(of_pupil | said | Q(objector__contains=text))
    return rows


def _periods(request: StaffRequest, term: Semester) -> set[str]:
    """In which states the semester has periods: where none runs, nothing can be objected to."""
    rows = PublicityPeriod.objects.visible_to(request.user).filter(semester=term)
    return set(rows.order_by().values_list("state", flat=True).distinct())


def _left(item: Any, today: Any, holidays: Any) -> int | None:
    """Working days until the objection is due, negative when it is late; None once decided."""
    if item.outcome:
        return None
    if today > item.due_on:
        return -workdays_between(item.due_on, today, holidays)
    return workdays_between(today, item.due_on, holidays)


@needs("objection.add")
@require_safe
def objection_find(request: StaffRequest) -> HttpResponse:
    """Whom the objection is about: searched in the lists that hang now."""
    term = calendar.chosen(request.session)
    states = _periods(request, term)
    hanging = PublicityLine.objects.visible_to(request.user)
    hanging = hanging.filter(period__semester=term, period__state=PeriodState.RUNNING)
    text = request.GET.get("q", "").strip()[:30]
    rows = hanging.filter(name__contains=text) if text else hanging.none()
    page = page_of(rows.order_by("school__code", "position"), request.GET.get("page"))
    held = RosterLine.objects.visible_to(request.user).filter(pk__in=[line.roster_line_id for line in page])
    shown = {
        "q": text,
        "page": page,
        "hanging": PeriodState.RUNNING in states,
        "planned": PeriodState.PLANNED in states,
        "over": PeriodState.ENDED in states,
        "held": set(held.filter(state=LineStatus.HELD).values_list("pk", flat=True)),
    }
    return render(request, "disbursement/objection_find.html", shown)


@needs("objection.add")
def objection_add(request: StaffRequest, line: int) -> HttpResponse:
    """Register an objection to one pupil's line."""
    rows = RosterLine.objects.visible_to(request.user).select_related("student", "roster__school", "programme")
    found = get_object_or_404(rows.filter(roster__period__isnull=False).select_related("roster__period"), pk=line)
    deeds = Deeds(request, (replace(ADD, form=objection_form(_others(request, found))),))
    if deeds.done([found.pk], then=lambda: _more(len(deeds.result))):
        return redirect("disbursement:objections")
    shown = {
        "line": found,
        "hanging": found.roster.period.state == PeriodState.RUNNING,
        "over": found.roster.period.state == PeriodState.ENDED,
        "offer": next(iter(deeds)),
    }
    return render(request, "disbursement/objection_add.html", shown)


def _others(request: StaffRequest, line: Any) -> list[tuple[int, str]]:
    """The pupil's other lines that hang now and that nobody objects to: id and words."""
    rows = RosterLine.objects.visible_to(request.user).filter(
        student=line.student_id, roster__period__state=PeriodState.RUNNING, state=LineStatus.ACCEPTED
    )
    rows = rows.exclude(pk=line.pk).select_related("programme").order_by("programme__position", "pk")
    return [(one.pk, f"{one.programme.name}（{yuan_comma(one.amount_fen)} 元）") for one in rows]


def _more(count: int) -> str:
    """What is added where several lines were objected to at once."""
    return f"该生 {count} 个项目各登记一条。" if count > 1 else ""


@_SEES
def objection_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One objection and its decision."""
    people = ("registered_by", "decided_by")
    of_line = ("student", "roster__school", "roster__period", "programme", "entitlement", "filed_line")
    rows = Objection.objects.visible_to(request.user).with_letter()
    rows = rows.select_related(*people, *(f"roster_line__{name}" for name in of_line))
    found = get_object_or_404(rows, pk=pk)
    mine = found.registered_by_id == request.user.pk
    fitting = {DECIDE.name: not found.outcome and not mine, LETTER.name: bool(found.outcome)}
    deeds = Deeds(request, (DECIDE, LETTER), fits=lambda deed: fitting[deed.name])
    if deeds.done([found.pk]):
        return download(*deeds.result) if deeds.wanted == LETTER.name else redirect("disbursement:objection", pk=pk)
    left = _left(found, calendar.business_date(), calendar.holidays())
    shown = {
        "objection": found,
        "line": found.roster_line,
        "deeds": deeds,
        "left": left,
        "events": history_of("objection", pk),
        "may_see_phone": may(request.user, "objection.reveal"),
        "sees_evidence": evidence.sees(request.user),
        **_beside(request, found),
    }
    return render(request, "disbursement/objection_detail.html", shown)


def _beside(request: StaffRequest, objection: Any) -> dict[str, Any]:
    """Other objections to the same line, and the pupil's other lines of the period with theirs. Two queries."""
    line = objection.roster_line
    period = {"roster__period": line.roster.period_id, "student": line.student_id}
    hung = [*GRANTS, LineStatus.WITHDRAWN]
    lines = RosterLine.objects.visible_to(request.user).filter(**period, state__in=hung).exclude(pk=line.pk)
    theirs = Objection.objects.visible_to(request.user).exclude(pk=objection.pk)
    theirs = theirs.filter(**{f"roster_line__{path}": value for path, value in period.items()})
    by_line = defaultdict(list)
    for one in theirs.order_by("pk"):
        by_line[one.roster_line_id].append(one)
    listed = lines.select_related("programme").order_by("programme__position", "pk")
    return {"same": by_line[line.pk], "others": [(one, by_line[one.pk]) for one in listed]}
