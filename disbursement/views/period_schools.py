"""The schools of a period, each with its two photos: what is there, what may be sent now, by when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.db.models import Count

from aid_admin.accounts.acting import may
from aid_admin.accounts.gate import StaffRequest
from aid_admin.county import calendar
from disbursement.actions.publicity import last_day_of
from disbursement.models import PublicityEvidence, PublicityLine, Roster
from disbursement.models.publicity import TAKEN_OFF
from disbursement.rules.publicity import Moment, PhotoDays, photo_days
from disbursement.rules.states import PeriodState

_MOST: Final = 20  # that a sentence can name


@dataclass(frozen=True, slots=True)
class SchoolPhotos:
    """One school's row on the page of a period."""

    school: Any
    lines: int
    photos: "tuple[Slot, ...]"
    taken_off: int = 0  # of the lines: those of sustained objections

    @property
    def begun(self) -> bool:
        """Whether a photo of it is there: so it was printed and posted."""
        return any(slot.photo for slot in self.photos)


@dataclass(frozen=True, slots=True)
class Slot:
    """One of a school's two photos: what is there, whether this person may send one now, by when the school owes one.

    `days` and what follows only while the school owes the photo; `wait`: why it cannot be sent yet.
    """

    moment: str
    label: str
    photo: Any
    may_send: bool
    wait: str = ""
    days: PhotoDays | None = None
    overdue: bool = False
    late: int = 0

    @property
    def awaited(self) -> bool:
        """Whether the photo is still to come and not due yet."""
        return bool(self.days) and not self.photo and not self.overdue


def schools_of(request: StaffRequest, period: Any) -> Iterator[SchoolPhotos]:
    """The period's schools within the person's reach, in order of their codes."""
    evidence: dict[tuple[int, str], Any] = {}
    for photo in PublicityEvidence.objects.visible_to(request.user).filter(period=period).order_by("pk"):
        evidence[photo.school_id, photo.moment] = photo  # the newest stands
    rosters = Roster.objects.visible_to(request.user).filter(period=period).with_sums()
    sums: dict[Any, int] = {}
    for roster in rosters.select_related("school").order_by("school__code"):
        sums[roster.school] = sums.get(roster.school, 0) + roster.lines_count
    hangs = _frozen(request, period)
    days, today, holidays = days_of(period), calendar.business_date(), calendar.holidays()
    sends = bool(days) and may(request.user, "publicity.photo")
    for school, lines in sums.items():
        slots = [_slot(m, evidence.get((school.pk, m.value)), request.user, sends=sends) for m in Moment]
        times, off = hangs.get(school.pk, (lines, 0))
        yield SchoolPhotos(school, times, tuple(_dated(slot, days, today, holidays) for slot in slots), off)


def _frozen(request: StaffRequest, period: Any) -> dict[int, tuple[int, int]]:
    """By school the lines of the frozen list, and how many of them were taken off it since; none before it hangs."""
    lines = PublicityLine.objects.visible_to(request.user).filter(period=period).order_by()
    counted = lines.values("school").annotate(times=Count("pk"), off=Count("pk", filter=TAKEN_OFF))
    return {school: (times, off) for school, times, off in counted.values_list("school", "times", "off")}


def taken_off(request: StaffRequest, period: Any) -> list[Any]:
    """Lines of the person's reach that hang and are no longer granted: they are to be struck out on the wall."""
    lines = PublicityLine.objects.visible_to(request.user).filter(TAKEN_OFF, period=period)
    return list(lines.order_by("school__code", "position")[:_MOST])


def days_of(period: Any) -> dict[str, PhotoDays]:
    """By moment the days of the photos of a running period; none of another."""
    last_day = last_day_of(period) if period.state == PeriodState.RUNNING else None
    if last_day is None:
        return {}
    return {m.value: photo_days(m, started_on=period.started_on, last_day=last_day) for m in Moment}


def _slot(moment: Moment, photo: Any, user: Any, *, sends: bool) -> Slot:
    replaceable = photo is None or photo.ok is False or (photo.ok is None and photo.by_id == user.pk)
    return Slot(moment.value, moment.label, photo, sends and replaceable)


def _dated(slot: Slot, days: dict[str, PhotoDays], today: date, holidays: Mapping[date, bool]) -> Slot:
    """By when an owed photo is due; the closing one cannot be sent before the list has hung its time."""
    owed = slot.photo is None or slot.photo.ok is False
    if not days or not owed:
        return slot
    mine = days[slot.moment]
    slot = replace(slot, days=mine, overdue=today > mine.due_on, late=mine.late(today, holidays))
    return replace(slot, may_send=False, wait=f"{mine.opens_on} 起可以上传") if today < mine.opens_on else slot
