"""Objections during publicity: registered from a line, decided by another person."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from aid_admin.lib.workdays import workdays_between
from disbursement.actions import publicity
from disbursement.forms.publicity import DecideForm, ObjectionFilter, ObjectionForm
from disbursement.models import Objection, PublicityLine, RosterLine
from disbursement.rules.states import LineStatus, PeriodState

_SEES: Final = needs_role(Role.PUBLICITY_OFFICER, Role.APPROVER, Role.AUDITOR)
ADD: Final = Deed(
    "add", "objection.add", "登记异议", publicity.add_objection, "line", "异议已登记，该生的名额暂缓，其他学生不受影响。",
    one=True, form=ObjectionForm,
)  # fmt: skip
DECIDE: Final = Deed(
    "decide", "objection.decide", "作出结论", publicity.decide_objection, "objection", "异议已办结。", one=True,
    form=DecideForm, icon="clipboard-check",
)  # fmt: skip


@_SEES
def objection_list(request: StaffRequest) -> HttpResponse:
    """The semester's objections, the most pressing first."""
    term, today = calendar.chosen(request.session), calendar.business_date()
    form = ObjectionFilter(request.GET or None)
    rows = Objection.objects.visible_to(request.user).filter(roster_line__semester=term)
    if form.is_bound and form.is_valid() and (wanted := form.cleaned_data["outcome"]):
        rows = rows.filter(outcome="" if wanted == "OPEN" else wanted)
    rows = rows.select_related(
        "roster_line__student", "roster_line__roster__school", "roster_line__programme", "registered_by", "decided_by"
    )
    page = page_of(rows.order_by("outcome", "due_on", "pk"), request.GET.get("page"))
    holidays = calendar.holidays()
    listed = [(item, _left(item, today, holidays)) for item in page]
    shown = {
        "form": form,
        "page": page,
        "objections": listed,
        "may_add": may(request.user, "objection.add"),
        "filtered": bool(form.data.get("outcome")),
    }
    return render(request, "disbursement/objection_list.html", shown)


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
    deeds = Deeds(request, (DECIDE,), fits=lambda _deed: not found.outcome and not mine)
    if deeds.done([found.pk]):
        return redirect("disbursement:objection", pk=pk)
    left = _left(found, calendar.business_date(), calendar.holidays())
    shown = {"objection": found, "deeds": deeds, "left": left, "events": history_of("objection", pk)}
    return render(request, "disbursement/objection_detail.html", shown)
