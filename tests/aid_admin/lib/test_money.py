from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aid_admin.lib import money

# The cases of the annex to 支付结算办法 and of the county's own tables.
IN_WORDS = [
    (140950, "人民币壹仟肆佰零玖元伍角"),
    (600714, "人民币陆仟零柒元壹角肆分"),
    (168032, "人民币壹仟陆佰捌拾元叁角贰分"),
    (10700053, "人民币壹拾万柒仟元零伍角叁分"),
    (1640902, "人民币壹万陆仟肆佰零玖元零贰分"),
    (32504, "人民币叁佰贰拾伍元零肆分"),
    (552869250, "人民币伍佰伍拾贰万捌仟陆佰玖拾贰元伍角"),
    (31250, "人民币叁佰壹拾贰元伍角"),
    (0, "人民币零元整"),
    (5, "人民币伍分"),
    (50, "人民币伍角"),
    (100, "人民币壹元整"),
    (1000, "人民币壹拾元整"),
    (10001000, "人民币壹拾万零壹拾元整"),
    (100000000 * 100 + 50000, "人民币壹亿零伍佰元整"),
    (100_000_700_000 * 100, "人民币壹仟亿零柒拾万元整"),
    (1_000_007_000 * 100, "人民币壹拾亿零柒仟元整"),
]


@pytest.mark.parametrize(("fen", "words"), IN_WORDS)
def test_in_words(fen, words):
    assert money.in_words(fen) == words


@pytest.mark.parametrize("fen", [-1, money.MOST_FEN + 1])
def test_in_words_refuses_what_it_cannot_write(fen):
    with pytest.raises(ValueError, match="金额"):
        money.in_words(fen)


@given(st.integers(1, 10**13))
def test_in_words_agrees_with_cn2an_but_for_inner_zeros(fen):
    oracle = cn2an.an2cn(money.yuan(fen), "rmb")
    ours = money.in_words(fen).removeprefix("人民币")
    assert ours.replace("零", "").removesuffix("整") == oracle.replace("零", "").removesuffix("整").removeprefix("元")
    assert "零零" not in ours


@pytest.mark.parametrize(
    ("fen", "yuan", "comma", "wan"),
    [
        (31250, "312.50", "312.50", "0.03125"),
        (90381250, "903812.50", "903,812.50", "90.38125"),
        (8250000, "82500.00", "82,500.00", "8.25"),
        (552869250, "5528692.50", "5,528,692.50", "552.86925"),
        (0, "0.00", "0.00", "0"),
        (1, "0.01", "0.01", "0.000001"),
        (-5, "-0.05", "-0.05", "-0.000005"),
        (100_000_000, "1000000.00", "1,000,000.00", "100"),
    ],
)
def test_shown_amounts(fen, yuan, comma, wan):
    assert (money.yuan(fen), money.yuan_comma(fen), money.wan(fen)) == (yuan, comma, wan)


@pytest.mark.parametrize(
    ("value", "fen"),
    [
        ("312.5", 31250),
        ("312.50", 31250),
        (312.5, 31250),
        (500, 50000),
        ("１２５０", 125000),
        ("1,250.00", 125000),
        ("1，250", 125000),
        ("500元", 50000),
        ("500元整", 50000),
        ("￥312.50", 31250),
        (" 312.5\u3000", 31250),
        (0.1 + 0.2, 30),
        (Decimal("0.01"), 1),
        (".5", 50),
        ("0", 0),
        (312.1, 31210),
    ],
)
def test_parse_yuan(value, fen):
    assert money.parse_yuan(value) == fen


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("312.505", "两位小数"),
        (312.505, "两位小数"),
        (Decimal("1.001"), "两位小数"),
        ("-1", "负数"),
        (-1, "负数"),
        (float("nan"), "不是数字"),
        (float("inf"), "不是数字"),
        ("NaN", "不是数字"),
        ("1e3", "不是数字"),
        ("五百", "不是数字"),
        ("1,25", "不是数字"),
        ("12,50.00", "不是数字"),
        ("", "没有填写"),
        (1e308, "太大"),
        (10**30, "太大"),
        (True, "不是数字"),
        ("250-312.5", "不是数字"),
        ("٣", "不是数字"),
    ],
)
def test_parse_yuan_refuses(value, complaint):
    with pytest.raises(ValueError, match=complaint):
        money.parse_yuan(value)


@given(st.integers(0, money.MOST_FEN))
def test_parse_yuan_reads_back_what_is_shown(fen):
    assert money.parse_yuan(money.yuan(fen)) == money.parse_yuan(money.yuan_comma(fen)) == fen
    assert Decimal(money.wan(fen)) * 1_000_000 == fen
    assert Decimal(money.wan(fen, 5)) * 1_000_000 == fen
    assert len(money.wan(fen, 5).partition(".")[2]) in (5, 6)
