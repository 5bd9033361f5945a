"""What every template gets: menu, semester, the eight steps, the demo mark."""

import uuid
from datetime import date

from django.core.cache import cache
from django.http import HttpRequest

from aid_admin.accounts.acting import may
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.office import menu, overview, waiting

_SECONDS = 10  # how old the bar and the count in the menu may be


def office(request: HttpRequest) -> dict[str, object]:
    """Menu, semester bar and demo mark; nothing for somebody who is not logged in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    semesters, today, demo = calendar.at_a_glance()
    term = calendar.pick(semesters, str(request.session.get("semester", "")), today)
    steps, count = _bar(user, term, today) if term else ([], 0)
    return {
        "demo": demo,
        "business_date": today,
        "semesters": semesters,
        "semester": term,
        "steps": steps,
        "menu": menu.menu_for(user.roles, request.path, count),
        "may_search": bool(user.reach()),
        "may_reveal": may(user, "identity.reveal"),
    }


def _bar(user: User, term: Semester, today: date) -> tuple[list[overview.Step], int]:
    key = f"bar-{user.pk}-{term.pk}-{cache.get(f'bar-{user.pk}', 0)}"
    found: tuple[list[overview.Step], int] | None = cache.get(key)
    if found is None:
        steps = overview.steps_of(term, user.reach()) if user.reach() else []
        count = sum(line.count for line in waiting.waiting_for(user, term, today))
        found = steps, count
        cache.set(key, found, _SECONDS)
    return found


def forget_bars(user: User) -> None:
    """After the person did something, and on the home page: what is, not what was ten seconds ago."""
    cache.set(f"bar-{user.pk}", uuid.uuid4().hex, 10 * _SECONDS)
