"""不漏一人: registry children who are on no roll, until each one's whereabouts are known."""

from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render

from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import Role
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of
from eligibility.actions import decisions
from eligibility.forms import CoverageFilter, SettleForm
from eligibility.models import CoverageGap
from eligibility.rules import CoverageReason
from eligibility.views.comparison import comparison_shown
from eligibility.views.lists import GAPS

SETTLE: Final = Deed(
    "settle", "coverage.settle", "核实去向", decisions.settle_coverage, "coverage",
    "已记录 {n} 名儿童的去向，下一次比对时生效。", form=SettleForm, icon="flag",
)  # fmt: skip


@needs_role(Role.REGISTRY_OFFICER, Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
def coverage_list(request: StaffRequest) -> HttpResponse:
    """The newest comparison's gaps and what persons found out about them."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (SETTLE,))
    if deeds.done():
        return redirect(request.get_full_path())
    run = comparison_shown(request, term)
    form = CoverageFilter(request.GET or None)
    rows = _gaps(request, run, form)
    if lists.asked(request):
        return lists.answer(request, GAPS, rows, form)
    page = page_of(rows, request.GET.get("page"))
    counts = run.counts.get("coverage", {}) if run else {}
    reasons = [(r.value, r.label, counts.get(r.value, 0)) for r in CoverageReason if counts.get(r.value)]
    for gap in page:
        gap.settled_label = CoverageReason(gap.settled).label if gap.settled in list(CoverageReason) else ""
    shown = {"form": form, "page": page, "deeds": deeds, "run": run, "reasons": reasons}
    return render(request, "eligibility/coverage_list.html", shown)


def _gaps(request: StaffRequest, run: Any, form: CoverageFilter) -> Any:
    rows = CoverageGap.objects.visible_to(request.user).filter(run=run)
    wanted = form.wanted(outcome="outcome", reason="reason_code", registry="record__registry")
    rows = rows.filter(**wanted)
    if found := form.wanted(q="q"):
        text = found["q"].strip()
        rows = rows.filter(Q(record__name__contains=text) | Q(record__village__name__contains=text))
    rows = rows.select_related("record__village__township").with_settled()
    return rows.order_by("outcome", "record__village__code", "record__name_key", "pk")
