"""帮扶活动: the list, one activity with its correction and withdrawal, its photo."""

from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from aid_admin.files.photos import photo_page
from archives.actions import activities
from archives.actions.visits import may_mend
from archives.forms import ActivityForm, CorrectActivityForm, TakeBackForm, begun_with
from archives.models import PeerActivity

_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
ACTIVITY: Final = Deed(
    "activity", "peers.activity", "登记活动", activities.add_activity, done="活动已登记。", form=ActivityForm, icon="plus-lg",
    takes=("semester",),
)  # fmt: skip
CORRECT: Final = Deed(
    "correct", "activity.correct", "更正", activities.correct_activity, "activity", "活动记录已更正。", one=True, tone="plain",
    icon="pencil", text="改成正确的内容，并写明为什么更正；不选照片的，原来的照片不变。",
)  # fmt: skip
WITHDRAW: Final = Deed(
    "withdraw", "activity.withdraw", "撤回", activities.withdraw_activity, "activity", "活动记录已撤回。", one=True,
    form=TakeBackForm, tone="outline-danger", icon="arrow-counterclockwise", text="没有办过、登记错了的活动，撤回后不再计入。",
)  # fmt: skip


@_SEES
def activity_list(request: StaffRequest) -> HttpResponse:
    """The semester's activities."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (ACTIVITY,))
    if deeds.done(semester=term.code):
        return redirect(request.get_full_path())
    mine = PeerActivity.objects.visible_to(request.user).filter(semester=term, withdrawn_by=None)
    rows = mine.select_related("school").order_by("-held_on", "-pk")
    page = page_of(rows, request.GET.get("page"))
    return render(request, "archives/activity_list.html", {"page": page, "deeds": deeds})


@_SEES
def activity_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One activity, its correction, its withdrawal and its history."""
    rows = PeerActivity.objects.visible_to(request.user).select_related("school", "by", "withdrawn_by")
    found: Any = get_object_or_404(rows, pk=pk)
    fields = {name: getattr(found, name) for name in ("title", "held_on", "place", "pupils", "note")}
    mends = found.withdrawn_by_id is None and may_mend(request.user, found)
    deeds = Deeds(
        request, (replace(CORRECT, form=begun_with(CorrectActivityForm, fields)), WITHDRAW), fits=lambda _deed: mends
    )
    if deeds.done([found.pk]):
        return redirect(request.get_full_path())
    shown = {"activity": found, "deeds": deeds, "events": history_of("peeractivity", found.pk)}
    return render(request, "archives/activity_detail.html", shown)


@_SEES
@require_safe
def activity_photo(request: StaffRequest, pk: int) -> HttpResponse:
    """The activity's photo."""
    rows = PeerActivity.objects.visible_to(request.user).exclude(photo=None).select_related("photo")
    found = get_object_or_404(rows, pk=pk)
    return photo_page(found.photo)
