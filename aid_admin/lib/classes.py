"""Classes in the order in which a school counts them: 一班, 二班, 三班 … 十班, not by code point."""

import re
from typing import Final

_DIGITS: Final = {word: value for value, word in enumerate("零一二三四五六七八九")}
_NUMBER: Final = re.compile(r"\d+|[一二三四五六七八九十]+")


def class_order(name: str) -> tuple[int, str]:
    """A sort key: the last number in the name (大二班 2, 三（11）班 11, 十二班 12; 0 without one), then the name."""
    numbers = _NUMBER.findall(name)
    return (_value(numbers[-1]) if numbers else 0, name)


def _value(text: str) -> int:
    if text.isascii():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS[text[-1]]
    return _DIGITS.get(tens[-1:], 1) * 10 + _DIGITS.get(ones[:1], 0)
