"""Objections during publicity: registered from a line, decided by another person."""

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
from aid_admin.db.pages import page_of
from aid_admin.lib.workdays import workdays_between
from disbursement.actions import objections, publicity
from disbursement.forms.publicity import DecideForm, ObjectionFilter, ObjectionForm
from disbursement.models import Objection, PublicityLine, RosterLine
from disbursement.rules.states import LineStatus, PeriodState
from disbursement.views.lists import OBJECTIONS

_SEES: Final = needs_role(Role.PUBLICITY_OFFICER, Role.APPROVER, Role.AUDITOR)
ADD: Final = Deed(
    "add", "objection.add", "登记异议", publicity.add_objection, "line", "异议已登记，该生的名额暂缓，其他学生不受影响。",
    one=True, form=ObjectionForm,
)  # fmt: skip
DECIDE: Final = Deed(
    "decide", "objection.decide", "作出结论", publicity.decide_objection, "objection", "异议已办结。", one=True,
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
    rows = rows.order_by("outcome", "due_on", "pk")
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
    if "outcome" in wanted:
        rows = rows.filter(outcome="" if wanted["outcome"] == "OPEN" else wanted["outcome"])
    if "q" in wanted:
        text = wanted["q"]
        rows = rows.filter(Q(roster_line__student__name__contains=text) | Q(text__contains=text))
    return rows


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
    hanging = PublicityLine.objects.visible_to(request.user)
    hanging = hanging.filter(period__semester=term, period__state=PeriodState.RUNNING)
    text = request.GET.get("q", "").strip()[:30]
    rows = hanging.filter(name__contains=text) if text else hanging.none()
    page = page_of(rows.order_by("school__code", "position"), request.GET.get("page"))
    held = RosterLine.objects.visible_to(request.user).filter(pk__in=[line.roster_line_id for line in page])
    shown = {
        "q": text,
        "page": page,
        "hanging": hanging.exists(),
        "held": set(held.filter(state=LineStatus.HELD).values_list("pk", flat=True)),
    }
    return render(request, "disbursement/objection_find.html", shown)


@needs("objection.add")
def objection_add(request: StaffRequest, line: int) -> HttpResponse:
    """Register an objection to one pupil's line."""
    rows = RosterLine.objects.visible_to(request.user).select_related("student", "roster__school", "programme")
    found = get_object_or_404(rows.filter(roster__period__isnull=False), pk=line)
    deeds = Deeds(request, (ADD,))
    if deeds.done([found.pk]):
        return redirect("disbursement:objections")
    return render(request, "disbursement/objection_add.html", {"line": found, "offer": next(iter(deeds))})


@_SEES
def objection_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One objection and its decision."""
    people = ("registered_by", "decided_by")
    line = (
        "roster_line__student",
        "roster_line__roster__school",
        "roster_line__programme",
        "roster_line__roster__period",
    )
    found = get_object_or_404(Objection.objects.visible_to(request.user).select_related(*people, *line), pk=pk)
    mine = found.registered_by_id == request.user.pk
    fitting = {DECIDE.name: not found.outcome and not mine, LETTER.name: bool(found.outcome)}
    deeds = Deeds(request, (DECIDE, LETTER), fits=lambda deed: fitting[deed.name])
    if deeds.done([found.pk]):
        return download(*deeds.result) if deeds.wanted == LETTER.name else redirect("disbursement:objection", pk=pk)
    left = _left(found, calendar.business_date(), calendar.holidays())
    shown = {"objection": found, "deeds": deeds, "left": left, "events": history_of("objection", pk)}
    return render(request, "disbursement/objection_detail.html", shown)
