"""上报: what the picked rosters come to and what is looked at before the head sends them up."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aid_admin.accounts.gate import StaffRequest, needs
from disbursement.actions.checks import submission_checks
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import RosterState

_MOST = 100


@require_safe
@needs("roster.submit")
def submit_look(request: StaffRequest) -> HttpResponse:
    """For the dialog of 上报: sums by programme, and each check with what to do."""
    picked = [int(pk) for pk in request.GET.getlist("pick") if pk.isascii() and pk.isdigit() and len(pk) < 19][:_MOST]
    drafts = Roster.objects.visible_to(request.user).filter(pk__in=picked, state=RosterState.DRAFT)
    found = list(drafts.select_related("school", "programme").order_by("programme__position", "round"))
    lines = RosterLine.objects.visible_to(request.user).filter(roster__in=found)
    checks = submission_checks(found, request.user) if found else []
    shown = {
        "found": found,
        "programmes": _by_programme(lines),
        "sums": lines.sums(),
        "checks": checks,
        "blocked": any(check.blocks and check.fault for check in checks),
    }
    return render(request, "disbursement/_submit_looked_at.html", shown)


def _by_programme(lines: Any) -> list[tuple[str, dict[str, int]]]:
    names = dict(lines.order_by("programme__position").values_list("programme", "programme__name"))
    return [(name, lines.filter(programme=pk).sums()) for pk, name in names.items()]
