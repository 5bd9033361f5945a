"""A student's page over all apps: roll, family, place, categories, entitlements, rosters, payments, accounts."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Value
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import BUSINESS_ROLES, SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of_all
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from archives.models import EvidenceItem, HomeVisit, MentoringPair, NoticeLetter
from disbursement.models import PaymentLine, RosterLine
from eligibility.models import AidApplication, Entitlement
from eligibility.pins import runs_shown
from students.models import BankAccount, Placement, Student

# those who see the dossier
SEES_HISTORY: Final = SCHOOL_ROLES | {Role.REVIEWER, Role.APPROVER, Role.AUDITOR}


@needs_role(*sorted(BUSINESS_ROLES))
@require_safe
def student(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything of this semester about one student, identity data masked."""
    term = calendar.chosen(request.session)
    found = get_object_or_404(Student.objects.visible_to(request.user).select_related("village__township"), pk=pk)
    places = Placement.objects.visible_to(request.user).filter(student=found)
    place = places.of(term).select_related("school", "enrolment__school", "attendance__school").first()
    shown: dict[str, Any] = {
        "student": found,
        "place": place,
        "roll": place.enrolment if place else None,
        "family": list(place.enrolment.family.all()) if place and place.enrolment else [],
        "accounts": list(BankAccount.objects.visible_to(request.user).filter(student=found).order_by("-version")),
        "corrects": may(request.user, "account.correct"),
        **_aid(request, found, term),
    }
    if request.user.roles & SEES_HISTORY:
        shown |= {"sees_history": True, "events": _history(request, found, shown)}
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


def _history(request: StaffRequest, found: Student, shown: Mapping[str, Any]) -> list[Any]:
    """Who did what with the student and with what hangs on the student, as far as the person sees it."""
    user = request.user
    own: dict[str, list[int]] = {}
    for kind, pk in _hanging_on(user, found):
        own.setdefault(kind, []).append(pk)
    listed = {"bankaccount": "accounts", "rosterline": "lines", "paymentline": "payments"}
    rows = {kind: [row.pk for row in shown[name]] for kind, name in listed.items()}
    rosters = {line.roster_id for line in shown["lines"]}
    reach = user.reach()
    events = history_of_all(
        {"student": [found.pk], "roster": rosters, **own, **rows}, None if reach.county else reach.schools
    )
    # of a roster only what happened to it as a whole: what is said of its lines is of other pupils too
    return [event for event in events if event.object_type != "roster" or event.from_state]


def _hanging_on(user: User, found: Student) -> Any:
    """Type and id of what hangs on the student, as far as the person sees it. One query."""
    parts = [
        model.objects.visible_to(user)
        .filter(student=found)
        .order_by()
        .annotate(of=Value(model._meta.model_name or ""))
        .values_list("of", "pk")
        for model in (Placement, AidApplication, NoticeLetter, HomeVisit, EvidenceItem, MentoringPair)
    ]
    return parts[0].union(*parts[1:], all=True)
