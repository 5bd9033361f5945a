"""Working days after the State Council's calendar of holidays and shifted weekends."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


def is_workday(day: date, holidays: Mapping[date, bool]) -> bool:
    """Whether offices work on `day`. `holidays` maps a day to True (off) or False (a weekend worked)."""
    day_off = holidays.get(day)
    return day.weekday() < _SATURDAY if day_off is None else not day_off


def add_workdays(start: date, count: int, holidays: Mapping[date, bool]) -> date:
    """The `count`-th working day after `start`; `start` itself does not count. 0 gives `start`."""
    if count < 0:
        raise ValueError("工作日数不能为负")
    day = start
    while count:
        day += _DAY
        count -= is_workday(day, holidays)
    return day


def workdays_between(start: date, end: date, holidays: Mapping[date, bool]) -> int:
    """How many working days lie after `start` up to and including `end`."""
    return sum(is_workday(start + _DAY * n, holidays) for n in range(1, (end - start).days + 1))


def publicity_ends_on(start: date, days: int, workdays: int, holidays: Mapping[date, bool]) -> date:
    """The last day of a publicity period put up on `start`: both counts are full on it.

    The day of posting does not count (民法典 §201); the period is over when the returned day is over.
    """
    return max(start + _DAY * days, add_workdays(start, workdays, holidays))
