"""What a period's start would do today: until when it hangs, whom it shows, how many papers are posted."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from aid_admin.accounts.acting import may
from aid_admin.accounts.gate import StaffRequest
from aid_admin.county import calendar
from disbursement.actions.publicity import length_of
from disbursement.models import RosterLine
from disbursement.rules.publicity import Moment, PeriodLength, PhotoDays, may_end_on, photo_days
from disbursement.rules.states import LineStatus, PeriodState


@dataclass(frozen=True, slots=True)
class Start:
    """A start of today: its last day, the photos' days, and what hangs: one notice a school, one a village."""

    today: date
    last_day: date
    length: PeriodLength
    opening: PhotoDays
    closing: PhotoDays
    schools: int
    villages: int
    persons: int
    person_times: int


def start_of(request: StaffRequest, period: Any) -> Start | None:
    """The start as it would be today, for who may start the planned period. Three queries."""
    if period.state != PeriodState.PLANNED or not may(request.user, "publicity.start"):
        return None
    lines = RosterLine.objects.visible_to(request.user).filter(roster__period=period, state=LineStatus.ACCEPTED)
    counts = lines.order_by().aggregate(
        schools=Count("roster__school", distinct=True), villages=Count("student__village", distinct=True),
        persons=Count("student", distinct=True), person_times=Count("pk"),
    )  # fmt: skip
    today, length = calendar.business_date(), length_of(period.semester)
    last_day = may_end_on(today, length, calendar.holidays())
    opening, closing = (photo_days(m, started_on=today, last_day=last_day) for m in (Moment.START, Moment.END))
    return Start(today, last_day, length, opening, closing, **counts)
