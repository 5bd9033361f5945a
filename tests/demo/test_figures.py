"""The published figures against a second copy of the report's own numbers, in yuan and 万元."""

from collections.abc import Iterable
from decimal import Decimal

import pytest

from demo.figures import CASH_PROGRAMMES, HEADLINE, LINES, SOURCE, WAIVER_PROGRAMMES, Line, published

# programme, person-times, 万元, registered-poor person-times, registered-poor 万元, as printed
REPORT = (
    ("PRESCHOOL_AID", 356, "15.355", 165, "8.25"),
    ("NUTRITION", 1087, "43.48", 843, "33.72"),
    ("LIVING_ALLOWANCE", 2264, "90.38125", 843, "35.95"),
    ("SENIOR_FEE_WAIVER", 156, "12.288", 83, "6.521"),
    ("SENIOR_GRANT", 858, "85.8", 83, "9.96"),
    ("VOCATIONAL_TUITION_WAIVER", 2744, "252.065", 92, "8.325"),
    ("VOCATIONAL_GRANT", 535, "53.5", 56, "5.6"),
)


def _fen(wan: str) -> int:
    return int(Decimal(wan) * 1_000_000)


@pytest.mark.parametrize(("line", "printed"), list(zip(LINES, REPORT, strict=True)))
def test_line_is_the_printed_one(line: Line, printed: tuple[str, int, str, int, str]) -> None:
    code, heads, wan, poor, poor_wan = printed
    assert (line.programme, line.person_times, line.poor_person_times) == (code, heads, poor)
    assert (line.amount_fen, line.poor_amount_fen) == (_fen(wan), _fen(poor_wan))


def _totals(lines: Iterable[Line]) -> tuple[int, int]:
    rows = list(lines)
    return sum(line.person_times for line in rows), sum(line.amount_fen for line in rows)


def test_lines_add_up_to_the_known_totals() -> None:
    assert _totals(LINES) == (8_000, 552_869_250)
    assert _totals(line for line in LINES if line.programme in CASH_PROGRAMMES) == (5_100, 288_516_250)
    assert _totals(line for line in LINES if line.programme in WAIVER_PROGRAMMES) == (2_900, 264_353_000)
    assert sum(line.poor_person_times for line in LINES) == 2_165
    assert sum(line.poor_amount_fen for line in LINES) == 108_326_000


def test_headline_is_kept_as_printed_though_it_contradicts_the_lines() -> None:
    headline = {figure.measure: figure.value for figure in HEADLINE}
    assert headline["person_times"] == 8_009
    assert headline["amount_fen"] == 552_869_250
    assert headline["registered_poor_person_times"] == headline["registered_poor_persons"] == 2_082
    assert headline["registered_poor_amount_fen"] == _fen("101.805")


def test_published_names_each_measure_once() -> None:
    figures = list(published())
    assert len({(figure.programme, figure.measure) for figure in figures}) == len(figures) == 5 + 4 * 7
    assert SOURCE.endswith("2020-07-02")
