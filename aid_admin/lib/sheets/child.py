"""The throw-away process that opens one file: python -m … PATH MEDIA LIMITS PARENT.

It imports nothing but what reads the file, limits itself, dies with its parent and writes JSON lines:
{"sheet", "hidden", "first", "rows"} for each run of rows, {"end"} when all is said, {"error"} otherwise.
"""

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from aid_admin.lib.confinement import restrict
from aid_admin.lib.sheets.formulas import Failed, failed_cells

CHUNK_ROWS = 500
_ENCODINGS = ("utf-8-sig", "gb18030")

Cells = list[object]


class TooMuch(Exception):
    """More rows, columns or merged cells than the limits allow; carries the code of the refusal."""


def main(arguments: list[str]) -> int:
    path, media, limits_text, parent = arguments
    limits = json.loads(limits_text)
    restrict(limits["memory_bytes"], limits["cpu_seconds"], int(parent))
    try:
        for sheet, hidden, rows in csv_sheets(path) if media == "csv" else workbook_sheets(path, media, limits):
            send(sheet, hidden, rows, limits)
    except PasswordError:
        return say({"error": "PASSWORD"})
    except TooMuch as problem:
        return say({"error": str(problem)})
    except UnicodeDecodeError:
        return say({"error": "ENCODING"})
    except MemoryError:
        return say({"error": "TOO_LARGE"})
    except (CalamineError, csv.Error, OSError, ValueError):
        return say({"error": "DAMAGED"})
    return say({"end": True})


def csv_sheets(path: str) -> Iterator[tuple[str, bool, Iterable[Cells]]]:
    with open(path, "rb") as file:
        data = file.read()
    text = decode(data)
    head = text[:8192]
    delimiter = max(",\t;", key=head.count)
    yield (
        "",
        False,
        ([cell or None for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)),
    )


def decode(data: bytes) -> str:
    try:
        return data.decode(_ENCODINGS[0])
    except UnicodeDecodeError:
        return data.decode(_ENCODINGS[1])


def workbook_sheets(path: str, media: str, limits: dict[str, int]) -> Iterator[tuple[str, bool, Iterable[Cells]]]:
    failed = failed_cells(path) if media == "xlsx" else []
    with load_workbook(path) as workbook:
        tables = [
            (place, about)
            for place, about in enumerate(workbook.sheets_metadata)
            if about.typ == SheetTypeEnum.WorkSheet
        ]
        # A hidden sheet counts only where there is no other.
        visible = any(about.visible == SheetVisibleEnum.Visible for _, about in tables)
        for place, about in tables:
            hidden = visible and about.visible != SheetVisibleEnum.Visible
            sheet = workbook.get_sheet_by_name(about.name)
            yield about.name, hidden, sheet_rows(sheet, limits, failed[place] if place < len(failed) else {})


def sheet_rows(sheet: CalamineSheet, limits: dict[str, int], failed: Failed) -> Iterator[Cells]:
    """All rows from the first of the sheet on, failed formulas told, vertical merges filled down."""
    if sheet.start is None or sheet.end is None:
        return
    (_, first_column), (last_row, last_column) = sheet.start, sheet.end
    if last_column >= limits["columns"]:
        raise TooMuch("TOO_MANY_COLUMNS")
    if last_row >= limits["rows"]:
        raise TooMuch("TOO_MANY_ROWS")
    lead: Cells = [None] * first_column
    merges = vertical_merges(sheet, last_row, limits["filled_cells"])
    # iter_rows begins at the first row of the sheet, but at the first column that is used.
    rows: Iterator[Cells] = (lead + [None if cell == "" else cell for cell in raw] for raw in sheet.iter_rows())
    rows = tell_failed(rows, failed) if failed else rows
    yield from fill_down(rows, merges) if merges else rows


def tell_failed(rows: Iterable[Cells], failed: Failed) -> Iterator[Cells]:
    """The rows with a word where a formula failed or was never worked out."""
    for number, cells in enumerate(rows):
        for column, text in sorted(failed.get(number, {}).items()):
            cells += [None] * (column + 1 - len(cells))
            if cells[column] is None:
                cells[column] = text
        yield cells


def fill_down(rows: Iterable[Cells], merges: dict[int, list[tuple[int, int]]]) -> Iterator[Cells]:
    """The rows with the value of each vertical merge repeated in all its rows."""
    running: dict[int, tuple[int, object]] = {}
    for number, cells in enumerate(rows):
        running = {column: (until, value) for column, (until, value) in running.items() if number <= until}
        for column, (_, value) in running.items():
            if column < len(cells) and cells[column] is None:
                cells[column] = value
        for column, until in merges.get(number, ()):
            if column < len(cells):
                running[column] = (until, cells[column])
        yield cells


def vertical_merges(sheet: CalamineSheet, last_row: int, most: int) -> dict[int, list[tuple[int, int]]]:
    """First row -> (column, last row) of each merge that reaches over several rows."""
    merges: dict[int, list[tuple[int, int]]] = {}
    filled = 0
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        bottom = min(bottom, last_row)
        filled += max(0, bottom - top)
        if filled > most:
            raise TooMuch("TOO_MANY_MERGES")
        if bottom > top:
            merges.setdefault(top, []).append((left, bottom))
    return merges


def send(sheet: str, hidden: bool, rows: Iterable[Cells], limits: dict[str, int]) -> None:
    first, chunk = 1, []
    for number, cells in enumerate(rows, start=1):
        if len(cells) > limits["columns"] and any(cell is not None for cell in cells[limits["columns"] :]):
            raise TooMuch("TOO_MANY_COLUMNS")
        if number > limits["rows"]:
            raise TooMuch("TOO_MANY_ROWS")
        chunk.append(cells)
        if len(chunk) == CHUNK_ROWS:
            say({"sheet": sheet, "hidden": hidden, "first": first, "rows": chunk})
            first, chunk = number + 1, []
    say({"sheet": sheet, "hidden": hidden, "first": first, "rows": chunk})


def say(message: dict[str, object]) -> int:
    sys.stdout.write(_ENCODER.encode(message) + "\n")
    return 0


def plain(value: object) -> object:
    if isinstance(value, datetime):
        return {"d": value.date().isoformat()}
    return {"d": value.isoformat()} if isinstance(value, date) else str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=plain, check_circular=False)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
