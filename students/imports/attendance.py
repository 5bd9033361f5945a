"""Attendance: who is at school in this county this semester (domain §4.4)."""

from collections.abc import Iterable, Iterator
from typing import Final

from aid_admin.lib.sheets import context as checks
from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context, Doubles, issue

TITLE: Final = "在校就读情况表"
COLUMNS: Final[tuple[Column, ...]] = (
    Column("school_name", "学校名称", ("学校", "就读学校"), max_length=100),
    Column("school_code", "学校标识码", ("学校代码",), max_length=20),
    Column("grade", "年级", max_length=20),
    Column("class_name", "班级", ("班级名称",), max_length=30),
    Column("name", "姓名", ("学生姓名",), kind="name", required=True, filled=True, max_length=50),
    Column(
        "id_number",
        "身份证号",
        ("身份证件号", "身份证号码", "学生身份证号"),
        kind="id_number",
        required=True,
        filled=True,
    ),
    Column(
        "attending",
        "是否在校就读",
        ("是否在校", "在校就读"),
        kind="yes_no",
        required=True,
        filled=True,
        strict=True,
    ),
    Column("reason", "不在校原因", ("不在校就读原因",), max_length=200),
)
NOTES: Final = ("本校全部学生都要列上；不在校就读的填“否”，并写明不在校原因。",)
_KEPT: Final = ("grade", "class_name", "name", "id_number", "id_number_text", "attending", "reason")


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """Attendance rows; a child who stands twice is refused the second time."""
    doubles = Doubles()
    for row in checks.check_semester(rows, context):
        yield _parse_row(row, context, doubles) if checks.is_data(row) else row


def _parse_row(row: TableRow, context: Context, doubles: Doubles) -> TableRow:
    values = row.values
    school, issues = checks.find_school(row, context, code=values["school_code"], name=values["school_name"])
    if values["attending"] is False and not values["reason"]:
        issues.append(issue(row, "NO_REASON", "不在校原因"))
    issues += doubles.check(row, checks.person_key(row))
    typed = {"school": school, **{field: values[field] for field in _KEPT}}
    return TableRow(row.sheet, row.row, row.status, typed, row.issues).with_issues(*issues)
