import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from aid_admin.lib import bank_card
from tests.aid_admin.lib.people import id_number

BINS = {("621585", 18): "RCC", ("622991", 18): "RCC", ("436742", 19): "CCB", ("421349", 16): "CCB",
        ("622588", 16): "CREDIT"}  # fmt: skip


def card(prefix, length):
    body = prefix.ljust(length - 1, "3")
    return body + bank_card.luhn_digit(body)


def one_off(number):
    return number[:-1] + str((int(number[-1]) + 1) % 10)


@pytest.mark.parametrize(
    ("number", "code", "kind", "bank"),
    [
        (card("621585", 18), None, "CARD", "RCC"),
        (card("436742", 19), None, "CARD", "CCB"),
        (card("421349", 16), None, "CARD", "CCB"),
        (one_off(card("621585", 18)), "LUHN", "CARD", "RCC"),
        (card("621585", 17), "LENGTH", "CARD", None),
        (card("622588", 16), "CREDIT_CARD", "CARD", "CREDIT"),
        (card("628888", 19), "UNKNOWN_BIN", "CARD", None),
        (one_off(card("628888", 19)), "CARD_UNSURE", "PASSBOOK", None),
        ("00000012345678901234", "PASSBOOK", "PASSBOOK", None),
        ("12345678901", "LENGTH", "PASSBOOK", None),
        ("1" * 23, "LENGTH", "PASSBOOK", None),
        ("12345678901a", "CHARACTERS", "PASSBOOK", None),
        ("", "EMPTY", "PASSBOOK", None),
        (id_number(103), "IS_ID_NUMBER", "PASSBOOK", None),
    ],
)
def test_problem_kind_and_bank(number, code, kind, bank):
    assert bank_card.problem(number, BINS) == code
    assert bank_card.kind(number, BINS) == kind
    assert bank_card.find_bank(number, BINS) == bank
    assert code is None or code in bank_card.PROBLEMS


@pytest.mark.parametrize(
    ("number", "said", "code"),
    [
        (card("621585", 18), "CARD", None),
        (card("628888", 19), "CARD", None),
        (one_off(card("628888", 19)), "CARD", "CARD_UNSURE"),
        ("00000012345678901234", "CARD", "NOT_CARD"),
        (card("621585", 18), "PASSBOOK", "NOT_PASSBOOK"),
        (one_off(card("628888", 19)), "PASSBOOK", None),
        ("00000012345678901234", "PASSBOOK", None),
    ],
)
def test_number_is_held_against_what_somebody_said_it_is(number, said, code):
    assert bank_card.kind_problem(number, said, BINS) == code


def test_number_that_is_both_id_and_card_is_asked_about():
    both = next(n for n in (id_number(s, "20110315", "621585") for s in range(999)) if bank_card.luhn_ok(n))
    assert bank_card.problem(both, BINS) == "AMBIGUOUS"
    assert "AMBIGUOUS" in bank_card.WARNINGS


def test_normalise_and_mask():
    assert bank_card.normalise("6215 85-3333　３３３３") == "62158533333333"
    assert bank_card.mask("621585333333333334") == "*" * 14 + "3334"
    assert bank_card.mask("1234") == "****"
    assert bank_card.in_fours("621585333333333334") == "6215 8533 3333 3333 34"


@given(st.from_regex(r"[0-9]{11,21}", fullmatch=True))
def test_luhn_agrees_with_stdnum(body):
    assert bank_card.luhn_digit(body) == luhn.calc_check_digit(body)
    assert bank_card.luhn_ok(body + bank_card.luhn_digit(body))
    assert bank_card.luhn_ok(body) == luhn.is_valid(body)


@pytest.mark.parametrize(
    ("number", "lengths"), [("62158533", [18]), ("4367421", [19]), ("4213", []), ("", []), ("6215850000" * 3, [18])]
)
def test_a_prefix_says_how_long_its_cards_are(number, lengths):
    assert bank_card.lengths_for(number, BINS) == lengths
