"""公示 photos: one of them large, the wall of those that wait for the approver's eye."""

from datetime import date
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from aid_admin.files.photos import photo_page
from disbursement.actions import publicity
from disbursement.forms.publicity import CheckForm
from disbursement.models import PublicityEvidence
from disbursement.permissions import CHECKS_EVIDENCE
from disbursement.rules.publicity import PhotoFacts, doubts_about_photo
from disbursement.rules.states import PeriodState
from disbursement.views.publicity import SEES

GOOD: Final = Deed(
    "good", "publicity.check", "核查通过", publicity.check_photos, "evidence", "{n} 张照片核查通过。", tone="success",
    icon="check-lg", takes=("ok", "seen"), text="看清了：张贴的是该校公示，日期对得上，没有身份证号和困难类别。",
)  # fmt: skip
BAD: Final = Deed(
    "bad", "publicity.check", "不通过", publicity.check_photos, "evidence", "{n} 张照片不通过，学校可以重新上传。",
    form=CheckForm, tone="outline-danger", icon="x-lg", takes=("ok", "seen"),
)  # fmt: skip


def _photo(request: StaffRequest, pk: int) -> Any:
    """For the school while the list hangs, and for those who check."""
    rows = PublicityEvidence.objects.visible_to(request.user)
    rows = rows.select_related("photo", "period__semester", "school", "by", "checked_by")
    found = get_object_or_404(rows, pk=pk)
    if found.period.state != PeriodState.RUNNING and not request.user.roles & CHECKS_EVIDENCE:
        raise Http404
    return found


@SEES
@require_safe
def photo(request: StaffRequest, pk: int) -> HttpResponse:
    """A photo's bytes, for the pages that show it."""
    return photo_page(_photo(request, pk).photo)


@SEES
@require_safe
def photo_view(request: StaffRequest, pk: int) -> HttpResponse:
    """One photo large, with its days and what became of it."""
    found = _photo(request, pk)
    last_day = publicity.last_day_of(found.period)
    shown = {"photo": found, "doubts": _doubts(found, last_day), "last_day": last_day}
    may_check = found.ok is None and found.by_id != request.user.pk and may(request.user, "publicity.check")
    return render(request, "disbursement/photo_view.html", shown | {"may_check": may_check})


def _doubts(photo: Any, last_day: date | None) -> list[str]:
    """What of the photo's days the checker should look at."""
    if last_day is None:
        return []
    taken_on = timezone.localdate(photo.taken_at) if photo.taken_at else None
    facts = PhotoFacts(photo.moment, photo.sent_on, taken_on)
    return doubts_about_photo(facts, started_on=photo.period.started_on, last_day=last_day)


@needs("publicity.check")
def photo_check(request: StaffRequest) -> HttpResponse:
    """Photos that wait for the approver's eye."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (GOOD, BAD))
    if deeds.done(ok=deeds.wanted == GOOD.name, seen=request.POST.getlist("seen")):
        return redirect("disbursement:photos")
    rows = PublicityEvidence.objects.visible_to(request.user).filter(period__semester=term, ok=None)
    rows = rows.exclude(by=request.user).select_related("school", "period__semester", "by", "photo")
    page = page_of(rows.order_by("period", "school__code", "-moment"), request.GET.get("page"), size=24)
    holidays = calendar.holidays()
    last_days = {period: publicity.last_day_of(period, holidays) for period in {photo.period for photo in page}}
    photos = [(photo, last_days[photo.period], _doubts(photo, last_days[photo.period])) for photo in page]
    return render(request, "disbursement/photo_check.html", {"page": page, "photos": photos, "deeds": deeds})
