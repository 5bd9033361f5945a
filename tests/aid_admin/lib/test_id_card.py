from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from aid_admin.lib import id_card

STANDARD_EXAMPLE = "11010519491231002X"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("11010519491231002x", STANDARD_EXAMPLE),
        ("１１０１０５１９４９１２３１００２Ｘ", STANDARD_EXAMPLE),
        ("11010519491231002×", STANDARD_EXAMPLE),
        ("11010519491231002х", STANDARD_EXAMPLE),
        ("11010519491231002*", STANDARD_EXAMPLE),
        ("'110105 19491231\u3000002X", STANDARD_EXAMPLE),
        ("\t11010519491231\u200b002\u00a0X\n", STANDARD_EXAMPLE),
        ("", ""),
    ],
)
def test_normalise_of_what_people_type(typed, meant):
    assert id_card.normalise(typed) == meant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (STANDARD_EXAMPLE, None),
        ("11010519491231002x", None),
        ("", "EMPTY"),
        (" \u3000", "EMPTY"),
        ("1101051949123100", "LENGTH"),
        ("1101051949123100A2", "CHARACTERS"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "CHARACTERS"),
        ("110105194902300021", "DATE"),
        ("110105184912310021", "DATE"),
        ("110105194912310021", "CHECK_DIGIT"),
        ("110105491231002", "FIFTEEN"),
        ("110105491331002", "DATE"),
    ],
)
def test_problem(text, code):
    assert id_card.problem(text) == code
    assert code is None or code in id_card.PROBLEMS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("11010519491231002", "应为18位，现在是17位，少了1位"),
        ("1101051949123100211", "应为18位，现在是19位，多了1位"),
        ("1101051949123100A2", "第17位是“A”，应为数字"),
        ("11010519491231002B", "第18位是“B”，应为数字或X"),
        ("110105194902300021", "第7到14位的出生日期不存在"),
        ("110105491331002", "第7到12位的出生日期不存在"),
        ("110105194912310021", "可能抄错了（最后一位校验不符）"),
        ("110105491231002", "是15位旧身份证号，请换成18位"),
    ],
)
def test_fault_names_the_place_and_not_the_column(text, told):
    assert id_card.fault(text) == told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("41052220110301", "410522****0301"),
        ("41052220110", "410522*0110"),
        ("4105222011", "********11"),
        (STANDARD_EXAMPLE, "110105********002X"),
    ],
)
def test_mask_of_a_broken_number_shows_both_ends(text, shown):
    assert id_card.mask_broken(text) == shown


def test_fifteen_digits_become_eighteen():
    assert id_card.to_18("110105491231002") == STANDARD_EXAMPLE
    with pytest.raises(ValueError, match="15位"):
        id_card.to_18(STANDARD_EXAMPLE)


def test_birth_date_and_sex():
    assert id_card.birth_date(STANDARD_EXAMPLE) == date(1949, 12, 31)
    assert id_card.sex(STANDARD_EXAMPLE) == "女"
    assert id_card.sex("41062220110315103" + id_card.check_digit("41062220110315103")) == "男"
    with pytest.raises(ValueError, match="出生日期"):
        id_card.birth_date("110105194902300021")


@pytest.mark.parametrize(
    ("text", "masked"),
    [("410622201103154028", "410622********4028"), ("12345678", "******78"), ("123", "***"), ("", "")],
)
def test_mask(text, masked):
    assert id_card.mask(text) == masked


numbers = st.builds(
    lambda place, born, serial: f"{place}{born:%Y%m%d}{serial:03d}",
    st.sampled_from(["410622", "110105", "440305", "650102"]),
    st.dates(date(1900, 1, 1), date(2025, 12, 31)),
    st.integers(0, 999),
)


@given(numbers)
def test_check_digit_agrees_with_stdnum(first17):
    assert id_card.check_digit(first17) == ric.calc_check_digit(first17 + "0")
    assert ric.get_birth_date(first17 + "0") == id_card.birth_date(first17 + "0")
    assert id_card.is_valid(first17 + id_card.check_digit(first17))


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(first17, place, digit):
    right = first17 + id_card.check_digit(first17)
    wrong = right[:place] + digit + right[place + 1 :]
    assert id_card.is_valid(wrong) == (wrong == right)


@given(st.text(max_size=30))
def test_normalise_is_idempotent_and_problem_agrees_with_is_valid(text):
    plain = id_card.normalise(text)
    assert id_card.normalise(plain) == plain
    assert (id_card.problem(text) is None) == id_card.is_valid(plain)
