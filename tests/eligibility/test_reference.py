"""The default programmes, standards and category rules, against the published tables."""

from collections import defaultdict
from datetime import date
from itertools import combinations

import pytest

from eligibility.rules import PROGRAMMES_OF_STAGE, Band, Category, Programme, Variant, payment_mode
from students.rules import Stage
from tests.eligibility.rulebooks import rows

CODES = [
    "PRESCHOOL_AID",
    "NUTRITION",
    "LIVING_ALLOWANCE",
    "SENIOR_FEE_WAIVER",
    "SENIOR_GRANT",
    "VOCATIONAL_TUITION_WAIVER",
    "VOCATIONAL_GRANT",
]


def test_programmes_agree_with_the_rules() -> None:
    programmes = rows("programmes")

    assert [one["code"] for one in programmes] == CODES == list(Programme)
    for one in programmes:
        assert one["name"] == Programme(one["code"]).label
        assert one["payment_mode"] == payment_mode(one["code"])
        assert one["stages"] == [stage for stage in Stage if one["code"] in PROGRAMMES_OF_STAGE[stage]]


def test_no_name_stands_for_two_programmes() -> None:
    names = [name for one in rows("programmes") for name in (one["name"], *one["aliases"])]

    assert len(names) == len(set(names))
    assert "义务教育营养改善计划(省定,现金)" in names


def _overlap(one: dict[str, str], other: dict[str, str]) -> bool:
    last = "9999-12-31"
    return one["starts_on"] <= (other["ends_on"] or last) and other["starts_on"] <= (one["ends_on"] or last)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("standards", ("programme", "stage", "boarding", "tier", "grades")),
        ("category_rules", ("programme", "boarding", "category", "variant")),
    ],
)
def test_dated_rows_do_not_overlap(name: str, keys: tuple[str, ...]) -> None:
    slots = defaultdict(list)
    for row in rows(name):
        assert row["starts_on"] <= (row["ends_on"] or "9999-12-31")
        assert row["basis_doc"]
        slots[tuple(str(row[key]) for key in keys)].append(row)
    for dated in slots.values():
        assert not any(_overlap(one, other) for one, other in combinations(dated, 2))


def test_each_standard_has_an_amount_or_the_schools_fee() -> None:
    for row in rows("standards"):
        assert (row["amount_fen"] is None) == row["by_school_fee"]
        assert row["amount_fen"] is None or (type(row["amount_fen"]) is int and row["amount_fen"] > 0)
        assert row["by_school_fee"] == (payment_mode(row["programme"]) == "FEE_WAIVER_TO_SCHOOL")
        assert row["tier"] in ("", *Band)


def test_rules_name_each_category_and_boarding_status_once() -> None:
    named = defaultdict(set)
    for row in rows("category_rules"):
        assert row["category"] in ("", *Category)
        assert row["variant"] in ("", "SPECIAL", *Variant)
        named[row["programme"], row["boarding"]].add(row["category"])
    assert {boarding for programme, boarding in named if programme == "LIVING_ALLOWANCE"} == {
        "BOARDER",
        "DAY",
    }
    assert all(set(Category) <= categories for categories in named.values())


def _amount(programme: str, stage: str, day: date, boarding: str = "", tier: str = "") -> list[int]:
    return [
        row["amount_fen"]
        for row in rows("standards")
        if (row["programme"], row["stage"], row["boarding"], row["tier"]) == (programme, stage, boarding, tier)
        and row["starts_on"] <= day.isoformat() <= (row["ends_on"] or "9999-12-31")
    ]


SPRING_2020, SPRING_2024, SPRING_2025 = date(2020, 2, 1), date(2024, 2, 1), date(2025, 2, 1)


@pytest.mark.parametrize(
    ("programme", "stage", "day", "boarding", "tier", "fen"),
    [
        ("PRESCHOOL_AID", "PRESCHOOL", SPRING_2020, "", "FIRST", 50000),
        ("PRESCHOOL_AID", "PRESCHOOL", SPRING_2020, "", "SECOND", 35000),
        ("NUTRITION", "PRIMARY", SPRING_2020, "", "", 40000),
        ("LIVING_ALLOWANCE", "PRIMARY", SPRING_2020, "BOARDER", "", 50000),
        ("LIVING_ALLOWANCE", "PRIMARY", SPRING_2020, "DAY", "", 25000),
        ("LIVING_ALLOWANCE", "JUNIOR", SPRING_2020, "BOARDER", "", 62500),
        ("LIVING_ALLOWANCE", "JUNIOR", SPRING_2020, "DAY", "", 31250),
        ("LIVING_ALLOWANCE", "PRIMARY", SPRING_2024, "BOARDER", "", 62500),
        ("LIVING_ALLOWANCE", "PRIMARY", SPRING_2024, "DAY", "", 31250),
        ("LIVING_ALLOWANCE", "JUNIOR", SPRING_2024, "BOARDER", "", 75000),
        ("LIVING_ALLOWANCE", "JUNIOR", SPRING_2024, "DAY", "", 37500),
        ("LIVING_ALLOWANCE", "JUNIOR", date(2023, 9, 1), "BOARDER", "", 62500),
        ("SENIOR_GRANT", "SENIOR", SPRING_2020, "", "FIRST", 120000),
        ("SENIOR_GRANT", "SENIOR", SPRING_2020, "", "SECOND", 80000),
        ("VOCATIONAL_GRANT", "VOCATIONAL", SPRING_2020, "", "", 100000),
        ("VOCATIONAL_GRANT", "VOCATIONAL", SPRING_2025, "", "", 115000),
    ],
)
def test_standards_are_those_published(
    programme: str, stage: str, day: date, boarding: str, tier: str, fen: int
) -> None:
    assert _amount(programme, stage, day, boarding, tier) == [fen]
