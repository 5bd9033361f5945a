"""A table out of raw rows: heading found, rows typed, rows that are no data set aside."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import Any, Final

from aid_admin.lib.sheets.cells import CONVERTERS, EMPTY, Converter, as_text, id_number
from aid_admin.lib.sheets.columns import OWN_SHEETS, SAMPLE_ID, SAMPLE_MARK, Column, Status, TableRow, status_of
from aid_admin.lib.sheets.headers import Heading, find_heading, first_rows, likelier, plain, widest_row
from aid_admin.lib.sheets.issues import CATALOGUE, Issue, Level, make
from aid_admin.lib.sheets.reading import Cell, RawRow

__all__ = ["Column", "Status", "TableRow", "WrongSheet", "heading_of", "read_table"]

# Beyond this many rows from the top no heading is looked for, blank rows included.
_LOOK_AHEAD: Final = 60
_TOTAL: Final = re.compile(r"(合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|本页)")
_NOTE: Final = re.compile(
    r"(备?注[：:1-9]|说明|填表|制表|填报|经办|审核|复核|负责人|单位负责|校长|签字|签章|盖章|附[：:]|以下空白|联系人)"
)
_LONG_DIGITS: Final = re.compile(r"\d{15}")
_SHOWN: Final = 200


class WrongSheet(Exception):
    """No sheet of the file is the table asked for; `missing` names the headings not found."""

    def __init__(self, code: str, message: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.missing = missing


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one sheet is read: for each column its place, its converter and itself."""

    sheet: str
    table: int
    heading: Heading
    plain: tuple[tuple[int, Converter, Column], ...]
    numbers: tuple[tuple[int, Column], ...]
    filled: tuple[Column, ...]
    defaults: dict[str, Any]


def heading_of(
    rows: Iterable[RawRow], columns: Sequence[Column], mapping: Mapping[str, str] | None = None
) -> Heading | None:
    """The heading of the first sheet that holds anything, for the page where a person says which column is which.

    Where hardly one column is recognised it is the row with the most texts.
    """
    for _, head, _ in _sheets(rows):
        if head[0].hidden or not first_rows(head):
            continue
        found = find_heading(head, columns, mapping)
        widest = widest_row(head)
        return found if found and (len(found.places) > 1 or len(found.texts) >= len(widest.texts)) else widest
    return None


def read_table(
    rows: Iterable[RawRow],
    columns: Sequence[Column],
    mapping: Mapping[str, str] | None = None,
    *,
    others: Sequence[Sequence[Column]] = (),
    rivals: Mapping[str, Sequence[Column]] | None = None,
) -> Iterator[TableRow]:
    """Every row of every sheet, typed; raises WrongSheet when no sheet has the headings required.

    `others` are further tables that the same file may hold on sheets of their own. `rivals` are other kinds
    of table by their names: a sheet that is clearly one of them is not read, unless a person gave a `mapping`.
    """
    best: Heading | None = None
    read, kind = False, ""
    unseen = {field: heading for field, heading in (mapping or {}).items() if heading}
    for sheet, head, stream in _sheets(rows):
        if head[0].hidden:
            yield _whole_sheet(sheet, "SHEET_HIDDEN")
            continue
        heading, table = _choose(head, (columns, *others), mapping)
        unseen = _unseen(unseen, heading, table)
        if other := likelier(head, heading, columns, rivals or {}) if not (mapping or table) else "":
            kind = kind or other
            yield _whole_sheet(sheet, "SHEET_OTHER_KIND", kind=other)
        elif heading is not None and not heading.missing:
            read = read or table == 0
            yield from _sheet_table(sheet, chain(head, stream), heading, (columns, *others)[table], table)
        elif first_rows(head):
            best = _closer(best, heading)
            yield _unread_sheet(sheet, heading, columns)
    if unseen:
        raise _wrong("MAPPED_MISSING", tuple(unseen.values()))
    if not read:
        raise _wrong_sheet(best, columns, kind)


def _sheets(rows: Iterable[RawRow]) -> Iterator[tuple[str, list[RawRow], Iterator[RawRow]]]:
    """Each sheet's name, its first rows, and the rest of them; without the sheets of our own template."""
    for sheet, group in groupby(rows, key=lambda row: row.sheet):
        stream = iter(group)
        head = list(islice(stream, _LOOK_AHEAD))
        if sheet not in OWN_SHEETS:
            yield sheet, head, stream


def _unseen(unseen: dict[str, str], heading: Heading | None, table: int) -> dict[str, str]:
    """The mapped headings that no sheet has had so far."""
    places = heading.places if heading and table == 0 else {}
    return {field: text for field, text in unseen.items() if field not in places}


def _closer(best: Heading | None, other: Heading | None) -> Heading | None:
    if best is None or other is None:
        return best or other
    return other if (-len(other.missing), len(other.places)) > (-len(best.missing), len(best.places)) else best


def _choose(
    head: Sequence[RawRow], tables: Sequence[Sequence[Column]], mapping: Mapping[str, str] | None
) -> tuple[Heading | None, int]:
    """The first table whose required headings are all there; else the nearest to the table asked for."""
    for table, columns in enumerate(tables):
        heading = find_heading(head, columns, mapping if table == 0 else None)
        if heading is not None and not heading.missing and _has_key(heading, columns):
            return heading, table
    return find_heading(head, tables[0], mapping), 0


def _has_key(heading: Heading, columns: Sequence[Column]) -> bool:
    return any(column.required for column in columns) or len(heading.places) >= min(3, len(columns))


def _wrong_sheet(best: Heading | None, columns: Sequence[Column], kind: str) -> WrongSheet:
    if kind:
        return _wrong("OTHER_KIND", (), kind=kind)
    return _wrong("WRONG_SHEET", best.missing if best else tuple(c.header for c in columns if c.required))


def _wrong(code: str, missing: tuple[str, ...], **details: str) -> WrongSheet:
    return WrongSheet(code, CATALOGUE[code].template.format(missing="、".join(missing), **details), missing)


def _unread_sheet(sheet: str, heading: Heading | None, columns: Sequence[Column]) -> TableRow:
    """A sheet nearly right is an error, one with nothing alike is only mentioned."""
    required = sum(column.required for column in columns)
    if heading is None or 2 * len(heading.missing) > required:
        return _whole_sheet(sheet, "SHEET_IGNORED")
    return _whole_sheet(sheet, "SHEET_HEADER", missing="、".join(heading.missing))


def _whole_sheet(sheet: str, code: str, **details: str) -> TableRow:
    issue = make(code, sheet=sheet, row=0, value=sheet, **details)
    status = Status.REFUSED if issue.level is Level.ERROR else Status.IGNORED
    return TableRow(sheet, 0, status, {"ignored": sheet}, (issue,))


def _sheet_table(
    sheet: str, rows: Iterable[RawRow], heading: Heading, columns: Sequence[Column], table: int
) -> Iterator[TableRow]:
    if heading.doubled:
        raise _wrong("DUPLICATE_HEADER", heading.doubled)
    plan = _plan(sheet, heading, columns, table)
    for row in rows:
        if row.row <= heading.row or _is_no_data(row.cells, plan):
            yield _ignored(row, table)
        else:
            yield _data_row(row, plan)


def _plan(sheet: str, heading: Heading, columns: Sequence[Column], table: int) -> _Plan:
    present = [(heading.places[column.field], column) for column in columns if column.field in heading.places]
    numbers = [(place, column) for place, column in present if column.kind == "id_number"]
    defaults: dict[str, Any] = {}
    for column in columns:
        defaults[column.field] = EMPTY.get(column.kind, "")
        if column.kind == "id_number":
            defaults[f"{column.field}_text"] = ""
    others = tuple((place, CONVERTERS[column.kind], column) for place, column in present if column.kind != "id_number")
    filled = tuple(column for column in columns if column.filled)
    return _Plan(sheet, table, heading, others, tuple(numbers), filled, defaults)


def _ignored(row: RawRow, table: int) -> TableRow:
    words = " ".join(as_text(cell) for cell in row.cells if cell is not None)
    return TableRow(row.sheet, row.row, Status.IGNORED, {"ignored": words[:_SHOWN]}, (), table)


def _is_no_data(cells: list[Cell], plan: _Plan) -> bool:
    """Blank rows, our template's sample, totals, repeated headings, notes and signatures.

    A row with a long number never is, but for the sample's own.
    """
    first = next((cell for cell in cells if cell is not None and cell != ""), None)
    if first is None or (isinstance(first, str) and first.isspace() and not any(map(as_text, cells))):
        return True
    if first == SAMPLE_MARK:
        return all(place >= len(cells) or as_text(cells[place]) in ("", SAMPLE_ID) for place, _ in plan.numbers)
    leading = [cell for cell in cells[:4] if type(cell) is str]
    telling = any(_TOTAL.match(cell.lstrip()) for cell in leading) or (
        type(first) is str and _NOTE.match(first.lstrip()) is not None
    )
    if not telling:
        return _repeats_heading(cells, plan)
    return not any(place < len(cells) and _LONG_DIGITS.search(as_text(cells[place])) for place, _ in plan.numbers)


def _repeats_heading(cells: list[Cell], plan: _Plan) -> bool:
    texts = plan.heading.texts
    same = 0
    for place in islice(plan.heading.places.values(), 4):
        cell = cells[place] if place < len(cells) else None
        if cell is None or plain(cell) != texts[place]:
            return False
        same += 1
    return same >= min(2, len(plan.heading.places))


def _data_row(row: RawRow, plan: _Plan) -> TableRow:
    cells = row.cells
    width = len(cells)
    values = plan.defaults.copy()
    issues: list[Issue] = []
    found: list[tuple[str, dict[str, Any]]] = []
    for place, convert, column in plan.plain:
        if place < width and (cell := cells[place]) is not None:
            values[column.field] = convert(cell, column, found)
            if found:
                _collect(issues, found, row, column, cell)
    _read_numbers(row, plan, values, issues)
    for column in plan.filled:
        if values[column.field] in ("", None):
            _collect_empty(issues, row, column)
    if not issues:
        return TableRow(row.sheet, row.row, Status.ACCEPTED, values, (), plan.table)
    kept = tuple(issues)
    return TableRow(row.sheet, row.row, status_of(kept), values, kept, plan.table)


def _read_numbers(row: RawRow, plan: _Plan, values: dict[str, Any], issues: list[Issue]) -> None:
    found: list[tuple[str, dict[str, Any]]] = []
    for place, column in plan.numbers:
        if place < len(row.cells) and (cell := row.cells[place]) is not None:
            values[column.field], values[f"{column.field}_text"] = id_number(cell, column, found)
            if found:
                _collect(issues, found, row, column, cell)


def _collect(
    issues: list[Issue], found: list[tuple[str, dict[str, Any]]], row: RawRow, column: Column, cell: Cell
) -> None:
    value = as_text(cell)[:_SHOWN]
    for code, details in found:
        issues.append(make(code, sheet=row.sheet, row=row.row, column=column.header, value=value, **details))
    found.clear()


def _collect_empty(issues: list[Issue], row: RawRow, column: Column) -> None:
    """An empty cell that must be filled; one whose content was faulty has been reported already."""
    if any(issue.column == column.header for issue in issues):
        return
    code = "ID_MISSING" if column.kind == "id_number" and not column.strict else "MISSING_VALUE"
    issues.append(make(code, sheet=row.sheet, row=row.row, column=column.header))
