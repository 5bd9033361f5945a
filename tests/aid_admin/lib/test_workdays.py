from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aid_admin.lib import workdays

# Labour Day 2020: 1-5 May off, 26 April and 9 May worked.
HOLIDAYS = {date(2020, 5, day): True for day in range(1, 6)} | {
    date(2020, 4, 26): False,
    date(2020, 5, 9): False,
}


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2020, 4, 24), True),
        (date(2020, 4, 25), False),
        (date(2020, 4, 26), True),
        (date(2020, 5, 1), False),
        (date(2020, 5, 6), True),
        (date(2020, 5, 9), True),
        (date(2020, 5, 10), False),
    ],
)
def test_is_workday(day, works):
    assert workdays.is_workday(day, HOLIDAYS) == works


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        (date(2020, 4, 13), date(2020, 4, 20)),  # an ordinary week: seven days last longer
        (date(2020, 4, 28), date(2020, 5, 8)),  # holiday: the fifth working day comes later
        (date(2020, 4, 11), date(2020, 4, 18)),  # put up on a Saturday
    ],
)
def test_publicity_ends_on(start, ends):
    assert workdays.publicity_ends_on(start, 7, 5, HOLIDAYS) == ends


def test_add_workdays_refuses_negative():
    with pytest.raises(ValueError, match="负"):
        workdays.add_workdays(date(2020, 4, 1), -1, {})


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 30), st.integers(0, 20))
def test_both_counts_are_full_and_the_day_before_they_are_not(start, days, count):
    end = workdays.publicity_ends_on(start, days, count, HOLIDAYS)

    def full(day):
        return (day - start).days >= days and workdays.workdays_between(start, day, HOLIDAYS) >= count

    assert full(end)
    assert end == start or not full(end - timedelta(days=1))
