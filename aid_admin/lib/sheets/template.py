"""The blank workbook that a sender downloads, fills in and sends back."""

import io
from collections.abc import Mapping, Sequence
from typing import Final

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from aid_admin.lib.sheets.columns import HELP_SHEET, VERSION_SHEET, Column
from aid_admin.lib.xlsx_out import CREATED, OPTIONS

VERSION: Final = "aid-template-1"
_ROWS: Final = 2000
_WIDTHS: Final = {"id_number": 22, "account_no": 24, "cert_no": 24, "phone": 14, "date": 13, "name": 12}
_YES_NO: Final = {"validate": "list", "source": ["是", "否"]}
_HINTS: Final = {
    "id_number": "18位，文本格式",
    "account_no": "文本格式，不要有空格",
    "cert_no": "文本格式",
    "date": "如 2020-03-01",
    "yuan": "单位：元，最多两位小数",
    "yes_no": "填 是 或 否",
}


def blank_workbook(
    columns: Sequence[Column], title: str, notes: Sequence[str] = (), sample: Mapping[str, str] | None = None
) -> bytes:
    """A title row, the headings (required ones red), all cells text; notes and sample on a second sheet."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {**OPTIONS, "constant_memory": False})
    workbook.set_properties({"created": CREATED})
    page = workbook.add_worksheet(title[:31])
    _write_headings(workbook, page, columns, title)
    _write_help(workbook.add_worksheet(HELP_SHEET), columns, notes, sample or {})
    version = workbook.add_worksheet(VERSION_SHEET)
    version.write_string(0, 0, VERSION)
    version.very_hidden()
    workbook.close()
    return buffer.getvalue()


def _write_headings(workbook: Workbook, page: Worksheet, columns: Sequence[Column], title: str) -> None:
    bold = workbook.add_format({"bold": True, "font_size": 16, "align": "center"})
    text = workbook.add_format({"num_format": "@"})
    plain = workbook.add_format({"bold": True, "border": 1, "text_wrap": True})
    needed = workbook.add_format({"bold": True, "border": 1, "text_wrap": True, "font_color": "#C00000"})
    page.write_string(0, 0, title, bold)
    for place, column in enumerate(columns):
        page.set_column(place, place, _WIDTHS.get(column.kind, 14), text)
        page.write_string(1, place, column.header, needed if column.required else plain)
        if hint := _HINTS.get(column.kind):
            page.write_comment(1, place, hint)
        if column.kind == "yes_no":
            page.data_validation(2, place, _ROWS, place, _YES_NO)
    page.freeze_panes(2, 0)


def _write_help(page: Worksheet, columns: Sequence[Column], notes: Sequence[str], sample: Mapping[str, str]) -> None:
    page.set_column(0, 0, 80)
    lines = ["红色的列必须有，其余的列没有可以不填。请不要改动表头，也不要合并单元格。", *notes]
    lines += [f"{column.header}：例如 {sample[column.field]}" for column in columns if column.field in sample]
    for number, line in enumerate(lines):
        page.write_string(number, 0, line)
