"""名册进度: schools by programmes, where each roster stands, how late it is and what is odd about it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import BUSINESS_ROLES
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester
from aid_admin.db.pages import page_of
from aid_admin.lib.workdays import workdays_between
from disbursement.actions.flags import flagged_counts
from disbursement.forms.review import MatrixFilter
from disbursement.models import Roster
from disbursement.permissions import SEES_FLAGS
from disbursement.rules.review import Stand, stand_of


@needs_role(*sorted(BUSINESS_ROLES))
@require_safe
def roster_matrix(request: StaffRequest) -> HttpResponse:
    """Schools by programmes; twelve queries at most, however many schools there are."""
    term = calendar.chosen(request.session)
    form = MatrixFilter(request.GET or None, user=request.user)
    due, late = _lateness(request, term)
    rosters = _wanted(Roster.objects.visible_to(request.user).of(term), form, late)
    placed = list(rosters.order_by().values_list("school", "state", "return_reason"))
    here = {school for school, *_ in placed}
    schools = School.objects.visible_to(request.user).filter(pk__in=here)
    schools = schools.select_related("township").order_by("township__code", "code")
    page = page_of(schools, request.GET.get("page"), counted=len(here), at_once=True)
    found = list(
        rosters.filter(school__in=page.rows)
        .with_sums()
        .select_related("programme", "school")
        .order_by("programme__position", "round")
    )
    flagged = flagged_counts(term, [r.pk for r in found]) if request.user.roles & SEES_FLAGS else {}
    programmes = sorted({r.programme for r in found}, key=lambda programme: programme.position)
    shown = {
        "form": form,
        "page": page,
        "due": due,
        "late": late,
        "programmes": programmes,
        "table": _table(page.rows, programmes, found, flagged, late),
        "stands": _counts(placed),
        "filtered": any(form.data.get(name) for name in form.fields),
    }
    return render(request, "disbursement/roster_matrix.html", shown)


def _lateness(request: StaffRequest, term: Semester) -> tuple[date | None, int]:
    """The schools' deadline of the semester, and how many working days ago it was."""
    today = calendar.of_session(request.session)[1]
    due = term.deadlines.filter(step="ROSTERS").values_list("due_on", flat=True).first()
    return due, workdays_between(due, today, calendar.holidays()) if due and due < today else 0


def _wanted(rosters: Any, form: MatrixFilter, late: int) -> Any:
    rows = rosters.filter(**form.wanted(township="school__township__code", programme="programme__code"))
    rest = form.wanted(stand="stand", q="q", late="late")
    if "stand" in rest:
        rows = rows.standing(rest["stand"])
    if "q" in rest:
        rows = rows.filter(school__name__contains=rest["q"].strip())
    if "late" in rest:
        rows = rows.filter(state=Stand.DRAFT) if late else rows.none()
    return rows


def _counts(placed: Sequence[tuple[int, str, str]]) -> list[tuple[str, str, int]]:
    """Code, words and number of the rosters that stand at each place; of each its school, state and return reason."""
    found = Counter(stand_of(state, returned) for _, state, returned in placed)
    return [(stand.value, stand.label, found[stand]) for stand in Stand if found[stand]]


def _table(
    schools: Sequence[Any], programmes: Sequence[Any], rosters: Sequence[Any], flagged: dict[int, int], late: int
) -> list[tuple[Any, list[list[Any]]]]:
    """Per school its cells; each roster with `stand`, `late` (working days) and `flagged` (lines)."""
    cells: dict[tuple[int, int], list[Any]] = {}
    for roster in rosters:
        roster.stand = stand_of(roster.state, roster.return_reason)
        roster.late = late if roster.state == Stand.DRAFT else 0
        roster.flagged = flagged.get(roster.pk, 0)
        cells.setdefault((roster.school_id, roster.programme_id), []).append(roster)
    return [(school, [cells.get((school.pk, programme.pk), []) for programme in programmes]) for school in schools]
