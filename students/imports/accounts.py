"""Bank accounts that a school collects: money moves by them, so a fault is an error (domain §4.5)."""

from collections.abc import Iterable, Iterator
from typing import Final

from aid_admin.lib.sheets import context as checks
from aid_admin.lib.sheets import words
from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context, Doubles, issue

TITLE: Final = "学生银行账户表"
COLUMNS: Final[tuple[Column, ...]] = (
    Column("school_name", "学校名称", ("学校", "就读学校"), max_length=100),
    Column("school_code", "学校标识码", ("学校代码",), max_length=20),
    Column("grade", "年级", max_length=20),
    Column("class_name", "班级", ("班级名称",), max_length=30),
    Column("name", "学生姓名", ("姓名",), kind="name", required=True, filled=True, max_length=50),
    Column(
        "id_number",
        "学生身份证号",
        ("身份证号", "身份证号码", "学生身份证号码"),
        kind="id_number",
        required=True,
        filled=True,
        strict=True,
    ),
    Column("bank_name", "开户行", ("开户银行", "银行名称"), max_length=100),
    Column(
        "holder_name",
        "账户户名",
        ("户名", "开户人", "持卡人姓名", "账户名"),
        kind="name",
        required=True,
        filled=True,
        max_length=50,
    ),
    Column("holder_relation", "与学生关系", ("与学生的关系", "关系"), max_length=20),
    Column(
        "holder_id",
        "持卡人身份证号",
        ("开户人身份证号", "户主身份证号", "开户人身份证"),
        kind="id_number",
        strict=True,
        adult=True,
    ),
    Column(
        "account_no",
        "银行账号",
        ("账号", "卡号", "银行卡号", "银行账户"),
        kind="account_no",
        required=True,
        filled=True,
        strict=True,
    ),
    Column("phone", "联系电话", ("电话", "手机"), kind="phone"),
)
NOTES: Final = ("账户不是学生本人的，请填与学生关系和持卡人身份证号；账号照银行卡或存折抄写。",)
_KEPT: Final = (
    "grade",
    "class_name",
    "name",
    "id_number",
    "bank_name",
    "holder_name",
    "holder_relation",
    "holder_id",
    "account_no",
    "phone",
)


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """Account rows with bank and kind; a pupil who stands twice is refused the second time."""
    doubles = Doubles()
    for row in checks.check_semester(rows, context):
        yield _parse_row(row, context, doubles) if checks.is_data(row) else row


def _parse_row(row: TableRow, context: Context, doubles: Doubles) -> TableRow:
    values = row.values
    school, issues = checks.find_school(row, context, code=values["school_code"], name=values["school_name"])
    bank, kind, found = checks.check_account(row, context)
    issues += found
    named = words.bank(values["bank_name"])
    if bank and named and bank != named:
        issues.append(issue(row, "BANK_MISMATCH", "开户行", values["bank_name"]))
    issues += doubles.check(row, checks.person_key(row), "学生身份证号")
    typed = {
        "school": school,
        **{field: values[field] for field in _KEPT},
        "bank": bank or named,
        "kind": kind,
    }
    return TableRow(row.sheet, row.row, row.status, typed, row.issues).with_issues(*issues)
