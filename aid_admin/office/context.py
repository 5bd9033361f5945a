"""What every template gets: menu, semester, the eight steps, the demo mark."""

import uuid
from dataclasses import replace
from datetime import date
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

from aid_admin.accounts.acting import may
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import SCHOOL_ROLES
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.office import health, menu, overview, waiting
from aid_admin.office.desk import Work
from eligibility.pins import RunsShown
from eligibility.views.shown import runs_of

_SECONDS: Final = 10  # how old the bar and the count in the menu may be
Bar = tuple[list[overview.Step], int, health.Condition]  # steps, kinds of work that wait, how the system is
_OF_THE_BUREAU: Final = frozenset({"数据导入", "比对核查"})  # steps counted over the whole county


def office(request: HttpRequest) -> dict[str, object]:
    """Menu, semester bar and demo mark; nothing for somebody who is not logged in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    semesters, today, demo = calendar.of_session(request.session)
    term = calendar.pick(semesters, str(request.session.get("semester", "")), today)
    steps, waits, condition = bar(request, user, term, today) if term else ([], 0, None)
    return {
        "demo": demo,
        "condition": condition,
        "business_date": today,
        "semesters": semesters,
        "semester": term,
        "steps": steps,
        "waiting_count": waits,
        "menu": menu.menu_for(user.roles, request.path, waits),
        "may_search": bool(user.reach()),
        "may_reveal": may(user, "identity.reveal"),
    }


def bar(request: HttpRequest, user: User, term: Semester, today: date) -> Bar:
    """The eight steps, how much waits for the person and how the system is, remembered for some seconds."""
    found: Bar | None = cache.get(_key(user, term))
    return found or _reckoned(request, user, term, today)[0]


def at_home(
    request: HttpRequest, user: User, term: Semester, today: date
) -> tuple[list[overview.Step], list[waiting.Waiting]]:
    """The steps and what waits for the person, as they are now: the home page shows nothing remembered."""
    forget_bars(user)
    (steps, _, _), works = _reckoned(request, user, term, today)
    return steps, waiting.lines_of(works, term, today)


def _reckoned(request: HttpRequest, user: User, term: Semester, today: date) -> tuple[Bar, list[tuple[Work, int]]]:
    """The bar, and the work that it counts; steps, work and signs are asked for in one query."""
    reach = user.reach()
    runs = runs_of(request, term) if reach else RunsShown()
    works = waiting.works_of(user, term, today, runs)
    counted = [*(work.rows for work in works), *health.signs()]
    of_steps = [overview.counting(term, reach, runs)] if reach else []
    row = bulk.side_by_side([*of_steps, bulk.counting(counted)])
    told, counts = row[: -len(counted)], row[-len(counted) :]
    steps = overview.steps_from(told, runs) if told else []
    steps = _at_school(steps) if user.roles <= SCHOOL_ROLES else steps
    there = waiting.there(works, counts)
    found = steps, len(there), health.condition(*counts[len(works) :])
    cache.set(_key(user, term), found, _SECONDS)
    return found, there


def _key(user: User, term: Semester) -> str:
    return f"bar-{user.pk}-{term.pk}-{cache.get(f'bar-{user.pk}', 0)}"


def _at_school(steps: list[overview.Step]) -> list[overview.Step]:
    """The bar of a school: its own steps; what is now is judged by these, whatever the bureau's do."""
    own = [step for step in steps if step.title not in _OF_THE_BUREAU]
    over = [step.state in ("done", "open") for step in own]
    now = overview.now_of(over, [step.begun for step in own])
    return [
        step if over[place] else replace(step, state="now" if place == now else "later")
        for place, step in enumerate(own)
    ]


def forget_bars(user: User) -> None:
    """After the person did something, and on the home page: what is, not what was ten seconds ago."""
    cache.set(f"bar-{user.pk}", uuid.uuid4().hex, 10 * _SECONDS)
