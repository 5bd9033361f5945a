"""应助结果: what each pupil is entitled to in the newest run, with the reason in words."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render

from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import BUSINESS_ROLES
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.db.pages import page_of
from eligibility.actions import entitle
from eligibility.actions.entitle import newest_run
from eligibility.forms import EntitlementFilter
from eligibility.models import Entitlement
from students.models import Student

ENTITLE: Final = Deed(
    "entitle", "entitle", "核定资格", entitle.entitle, done="资格已核定，结果见下。", takes=("semester",),
    icon="card-checklist", text="按现在的比对结果、认定申请和本学期标准核定。数据没有变化时结果不变。",
)  # fmt: skip
_PATHS: Final = {"programme": "programme__code", "reason": "reason_code"}


@needs_role(*sorted(BUSINESS_ROLES))
def entitlement_list(request: StaffRequest) -> HttpResponse:
    """Every pupil and programme considered, granted or not."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (ENTITLE,))
    if deeds.done(semester=term.code):
        return redirect(request.get_full_path())
    form = EntitlementFilter(request.GET or None, user=request.user)
    run = newest_run(term)
    rows = _rows(request, term, run, form)
    page = page_of(rows.order_by("student__name_key", "student", "programme__position"), request.GET.get("page"))
    shown = {"form": form, "page": page, "deeds": deeds, "run": run, "sums": rows.granted_sums()}
    return render(request, "eligibility/entitlement_list.html", shown)


def _rows(request: StaffRequest, term: Semester, run: Any, form: EntitlementFilter) -> Any:
    rows = Entitlement.objects.visible_to(request.user).filter(run=run, **form.wanted(**_PATHS))
    chosen = form.wanted(granted="granted", school="school", q="q")
    if "granted" in chosen:
        rows = rows.filter(granted=chosen["granted"] == "yes")
    if "school" in chosen:
        rows = rows.at_school(term, chosen["school"])
    if "q" in chosen:
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(chosen["q"]))
    return rows.select_related("student", "programme", "standard")
