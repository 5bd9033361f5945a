"""退回与修改记录: what was sent back, why, what was changed since; the county's, and each school's own."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from disbursement.actions.returned import returns_of, with_changes
from disbursement.forms.review import ReturnedFilter
from disbursement.models import Roster
from eligibility.models import AidApplication

_DATES: Final = {"kind": "object_type", "since": "at__date__gte", "until": "at__date__lte"}


@require_safe
@needs_role(*sorted(SCHOOL_ROLES), Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
def returned_list(request: StaffRequest) -> HttpResponse:
    """The semester's returns, the newest first."""
    term = calendar.chosen(request.session)
    form = ReturnedFilter(request.GET or None, user=request.user)
    rosters, applications = _objects(request, form, term)
    events = returns_of(rosters, applications).filter(**form.wanted(**_DATES))
    page = page_of(events.order_by("-seq"), request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "returns": with_changes(page.rows, rosters, applications),
        "filtered": any(form.data.get(name) for name in form.fields),
    }
    return render(request, "disbursement/returned_list.html", shown)


def _objects(request: StaffRequest, form: ReturnedFilter, term: Any) -> tuple[Any, Any]:
    """Rosters and applications of the semester that the filters want; an application is of no programme."""
    school = form.wanted(school="school__code")
    programme = form.wanted(programme="programme__code")
    rosters = Roster.objects.visible_to(request.user).filter(semester=term, **school, **programme)
    applications = AidApplication.objects.visible_to(request.user).filter(semester=term, **school)
    return rosters, applications.none() if programme else applications
