"""Payment lines of all batches: what failed, what to do, where the account is mended."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from aid_admin.accounts.deeds import Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of
from disbursement.forms import PaymentFilter
from disbursement.models import PaymentLine
from disbursement.rules.states import BatchState
from disbursement.views.accounts import REAFFIRM
from disbursement.views.lists import PAYMENTS
from students.models import Student

_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.AUDITOR)
_PATHS: Final = {
    "school": "school__code",
    "programme": "programme__code",
    "state": "state",
    "code": "code",
    "batch": "batch",
}


@_SEES
def payment_list(request: StaffRequest) -> HttpResponse:
    """The semester's payment lines, without those of aborted batches; the clerk reaffirms accounts of failed ones."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (REAFFIRM,))
    if deeds.done():
        return redirect(request.get_full_path())
    every = PaymentLine.objects.visible_to(request.user).filter(batch__semester=term)
    every = every.exclude(batch__state=BatchState.ABORTED)
    batches = every.order_by("batch").values_list("batch", "batch__no").distinct()
    form = PaymentFilter(request.GET or None, user=request.user, batches=list(batches))
    rows = every.filter(**form.wanted(**_PATHS))
    if found := form.wanted(q="q"):
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(found["q"]))
    listed = rows.select_related("student", "school", "programme", "batch", "account", "retry__batch")
    clerk = Role.SCHOOL_CLERK in request.user.roles
    listed = listed.order_by("batch", "line_no")
    if lists.asked(request):
        return lists.answer(request, PAYMENTS, listed, form)
    page, sums = page_of(listed, request.GET.get("page")), rows.once().sums()
    shown = {
        "form": form,
        "page": page,
        "advised": any(line.next_step or getattr(line, "retry", None) for line in page),
        "deeds": deeds,
        "sums": sums,
        "paid_anew": page.total - sums["person_times"],
        "mend": reverse("intake:send", args=["accounts"]) if clerk else "",
        "money": not request.user.roles <= SCHOOL_ROLES,
    }
    return render(request, "disbursement/payment_list.html", shown)
