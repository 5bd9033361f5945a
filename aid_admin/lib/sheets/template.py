"""The blank workbook that a sender downloads, fills in and sends back."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from aid_admin.lib.sheets.columns import HELP_SHEET, SAMPLE_ID, SAMPLE_MARK, VERSION_SHEET, Column
from aid_admin.lib.sheets.words import STAGE_NAMES
from aid_admin.lib.xlsx_out import CREATED, OPTIONS

VERSION: Final = "aid-template-2"
_ROWS: Final = 2000
_TITLE, _HEADING, _SAMPLE, _FIRST = range(4)
_LAST_COLUMN: Final = 16_383
_WIDTHS: Final = {"id_number": 22, "account_no": 24, "cert_no": 24, "phone": 14, "date": 13, "name": 12}
_HINTS: Final = {
    "id_number": "18位，文本格式",
    "account_no": "文本格式，不要有空格",
    "cert_no": "文本格式",
    "date": "如 2020-03-01",
    "yuan": "单位：元，最多两位小数",
    "yes_no": "填 是 或 否",
}
_RELATIONS: Final = ("本人", "父亲", "母亲", "祖父", "祖母", "外祖父", "外祖母", "其他监护人")
_GRADES: Final = (
    "小班", "中班", "大班", "一年级", "二年级", "三年级", "四年级", "五年级", "六年级", "七年级", "八年级", "九年级",
    "高一", "高二", "高三",
)  # fmt: skip
# What a coded column may say, by its heading; the lists marked "open" only help: other words are read, too.
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "学段": tuple(STAGE_NAMES.values()),
    "性别": ("男", "女"),
    "年级": _GRADES,
    "就读方式": ("住校", "走读"),
    "是否寄宿": ("是", "否"),
    "户口性质": ("农村", "城镇"),
    "困难类别": (
        "建档立卡", "低保", "特困供养", "孤儿", "事实无人抚养", "残疾学生", "残疾人子女", "烈士子女", "其他家庭经济困难",
    ),
    "开户行": ("农村信用联社", "建设银行"),
    "推荐档次": ("特别困难", "比较困难", "一般困难"),
    "与学生关系": _RELATIONS,
}  # fmt: skip
_OPEN: Final = frozenset({"年级", "开户行", "与学生关系", "困难类别"})
_SAMPLES: Final = {
    "grade": "三年级", "class_name": "1班", "school_name": "（学校全称）", "holder_name": "张三",
    "account_no": "623059000000000000", "household_size": "4", "address": "高村镇高村", "reason": "", "attending": "是",
    "role": "学校经办人", "username": "zhangsan",
}  # fmt: skip
_BY_KIND: Final = {
    "name": "张三", "id_number": SAMPLE_ID, "phone": "13800000000", "date": "2020-03-01", "yuan": "500", "yes_no": "是",
}  # fmt: skip
_MAY: Final = {"insert_rows": True, "delete_rows": True, "sort": True, "autofilter": True, "format_columns": True,
               "format_rows": True, "format_cells": True}  # fmt: skip
_STOP: Final = {"error_title": "不能这样填", "error_message": "请从下拉列表中选择。"}
_ASK: Final = {
    "error_type": "warning",
    "error_title": "列表里没有",
    "error_message": "一般从列表中选；确实不在列表里的，点“是”继续。",
}


@dataclass(slots=True)
class _Lists:
    """The hidden sheet: the template's version, and a list of words for each coded column under a name of its own."""

    workbook: Workbook
    page: Worksheet
    names: dict[tuple[str, ...], str] = field(default_factory=dict)

    def name_of(self, words: Sequence[str]) -> str:
        """The name of the range that holds these words."""
        key = tuple(words)
        if key not in self.names:
            place = len(self.names) + 1
            self.names[key] = f"aid_list_{place}"
            self.page.write_column(0, place, list(words))
            where = xl_range_abs(0, place, len(words) - 1, place)
            self.workbook.define_name(self.names[key], f"='{VERSION_SHEET}'!{where}")
        return self.names[key]


@dataclass(frozen=True, slots=True)
class _Formats:
    title: Format
    heading: Format
    must: Format
    cell: Format
    sample: Format


def blank_workbook(
    columns: Sequence[Column],
    title: str,
    notes: Sequence[str] = (),
    *,
    choices: Mapping[str, Sequence[str]] | None = None,
    others: Sequence[tuple[str, Sequence[Column]]] = (),
) -> bytes:
    """Title, locked headings (those that must be filled in red with *), a sample row, then free cells, all of them text.

    `choices`: by heading what a column may say, beside those that are known. `others`: further sheets by title.
    Below the headings everything may be changed; a second sheet explains, a hidden one holds the lists.
    """
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {**OPTIONS, "constant_memory": False})
    workbook.set_properties({"created": CREATED})
    pages = [(workbook.add_worksheet(name[:31]), name, every) for name, every in ((title, columns), *others)]
    help_page = workbook.add_worksheet(HELP_SHEET)
    hidden = workbook.add_worksheet(VERSION_SHEET)
    hidden.write_string(0, 0, VERSION)
    hidden.very_hidden()
    lists, formats = _Lists(workbook, hidden), _formats(workbook)
    for page, name, every in pages:
        _write_headings(page, every, name, formats)
        _write_cells(page, every, {**_CHOICES, **(choices or {})}, lists, formats)
    _write_help(help_page, [column for _, _, every in pages for column in every], notes)
    workbook.close()
    return buffer.getvalue()


def _formats(workbook: Workbook) -> _Formats:
    heading = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "bg_color": "#E7ECF4"}
    return _Formats(
        workbook.add_format({"bold": True, "font_size": 16}),
        workbook.add_format(heading),
        workbook.add_format({**heading, "font_color": "#C00000"}),
        workbook.add_format({"num_format": "@", "locked": False}),
        workbook.add_format({"num_format": "@", "locked": False, "italic": True, "font_color": "#7F7F7F"}),
    )


def _write_headings(page: Worksheet, columns: Sequence[Column], title: str, formats: _Formats) -> None:
    page.set_column(0, _LAST_COLUMN, None, formats.cell)
    page.set_column(0, 0, 9, formats.cell)
    page.write_string(_TITLE, 0, title, formats.title)
    page.write_string(_HEADING, 0, "序号", formats.heading)
    for place, column in enumerate(columns, start=1):
        page.set_column(place, place, _WIDTHS.get(column.kind, 14), formats.cell)
        text = f"{column.header}*" if column.must else column.header
        page.write_string(_HEADING, place, text, formats.must if column.must else formats.heading)
        if hint := _HINTS.get(column.kind):
            page.write_comment(_HEADING, place, hint)
    page.freeze_panes(_SAMPLE, 0)
    page.protect("", dict(_MAY))


def _write_cells(
    page: Worksheet, columns: Sequence[Column], choices: Mapping[str, Sequence[str]], lists: _Lists, formats: _Formats
) -> None:
    page.write_string(_SAMPLE, 0, SAMPLE_MARK, formats.sample)
    for place, column in enumerate(columns, start=1):
        words = _words(column, choices)
        page.write_string(_SAMPLE, place, _sample(column, words), formats.sample)
        if words:
            more = _ASK if column.header in _OPEN else _STOP
            source = {"validate": "list", "source": f"={lists.name_of(words)}", **more}
            page.data_validation(_SAMPLE, place, _ROWS, place, source)


def _words(column: Column, choices: Mapping[str, Sequence[str]]) -> Sequence[str]:
    return ("是", "否") if column.kind == "yes_no" else choices.get(column.header, ())


def _sample(column: Column, words: Sequence[str]) -> str:
    return _SAMPLES.get(column.field) or (words[0] if words else _BY_KIND.get(column.kind, ""))


def _write_help(page: Worksheet, columns: Sequence[Column], notes: Sequence[str]) -> None:
    page.set_column(0, 0, 100)
    lines = [
        "1. 表头带 * 的红色列每一行都要填，其余的列没有可以不填。表头已经锁定，请不要改动，也不要合并单元格。",
        f"2. 第三行“{SAMPLE_MARK}”是填写的样子，导入时不算，留着、删去都可以；请从它下面一行开始填。",
        "3. 身份证号、账号、电话已经设成文本格式；从别处复制时用“选择性粘贴—数值”，不要带格式。",
        "4. 有下拉列表的列请从列表中选。序号可以不填。",
        *(f"{number}. {note}" for number, note in enumerate(notes, start=5)),
    ]
    lines += [f"{column.header}：{hint}" for column in columns if (hint := _HINTS.get(column.kind))]
    for number, line in enumerate(dict.fromkeys(lines)):
        page.write_string(number, 0, line)
