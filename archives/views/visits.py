"""走访: the list, choosing a pupil, the visit's form (fit for a phone), one visit."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, attempt, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from aid_admin.files.photos import photo_page
from archives.actions import visits
from archives.forms import SettleVisitForm, VisitFilter, VisitForm
from archives.models import HomeVisit
from students.models import Placement, Student

_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
_PATHS: Final = {"school": "school__code", "mode": "mode", "township": "student__village__township__code"}
SETTLE: Final = Deed(
    "settle", "visit.settle", "登记核实结果", visits.settle_visit, "visit", "已登记核实结果。", one=True,
    form=SettleVisitForm, icon="check-lg", text="家长所知金额与实际发放不一致，请写明查到的情况。",
)  # fmt: skip


@_SEES
@require_safe
def visit_list(request: StaffRequest) -> HttpResponse:
    """The semester's visits; those where the amounts differ can be picked out."""
    term = calendar.chosen(request.session)
    form = VisitFilter(request.GET or None, user=request.user)
    mine = HomeVisit.objects.visible_to(request.user).of(term)
    rows = _filtered(request, mine, form).select_related("student", "school", "by")
    shown = {
        "form": form,
        "page": page_of(rows.order_by("-visited_on", "-pk"), request.GET.get("page")),
        "sums": mine.sums(),
        "may_record": may(request.user, "visit.record"),
        "may_export": may(request.user, "visit.export"),
    }
    return render(request, "archives/visit_list.html", shown)


def _filtered(request: StaffRequest, rows: Any, form: VisitFilter) -> Any:
    rows = rows.filter(**form.wanted(**_PATHS))
    chosen = form.wanted(q="q", differs="differs")
    if "differs" in chosen:
        rows = rows.amount_differs().filter(settled_by__isnull=chosen["differs"] == "open")
    if "q" in chosen:
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(chosen["q"]))
    return rows


@needs("visit.record")
@require_safe
def visit_pick(request: StaffRequest) -> HttpResponse:
    """Find the pupil who was visited: by name, initials or the last four."""
    term = calendar.chosen(request.session)
    text = request.GET.get("q", "").strip()[:60]
    places = Placement.objects.visible_to(request.user).of(term).filter(school__isnull=False)
    if text:
        places = places.filter(student__in=Student.objects.visible_to(request.user).search(text))
    found = places.select_related("student", "school").order_by("grade_year", "class_name", "student__name_key", "pk")
    return render(request, "archives/visit_pick.html", {"q": text, "found": list(found[:30]) if text else []})


@needs("visit.record")
def visit_add(request: StaffRequest, student: int) -> HttpResponse:
    """The visit's form; a double click records one visit."""
    term = calendar.chosen(request.session)
    places = Placement.objects.visible_to(request.user).of(term).filter(student=student, school__isnull=False)
    place = get_object_or_404(places.select_related("student__village__township", "school"))
    first = {"teachers": request.user.name, "visited_on": calendar.business_date()}
    form = VisitForm(request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, visits.record_visit, by=request.user, student=student, semester=term.code, **form.given())
        if made:
            return redirect("archives:visit", pk=made[0].id)
    return render(request, "archives/visit_add.html", {"form": form, "place": place})


@_SEES
def visit_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One visit; where the amounts differ the bureau writes down what it found."""
    rows = HomeVisit.objects.visible_to(request.user)
    visit = get_object_or_404(rows.select_related("student", "school", "semester", "by", "settled_by"), pk=pk)
    open_case = visit.amount_heard_fen is not None and visit.amount_heard_fen != visit.amount_paid_fen
    fits = open_case and visit.settled_by_id is None and visit.by_id != request.user.pk
    deeds = Deeds(request, (SETTLE,), fits=lambda _deed: fits)
    if deeds.done([visit.pk]):
        return redirect(request.get_full_path())
    shown = {"visit": visit, "differs": open_case, "deeds": deeds, "events": history_of("homevisit", visit.pk)}
    return render(request, "archives/visit_detail.html", shown)


@_SEES
@require_safe
def visit_photo(request: StaffRequest, pk: int) -> HttpResponse:
    """The visit's photo."""
    rows = HomeVisit.objects.visible_to(request.user).exclude(photo=None).select_related("photo")
    visit = get_object_or_404(rows, pk=pk)
    return photo_page(visit.photo)


@require_POST
@needs("visit.export")
def visit_export(request: StaffRequest) -> HttpResponse:
    """The list as xlsx, with its filters; logged."""
    term = calendar.chosen(request.session)
    form = VisitFilter(request.GET or None, user=request.user)
    more = {"amount_heard_fen__isnull": False} if form.wanted(differs="differs") else {}
    paper = visits.export_visits(by=request.user, semester=term.code, **form.wanted(**_PATHS), **more)
    return download(*paper)
