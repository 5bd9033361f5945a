"""走访: the list, choosing a pupil, the visit's form (fit for a phone), one visit."""

from typing import Any, Final

from django.contrib import messages
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
from aid_admin.lib.money import yuan
from aid_admin.lib.refusals import Forbidden
from archives.actions import visits
from archives.forms import CorrectVisitForm, SettleVisitForm, TakeBackForm, VisitFilter, VisitForm
from archives.models import HomeVisit
from students.models import Placement, Student

_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
_PATHS: Final = {"school": "school__code", "mode": "mode", "township": "student__village__township__code"}
SETTLE: Final = Deed(
    "settle", "visit.settle", "登记核实结果", visits.settle_visit, "visit", "已登记核实结果。", one=True,
    form=SettleVisitForm, icon="check-lg", text="家长所知金额与实际发放不一致，请写明查到的情况。",
)  # fmt: skip


WITHDRAW: Final = Deed(
    "withdraw", "visit.withdraw", "撤回", visits.withdraw_visit, "visit", "走访记录已撤回，不再计入。", one=True, form=TakeBackForm,
    tone="outline-danger", icon="arrow-counterclockwise", text="没有走访过、登记错了学生的，撤回；只是内容写错的，请点“更正”。",
)  # fmt: skip
_KEPT: Final = (
    "visited_on", "mode", "teachers", "address", "policy_explained", "family_situation", "study", "thoughts", "difficulty",
    "help_given", "next_step", "guardian_signed",
)  # fmt: skip


@_SEES
@require_safe
def visit_list(request: StaffRequest) -> HttpResponse:
    """The semester's visits; those where the amounts differ can be picked out."""
    term = calendar.chosen(request.session)
    form = VisitFilter(request.GET or None, user=request.user)
    mine = HomeVisit.objects.visible_to(request.user).of(term).live()
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
    people = ("by", "settled_by", "withdrawn_by")
    visit = get_object_or_404(rows.select_related("student", "school", "semester", "replaced_by", *people), pk=pk)
    differs = visit.amount_heard_fen is not None and visit.amount_heard_fen != visit.amount_paid_fen
    open_case = visit.settled_by_id is None and visit.withdrawn_by_id is None
    mends = open_case and may(request.user, "visit.correct") and visits.may_mend(request.user, visit)
    fitting = {SETTLE.name: differs and open_case and visit.by_id != request.user.pk, WITHDRAW.name: mends}
    deeds = Deeds(request, (SETTLE, WITHDRAW), fits=lambda deed: fitting[deed.name])
    if deeds.done([visit.pk]):
        return redirect(request.get_full_path())
    shown = {
        "visit": visit,
        "differs": differs,
        "deeds": deeds,
        "mends": mends,
        "events": history_of("homevisit", visit.pk),
    }
    return render(request, "archives/visit_detail.html", shown)


@needs("visit.correct")
def visit_correct(request: StaffRequest, pk: int) -> HttpResponse:
    """The form of a visit as it was recorded; what is right takes its place."""
    rows = HomeVisit.objects.visible_to(request.user).live().select_related("student", "school")
    visit = get_object_or_404(rows, pk=pk)
    if not visits.may_mend(request.user, visit):
        raise Forbidden("走访记录由登记人本人或学校负责人更正、撤回。")
    first = {name: getattr(visit, name) for name in _KEPT}
    first["aid_confirmed"] = {None: "", True: "yes", False: "no"}[visit.aid_confirmed]
    heard = visit.amount_heard_fen
    first["amount_heard"] = "" if heard is None else yuan(heard)
    form = CorrectVisitForm(request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, visits.correct_visit, by=request.user, visit=visit.pk, **form.given())
        if made:
            messages.success(request, "走访记录已更正，原来的记录保留备查。")
            return redirect("archives:visit", pk=made[0].id)
    return render(request, "archives/visit_correct.html", {"form": form, "visit": visit})


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
