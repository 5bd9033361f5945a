"""What a file is before it is written: pages of plain cells, and who sends it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from aid_admin.county.rules import Stage
from demo.county.people import Pupil

Cell = str | int | Decimal | None
Row = Sequence[Cell]

EDUCATION: Final = "淇县教育体育局"
POVERTY_OFFICE: Final = "淇县扶贫开发办公室"
CIVIL_AFFAIRS: Final = "淇县民政局"
FEDERATION: Final = "淇县残疾人联合会"
VETERANS: Final = "淇县退役军人事务局"
_CHINESE: Final = "一二三四五六七八九"
_KINDERGARTEN: Final = ("小", "中", "大")
_SLIPS: Final = 0.008


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet: rows above the header, the header, the data, rows below."""

    name: str
    header: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    title: str = ""
    above: Row = ()
    below: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One file with what the manifest says about it."""

    path: str
    kind: str
    as_of: str
    sender: str
    pages: tuple[Page, ...]
    school: str | None = None
    programme: str | None = None


def yuan(fen: int) -> Decimal:
    """Fen as the number a spreadsheet shows."""
    return Decimal(fen).scaleb(-2)


def grade_name(pupil: Pupil) -> str:
    """年级 as the three roll systems write it."""
    if pupil.stage == Stage.PRESCHOOL:
        return f"{_KINDERGARTEN[pupil.level + 2]}班"
    if pupil.stage == Stage.SENIOR:
        return f"高{_CHINESE[pupil.year - 1]}"
    level = pupil.year if pupil.stage == Stage.VOCATIONAL else pupil.level
    return f"{_CHINESE[level - 1]}年级"


def class_name(pupil: Pupil) -> str:
    """班级 as the school writes it."""
    if pupil.stage == Stage.PRESCHOOL and pupil.class_no <= len(_CHINESE):
        return f"{_KINDERGARTEN[pupil.level + 2]}{_CHINESE[pupil.class_no - 1]}班"
    return f"{pupil.class_no}班"


def enrolment_no(pupil: Pupil) -> str:
    """学籍号, or the vocational 学号; kindergartens have none."""
    number = pupil.person.id_number
    if pupil.stage == Stage.PRESCHOOL:
        return ""
    return f"{2020 - pupil.year}{number[6:17]}" if pupil.stage == Stage.VOCATIONAL else f"G{number}"


def as_typed(number: str, rng: Random) -> str:
    """The number with, now and then, an apostrophe, a blank or a small or wide X about it."""
    if rng.random() > _SLIPS:
        return number
    if number.endswith("X"):
        return number[:17] + rng.choice("xＸ×")
    return rng.choice((f"'{number}", f"{number} ", f"{number}\u3000", f"\u00a0{number}"))
