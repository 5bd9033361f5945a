"""A school's roster for one programme and semester (发放名册; domain §3.2)."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from aid_admin.lib.money import parse_yuan, yuan_comma
from aid_admin.lib.sheets import context as checks
from aid_admin.lib.sheets.columns import Column, Status, TableRow
from aid_admin.lib.sheets.context import Context, Doubles, issue
from aid_admin.lib.sheets.issues import Issue
from aid_admin.lib.sheets.words import BOARDING, STAGES, squeeze

TITLE: Final = "资助发放名册"
COLUMNS: Final[tuple[Column, ...]] = (
    Column("school_name", "学校名称", ("学校", "就读学校"), max_length=100),
    Column("school_code", "学校标识码", ("学校代码",), max_length=20),
    Column("stage_text", "学段", max_length=20),
    Column("grade", "年级", max_length=20),
    Column("class_name", "班级", ("班级名称",), max_length=30),
    Column("name", "学生姓名", ("姓名",), kind="name", required=True, filled=True, max_length=50),
    Column("sex_text", "性别", max_length=4),
    Column(
        "id_number",
        "身份证号",
        ("学生身份证号", "身份证号码", "身份证件号"),
        kind="id_number",
        required=True,
        filled=True,
        strict=True,
    ),
    Column("enrolment_no", "学籍号", kind="cert_no", max_length=30),
    Column("boarding_text", "是否寄宿", ("就读方式", "是否住校"), max_length=10),
    Column("category_text", "困难类别", ("困难类型",), max_length=60),
    Column("guardian_id", "监护人身份证号", kind="id_number", adult=True),
    Column("bank_name", "开户行", ("开户银行",), max_length=100),
    Column("account_name", "账户户名", ("户名", "开户人"), kind="name", max_length=50),
    Column("account_no", "银行账号", ("账号", "银行卡号", "卡号"), kind="account_no", strict=True),
    Column("programme_text", "资助项目", ("项目", "资助项目名称"), max_length=60, asked=True),
    Column("standard_fen", "资助标准", ("资助标准(元)",), kind="yuan"),
    Column(
        "amount_fen",
        "资助金额",
        ("金额", "发放金额", "资助金额(元)"),
        kind="yuan",
        required=True,
        filled=True,
        strict=True,
    ),
)
NOTES: Final = (
    "一个文件只报一个资助项目，每名学生一行；资助金额单位是元。",
    "“是否寄宿”写“是”“否”，或照下载的名册写“寄宿”“走读”，都可以。",
)
_KEPT: Final = (
    "grade",
    "class_name",
    "name",
    "id_number",
    "category_text",
    "amount_fen",
    "account_no",
    "account_name",
    "bank_name",
)
# the row of totals below the lines; 小计 and 本页 are only parts of it
_TOTAL: Final = re.compile(r"[\s\d、.]*(合\s*计|总\s*计|共\s*计)")
_PERSONS: Final = re.compile(r"(\d[\d,，]*)\s*(?:人次|人|名)")
_YUAN: Final = re.compile(r"(\d[\d,，]*(?:\.\d+)?)\s*元")
_NUMBER: Final = re.compile(r"(?<![\d.])\d[\d,，]*(?:\.\d+)?")


def stated_total(row: TableRow) -> dict[str, Any] | None:
    """What a row set aside states as the sheet's total: sheet, row, persons and fen, None where it does not say."""
    found = _TOTAL.match(str(row.values.get("ignored", "")))
    if found is None:
        return None
    text = found.string[found.start(1) :]  # without a serial number before the word
    persons, amount = _PERSONS.search(text), _YUAN.search(text)
    rest = _NUMBER.findall(_PERSONS.sub(" ", text))
    written = amount[1] if amount else rest[-1] if rest else ""
    return {
        "sheet": row.sheet,
        "row": row.row,
        "persons": int(_digits(persons[1])) if persons else None,
        "fen": _fen(_digits(written)),
    }


def _digits(text: str) -> str:
    return text.replace(",", "").replace("，", "")


def _fen(text: str) -> int | None:
    try:
        return parse_yuan(text) if text else None
    except ValueError:
        return None


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """Roster rows; one pupil stands once for each programme. A title above names programme and semester."""
    doubles = Doubles()
    programme = ""
    for row in checks.check_semester(rows, context):
        if checks.is_data(row):
            yield _parse_row(row, context, doubles, programme)
            continue
        if row.status is Status.IGNORED and not programme:
            programme = _programme_in_title(str(row.values["ignored"]), context)
        yield row


def _programme_in_title(title: str, context: Context) -> str:
    plain = squeeze(title)
    named = [alias for alias in context.programmes if len(alias) > 2 and squeeze(alias) in plain]
    return context.programmes[max(named, key=len)] if named else ""


def _parse_row(row: TableRow, context: Context, doubles: Doubles, from_title: str) -> TableRow:
    values = row.values
    school, issues = checks.find_school(row, context, code=values["school_code"], name=values["school_name"])
    stage, found = checks.read_word(row, STAGES, values["stage_text"], "学段", strict=True)
    issues += found
    boarding, found = checks.read_word(row, BOARDING, values["boarding_text"], "是否寄宿")
    issues += found
    programme, found = _programme(row, context, from_title)
    issues += found
    issues += checks.check_account(row, context)[2]
    issues += _above_standard(row)
    own = checks.person_key(row)
    issues += doubles.check(row, (*own, programme) if own else None)
    typed = {
        "school": school,
        "stage": stage,
        "boarding": boarding,
        "programme": programme,
        **{field: values[field] for field in _KEPT},
    }
    return TableRow(row.sheet, row.row, row.status, typed, row.issues).with_issues(*issues)


def _above_standard(row: TableRow) -> list[Issue]:
    """A slip of a zero: the amount beside the standard that stands in the same line."""
    standard, amount = row.values["standard_fen"], row.values["amount_fen"]
    if not standard or not amount or amount <= standard:
        return []
    details = {"amount": yuan_comma(amount), "standard": yuan_comma(standard)}
    return [issue(row, "AMOUNT_ABOVE_STANDARD", "资助金额", **details)]


def _programme(row: TableRow, context: Context, from_title: str) -> tuple[str, list[Issue]]:
    text = row.values["programme_text"]
    if not text:
        return from_title, [] if from_title else [issue(row, "MISSING_VALUE", "资助项目")]
    by_name = {squeeze(alias): code for alias, code in context.programmes.items()}
    plain = squeeze(text)
    if plain in by_name:
        return by_name[plain], []
    if plain in context.programmes.values():
        return plain, []
    allowed = "、".join(list(context.programmes)[:8])
    return "", [issue(row, "WORD_UNKNOWN", "资助项目", text, allowed=allowed)]
