"""Which schools owe a photo of a running period, and by when: read from the periods and their photos, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from aid_admin.county import calendar
from disbursement.actions.publicity import last_day_of
from disbursement.models import PublicityEvidence
from disbursement.rules.publicity import Moment, PhotoDays, photo_days
from disbursement.rules.states import PeriodState


@dataclass(frozen=True, slots=True)
class Missing:
    """Photos of one moment: one roster for each school and period that has none, and by period its days."""

    moment: Moment
    rosters: Any
    days: Mapping[int, PhotoDays]

    def first_due(self) -> date | None:
        """The day by which the first of them is due. One query."""
        return min((self.days[pk].due_on for pk in set(self._periods())), default=None)

    def path(self) -> str:
        """The page of the period, if there is one alone; else the list of those that run."""
        periods = list(self.days)
        return f"/publicity/{periods[0]}/" if len(periods) == 1 else "/publicity/?state=RUNNING"

    def _periods(self) -> Any:
        return self.rosters.order_by().values_list("period", flat=True)


def days_by_moment(running: Any) -> dict[Moment, dict[int, PhotoDays]]:
    """Of running periods, by moment: the days of its photo. Two queries, one where none runs."""
    periods = list(running.filter(state=PeriodState.RUNNING).select_related("semester"))
    holidays = calendar.holidays() if periods else {}
    known = [(one, day) for one in periods if (day := last_day_of(one, holidays))]
    return {
        moment: {one.pk: photo_days(moment, started_on=one.started_on, last_day=day) for one, day in known}
        for moment in Moment
    }


def may_be_sent(rosters: Any, days: Mapping[Moment, Mapping[int, PhotoDays]], today: date) -> list[Missing]:
    """By moment the photos that are not there and can be sent today."""
    return [
        Missing(m, without_photo(rosters, m).filter(period__in=sorted(open_now)), open_now)
        for m in Moment
        for open_now in [{pk: one for pk, one in days[m].items() if one.opens_on <= today}]
    ]


def owed(rosters: Any, days: Mapping[Moment, Mapping[int, PhotoDays]], today: date) -> list[Missing]:
    """By moment the photos that are overdue, or were refused and not sent again."""
    found = []
    for moment in Moment:
        overdue = sorted(pk for pk, one in days[moment].items() if one.due_on < today)
        refused = Exists(_photos(moment).filter(ok=False))
        rows = without_photo(rosters, moment).filter(Q(period__in=overdue) | refused, period__in=sorted(days[moment]))
        found.append(Missing(moment, rows, days[moment]))
    return found


def without_photo(rosters: Any, moment: Moment) -> Any:
    """One of the rosters for each school and period without a photo of that moment that stands or waits for its check."""
    rows = rosters.filter(~Exists(_photos(moment).exclude(ok=False)))
    return rows.order_by("school_id", "period_id").distinct("school_id", "period_id")


def _photos(moment: Moment) -> Any:
    return PublicityEvidence.objects.filter(period=OuterRef("period"), school=OuterRef("school"), moment=moment)
