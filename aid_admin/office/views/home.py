"""The first page: what waits for me."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.gate import StaffRequest
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import SCHOOL_ROLES
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.office import context, menu
from aid_admin.office.hanging import told_of
from aid_admin.office.notes import notes_for
from aid_admin.office.overview import Step, coming_for
from aid_admin.office.waiting import deadlines_of

# deeds that the keys A and R press (components/_deed_buttons.html)
_KEYS: Final = {
    "passes": ("roster.review", "roster.approve", "batch.review", "application.review"),
    "returns": ("roster.return", "application.return"),
}


# what a school looks for first: where, what it is called, what it is for
_WAYS: Final = (
    ("intake:choose", "上传文件、下载样表", "在校确认、认定申请、名册、银行账号各有样表", "upload.stage"),
    ("archives:policy", "政策宣传栏、空白申请表", "按学段自动生成，A4 打印", "policy.print"),
    ("office:manual", "用户手册", "按岗位写的每一步", ""),
)


def _ways(user: User) -> list[dict[str, str]]:
    """The ways that a person of a school may go."""
    if not user.roles & SCHOOL_ROLES:
        return []
    found = [way for way in _WAYS if not way[3] or may(user, way[3])]
    return [{"path": reverse(name), "title": title, "text": text} for name, title, text, _ in found]


def _hanging(steps: Sequence[Step], term: Semester, today: date) -> str | None:
    """What a school is told of its own publicity; None where the bar does not tell of it."""
    found = [step.hanging for step in steps if step.hanging]
    return told_of(found[0], term, today) if found else None


@require_safe
def home(request: StaffRequest) -> HttpResponse:
    """What waits for the person, with count, deadline and the way there; where nothing does, what comes next; and his notes."""
    term = calendar.chosen(request.session)
    _, today, _ = calendar.of_session(request.session)
    steps, lines = context.at_home(request, request.user, term, today)
    shown = [(line, menu.exists(line.path)) for line in lines]
    coming = "" if lines else coming_for(request.user.roles, steps, deadlines_of(term), _hanging(steps, term, today))
    notes = notes_for(request.user, term, today)
    begins = any(note.begin for note in notes)
    keys = {name: any(may(request.user, verb) for verb in verbs) for name, verbs in _KEYS.items()}
    told = {"lines": shown, "coming": coming, "notes": notes, "begins": begins}
    return render(request, "office/home.html", told | keys | {"ways": _ways(request.user)})
