import pytest

from eligibility.matching import (
    AttendanceClaim,
    RollClaim,
    category_of,
    is_household_fact,
    names_agree,
    place,
    relations_of,
)
from eligibility.matching.registries import is_parent


@pytest.mark.parametrize(
    ("name", "record_name", "former_names", "verdict"),
    [
        ("张梓涵", "张梓涵", (), "MATCHED"),
        ("张梓涵", " 张 梓涵\u3000", (), "MATCHED"),
        ("阿依·古丽", "阿依古丽", (), "MATCHED_NAME_VARIANT"),
        ("张梓涵", "张子涵", (), "MATCHED_NAME_VARIANT"),
        ("王建国", "王大宝", ("王大宝",), "MATCHED_NAME_VARIANT"),
        ("王建国", "王大宝", (), "ID_MATCH_NAME_CONFLICT"),
        ("王建国", "王大宝", ("",), "ID_MATCH_NAME_CONFLICT"),
        ("王建国", "", (), "ID_MATCH_NAME_CONFLICT"),
    ],
)
def test_names_agree(name: str, record_name: str, former_names: tuple[str, ...], verdict: str) -> None:
    judgement = names_agree(name=name, record_name=record_name, former_names=former_names)

    assert judgement.verdict == verdict
    assert judgement.passes == verdict.startswith("MATCHED")
    assert (judgement.score == 100) == (verdict == "MATCHED")


def test_only_poverty_and_low_income_are_household_facts() -> None:
    kinds = ["poverty", "low_income", "extreme_poverty", "orphans", "unattended", "disability", "martyrs"]

    assert [kind for kind in kinds if is_household_fact(kind)] == ["poverty", "low_income"]
    assert relations_of("disability") == ("SELF", "CHILD_OF")
    assert relations_of("poverty") == ("SELF", "HOUSEHOLD")
    assert relations_of("orphans") == ("SELF",)


def test_a_parents_card_makes_a_child_of_disabled() -> None:
    assert category_of("DISABLED_STUDENT", "CHILD_OF") == "CHILD_OF_DISABLED"
    assert category_of("DISABLED_STUDENT", "SELF") == "DISABLED_STUDENT"
    assert is_parent("父亲")
    assert not is_parent("祖父")


A, B = "3141000001", "3141000002"
ACTIVE, LEAVING = "ACTIVE", "TRANSFER_UNDER_WAY"


@pytest.mark.parametrize(
    ("rolls", "sheets", "standing"),
    [
        ([(A, ACTIVE)], [(A, True)], "GO"),
        ([(A, ACTIVE)], [(A, False)], "ENROLLED_NOT_ATTENDING"),
        ([(A, ACTIVE)], [(A, False), (B, True)], "ENROLLED_NOT_ATTENDING"),
        ([(A, ACTIVE)], [], "UNCONFIRMED"),
        ([(A, ACTIVE)], [(B, True)], "UNCONFIRMED"),
        ([(A, ACTIVE)], [(A, True), (B, True)], "CLAIMED_TWICE"),
        ([(A, ACTIVE)], [(A, True), (B, False)], "GO"),
        ([(A, ACTIVE), (B, ACTIVE)], [(A, True)], "CLAIMED_TWICE"),
        ([(A, "GRADUATED"), (B, ACTIVE)], [(B, True)], "GO"),
        ([(A, "SUSPENDED")], [(A, True)], "GO"),
        ([(A, LEAVING)], [(B, True)], "TRANSFER"),
        ([(A, LEAVING)], [], "TRANSFER"),
        ([(A, LEAVING), (B, ACTIVE)], [(B, True)], "TRANSFER"),
        ([], [(A, True)], "ATTENDING_NOT_ENROLLED"),
        ([], [(A, True), (B, True)], "CLAIMED_TWICE"),
    ],
)
def test_standing_by_roll_and_attendance(
    rolls: list[tuple[str, str]], sheets: list[tuple[str, bool]], standing: str
) -> None:
    placed = place([RollClaim(*roll) for roll in rolls], [AttendanceClaim(*sheet) for sheet in sheets])

    assert placed is not None
    assert placed.standing == standing
    assert placed.why


def test_placement_keeps_the_rows_it_rests_on() -> None:
    rolls = [RollClaim(A, "WITHDRAWN", 1), RollClaim(B, ACTIVE, 2)]
    sheets = [AttendanceClaim(A, False, 3), AttendanceClaim(B, True, 4)]

    placed = place(rolls, sheets)

    assert placed is not None
    assert (placed.roll, placed.attendance) == (rolls[1], sheets[1])


def test_nobody_is_placed_without_any_row() -> None:
    assert place([], []) is None
