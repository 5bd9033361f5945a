"""Approved fees of schools, in yuan per semester (domain §4.4)."""

from collections.abc import Iterable, Iterator
from typing import Final

from aid_admin.lib.sheets import context as checks
from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context, Doubles, issue
from aid_admin.lib.sheets.words import STAGES

TITLE: Final = "学校收费标准"
COLUMNS: Final[tuple[Column, ...]] = (
    Column("school_code", "学校标识码", ("学校代码",), required=True, filled=True, max_length=20),
    Column("stage_text", "学段", required=True, filled=True, max_length=20),
    Column("major_code", "专业代码", kind="cert_no", max_length=20),
    Column(
        "amount_fen",
        "收费标准",
        ("收费标准(元/学期)", "学费"),
        kind="yuan",
        required=True,
        filled=True,
        strict=True,
    ),
    Column("starts_on", "起始日期", ("执行日期",), kind="date", required=True, filled=True, strict=True),
    Column("ends_on", "截止日期", kind="date", strict=True),
    Column("basis_doc", "批准文号", ("文号", "依据"), required=True, filled=True, max_length=100),
)
_KEPT: Final = ("major_code", "amount_fen", "starts_on", "ends_on", "basis_doc")


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """One row a school, stage, major and beginning; the same four twice are an error."""
    doubles = Doubles()
    for row in rows:
        yield _parse_row(row, context, doubles) if checks.is_data(row) else row


def _parse_row(row: TableRow, context: Context, doubles: Doubles) -> TableRow:
    values = row.values
    school, issues = checks.find_school(row, context, code=values["school_code"], name="")
    stage, found = checks.read_word(row, STAGES, values["stage_text"], "学段", strict=True)
    issues += found
    starts_on, ends_on = values["starts_on"], values["ends_on"]
    if starts_on and ends_on and ends_on < starts_on:
        issues.append(issue(row, "PERIOD_INVALID", "截止日期", ends_on.isoformat()))
    issues += doubles.check(row, (school, stage, values["major_code"], str(starts_on)), "学校标识码")
    typed = {"school": school, "stage": stage, **{field: values[field] for field in _KEPT}}
    return TableRow(row.sheet, row.row, row.status, typed, row.issues).with_issues(*issues)
