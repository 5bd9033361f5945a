from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disbursement.rules.comparison import ComputedLine, Difference, FiledLine, lay_side_by_side

P = "NUTRITION"


def _computed(person: int, fen: int = 40000, reason: str = "GRANTED", school: str = "A") -> ComputedLine:
    return ComputedLine(school, P, person, fen, reason)


def _filed(person: int | None, fen: int = 40000, school: str = "A") -> FiledLine:
    return FiledLine(school, P, person, fen)


def _short(rows: list[Difference]) -> list[tuple[str, object, int, int, str]]:
    return [(one.kind.value, one.person, one.computed_fen, one.filed_fen, one.reason_code) for one in rows]


@pytest.mark.parametrize(
    ("computed", "filed", "expected"),
    [
        ([_computed(1)], [_filed(1)], [("RIGHT", 1, 40000, 40000, "GRANTED")]),
        ([_computed(1)], [], [("MISSING", 1, 40000, 0, "")]),
        ([_computed(1)], [_filed(1, 50000)], [("AMOUNT_DIFFERS", 1, 40000, 50000, "GRANTED")]),
        ([], [_filed(1)], [("TOO_MANY", 1, 0, 40000, "")]),
        ([_computed(1, 0, "NO_CATEGORY")], [_filed(1)], [("TOO_MANY", 1, 0, 40000, "NO_CATEGORY")]),
        ([_computed(1, 0, "NO_CATEGORY")], [], []),
        ([], [_filed(None)], [("TOO_MANY", None, 0, 40000, "")]),
        (
            [_computed(1)],
            [_filed(1), _filed(1)],
            [("RIGHT", 1, 40000, 40000, "GRANTED"), ("TOO_MANY", 1, 0, 40000, "ALREADY_GRANTED")],
        ),
        (
            [_computed(1)],
            [_filed(1, school="B")],
            [("MISSING", 1, 40000, 0, ""), ("TOO_MANY", 1, 0, 40000, "")],
        ),
        (
            [_computed(1, 0, "CLAIMED_TWICE")],
            [_filed(1, school="B")],
            [("TOO_MANY", 1, 0, 40000, "CLAIMED_TWICE")],
        ),
    ],
)
def test_lay_side_by_side(
    computed: list[ComputedLine], filed: list[FiledLine], expected: list[tuple[str, object, int, int, str]]
) -> None:
    assert _short(lay_side_by_side(computed, filed)) == expected


def test_one_person_computed_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="计算了两次"):
        lay_side_by_side([_computed(1), _computed(1)], [])


@given(
    st.dictionaries(st.integers(1, 8), st.sampled_from([0, 25000, 40000])),
    st.lists(st.tuples(st.none() | st.integers(1, 8), st.sampled_from([25000, 40000]))),
)
def test_sums_in_are_sums_out(granted: dict[int, int], filed: list[tuple[int | None, int]]) -> None:
    rows = lay_side_by_side(
        [_computed(person, fen, "GRANTED" if fen else "NO_CATEGORY") for person, fen in granted.items()],
        [_filed(person, fen) for person, fen in filed],
    )

    assert sum(row.computed_fen for row in rows) == sum(granted.values())
    assert sum(row.filed_fen for row in rows) == sum(fen for _, fen in filed)
    assert Counter(id(row.filed) for row in rows if row.filed).total() == len(filed)
