"""公示 photos: one of them large, the wall of those that wait for the approver's eye."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.county import calendar
from aid_admin.db.pages import Page, page_of
from aid_admin.files.photos import photo_page
from disbursement.actions import publicity
from disbursement.actions.ending import ready_to_end
from disbursement.forms.publicity import CheckForm, PhotoFilter
from disbursement.models import PublicityEvidence, PublicityPeriod
from disbursement.permissions import CHECKS_EVIDENCE
from disbursement.rules.publicity import PhotoFacts, day_in_period, doubts_about_photo
from disbursement.rules.states import PeriodState
from disbursement.views.publicity import LOOKS, SEES

_SEES_ALL: Final = needs_role(*sorted(LOOKS))
_WALL: Final = ("period", "school__code", "-moment", "pk")
GOOD: Final = Deed(
    "good", "publicity.check", "核查通过", publicity.check_photos, "evidence", "{n} 张照片核查通过。", tone="success",
    icon="check-lg", takes=("ok", "seen"), text="看清了：张贴的是该校公示，日期对得上，没有身份证号和困难类别。", about="disbursement/_photos_about.html",
)  # fmt: skip
BAD: Final = Deed(
    "bad", "publicity.check", "不通过", publicity.check_photos, "evidence", "{n} 张照片不通过，学校可以重新上传。",
    form=CheckForm, tone="outline-danger", icon="x-lg", takes=("ok", "seen"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looked:
    """A photo on the wall: its doubts, and where its two days lie beside the period."""

    photo: Any
    last_day: date | None
    doubts: list[str]
    taken: str
    sent: str


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
def photo_view(request: StaffRequest, pk: int) -> HttpResponse:
    """One photo large, with its days and what became of it; the approver passes or returns it and goes on."""
    found = _photo(request, pk)
    may_check = found.ok is None and found.by_id != request.user.pk and may(request.user, "publicity.check")
    waiting = _waiting(request, found) if may_check else []
    deeds = Deeds(request, (GOOD, BAD), fits=lambda _deed: may_check)
    after = _after(found.pk, waiting)
    told = f"（{found}照片）" + ("下面是下一张待核查的照片。" if after else "没有别的待核查的照片了。")
    if deeds.done([found.pk], then=lambda: told, ok=deeds.wanted == GOOD.name, seen=request.POST.getlist("seen")):
        return redirect("disbursement:photo_view", after) if after else redirect("disbursement:photos")
    last_day = publicity.last_day_of(found.period)
    shown = {
        "looked": Looked(found, last_day, _doubts(found, last_day), **_days_of(found, last_day)),
        "photo": found,
        "deeds": deeds,
        "may_check": may_check,
        "number": waiting.index(found.pk) + 1 if may_check else 0,
        "waiting": len(waiting),
        "after": after,
        "ready": _ready(request, pk=found.period_id) if found.ok else [],
    }
    return render(request, "disbursement/photo_view.html", shown)


def _ready(request: StaffRequest, **of: Any) -> list[PublicityPeriod]:
    """The periods that this person may end today: every photo is good."""
    if not may(request.user, "publicity.end"):
        return []
    running = PublicityPeriod.objects.visible_to(request.user).filter(state=PeriodState.RUNNING, **of)
    return ready_to_end(running, calendar.business_date())


def _waiting(request: StaffRequest, photo: Any) -> list[int]:
    """The photos of the semester that wait for this person, in the order of the wall."""
    rows = PublicityEvidence.objects.visible_to(request.user).filter(period__semester=photo.period.semester_id, ok=None)
    return list(rows.exclude(by=request.user).order_by(*_WALL).values_list("pk", flat=True))


def _after(pk: int, waiting: list[int]) -> int | None:
    """The next photo that waits, the first one after the last; None where no other does."""
    at = waiting.index(pk) if pk in waiting else -1
    others = waiting[at + 1 :] + waiting[: max(at, 0)]
    return others[0] if others else None


def _doubts(photo: Any, last_day: date | None) -> list[str]:
    """What of the photo's days the checker should look at."""
    if last_day is None:
        return []
    taken_on = timezone.localdate(photo.taken_at) if photo.taken_at else None
    facts = PhotoFacts(photo.moment, photo.sent_on, taken_on)
    return doubts_about_photo(facts, started_on=photo.period.started_on, last_day=last_day)


@_SEES_ALL
def photo_check(request: StaffRequest) -> HttpResponse:
    """The wall of photos; the approver passes or returns those that wait, others look on."""
    term = calendar.chosen(request.session)
    checks = may(request.user, "publicity.check")
    deeds = Deeds(request, (GOOD, BAD))
    if deeds.done(ok=deeds.wanted == GOOD.name, seen=request.POST.getlist("seen")):
        return redirect(request.get_full_path())
    form = PhotoFilter(request.GET)
    rows = PublicityEvidence.objects.visible_to(request.user).filter(period__semester=term, **form.wanted())
    rows = rows.exclude(by=request.user).select_related("school", "period__semester", "by", "photo", "checked_by")
    page = page_of(rows.order_by(*_WALL), request.GET.get("page"), size=24)
    shown = {
        "form": form,
        "page": page,
        "photos": list(_looked_at(page)),
        "deeds": deeds,
        "checks": checks and any(photo.ok is None for photo in page),
        "ready": _ready(request, semester=term),
    }
    return render(request, "disbursement/photo_check.html", shown)


def _looked_at(page: Page) -> Iterator[Looked]:
    """Each photo with its days as words."""
    holidays = calendar.holidays()
    last_days = {period: publicity.last_day_of(period, holidays) for period in {photo.period for photo in page}}
    for photo in page:
        last_day = last_days[photo.period]
        yield Looked(photo, last_day, _doubts(photo, last_day), **_days_of(photo, last_day))


def _days_of(photo: Any, last_day: date | None) -> dict[str, str]:
    """Where the day of taking and the day of receipt lie beside the period."""
    days = {"taken": timezone.localdate(photo.taken_at) if photo.taken_at else None, "sent": photo.sent_on}
    started_on = photo.period.started_on
    return {
        name: day_in_period(day, started_on=started_on, last_day=last_day) if day and last_day else ""
        for name, day in days.items()
    }
