"""公示日历: where a list hangs on which days, what photos are amiss, and the schools that owe one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aid_admin.accounts.gate import StaffRequest
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of_list
from aid_admin.lib.workdays import is_workday
from disbursement.actions.publicity import clerks_of, last_day_of
from disbursement.forms.publicity import HangingFilter
from disbursement.models import PublicityEvidence, PublicityPeriod, Roster
from disbursement.rules.publicity import Awaited, Gap, GapKind, Hanging, Moment, PhotoState, Sent, awaited_in, gaps_in
from disbursement.rules.states import PeriodState
from disbursement.views.lists import LATE_PHOTOS, LatePhoto
from disbursement.views.publicity import SEES

_SIZE: Final = 40
_WIDTH, _WIDEST, _NARROWEST = 620, 34, 11  # of all days and of one, pixels
_MOST_DAYS: Final = 60
_LATE_SIZE: Final = 300  # in one piece: the list is printed and rung up
_STATES: Final = {None: PhotoState.UNCHECKED, True: PhotoState.GOOD, False: PhotoState.REFUSED}


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar and where it is drawn."""

    day: date
    x: int
    works: bool
    odd: bool
    numbered: bool
    month: bool

    @property
    def mark(self) -> str:
        """休 on a day off, 班 on a weekend that is worked."""
        return "休" if not self.works else "班" if self.odd else ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One period at one school: its days as drawn, its gaps, and all of it in words."""

    period: Any
    since: date
    until: date
    gaps: list[Gap]
    awaited: list[Awaited] = field(default_factory=list)
    x: int = 0
    width: int = 0

    @property
    def inner(self) -> int:
        """The width within its edge."""
        return max(self.width - 2, 1)

    @property
    def tone(self) -> str:
        """How it is drawn: bad with a gap, planned while it is to come, else good or still hanging."""
        if self.gaps:
            return "bad"
        return {PeriodState.PLANNED: "planned", PeriodState.ENDED: "ended"}.get(self.period.state, "running")

    @property
    def words(self) -> str:
        """The bar for who does not see it."""
        state = {PeriodState.PLANNED: "计划", PeriodState.ENDED: "已结束"}.get(self.period.state, "公示中")
        told = [gap.words for gap in self.gaps] + ([self.rest] if self.rest else [])
        return f"{state}，{self.since:%m-%d} 至 {self.until:%m-%d}，{'，'.join(told)}"

    @property
    def rest(self) -> str:
        """What is said beside the gaps: the photos that are still to come and by when; that all is there; the plan."""
        if self.awaited:
            return f"尚未到期 {len(self.awaited)} 张：{'，'.join(one.words for one in self.awaited)}"
        if self.period.state == PeriodState.PLANNED:
            return f"{self.since:%m-%d} 计划开始"
        return "" if self.gaps else "照片齐全"


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """One school's row."""

    school: Any
    bars: list[Bar]

    @property
    def gaps(self) -> list[Gap]:
        """What is amiss in any period."""
        return [gap for bar in self.bars for gap in bar.gaps]


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are drawn."""

    first: date
    days: int
    wide: int

    @classmethod
    def over(cls, bars: Iterable[Bar], today: date) -> "Span":
        """From the day before the first bar to two days after the last, and today where it is near; 60 days at most."""
        ends = [day for bar in bars for day in (bar.since, bar.until)] or [today]
        last = max(ends)
        if last < today <= last + timedelta(days=14):
            last = today
        last += timedelta(days=2)
        first = max(min(ends) - timedelta(days=1), last - timedelta(days=_MOST_DAYS - 1))
        count = (last - first).days + 1
        return cls(first, count, max(_NARROWEST, min(_WIDEST, _WIDTH // count)))

    @property
    def width(self) -> int:
        """Of the whole drawing."""
        return self.days * self.wide

    def x(self, day: date) -> int:
        """Where a day begins."""
        return max(0, min(self.days, (day - self.first).days)) * self.wide

    def drawn(self, bar: Bar) -> Bar:
        """The bar with its place."""
        x = self.x(bar.since)
        width = max(self.x(bar.until + timedelta(days=1)) - x, 2)
        return replace(bar, x=x, width=width)

    def each(self, holidays: Mapping[date, bool]) -> Iterator[Day]:
        """Every day, with its kind."""
        for number in range(self.days):
            day = self.first + timedelta(days=number)
            works = is_workday(day, holidays)
            yield Day(
                day, number * self.wide, works, works != is_workday(day, {}),
                self.wide >= 17 or day.day % 5 == 0, not number or day.day == 1,
            )  # fmt: skip


@SEES
@require_safe
def publicity_calendar(request: StaffRequest) -> HttpResponse:
    """Every school's bar over the days, by township; what is amiss stands beside it in words."""
    form, rows, today = _asked(request)
    span = Span.over((bar for row in rows for bar in row.bars), today)
    page = page_of_list(_kept(rows, form), request.GET.get("page"), size=_SIZE)
    drawn = [SchoolDays(row.school, [span.drawn(bar) for bar in row.bars]) for row in page]
    shown = {
        "form": form,
        "page": page,
        "rows": drawn,
        "width": span.width,
        "wide": span.wide,
        "days": list(span.each(calendar.holidays())),
        "today": today,
        "today_x": span.x(today) if span.first <= today < span.first + timedelta(days=span.days) else None,
        "amiss": sum(1 for row in rows if row.gaps),
        "awaited": sum(len(bar.awaited) for row in rows for bar in row.bars),
        "schools": len(rows),
        "owing": _owed(_told(rows)),
    }
    return render(request, "disbursement/publicity_calendar.html", shown)


@SEES
@lists.shown_or_taken
def publicity_late(request: StaffRequest) -> HttpResponse:
    """The schools that owe a photo or sent it late, with whom to ring up."""
    form, rows, _ = _asked(request)
    told = _told(_kept(rows, form))
    if lists.asked(request):
        return lists.answer(request, LATE_PHOTOS, _with_clerks(request, told), form)
    page = page_of_list(told, request.GET.get("page"), size=_LATE_SIZE)
    shown = {
        "form": form,
        "page": page,
        "late": _with_clerks(request, page.rows),
        "owing": _owed(told),
        "came_late": len(told) - _owed(told),
        "schools": len({row.school.pk for row, _, _ in told}),
    }
    return render(request, "disbursement/publicity_late.html", shown)


def _asked(request: StaffRequest) -> tuple[HangingFilter, list[SchoolDays], date]:
    """The filter, the schools of the chosen periods with their bars, and today."""
    term, today = calendar.chosen(request.session), calendar.business_date()
    every = PublicityPeriod.objects.visible_to(request.user).filter(semester=term)
    periods = list(every.exclude(state=PeriodState.ABORTED).select_related("semester").order_by("-pk"))
    places = _places(request, periods)
    townships = sorted({(s.township.code, s.township.name) for s in places.values()})
    form = HangingFilter(request.GET, periods=periods, townships=townships)
    wanted = form.wanted("period")
    chosen = [p for p in periods if str(p.pk) == wanted] if wanted else _now(periods)
    return form, _rows(request, {p.pk: p for p in chosen}, places, today), today


def _now(periods: list[Any]) -> list[Any]:
    """What hangs or is planned; else what hung last."""
    live = [one for one in periods if one.state != PeriodState.ENDED]
    return live or periods[:1]


def _places(request: StaffRequest, periods: list[Any]) -> dict[tuple[int, int], Any]:
    """(period, school) → the school; one query."""
    rosters = Roster.objects.visible_to(request.user).filter(period__in=periods)
    listed = rosters.select_related("school__township").order_by("school__township__code", "school__code", "period")
    return {
        (one.period_id, one.school_id): one.school
        for one in listed.distinct("school__township__code", "school__code", "period")
    }


def _rows(request: StaffRequest, periods: dict[int, Any], places: dict[Any, Any], today: date) -> list[SchoolDays]:
    sent: dict[tuple[int, int, str], Sent] = {}
    evidence = PublicityEvidence.objects.visible_to(request.user).filter(period__in=list(periods)).order_by("pk")
    for period, school, moment, ok, day in evidence.values_list("period", "school", "moment", "ok", "sent_on"):
        sent[period, school, moment] = Sent(_STATES[ok], day)  # the newest stands
    holidays = calendar.holidays()
    found: dict[int, SchoolDays] = {}
    for (period, school), place in places.items():
        if period in periods:
            photos = [sent.get((period, school, moment.value), Sent()) for moment in (Moment.START, Moment.END)]
            row = found.setdefault(school, SchoolDays(place, []))
            row.bars.append(_bar(periods[period], photos, today, holidays))
    return list(found.values())


def _bar(period: Any, photos: list[Sent], today: date, holidays: Mapping[date, bool]) -> Bar:
    last_day = last_day_of(period, holidays)
    if last_day is None:
        return Bar(period, period.planned_on, period.planned_on, [])
    until = period.ended_on or today
    hanging = Hanging(period.started_on, last_day, until, *photos)
    ends = period.ended_on or max(last_day, today)
    return Bar(period, period.started_on, ends, gaps_in(hanging, holidays), awaited_in(hanging))


def _kept(rows: list[SchoolDays], form: HangingFilter) -> list[SchoolDays]:
    """Those that the filter leaves."""
    township, gap, text = form.wanted("township"), form.wanted("gap"), form.wanted("q")
    rows = [row for row in rows if text in row.school.name and township in ("", row.school.township.code)]
    if gap == "none":
        return [row for row in rows if not row.gaps]
    return [row for row in rows if gap in {one.kind.value for one in row.gaps}] if gap else rows


def _told(rows: list[SchoolDays]) -> list[tuple[SchoolDays, Bar, Gap]]:
    """Photos that schools owe, the longest overdue first; then those that came late."""
    told = [
        (row, bar, gap) for row in rows for bar in row.bars for gap in bar.gaps if gap.open or gap.kind is GapKind.LATE
    ]
    return sorted(
        told, key=lambda one: (not one[2].open, -one[2].late, one[0].school.township.code, one[0].school.code)
    )


def _owed(told: list[tuple[SchoolDays, Bar, Gap]]) -> int:
    return sum(1 for _, _, gap in told if gap.open)


def _with_clerks(request: StaffRequest, told: list[tuple[SchoolDays, Bar, Gap]]) -> list[LatePhoto]:
    """With whom to ring up, for the county's staff."""
    codes = [row.school.code for row, _, _ in told]
    clerks = clerks_of(codes) if request.user.reach().county else {}
    return [LatePhoto(row.school, bar.period, gap, clerks.get(row.school.code, [])) for row, bar, gap in told]
