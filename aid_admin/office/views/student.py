"""A student's page over all apps: roll, family, place, categories, entitlements, rosters, payments, accounts."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import BUSINESS_ROLES
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from disbursement.models import PaymentLine, RosterLine
from eligibility.models import Entitlement
from eligibility.pins import runs_shown
from students.models import BankAccount, Placement, Student


@needs_role(*sorted(BUSINESS_ROLES))
@require_safe
def student(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything of this semester about one student, identity data masked."""
    term = calendar.chosen(request.session)
    found = get_object_or_404(Student.objects.visible_to(request.user).select_related("village__township"), pk=pk)
    places = Placement.objects.visible_to(request.user).filter(student=found)
    place = places.of(term).select_related("school", "enrolment__school", "attendance__school").first()
    shown = {
        "student": found,
        "place": place,
        "roll": place.enrolment if place else None,
        "family": list(place.enrolment.family.all()) if place and place.enrolment else [],
        "accounts": list(BankAccount.objects.visible_to(request.user).filter(student=found).order_by("-version")),
        "corrects": may(request.user, "account.correct"),
        **_aid(request, found, term),
    }
    return render(request, "office/student.html", shown)


def _aid(request: StaffRequest, found: Student, term: Semester) -> dict[str, Any]:
    """Categories and entitlements of the run shown, roster lines and payments of the semester."""
    run = runs_shown(term).entitlement
    rights = Entitlement.objects.visible_to(request.user).filter(run=run, student=found)
    lines = RosterLine.objects.visible_to(request.user).filter(student=found, semester=term)
    payments = PaymentLine.objects.visible_to(request.user).filter(student=found, batch__semester=term)
    return {
        "run": run,
        "categories": list(found.categories.filter(run=run)) if run else [],
        "entitlements": list(rights.select_related("programme", "standard").order_by("programme__position")),
        "lines": list(lines.select_related("programme", "roster__school").order_by("programme__position")),
        "payments": list(payments.select_related("programme", "batch").order_by("-pk")),
    }
