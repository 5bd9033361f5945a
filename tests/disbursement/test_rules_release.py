from dataclasses import replace

import pytest

from aid_admin.lib.bank_card import CREDIT
from disbursement.rules.findings import blocks
from disbursement.rules.release import BatchSums, Elsewhere, PayeeLine, Person, blockers

PUPIL = Person("张梓涵", "pupil-id")
MOTHER = Person("王秀英", "mother-id")
LINE = PayeeLine(
    line_no=1,
    student=1,
    pupil=PUPIL,
    guardians=(MOTHER,),
    households=frozenset({"H1"}),
    amount_fen=31250,
    entitled_fen=31250,
    account_no="622991000000000018",
    holder=PUPIL,
    is_verified=True,
    bank="RCC",
    bank_by_number="RCC",
)
OTHER = replace(
    LINE,
    line_no=2,
    student=2,
    pupil=Person("孟祎", "other-id"),
    holder=Person("孟祎", "other-id"),
    guardians=(),
    households=frozenset({"H2"}),
    account_no="623059000000000027",
)


def _sums(*lines: PayeeLine) -> BatchSums:
    total = sum(line.amount_fen for line in lines)
    return BatchSums("RCC", len(lines), total, total, 0)


def _codes(*lines: PayeeLine) -> list[str]:
    return [one.code for one in blockers(lines, _sums(*lines))]


def test_nothing_is_found_in_a_good_batch() -> None:
    assert _codes(LINE, OTHER, replace(LINE, line_no=3, holder=MOTHER)) == []


@pytest.mark.parametrize(
    ("change", "codes", "is_blocking"),
    [
        ({"account_no": None}, ["ACCOUNT_MISSING"], True),
        ({"is_verified": False}, ["ACCOUNT_UNVERIFIED"], True),
        ({"bank": "CCB"}, ["OTHER_BANK"], True),
        ({"bank_by_number": "CCB"}, ["OTHER_BANK"], True),
        ({"bank_by_number": CREDIT}, ["CREDIT_CARD"], True),
        ({"bank_by_number": None}, ["BIN_UNKNOWN"], False),
        ({"may_have_arrived": True}, ["MAY_HAVE_ARRIVED"], True),
        ({"has_changed": True}, ["ACCOUNT_CHANGED"], False),
        ({"entitled_fen": 25000}, ["AMOUNT_DIFFERS"], True),
        ({"holder": Person("李老师", "teacher-id")}, ["HOLDER_UNKNOWN"], False),
        ({"holder": Person("李老师")}, ["HOLDER_UNKNOWN"], False),
        ({"holder": Person("王秀英")}, [], False),
        ({"holder": Person("王秀英", "another-id")}, ["HOLDER_UNKNOWN"], False),
        ({"holder": Person("张子涵", "pupil-id")}, ["HOLDER_NAME_VARIANT"], False),
    ],
)
def test_one_thing_wrong_is_one_finding(change: dict[str, object], codes: list[str], is_blocking: bool) -> None:
    line = replace(LINE, **change)  # type: ignore[arg-type]

    found = blockers([line], _sums(line))

    assert [one.code for one in found] == codes
    assert blocks(found) is is_blocking
    assert all(one.subjects == (1,) and "第1笔张梓涵" in one.message for one in found)


def test_account_of_two_households_is_named_with_all_its_lines() -> None:
    shared = replace(OTHER, account_no=LINE.account_no)

    (found,) = blockers([LINE, shared], _sums(LINE, shared))

    assert (found.code, found.subjects) == ("ACCOUNT_SHARED", (1, 2))
    assert found.message == ("账户**************0018被不同家庭的学生共用：张梓涵、孟祎。请学校核实，各自更换账户。")


def test_account_shared_with_a_pupil_of_another_batch_is_named_with_it() -> None:
    away = Elsewhere("批次20201RCC001", 9, Person("孟祎"), frozenset({"H9"}), str(LINE.account_no))

    (found,) = blockers([LINE, OTHER], _sums(LINE, OTHER), [away])

    assert (found.code, found.subjects) == ("ACCOUNT_SHARED", (1,))
    assert "张梓涵、孟祎（批次20201RCC001）" in found.message
    assert blockers([LINE], _sums(LINE), [replace(away, households=LINE.households)]) == []  # siblings
    assert blockers([LINE], _sums(LINE), [replace(away, account_no="1")]) == []


def test_siblings_and_their_kin_may_share_an_account() -> None:
    cousin = replace(OTHER, line_no=3, student=3, account_no=LINE.account_no, households=frozenset({"H3"}))
    sibling = replace(OTHER, account_no=LINE.account_no, households=frozenset({"H1", "H3"}))

    assert _codes(LINE, sibling, cousin) == []
    assert _codes(LINE, cousin) == ["ACCOUNT_SHARED"]


def test_pupils_of_unknown_household_do_not_live_together() -> None:
    one = replace(LINE, households=frozenset())
    other = replace(OTHER, households=frozenset(), account_no=LINE.account_no)

    assert _codes(one, other) == ["ACCOUNT_SHARED"]


def test_two_grants_of_one_pupil_share_an_account() -> None:
    assert _codes(replace(LINE, households=frozenset()), replace(LINE, line_no=2, households=frozenset())) == []


def test_line_twice_is_found() -> None:
    assert _codes(LINE, LINE) == ["LINE_TWICE"]


@pytest.mark.parametrize(
    ("sums", "codes"),
    [
        (BatchSums("RCC", 2, 31250, 31250, 0), ["BATCH_SUM_DIFFERS"]),
        (BatchSums("RCC", 1, 31251, 31250, 0), ["BATCH_SUM_DIFFERS"]),
        (BatchSums("RCC", 1, 31250, 56250, 25000), []),
        (BatchSums("RCC", 1, 31250, 56250, 0), ["ROSTER_SUM_DIFFERS"]),
    ],
)
def test_sums_are_those_of_the_rosters_without_the_held(sums: BatchSums, codes: list[str]) -> None:
    assert [one.code for one in blockers([LINE], sums)] == codes
