"""The calibrated cells and the scales."""

from collections import Counter

import pytest

from demo.county.plan import PLANTS, calibrated_cells, plan_for
from demo.figures import CASH_PROGRAMMES, LINES


def test_cells_give_every_published_line() -> None:
    heads: Counter[tuple[str, bool]] = Counter()
    money: Counter[tuple[str, bool]] = Counter()
    for cell in calibrated_cells():
        for programme, fen in cell.awards:
            for poor in {False, cell.poor}:
                heads[programme, poor] += cell.heads
                money[programme, poor] += cell.heads * fen
    for line in LINES:
        assert (heads[line.programme, False], money[line.programme, False]) == (
            line.person_times,
            line.amount_fen,
        )
        assert (heads[line.programme, True], money[line.programme, True]) == (
            line.poor_person_times,
            line.poor_amount_fen,
        )


def test_cells_are_6222_persons_of_whom_1183_registered_poor() -> None:
    cells = list(calibrated_cells())
    assert sum(cell.heads for cell in cells) == 6_222
    assert sum(cell.heads for cell in cells if cell.poor) == 1_183


def test_cells_split_into_the_two_routes() -> None:
    cash = [(cell.heads, fen) for cell in calibrated_cells() for code, fen in cell.awards if code in CASH_PROGRAMMES]
    waived = [
        (cell.heads, fen) for cell in calibrated_cells() for code, fen in cell.awards if code not in CASH_PROGRAMMES
    ]
    assert (sum(n for n, _ in cash), sum(n * fen for n, fen in cash)) == (5_100, 288_516_250)
    assert (sum(n for n, _ in waived), sum(n * fen for n, fen in waived)) == (2_900, 264_353_000)


@pytest.mark.parametrize("scale", ["small", "200", "5000"])
def test_no_cell_and_no_fault_is_lost_at_a_smaller_scale(scale: str) -> None:
    plan = plan_for(scale)
    assert min(cell.heads for cell in plan.cells) >= 1
    assert [plant.kind for plant in plan.plants] == [plant.kind for plant in PLANTS]
    assert min(plant.heads for plant in plan.plants) >= 1
    assert min(plan.ordinary.values()) >= 2


@pytest.mark.parametrize(("scale", "pupils"), [("small", 400), ("5000", 5_000), ("45000", 45_000), ("qixian", 45_000)])
def test_scale_sets_the_number_of_pupils(scale: str, pupils: int) -> None:
    plan = plan_for(scale)
    drawn = sum(cell.heads for cell in plan.cells) + sum(plant.heads for plant in plan.plants)
    drawn += sum(plan.ordinary.values())
    assert abs(drawn - pupils) <= pupils * 0.02 + 5


@pytest.mark.parametrize("scale", ["", "big", "-5", "199", "1e3", "４００", "99999999"])
def test_unknown_scale_is_refused_in_chinese(scale: str) -> None:
    with pytest.raises(ValueError, match="不认识"):
        plan_for(scale)
