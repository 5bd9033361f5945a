"""Money: integer fen inside, yuan, 万元 and words at the edge."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

MOST_FEN: Final = 10**14 - 1
"""The largest amount written and read here: just under one 万亿 yuan."""

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_SECTIONS: Final = ("", "万", "亿")
_CENT: Final = Decimal("0.01")
# What a spreadsheet's own arithmetic may leave behind: 0.1 + 0.2 is 0.30000000000000004.
_NOISE: Final = Decimal("1e-7")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_PLAIN: Final = re.compile(r"-?[0-9]*\.?[0-9]+|-?[0-9]+\.")


def yuan(fen: int) -> str:
    """31250 -> 312.50."""
    return _with_point(fen, str(abs(fen) // 100))


def yuan_comma(fen: int) -> str:
    """552869250 -> 5,528,692.50."""
    return _with_point(fen, f"{abs(fen) // 100:,}")


def wan(fen: int, places: int = 0) -> str:
    """Exact 万元, without zeros behind `places` decimals: 90381250 -> 90.38125; with 5 places 1000000 -> 1.00000."""
    whole, _, rest = format(Decimal(fen).scaleb(-6), ".6f").partition(".")
    decimals = rest.rstrip("0").ljust(places, "0")
    return f"{whole}.{decimals}" if decimals else whole


def in_words(fen: int) -> str:
    """Capital numerals after the annex of 支付结算办法: 31250 -> 人民币叁佰壹拾贰元伍角.

    Raises ValueError for a negative amount and for one of a 万亿 yuan or more.
    """
    if not 0 <= fen <= MOST_FEN:
        raise ValueError("金额不能为负，也不能达到一万亿元")
    whole, cents = divmod(fen, 100)
    jiao, rest = divmod(cents, 10)
    words = "人民币" + (f"{_whole_in_words(whole)}元" if whole or not cents else "")
    if not cents:
        return f"{words}整"
    # A 零 stands before 角 only where the whole part ends in several zeros: 107,000.53.
    if whole and (not jiao or whole % 100 == 0):
        words += "零"
    return words + (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[rest]}分" if rest else "")


def parse_yuan(value: str | int | float | Decimal) -> int:
    """An amount in yuan as people type it -> fen. Raises ValueError with a Chinese sentence."""
    amount = _as_decimal(value)
    if not amount.is_finite():
        raise ValueError("金额不是数字")
    if amount < 0:
        raise ValueError("金额不能为负数")
    if amount * 100 > MOST_FEN:
        raise ValueError("金额太大，请核对")
    rounded = amount.quantize(_CENT)
    if rounded != amount and not (isinstance(value, float) and abs(rounded - amount) < _NOISE):
        raise ValueError("金额最多保留两位小数（到分）")
    return int(rounded * 100)


def _as_decimal(value: str | int | float | Decimal) -> Decimal:
    if isinstance(value, bool):
        raise ValueError("金额不是数字")
    if isinstance(value, str):
        return _parse_text(value)
    # repr gives the shortest decimal that means the same float: 312.1 and not 312.1000000000000227.
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _parse_text(text: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[\s\u200b\ufeff'’]|[¥￥]|人民币|元整?$", "", plain)
    if not plain:
        raise ValueError("没有填写金额")
    if "," in plain and _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        raise ValueError("金额不是数字，请只填数字")
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise ValueError("金额不是数字") from None


def _with_point(fen: int, whole: str) -> str:
    return f"{'-' if fen < 0 else ''}{whole}.{abs(fen) % 100:02d}"


def _whole_in_words(number: int) -> str:
    if not number:
        return _DIGITS[0]
    words = ""
    gap = False
    for power in range(len(_SECTIONS) - 1, -1, -1):
        section = number // 10 ** (4 * power) % 10_000
        if not section:
            gap = bool(words)
            continue
        if words and (gap or section < 1000):
            words += _DIGITS[0]
        words += _section_in_words(section) + _SECTIONS[power]
        gap = False
    return words


def _section_in_words(section: int) -> str:
    words = ""
    for place in range(3, -1, -1):
        digit = section // 10**place % 10
        if digit:
            words += _DIGITS[digit] + _PLACES[place]
        elif words and section % 10**place and not words.endswith(_DIGITS[0]):
            words += _DIGITS[0]
    return words
