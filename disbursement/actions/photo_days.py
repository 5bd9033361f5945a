"""Which schools owe a photo of a running period, and by when: read from the periods and their photos, never stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, Subquery

from aid_admin.county import calendar
from aid_admin.county.models import Semester
from disbursement.actions.publicity import length_of
from disbursement.models import PublicityEvidence, PublicityPeriod
from disbursement.rules.publicity import Moment, PhotoDays, may_end_on, photo_days
from disbursement.rules.states import PeriodState

_NONE: Final = Q(pk__in=[])


@dataclass(frozen=True)
class _Hung:
    """What hangs in a semester, asked for once for all photos."""

    term: Semester
    holidays: Mapping[date, bool] | None

    @cached_property
    def days(self) -> list[tuple[int, date, date]]:
        """Running periods, each with its first and its last day. One query, and one for holidays that were not given."""
        holidays = calendar.holidays() if self.holidays is None else self.holidays
        running = PublicityPeriod.objects.filter(semester=self.term, state=PeriodState.RUNNING)
        periods = running.values_list("pk", "started_on")
        return [(pk, begun, may_end_on(begun, length_of(self.term), holidays)) for pk, begun in periods if begun]


@dataclass(frozen=True)
class Missing:
    """Photos of one moment that schools owe: one roster for each school and period.

    `rosters` may hold too many, since SQL does not reckon with holidays: `exact` leaves those of the periods whose
    days are `meant`, and those that are `anyway`. `refused`: there was one, which was not passed.
    """

    moment: Moment
    hung: _Hung
    rosters: Any
    meant: Callable[[PhotoDays], bool]
    anyway: Q = field(default=_NONE)
    refused: bool = False

    @cached_property
    def days(self) -> Mapping[int, PhotoDays]:
        """By period the days of its photo."""
        return {
            pk: photo_days(self.moment, started_on=begun, last_day=last_day) for pk, begun, last_day in self.hung.days
        }

    def exact(self) -> Any:
        """Those that are owed."""
        periods = [pk for pk, days in self.days.items() if self.meant(days)]
        return self.rosters.filter(Q(period__in=periods) | self.anyway)

    def first_due(self) -> date | None:
        """The day by which the first of them is due. One query more."""
        periods = set(self.exact().order_by().values_list("period", flat=True))
        return min((self.days[pk].due_on for pk in periods), default=None)

    def said(self) -> str:
        """What was said of the newest of the photos that were not passed; "" where none was. One query."""
        notes = _photos(self.moment).filter(ok=False, note__gt="").order_by("-pk").values("note")[:1]
        return str(self.rosters.annotate(said=Subquery(notes)).values_list("said", flat=True).first() or "")


def may_be_sent(rosters: Any, term: Semester, today: date) -> list[Missing]:
    """By moment the photos that are not there and can be sent today, those apart that were sent and not passed."""
    found, hung = [], _Hung(term, None)
    for moment in Moment:
        open_ones = _without(rosters, moment).filter(period__started_on__lte=_begun(moment, term, today))
        for was_refused in (False, True):
            which = _refused(moment) if was_refused else ~_refused(moment)
            found.append(Missing(moment, hung, open_ones.filter(which), _opens_by(today), refused=was_refused))
    return found


def owed(rosters: Any, term: Semester, today: date, holidays: Mapping[date, bool] | None = None) -> list[Missing]:
    """By moment the photos that are overdue, or were refused and not sent again."""
    found, hung = [], _Hung(term, holidays)
    for moment in Moment:
        refused = _refused(moment)
        overdue = Q(period__started_on__lt=_begun(moment, term, today) - timedelta(days=1))
        rows = _without(rosters, moment).filter(overdue | refused)
        found.append(Missing(moment, hung, rows, _due_before(today), refused))
    return found


def _refused(moment: Moment) -> Q:
    return Q(Exists(_photos(moment).filter(ok=False)))


def _opens_by(today: date) -> Callable[[PhotoDays], bool]:
    return lambda days: days.opens_on <= today


def _due_before(today: date) -> Callable[[PhotoDays], bool]:
    return lambda days: days.due_on < today


def _begun(moment: Moment, term: Semester, today: date) -> date:
    """A period begun after this day has no such photo to be sent today, with holidays or without."""
    return today - timedelta(days=term.publicity_days if moment is Moment.END else 0)


def _without(rosters: Any, moment: Moment) -> Any:
    """One of the rosters for each school and running period without a photo of that moment that stands or waits."""
    rows = rosters.filter(~Exists(_photos(moment).exclude(ok=False)), period__state=PeriodState.RUNNING)
    return rows.order_by("school_id", "period_id").distinct("school_id", "period_id")


def _photos(moment: Moment) -> Any:
    return PublicityEvidence.objects.filter(period=OuterRef("period"), school=OuterRef("school"), moment=moment)
