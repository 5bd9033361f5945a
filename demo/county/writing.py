"""Documents to files: xlsx in one pass with little memory, csv in GB 18030; the same bytes each time."""

import csv
import hashlib
import io
from datetime import datetime
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from demo.county.documents import Document, Page, Row

_CREATED: Final = datetime(2020, 5, 20, 9, 0, 0)  # noqa: DTZ001 - a spreadsheet knows no time zone
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_WIDTH: Final = 14


def write_document(folder: Path, document: Document) -> str:
    """Write one file below `folder` and return its sha256."""
    path = folder / document.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        _write_csv(path, document.pages[0])
    else:
        _write_workbook(path, document)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_csv(path: Path, page: Page) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(page.header)
    writer.writerows(page.rows())
    path.write_bytes(text.getvalue().encode("gb18030"))


def _write_workbook(path: Path, document: Document) -> None:
    with Workbook(str(path), dict(_OPTIONS)) as book:
        book.set_properties({"created": _CREATED, "author": document.sender})
        heading = book.add_format({"bold": True, "font_size": 14, "align": "center"})
        bold = book.add_format({"bold": True, "border": 1})
        for page in document.pages:
            _write_page(book.add_worksheet(page.name), page, heading, bold)


def _write_page(sheet: Worksheet, page: Page, heading: Format, bold: Format) -> None:
    sheet.set_column(0, len(page.header) - 1, _WIDTH)
    place = 0
    if page.title:
        sheet.merge_range(0, 0, 0, len(page.header) - 1, page.title, heading)
        place += 1
    if page.above:
        _write_row(sheet, place, page.above)
        place += 1
    for column, text in enumerate(page.header):
        sheet.write_string(place, column, text, bold)
    place += 1
    for row in page.rows():
        _write_row(sheet, place, row)
        place += 1
    for row in page.below:
        _write_row(sheet, place, row)
        place += 1


def _write_row(sheet: Worksheet, place: int, row: Row) -> None:
    write_string = sheet.write_string
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            if cell:
                write_string(place, column, cell)
        elif cell is not None:
            sheet.write_number(place, column, cell)
