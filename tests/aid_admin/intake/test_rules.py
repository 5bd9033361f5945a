"""A sheet's own total beside what was read of it."""

import pytest

from aid_admin.intake.rules import compare_totals


@pytest.mark.parametrize(
    ("persons", "fen", "read", "differs"),
    [
        (11, 440000, (11, 11, 440000), False),
        (11, 440000, (11, 10, 440000), False),  # lines were counted
        (10, 440000, (11, 10, 440000), False),  # heads were counted
        (12, 440000, (11, 11, 440000), True),
        (11, 440001, (11, 11, 440000), True),
        (None, 440000, (11, 11, 440000), False),
        (11, None, (11, 11, 0), False),
    ],
)
def test_total_differs_in_what_it_states(persons, fen, read, differs):
    (found,) = compare_totals([{"sheet": "名册", "row": 15, "persons": persons, "fen": fen}], {"名册": read})
    assert found.differs is differs


def test_last_total_of_a_sheet_counts_and_sheets_without_one_are_not_compared():
    stated = [{"sheet": "一", "row": row, "persons": row, "fen": None} for row in (5, 9)]
    found = compare_totals(stated, {"一": (9, 9, 100), "二": (1, 1, 10)})
    assert [(total.sheet, total.row, total.differs) for total in found] == [("一", 9, False)]
    assert compare_totals(stated, {})[0].differs
