"""Names and valid identity numbers of people who do not exist."""

from datetime import date
from itertools import count

from aid_admin.lib.id_card import check_digit

_SERIALS = count(1)
_SURNAMES = "王李张刘陈杨赵黄周吴"
_GIVEN = "安博晨丹恩芳歌海佳凯兰敏宁佩琪瑞思婷薇欣雅泽"


def id_number(serial: int | None = None, born: date = date(2011, 3, 15), division: str = "410622") -> str:
    """A valid number; without `serial` one that no other call gets (999 a day of birth)."""
    number = next(_SERIALS) if serial is None else serial
    day = date.fromordinal(born.toordinal() + number // 1000)
    first17 = f"{division}{day:%Y%m%d}{number % 1000:03d}"
    return first17 + check_digit(first17)


def name(serial: int | None = None) -> str:
    """A Chinese name; the same serial gives the same."""
    number = next(_SERIALS) if serial is None else serial
    return (
        _SURNAMES[number % len(_SURNAMES)]
        + _GIVEN[number // len(_SURNAMES) % len(_GIVEN)]
        + _GIVEN[number * 7 % len(_GIVEN)]
    )


def account_no(serial: int | None = None) -> str:
    """A passbook number of the county's rural credit union: no card, so no check digit."""
    number = next(_SERIALS) if serial is None else serial
    return f"50412066{number:010d}"
