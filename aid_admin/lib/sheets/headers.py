"""Finding the heading row of a table among title rows, notes and two-row headings."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aid_admin.lib.sheets.columns import Column
from aid_admin.lib.sheets.reading import Cell, RawRow

SEARCHED_ROWS: Final = 10
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
    text = unicodedata.normalize("NFKC", cell)
    return _NOISE.sub("", _BRACKETS.sub("", text)) or _NOISE.sub("", text)


def find_heading(
    rows: Sequence[RawRow], columns: Sequence[Column], mapping: Mapping[str, str] | None = None
) -> Heading | None:
    """The best heading among the first rows of a sheet, or None when not one column is recognised.

    `mapping` gives, by field, the heading that the sender's file uses; it comes before all aliases.
    """
    lookup = _lookup(columns, mapping or {})
    best: Heading | None = None
    searched = [row for row in rows if any(cell is not None for cell in row.cells)][:SEARCHED_ROWS]
    for position, row in enumerate(searched):
        single = [plain(cell) for cell in row.cells]
        best = _better(best, _match(row.row, [(text,) for text in single], lookup, columns))
        if position + 1 < len(searched):
            below = searched[position + 1]
            best = _better(best, _match(below.row, _joined(single, below), lookup, columns))
    return best


def _lookup(columns: Sequence[Column], mapping: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Heading -> (rank, field): of two headings for one field the lower rank wins."""
    lookup: dict[str, tuple[int, str]] = {}
    for column in columns:
        headings = (column.header, *column.aliases)
        if column.field in mapping:
            headings = (mapping[column.field],)
        for rank, heading in enumerate(headings):
            lookup.setdefault(plain(heading), (rank, column.field))
    for name, heading in mapping.items():
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
