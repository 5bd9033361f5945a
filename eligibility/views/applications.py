"""认定申请: the list, moved in bulk by clerk, head, reviewer and approver."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of
from eligibility.actions import applications
from eligibility.forms import ApplicationFilter, RejectForm, ReturnForm, TierForm
from eligibility.models import AidApplication
from eligibility.rules import MOVES, ApplicationState
from eligibility.views.lists import APPLICATIONS
from students.models import Student

_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
_PATHS: Final = {"school": "school__code", "state": "state", "category": "category"}
DEEDS: Final = (
    Deed(
        "submit", "application.submit", "提交", applications.submit_applications, "application", "已提交 {n} 份申请。",
        icon="send", states=MOVES["submit"].sources,
    ),
    Deed(
        "review", "application.review", "评议通过", applications.review_applications, "application",
        "{n} 份申请已通过学校评议。", tone="success", icon="check-lg", text="评议小组已评议、同意推荐档次的申请。",
        states=MOVES["review"].sources,
    ),
    Deed(
        "recognise", "application.recognise", "认定", applications.recognise_applications, "application",
        "已认定 {n} 份申请。", tone="success", icon="check-lg", form=TierForm, states=MOVES["recognise"].sources,
    ),
    Deed(
        "return", "application.return", "退回", applications.return_applications, "application", "已退回 {n} 份申请。",
        tone="outline-danger", icon="arrow-counterclockwise", form=ReturnForm, states=MOVES["return"].sources,
    ),
    Deed(
        "reject", "application.reject", "不予认定", applications.reject_applications, "application",
        "{n} 份申请不予认定。", tone="outline-danger", icon="x-lg", form=RejectForm, states=MOVES["reject"].sources,
    ),
)  # fmt: skip


@_SEES
def application_list(request: StaffRequest) -> HttpResponse:
    """The semester's applications; the picked ones are moved together."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, DEEDS)
    if deeds.done():
        return redirect(request.get_full_path())
    form = ApplicationFilter(request.GET or None, user=request.user)
    rows = AidApplication.objects.visible_to(request.user).filter(semester=term, **form.wanted(**_PATHS))
    if found := form.wanted(q="q"):
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(found["q"]))
    rows = rows.select_related("student", "school", "source_row")
    rows = rows.order_by("school__code", "student__name_key", "pk")
    if lists.asked(request):
        return lists.answer(request, APPLICATIONS, rows, form)
    page = page_of(rows, request.GET.get("page"))
    return render(request, "eligibility/application_list.html", {"form": form, "page": page, "deeds": deeds})


@_SEES
def application_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One application as the school sent it, and its way."""
    people = ("entered_by", "submitted_by", "school_reviewed_by", "decided_by")
    rows = AidApplication.objects.visible_to(request.user).select_related("student", "school", "source_row", *people)
    found = get_object_or_404(rows, pk=pk)
    mine = request.user.pk in (found.entered_by_id, found.school_reviewed_by_id)
    deeds = Deeds(request, DEEDS, fits=lambda deed: found.state in deed.states and _other_hand(deed, mine))
    if deeds.done([found.pk]):
        return redirect("eligibility:application", pk=pk)
    shown = {
        "application": found,
        "deeds": deeds,
        "family": list(found.source_row.family.all()) if found.source_row else [],
        "returned": found.state in (ApplicationState.RETURNED, ApplicationState.REJECTED),
        "may_print": may(request.user, "application.print"),
        "events": history_of("aidapplication", found.pk),
    }
    return render(request, "eligibility/application_detail.html", shown)


def _other_hand(deed: Deed, mine: bool) -> bool:
    return not (mine and deed.name in ("review", "recognise", "reject"))
