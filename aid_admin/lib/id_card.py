"""Citizen identity numbers after GB 11643-1999."""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Final, Literal

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS: Final = "10X98765432"
PROBLEMS: Final = {
    "EMPTY": "没有填写身份证号",
    "LENGTH": "身份证号应为18位",
    "CHARACTERS": "身份证号含有不该出现的字符",
    "DATE": "身份证号中的出生日期不存在",
    "CHECK_DIGIT": "身份证号可能抄错了（最后一位校验不符）",
    "FIFTEEN": "是15位旧身份证号，请换成18位",
}

# Weights applied to the ASCII codes of the digits; the surplus of 48 a digit is taken off at once.
_ASCII_SURPLUS: Final = 48 * sum(WEIGHTS)
_SHAPE: Final = re.compile(r"[0-9]{17}[0-9X]")
_INVISIBLE: Final = "\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x1f\x7f"
_DROPPED: Final = re.compile(f"[\\s'\"`´‘’‛′{_INVISIBLE}]+")
_LIKE_X: Final = str.maketrans(dict.fromkeys("x×хХχΧ✕✖╳", "X"))
_OLDEST_YEAR: Final = 1880
_LATEST_YEAR: Final = 2099


def normalise(text: str) -> str:
    """The number as it should have been typed: no blanks, half-width, every look-alike of X an X."""
    if len(text) == 18 and text.isascii() and text.isalnum():
        return text.upper()
    plain = _DROPPED.sub("", unicodedata.normalize("NFKC", text)).translate(_LIKE_X).upper()
    # Capitals and dropped marks may leave letters that combine anew.
    plain = _DROPPED.sub("", unicodedata.normalize("NFKC", plain))
    if len(plain) == 18 and plain[17] == "*" and plain[:17].isdecimal():
        return plain[:17] + "X"
    return plain


def check_digit(first17: str) -> str:
    """The 18th character that belongs to 17 digits."""
    return CHECK_DIGITS[(sum(map(mul, WEIGHTS, first17.encode("ascii"))) - _ASCII_SURPLUS) % 11]


def is_valid(text: str) -> bool:
    """Whether `text`, already normalised, is an 18-character number with a real date and its check digit."""
    return (
        _SHAPE.fullmatch(text) is not None and _date_of(text[6:14]) is not None and check_digit(text[:17]) == text[17]
    )


def problem(text: str) -> str | None:
    """Why `text` (normalised here) is no valid number: a key of PROBLEMS, or None when it is valid."""
    number = normalise(text)
    if not number:
        return "EMPTY"
    if re.fullmatch(r"[0-9]{15}", number):
        return "FIFTEEN" if _date_of("19" + number[6:12]) else "DATE"
    if len(number) != 18:
        return "LENGTH"
    if _SHAPE.fullmatch(number) is None:
        return "CHARACTERS"
    if _date_of(number[6:14]) is None:
        return "DATE"
    return None if check_digit(number[:17]) == number[17] else "CHECK_DIGIT"


def fault(text: str) -> str:
    """What is wrong with an invalid number and where, for a sentence that names the column before it."""
    number, code = normalise(text), problem(text) or "LENGTH"
    if code == "LENGTH":
        apart = len(number) - 18
        return f"应为18位，现在是{len(number)}位，{'多' if apart > 0 else '少'}了{abs(apart)}位"
    if code == "CHARACTERS":
        place = next(
            i for i, character in enumerate(number) if not re.match("[0-9X]" if i == 17 else "[0-9]", character)
        )
        return f"第{place + 1}位是“{number[place]}”，应为数字{'或X' if place == 17 else ''}"
    if code == "DATE":
        return f"第7到{14 if len(number) == 18 else 12}位的出生日期不存在"
    return PROBLEMS[code].removeprefix("身份证号")


def to_18(fifteen: str) -> str:
    """The 18-character form of a 15-digit number; raises ValueError when it is not one."""
    if problem(fifteen) != "FIFTEEN":
        raise ValueError("不是有效的15位身份证号")
    number = normalise(fifteen)
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + check_digit(first17)


def birth_date(id18: str) -> date:
    """The date of birth in a valid number; raises ValueError when there is none."""
    born = _date_of(id18[6:14])
    if born is None:
        raise ValueError(PROBLEMS["DATE"])
    return born


def sex(id18: str) -> Literal["男", "女"]:
    """The sex that the 17th digit stands for."""
    return "男" if int(id18[16]) % 2 else "女"


def mask(text: str) -> str:
    """The number fit for a list: the division and the last four characters stay."""
    if len(text) >= 15:
        return f"{text[:6]}{'*' * (len(text) - 10)}{text[-4:]}"
    return "*" * (len(text) - 2) + text[-2:] if len(text) > 6 else "*" * len(text)


def mask_broken(text: str) -> str:
    """What was typed for a number and is none, so that a slip can be seen: six characters before, four after."""
    return f"{text[:6]}{'*' * (len(text) - 10)}{text[-4:]}" if len(text) > 10 else mask(text)


@lru_cache(maxsize=65536)
def _date_of(digits: str) -> date | None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return born if _OLDEST_YEAR <= born.year <= _LATEST_YEAR else None
