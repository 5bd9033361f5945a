"""Workbooks and csv for people: text byte for byte, never a formula, equal input gives equal bytes."""

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

Value = str | int | date | bool | None

CREATED: Final = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
OPTIONS: Final = {
    "in_memory": False,
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_LONGEST_TITLE: Final = 31
_LONGEST_CELL: Final = 32_767
_FORBIDDEN_IN_TITLE: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_RISKY_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class ColumnOut:
    """A column: its heading, width in characters, and kind; money is given in fen and shown in yuan."""

    header: str
    width: int = 12
    kind: Literal["text", "money", "int"] = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: rows in the order of its columns; notes stand below the rows, `above` (title first) before the heads.

    `total` is the row of sums below the rows, which no filter and no sorting takes for one of them.
    """

    title: str
    columns: Sequence[ColumnOut]
    rows: Iterable[Sequence[Value]]
    notes: Sequence[str] = ()
    above: Sequence[str] = ()
    total: Sequence[Value] = ()


@dataclass(frozen=True, slots=True)
class _Formats:
    title: Format
    heading: Format
    text: Format
    money: Format
    whole: Format


def write(sheets: Sequence[Sheet], *, footer: str) -> bytes:
    """The workbook's bytes; `footer` (who, when, which number) is printed on each page."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, OPTIONS)
    workbook.set_properties({"created": CREATED, "author": "", "comments": footer})
    formats = _formats(workbook)
    for sheet in sheets:
        title = sheet.title.translate(_FORBIDDEN_IN_TITLE).strip("'")[:_LONGEST_TITLE]
        _write_sheet(workbook.add_worksheet(title or "表"), sheet, formats, footer)
    workbook.close()
    return buffer.getvalue()


def total_row(
    columns: Sequence[ColumnOut], rows: Sequence[Sequence[Value]], summed: Collection[str], name: str = "合计"
) -> list[Value]:
    """The sums of the rows in the columns with these headings, under the name."""
    sums: list[Value] = [
        sum(value for row in rows if isinstance(value := row[place], int)) if column.header in summed else None
        for place, column in enumerate(columns)
    ]
    return [name, *sums[1:]]


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with its mark, CRLF; a text that a spreadsheet would take for a formula gets an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_harmless(text) for text in header])
    writer.writerows([[_harmless(value) for value in row] for row in rows])
    return buffer.getvalue().encode("utf-8-sig", errors="replace")


def _formats(workbook: Workbook) -> _Formats:
    heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1})
    return _Formats(
        workbook.add_format({"bold": True, "font_size": 16}),
        heading,
        workbook.add_format({"num_format": "@"}),
        workbook.add_format({"num_format": "#,##0.00"}),
        workbook.add_format({"num_format": "0"}),
    )


def _write_sheet(page: Worksheet, sheet: Sheet, formats: _Formats, footer: str) -> None:
    head = len(sheet.above)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
    for place, text in enumerate(sheet.above):
        page.write_string(place, 0, text, formats.text if place else formats.title)
    for place, column in enumerate(sheet.columns):
        page.write_string(head, place, column.header, formats.heading)
    page.freeze_panes(head + 1, 0)
    page.set_footer("&L" + footer.replace("&", "&&")[:200] + "&R第 &P 页 共 &N 页")
    page.repeat_rows(0, head)
    last = head
    for last, row in enumerate(sheet.rows, start=head + 1):
        _write_row(page, last, sheet.columns, row, formats)
    if sheet.columns:
        page.autofilter(head, 0, last, len(sheet.columns) - 1)
    if sheet.total:
        last += 1
        _write_row(page, last, sheet.columns, sheet.total, formats)
    for offset, note in enumerate(sheet.notes, start=2):
        page.write_string(last + offset, 0, note)


def _write_row(
    page: Worksheet, number: int, columns: Sequence[ColumnOut], values: Sequence[Value], formats: _Formats
) -> None:
    for place, (column, value) in enumerate(zip(columns, values, strict=True)):
        _write_cell(page, (number, place), column, value, formats)


def _write_cell(page: Worksheet, place: tuple[int, int], column: ColumnOut, value: Value, formats: _Formats) -> None:
    if value is None or value == "":
        return
    if column.kind == "money" and isinstance(value, int):
        page.write_number(*place, Decimal(value).scaleb(-2), formats.money)
    elif column.kind == "int" and isinstance(value, int):
        page.write_number(*place, value, formats.whole)
    else:
        page.write_string(*place, as_text(value)[:_LONGEST_CELL], formats.text)


def as_text(value: Value) -> str:
    """A value in words: dates as 2020-03-01, truth as 是 or 否."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def _harmless(value: Value) -> str:
    text = as_text(value)
    return "'" + text if isinstance(value, str) and text.startswith(_RISKY_STARTS) else text
