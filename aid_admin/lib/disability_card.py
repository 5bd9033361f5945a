"""Disability certificates: the 18 characters of the identity number, category, level, replacement."""

import re
from dataclasses import dataclass
from typing import Final

from aid_admin.lib import id_card

CATEGORIES: Final = {1: "视力", 2: "听力", 3: "言语", 4: "肢体", 5: "智力", 6: "精神", 7: "多重"}
LEVELS: Final = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}

_SHAPE: Final = re.compile(r"([0-9]{17}[0-9X])([1-7])([1-4])(?:B([1-9]))?")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The parts of a certificate number; `replacement` 0 is the first card, 1 the card B1."""

    id_number: str
    category: int
    level: int
    replacement: int = 0

    @property
    def category_name(self) -> str:
        return CATEGORIES[self.category]

    @property
    def level_name(self) -> str:
        return LEVELS[self.level]


def split(text: str) -> Certificate | None:
    """The parts of a 20- or 22-character number, or None when the shape or the identity number is wrong."""
    match = _SHAPE.fullmatch(id_card.normalise(text))
    if match is None or not id_card.is_valid(match[1]):
        return None
    return Certificate(match[1], int(match[2]), int(match[3]), int(match[4] or 0))


def id_part(text: str) -> str | None:
    """The identity number inside a certificate number, or None."""
    certificate = split(text)
    return certificate.id_number if certificate else None


def read_category(text: str) -> int | None:
    """The category digit of `肢体`, `肢体残疾`, `4`; None when unknown."""
    return _read(text, CATEGORIES)


def read_level(text: str) -> int | None:
    """The level digit of `二级`, `二`, `2`; None when unknown."""
    return _read(text, LEVELS)


def read_category_and_level(text: str) -> tuple[int | None, int | None]:
    """Both digits of one cell such as `肢体二级` or `42`."""
    plain = id_card.normalise(text)
    if re.fullmatch(r"[1-7][1-4]", plain):
        return int(plain[0]), int(plain[1])
    category = next((digit for digit, name in CATEGORIES.items() if name in plain), None)
    level = next((digit for digit, name in LEVELS.items() if name in plain), None)
    return category, level


def _read(text: str, names: dict[int, str]) -> int | None:
    plain = id_card.normalise(text).removesuffix(".0")
    for digit, name in names.items():
        if plain in {str(digit), name, name[0], f"{name}残疾", f"{digit}级"}:
            return digit
    return None
