"""Finding the heading row of a table among title rows, notes and two-row headings."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from aid_admin.lib.sheets.columns import Column
from aid_admin.lib.sheets.reading import Cell, RawRow

SEARCHED_ROWS: Final = 10
_FEW: Final = 2  # so many headings alike prove nothing
_MORE: Final = 2  # so many more headings make another kind clearly better
_BRACKETS: Final = re.compile(r"[(\[【〔〈<《][^)\]】〕〉>》]*[)\]】〕〉>》]")
_NOISE: Final = re.compile(r"[\s*:：·、,，.。_\-—\u200b-\u200f\ufeff]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a table begins: the last row of its heading, the place of each field, what is missing."""

    row: int
    texts: tuple[str, ...]
    places: dict[str, int]
    missing: tuple[str, ...]
    doubled: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headings that belong to no field."""
        used = set(self.places.values())
        return tuple(text for place, text in enumerate(self.texts) if text and place not in used)


def plain(cell: Cell) -> str:
    """A heading without brackets' content, blanks and marks."""
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    return _plain(cell)


@lru_cache(maxsize=4096)
def _plain(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell)
    return _NOISE.sub("", _BRACKETS.sub("", text)) or _NOISE.sub("", text)


def find_heading(
    rows: Sequence[RawRow], columns: Sequence[Column], mapping: Mapping[str, str] | None = None
) -> Heading | None:
    """The best heading among the first rows of a sheet, or None when not one column is recognised.

    `mapping` gives, by field, the heading that the sender's file uses; it comes before all aliases, and
    an empty one says that the file has no such column. Of two readings equally good the row alone wins.
    """
    lookup = _lookup(columns, mapping or {})
    best: Heading | None = None
    above: list[str] = []
    for row in first_rows(rows):
        single = [plain(cell) for cell in row.cells]
        best = _better(best, _match(row.row, [(text,) for text in single], lookup, columns))
        if above:
            best = _better(best, _match(row.row, _joined(above, row), lookup, columns))
        above = single
    return best


def first_rows(rows: Sequence[RawRow]) -> list[RawRow]:
    """The rows among which a heading is looked for: the first that are not blank."""
    return [row for row in rows if any(cell is not None for cell in row.cells)][:SEARCHED_ROWS]


def widest_row(rows: Sequence[RawRow]) -> Heading:
    """The row with the most texts among the first ones, as a heading in which nothing is recognised."""
    texts = [
        (row.row, [plain(cell) if isinstance(cell, str) else "" for cell in row.cells]) for row in first_rows(rows)
    ]
    number, cells = max(texts, key=lambda row: sum(map(bool, row[1])))
    return Heading(number, tuple(cells), {}, ())


def likelier(
    rows: Sequence[RawRow],
    own: Heading | None,
    columns: Sequence[Column],
    rivals: Mapping[str, Sequence[Column]],
) -> str:
    """The name of the kind of table that these rows clearly begin rather than the one asked for; "" if none does."""
    best, most = "", len(own.places) if own else 0
    near = [row for row in rows if row.row <= own.row] if own and not own.missing else rows
    for name, others in rivals.items():
        rival = find_heading(near, others)
        if rival is None or rival.missing or len(rival.places) <= max(most, _FEW):
            continue
        if own is None or own.missing or _is_clearly_better(rival, others, own, columns):
            best, most = name, len(rival.places)
    return best


def _is_clearly_better(rival: Heading, others: Sequence[Column], own: Heading, columns: Sequence[Column]) -> bool:
    """It knows all that the table asked for must have, more besides, and has something of its own."""
    known, needed = set(rival.places.values()), _needed(own, columns)
    more = len(rival.places) - len(own.places)
    telling = _needed(rival, others) - set(own.places.values())
    return needed <= known and more >= _MORE and (bool(telling) or len(rival.places) >= 2 * len(own.places))


def _needed(heading: Heading, columns: Sequence[Column]) -> set[int]:
    return {heading.places[column.field] for column in columns if column.required and column.field in heading.places}


def _lookup(columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Heading -> (rank, field): of two headings for one field the lower rank wins."""
    lookup: dict[str, tuple[int, str]] = {}
    for column in columns:
        headings = () if column.field in mapping else (column.header, *column.aliases)
        for rank, heading in enumerate(headings):
            lookup.setdefault(plain(heading), (rank, column.field))
    for name, heading in mapping.items():
        if heading:
            lookup[plain(heading)] = (-1, name)
    return lookup


def _joined(above: list[str], row: RawRow) -> list[tuple[str, ...]]:
    """For each column of a two-row heading the texts it may go by, the most telling first."""
    below = [plain(cell) for cell in row.cells]
    below += [""] * (len(above) - len(below))
    texts: list[tuple[str, ...]] = []
    group = ""
    for place, under in enumerate(below):
        own = above[place] if place < len(above) else ""
        group = own or (group if under else "")
        texts.append((own,) if under in {"", own} else (group + under, under, own))
    return texts


def _match(
    row: int,
    texts: list[tuple[str, ...]],
    lookup: dict[str, tuple[int, str]],
    columns: Sequence[Column],
) -> Heading:
    found: dict[str, tuple[int, int]] = {}
    doubled: list[str] = []
    for place, choices in enumerate(texts):
        rank, name = next((lookup[text] for text in choices if text in lookup), (0, ""))
        if not name:
            continue
        if name in found and found[name][0] == rank:
            doubled.append(name)
        elif name not in found or rank < found[name][0]:
            found[name] = (rank, place)
    missing = tuple(column.header for column in columns if column.required and column.field not in found)
    names = {column.field: column.header for column in columns}
    return Heading(
        row,
        tuple(choices[0] for choices in texts),
        {name: place for name, (_, place) in found.items()},
        missing,
        tuple(names[name] for name in doubled),
    )


def _better(best: Heading | None, other: Heading) -> Heading | None:
    if not other.places:
        return best
    return other if best is None or _merit(other) > _merit(best) else best


def _merit(heading: Heading) -> tuple[int, int, int]:
    return -len(heading.missing), -len(heading.doubled), len(heading.places)
