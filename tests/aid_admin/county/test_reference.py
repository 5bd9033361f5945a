"""The county's own reference data: divisions, working days, the semester, banks' numbers."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from chinese_calendar import is_workday

REFERENCE = Path(__file__).resolve().parents[3] / "aid_admin" / "county" / "reference"
TOWNSHIPS = {
    "410622001000": ("朝歌街道", 28),
    "410622002000": ("桥盟街道", 19),
    "410622003000": ("卫都街道", 12),
    "410622004000": ("灵山街道", 6),
    "410622101000": ("高村镇", 33),
    "410622102000": ("北阳镇", 34),
    "410622103000": ("西岗镇", 35),
    "410622104000": ("庙口镇", 20),
    "410622202000": ("黄洞乡", 14),
}


def _rows(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def test_townships_and_their_villages() -> None:
    counts = Counter(village["township"] for village in _rows("villages"))

    found = {one["code"]: (one["name"], counts[one["code"]]) for one in _rows("townships")}
    assert found == TOWNSHIPS
    assert sum(counts.values()) == 201


def test_village_codes_lie_in_their_township_and_are_unique() -> None:
    villages = _rows("villages")

    assert all(one["code"][:9] == one["township"][:9] and len(one["code"]) == 12 for one in villages)
    assert len({one["code"] for one in villages}) == 201
    assert Counter(one["code"][9] for one in villages) == {"0": 38, "2": 163}


def test_no_spelling_stands_for_two_villages() -> None:
    spellings = Counter(text for one in _rows("villages") for text in {one["name"], *one["aliases"]})

    assert [text for text, times in spellings.items() if times > 1] == []


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("马圪垱村民委员会", "马圪垱"),
        ("马圪垱村委会", "马圪垱"),
        ("沬水社区居民委员会", "沬水社区"),
        ("岩上新村村民委员会", "岩上新村"),
        ("闫村", "闫村"),
        ("黄庄村", "黄庄"),
        ("骑河黄庄村", "骑河黄庄"),
        ("思德村", "思德"),
        ("思德河", "思德河社区"),
    ],
)
def test_villages_are_found_by_their_usual_spellings(spelling: str, name: str) -> None:
    found = [one["name"] for one in _rows("villages") if spelling in (one["name"], *one["aliases"])]

    assert found == [name]


def test_holidays_are_exactly_the_days_that_break_the_rule_of_weekdays() -> None:
    listed = {date.fromisoformat(one["day"]): one["is_workday"] for one in _rows("holidays")}

    day = date(2019, 1, 1)
    while day < date(2027, 1, 1):
        assert listed.get(day, day.weekday() < 5) == is_workday(day), day
        assert day not in listed or listed[day] != (day.weekday() < 5), day
        day += timedelta(days=1)
    assert listed[date(2020, 5, 9)] is True
    assert listed[date(2020, 1, 24)] is False


def test_the_semester_of_the_report() -> None:
    assert _rows("semesters") == [
        {
            "code": "2020-spring",
            "starts_on": "2020-02-01",
            "ends_on": "2020-08-31",
            "cut_off_on": "2020-04-30",
            "publicity_days": 7,
            "publicity_workdays": 5,
        }
    ]


def test_bank_numbers_are_unambiguous() -> None:
    bins = _rows("bank_bins")
    banks = {one["code"] for one in _rows("banks")}

    assert banks == {"RCC", "CCB"} == {one["bank"] for one in bins}
    assert len({(one["prefix"], one["length"]) for one in bins}) == len(bins) == 35
    assert {one["prefix"] for one in bins if one["bank"] == "RCC"} == {"621585", "622991", "623013", "623059"}
    assert {one["length"] for one in bins if one["bank"] == "RCC"} == {18}
    assert {one["length"] for one in bins if one["bank"] == "CCB"} == {16, 19}
