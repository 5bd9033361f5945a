"""The sender's own workbook, with what is wrong marked in it."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import InvalidFileException

from aid_admin.lib.sheets.cells import as_text
from aid_admin.lib.sheets.headers import plain
from aid_admin.lib.sheets.issues import Issue, Level
from aid_admin.lib.sheets.reading import read_rows

LAST_HEADER: Final = "错误原因"
_FILLS: Final = {Level.ERROR: "FFFFC7CE", Level.WARNING: "FFFFEB9C", Level.REPAIR: "FFDDEBF7"}
_GRAVITY: Final = (Level.ERROR, Level.WARNING, Level.REPAIR)
_LABELS: Final = {Level.ERROR: "错误", Level.WARNING: "提醒", Level.REPAIR: "已整理"}
_HEADER_ROWS: Final = 14
_MOST_COMMENTS: Final = 5000
_AUTHOR: Final = "核对"


def mark(original: bytes, media: str, issues: Iterable[Issue]) -> bytes:
    """The workbook with red (error), yellow (warning) and blue (repair) cells and a last column 错误原因.

    An .xls or .csv comes back as a new .xlsx with the same cells. For files that have passed the gate and
    been read; run it in a worker, not in a request.
    """
    workbook = _open(original, media)
    by_sheet: dict[str, list[Issue]] = defaultdict(list)
    for issue in issues:
        by_sheet[issue.sheet].append(issue)
    for name, found in by_sheet.items():
        page = workbook[name] if name in workbook.sheetnames else workbook.worksheets[0]
        _mark_page(page, found)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _open(original: bytes, media: str) -> Workbook:
    if media == "xlsx":
        try:
            return load_workbook(io.BytesIO(original))
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError):
            # A workbook that calamine reads and openpyxl does not is copied cell by cell.
            return _copy(original, media)
    return _copy(original, media)


def _copy(original: bytes, media: str) -> Workbook:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    with TemporaryDirectory(prefix="aid-") as folder:
        path = Path(folder) / "original"
        path.write_bytes(original)
        for name, rows in groupby(read_rows(path, media=media), key=lambda row: row.sheet):
            page = workbook.create_sheet(name or "Sheet1")
            for row in rows:
                for place, cell in enumerate(row.cells, start=1):
                    if cell is not None:
                        _put_text(page, row.row, place, as_text(cell))
    return workbook


def _put_text(page: Any, row: int, column: int, text: str) -> None:
    """Text that stays text: a leading `=` must not become a formula."""
    cell = page.cell(row, column)
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"


def _mark_page(page: Any, issues: Sequence[Issue]) -> None:
    places, header_row = _headings(page, {issue.column for issue in issues if issue.column})
    last = page.max_column + 1
    _put_text(page, header_row, last, LAST_HEADER)
    page.column_dimensions[page.cell(header_row, last).column_letter].width = 60
    by_row: dict[int, list[Issue]] = defaultdict(list)
    for issue in issues:
        by_row[issue.row].append(issue)
    comments = 0
    for row, found in sorted(by_row.items()):
        if row == 0:
            continue
        text = "；".join(f"{_LABELS[issue.level]}：{issue.message}" for issue in found)
        _put_text(page, row, last, text)
        page.cell(row, last).fill = _fill(found)
        for issue in found:
            if issue.column in places:
                _mark_cell(page.cell(row, places[issue.column]), issue, comments < _MOST_COMMENTS)
                comments += 1


def _headings(page: Any, wanted: set[str]) -> tuple[dict[str, int], int]:
    """Column numbers of the headings that issues name, and the row they stand in."""
    by_text = {plain(text): text for text in wanted}
    best: dict[str, int] = {}
    best_row = 1
    for row in page.iter_rows(min_row=1, max_row=_HEADER_ROWS):
        found = {by_text[plain(c.value)]: c.column for c in row if c.value and plain(c.value) in by_text}
        if len(found) > len(best):
            best, best_row = found, row[0].row
    return best, best_row


def _mark_cell(cell: Any, issue: Issue, with_comment: bool) -> None:
    cell.fill = _fill([issue])
    # Cells inside a merged range carry no comment.
    if with_comment and hasattr(cell, "hyperlink"):
        cell.comment = Comment(issue.message, _AUTHOR)


def _fill(issues: Sequence[Issue]) -> PatternFill:
    levels = {issue.level for issue in issues}
    level = next(level for level in _GRAVITY if level in levels)
    return PatternFill("solid", start_color=_FILLS[level])
