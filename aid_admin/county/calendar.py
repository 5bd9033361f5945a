"""The business date, the current semester and the working days."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from django.db.models import Subquery
from django.utils import timezone

from aid_admin.accounts.models import User
from aid_admin.county.models import DemoClock, Holiday, Semester
from aid_admin.db import bulk
from aid_admin.lib.refusals import BadInput, Refused


def is_demo() -> bool:
    """Whether this database was marked as demo."""
    return DemoClock.objects.exists()


def business_date() -> date:
    """Today in Asia/Shanghai, or the demo's date in a database marked as demo."""
    clock = DemoClock.objects.first()
    return clock.business_date if clock else timezone.localdate()


def stamp(by: User, filters: str = "") -> str:
    """What stands at the foot of a list that leaves: who took it, when by the clock (and by the demo's date), filters."""
    day, now = business_date(), timezone.localtime()
    dated = "" if day == now.date() else f"（业务日期 {day}）"
    return f"{by.name}（{by.username}）{now:%Y-%m-%d %H:%M} 导出{dated}" + (f"，筛选：{filters}" if filters else "")


def holidays() -> dict[date, bool]:
    """Days that break the weekday rule, as lib.workdays takes them: day → is a day off."""
    return {day: not works for day, works in Holiday.objects.values_list("day", "is_workday")}


def semester(code: str = "") -> Semester:
    """The semester of that code; without a code the one that holds the business date, else the newest begun."""
    if code:
        found = Semester.objects.filter(code=code).first()
    else:
        today = business_date()
        found = Semester.objects.filter(starts_on__lte=today).first() or Semester.objects.last()
    if found is None:
        raise BadInput(f"没有学期“{code}”，请先由系统管理员建立。")
    return found


def refuse_closed(term: Semester | None) -> None:
    """Nothing that would change who gets what is done in a closed semester; holds the row against a closing meanwhile.

    Raises Refused. What is still under way goes on: payments made anew, letters, receipts, visits, dossiers.
    """
    rows = bulk.query("SELECT closed_on FROM county_semester WHERE id = %s FOR SHARE", [term.pk]) if term else []
    for (closed_on,) in rows:
        if closed_on:
            raise Refused(
                f"{term}已于 {closed_on} 办结，名单、申请、核定和名册不能再改。确需更改，请资助中心复审在“学期办结”里重新打开。"
            )


def pick(semesters: Sequence[Semester], code: str, today: date) -> Semester | None:
    """The semester of that code among `semesters` (newest first); else the one begun last, else the first to come."""
    named = next((term for term in semesters if term.code == code), None)
    begun = next((term for term in semesters if term.starts_on <= today), None)
    return named or begun or (semesters[-1] if semesters else None)


def at_a_glance() -> tuple[list[Semester], date, bool]:
    """All semesters, newest first, the business date, and whether this is a demo; one query."""
    clock = Subquery(DemoClock.objects.values("business_date")[:1])
    terms: list[Any] = list(Semester.objects.annotate(demo_date=clock))
    demo_date = terms[0].demo_date if terms else None
    return terms, demo_date or timezone.localdate(), demo_date is not None


def of_session(session: Any) -> tuple[list[Semester], date, bool]:
    """What at_a_glance() says, asked once per request: the session's object lives as long as the request."""
    known: tuple[list[Semester], date, bool] | None = getattr(session, "calendar_at_a_glance", None)
    if known is None:
        known = at_a_glance()
        with suppress(AttributeError):  # a plain mapping keeps nothing
            session.calendar_at_a_glance = known
    return known


def chosen(session: Mapping[str, Any]) -> Semester:
    """The semester that the person has chosen for the pages (kept in the session), else the current one."""
    terms, today, _ = of_session(session)
    found = pick(terms, str(session.get("semester", "")), today)
    if found is None:
        raise BadInput("还没有学期，请先由系统管理员建立。")
    return found
