"""Bank account numbers: cards by Luhn, prefix and length; passbooks by length alone."""

import re
from collections.abc import Mapping
from typing import Final, Literal

from aid_admin.lib import id_card

Bins = Mapping[tuple[str, int], str]

CREDIT: Final = "CREDIT"
"""The code under which a table of prefixes keeps credit cards, which cannot be paid to."""
PROBLEMS: Final = {
    "EMPTY": "没有填写银行账号",
    "CHARACTERS": "银行账号只能是数字",
    "LENGTH": "银行账号位数不对",
    "LUHN": "银行卡号可能抄错了（最后一位校验不符）",
    "CREDIT_CARD": "是信用卡，不能用于发放",
    "IS_ID_NUMBER": "填的是身份证号，不是银行账号",
    "AMBIGUOUS": "既像身份证号又像银行卡号，请核对",
    "UNKNOWN_BIN": "认不出是哪家银行的卡，请核对",
    "PASSBOOK": "像是存折账号，请核对",
    "CARD_UNSURE": "像银行卡，但校验位不对，请对照原件核对",
    "NOT_CARD": "不像银行卡号（16 至 19 位），请对照原件核对",
    "NOT_PASSBOOK": "是银行卡号，类型请选银行卡",
}
WARNINGS: Final = frozenset({"AMBIGUOUS", "UNKNOWN_BIN", "PASSBOOK", "CARD_UNSURE"})

_SHORTEST: Final = 12
_LONGEST: Final = 22
_CARD_LENGTHS: Final = range(16, 20)
_UNIONPAY: Final = "62"


def normalise(text: str) -> str:
    """The number without blanks, dashes and apostrophes, half-width."""
    return re.sub(r"[-‐-―－]", "", id_card.normalise(text))


def luhn_digit(body: str) -> str:
    """The last digit that makes `body` satisfy Luhn."""
    return str(-_luhn_sum(body + "0") % 10)


def luhn_ok(number: str) -> bool:
    """Whether the digits satisfy Luhn; anything but ASCII digits does not."""
    return _is_digits(number) and _luhn_sum(number) % 10 == 0


def find_bank(number: str, bins: Bins) -> str | None:
    """The code of the bank whose prefix and length the number has; the longest prefix wins."""
    length = len(number)
    return next((bins[number[:n], length] for n in range(10, 2, -1) if (number[:n], length) in bins), None)


def lengths_for(number: str, bins: Bins) -> list[int]:
    """How many digits cards with the number's prefix have; none if the prefix is nobody's. The longest prefix wins."""
    found = [(len(prefix), length) for prefix, length in bins if number.startswith(prefix)]
    longest = max((known for known, _ in found), default=0)
    return sorted({length for known, length in found if known == longest})


def kind(number: str, bins: Bins) -> Literal["CARD", "PASSBOOK"]:
    """CARD for a number with a card's prefix, even a faulty one; else PASSBOOK."""
    if _has_card_prefix(number, bins):
        return "CARD"
    return "CARD" if _looks_like_card(number) and luhn_ok(number) else "PASSBOOK"


def problem(number: str, bins: Bins) -> str | None:
    """What is wrong with a normalised number: a key of PROBLEMS (those in WARNINGS may stand), or None."""
    if not number:
        return "EMPTY"
    if id_card.is_valid(number):
        return "AMBIGUOUS" if luhn_ok(number) and find_bank(number, bins) else "IS_ID_NUMBER"
    if not _is_digits(number):
        return "CHARACTERS"
    if not _SHORTEST <= len(number) <= _LONGEST:
        return "LENGTH"
    if kind(number, bins) == "PASSBOOK":
        return "CARD_UNSURE" if _looks_like_card(number) else "PASSBOOK"
    return _card_problem(number, bins)


def kind_problem(number: str, said: str, bins: Bins) -> str | None:
    """What speaks against a number that may stand being a CARD or a PASSBOOK, as somebody said: a key of PROBLEMS.

    None if nothing does. A card satisfies Luhn, whoever issued it; a number with a bank's own prefix is no passbook.
    """
    if said == "PASSBOOK":
        return "NOT_PASSBOOK" if find_bank(number, bins) else None
    if len(number) not in _CARD_LENGTHS:
        return "NOT_CARD"
    return None if luhn_ok(number) else "CARD_UNSURE"


def mask(number: str) -> str:
    """The number fit for a list: only the last four digits stay."""
    return "*" * (len(number) - 4) + number[-4:] if len(number) > 8 else "*" * len(number)


def in_fours(number: str) -> str:
    """The number in groups of four digits, as it stands on a card: to be read beside the original."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def _card_problem(number: str, bins: Bins) -> str | None:
    bank = find_bank(number, bins)
    if bank is None and _has_card_prefix(number, bins):
        return "LENGTH"
    if not luhn_ok(number):
        return "LUHN"
    if bank is None:
        return "UNKNOWN_BIN"
    return "CREDIT_CARD" if bank == CREDIT else None


def _looks_like_card(number: str) -> bool:
    return number.startswith(_UNIONPAY) and len(number) in _CARD_LENGTHS


def _has_card_prefix(number: str, bins: Bins) -> bool:
    return any(number.startswith(prefix) for prefix, _ in bins)


def _is_digits(number: str) -> bool:
    return number.isascii() and number.isdecimal()


def _luhn_sum(number: str) -> int:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
