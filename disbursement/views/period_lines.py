"""A period's list: what will hang before its start, what hangs while it runs; by school, class and name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deeds
from aid_admin.accounts.gate import StaffRequest
from aid_admin.db.pages import Page, page_of, page_of_list
from aid_admin.lib.classes import class_order
from disbursement.actions.publicity import lines_to_hang
from disbursement.forms.publicity import LinesFilter
from disbursement.models import PublicityLine, PublicityPeriod, Roster, RosterLine
from disbursement.rules.states import LineStatus, PeriodState
from disbursement.views.period_start import start_of
from disbursement.views.publicity import SEES, START, may_see_list


@dataclass(frozen=True, slots=True)
class Place:
    """Where the shown school stands among those of the period, with the lines of its whole list and its neighbours."""

    name: str
    number: int
    count: int
    lines: int
    before: tuple[str, str] | None
    after: tuple[str, str] | None

    @classmethod
    def of(cls, code: str, schools: list[tuple[str, str]], lines: int) -> "Place | None":
        """The place of the school with that code; None where it is none of them."""
        at = next((n for n, (one, _) in enumerate(schools) if one == code), None)
        if at is None:
            return None
        before, after = (schools[at - 1] if at else None), (schools[at + 1] if at + 1 < len(schools) else None)
        return cls(schools[at][1], at + 1, len(schools), lines, before, after)


@SEES
def period_lines(request: StaffRequest, pk: int) -> HttpResponse:
    """The frozen list, from which an objection is registered; before the start what would be frozen; later nothing."""
    rows = PublicityPeriod.objects.visible_to(request.user).select_related("semester")
    period = get_object_or_404(rows, pk=pk)
    planned = period.state == PeriodState.PLANNED
    if not (may_preview(request) if planned else may_see_list(request, period)):
        raise Http404
    form, page, place = _preview(request, period) if planned else (*_hanging(request, period), None)
    held = RosterLine.objects.visible_to(request.user).filter(pk__in=[line.roster_line_id for line in page])
    shown = {
        "period": period,
        "planned": planned,
        "place": place,
        "deeds": Deeds(request, (START,), fits=lambda _deed: planned),
        "start": start_of(request, period),
        "form": form,
        "page": page,
        "held": set(held.filter(state=LineStatus.HELD).values_list("pk", flat=True)),
        "may_object": period.state == PeriodState.RUNNING and may(request.user, "objection.add"),
    }
    return render(request, "disbursement/period_lines.html", shown)


def may_preview(request: StaffRequest) -> bool:
    """Whether the person may see a list before it hangs: who starts it, and who checks evidence."""
    return may(request.user, "publicity.print_all")


def _hanging(request: StaffRequest, period: Any) -> tuple[LinesFilter, Page]:
    rows: Any = PublicityLine.objects.visible_to(request.user).filter(period=period)
    schools = _schools(request, period)
    code = schools[0][0] if len(schools) == 1 else request.GET.get("school", "")
    of_school = rows.filter(school__code=code)
    groups = _groups(of_school.order_by().values_list("grade", "class_name").distinct())
    form = LinesFilter(request.GET, schools=schools, groups=groups)
    wanted = form.wanted(school="school__code", q="name__contains")
    rows = rows.filter(**wanted)
    if group := form.wanted(group="group"):
        rows = rows.filter(**dict(zip(("grade", "class_name"), groups[group["group"]], strict=True)))
    return form, page_of(rows.order_by("school__code", "position"), request.GET.get("page"))


def _preview(request: StaffRequest, period: Any) -> tuple[LinesFilter, Page, Place | None]:
    """One school at a time, as its notice will be printed; the first one as long as none is chosen."""
    schools = _schools(request, period)
    code = request.GET.get("school", "") or next((code for code, _ in schools), "")
    lines = lines_to_hang(period, RosterLine.objects.visible_to(request.user).filter(roster__school__code=code))
    groups = _groups((line.grade, line.class_name) for line in lines)
    form = LinesFilter({**request.GET.dict(), "school": code}, schools=schools, groups=groups, one_school=True)
    wanted = form.wanted(group="group", q="q")
    group, text = groups.get(wanted.get("group", "")), wanted.get("q", "")
    kept = [line for line in lines if text in line.name and group in (None, (line.grade, line.class_name))]
    return form, page_of_list(kept, request.GET.get("page")), Place.of(code, schools, len(lines))


def _schools(request: StaffRequest, period: Any) -> list[tuple[str, str]]:
    """The period's schools within the person's reach: code and name."""
    rosters = Roster.objects.visible_to(request.user).filter(period=period).order_by("school__code")
    return list(rosters.values_list("school__code", "school__name").distinct())


def _groups(found: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """A school's classes as they are called, in the school's order: words → grade and class."""
    ordered = sorted(set(found), key=lambda one: (one[0], class_order(one[1])))
    return {f"{grade}{name}".strip() or "（未分班）": (grade, name) for grade, name in ordered}
