"""学期办结: what is still open, the figures, and closing the semester."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render

from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from archives.actions import closing as deeds_of_closing
from archives.forms import CloseForm, ReopenForm
from archives.permissions import ALLOWED
from disbursement.models import RosterLine
from disbursement.rules.states import RosterState

_SEES: Final = needs_role(
    Role.REVIEWER, Role.APPROVER, Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.AUDITOR
)  # fmt: skip
CLOSE: Final = Deed(
    "close", "semester.close", "办结本学期", deeds_of_closing.close_semester, takes=("semester",), form=CloseForm,
    done="本学期已办结。要更改名单或名册，须先重新打开。", icon="shield-check",
    text="办结以后不再接收名单和申请，不再比对、核定、生成和审核名册；补发、告知书、回执、走访和归档照常。办错了可以重新打开。",
)  # fmt: skip
REOPEN: Final = Deed(
    "reopen", "semester.reopen", "重新打开", deeds_of_closing.reopen_semester, takes=("semester",), form=ReopenForm,
    done="本学期已重新打开，名单和名册又可以更改。", tone="outline-danger", icon="arrow-counterclockwise",
    text="打开以后名单、核定和名册又可以更改；改完请再次办结。",
)  # fmt: skip


@_SEES
def closing(request: StaffRequest) -> HttpResponse:
    """The chosen semester's open work, and closing it where nothing is under way."""
    term: Any = calendar.chosen(request.session)
    left = deeds_of_closing.remaining(term)
    ready = not any(one.count for one in left if one.must)
    deeds = Deeds(request, (CLOSE, REOPEN), fits=lambda deed: _fits(deed, term, ready=ready))
    if deeds.done(semester=term.code):
        return redirect("archives:closing")
    shown = {
        "term": term,
        "left": left,
        "ready": ready,
        "offers": list(deeds),
        "may_close": bool(request.user.roles & ALLOWED[CLOSE.right]),
        "sums": _sums(request.user, term),
        "events": history_of("semester", term.code),
    }
    return render(request, "archives/closing.html", shown)


def _fits(deed: Deed, term: Semester, *, ready: bool) -> bool:
    closed = term.closed_on is not None
    return closed if deed is REOPEN else ready and not closed


def _sums(user: User, term: Semester) -> dict[str, int]:
    """Persons, person-times and fen of the confirmed rosters."""
    lines = RosterLine.objects.visible_to(user).filter(semester=term, roster__state=RosterState.CONFIRMED)
    return lines.sums()
