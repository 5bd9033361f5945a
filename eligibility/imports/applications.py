"""Applications that a school sends in (认定申请; domain §3.1, §4.4), the family on a second sheet."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from aid_admin.lib.sheets import context as checks
from aid_admin.lib.sheets import words
from aid_admin.lib.sheets.columns import Column, Status, TableRow
from aid_admin.lib.sheets.context import Context, Doubles, issue
from aid_admin.lib.sheets.issues import Issue, Level

TITLE: Final = "家庭经济困难学生认定申请汇总表"
COLUMNS: Final[tuple[Column, ...]] = (
    Column("school_name", "学校名称", ("学校", "就读学校"), max_length=100),
    Column("school_code", "学校标识码", ("学校代码",), max_length=20),
    Column("grade", "年级", max_length=20),
    Column("class_name", "班级", ("班级名称",), max_length=30),
    Column("name", "姓名", ("学生姓名",), kind="name", required=True, filled=True, max_length=50),
    Column(
        "id_number",
        "身份证号",
        ("学生身份证号", "身份证号码", "身份证件号码"),
        kind="id_number",
        required=True,
        filled=True,
        strict=True,
    ),
    Column("enrolment_no", "学籍号", kind="cert_no", max_length=30),
    Column("residence_text", "户口性质", max_length=20),
    Column("household_size", "家庭人口", kind="integer"),
    Column("address", "家庭住址", ("家庭详细住址",), max_length=200),
    Column("guardian_name", "监护人姓名", ("家长姓名",), kind="name", max_length=50),
    Column("guardian_relation", "与学生关系", ("与学生的关系",), max_length=20),
    Column("guardian_id", "监护人身份证号", kind="id_number", strict=True, adult=True),
    Column("guardian_phone", "联系电话", ("监护人电话", "家长手机"), kind="phone"),
    Column("category_text", "困难类别", ("特殊群体类型",), required=True, filled=True, max_length=60),
    Column("cert_no", "证件号码", ("证件编号",), kind="cert_no", max_length=40),
    Column("income_fen", "人均年收入", ("家庭人均年收入",), kind="yuan"),
    Column("factors", "影响因素", ("影响家庭经济状况因素",), max_length=300),
    Column("tier_text", "推荐档次", max_length=20),
    Column("reason", "推荐理由", max_length=300),
    Column("committed", "是否承诺", ("个人承诺",), kind="yes_no", required=True),
    Column("applied_on", "申请日期", kind="date", strict=True),
)
MEMBER_COLUMNS: Final[tuple[Column, ...]] = (
    Column("id_number", "学生身份证号", kind="id_number", required=True, filled=True, strict=True),
    Column("name", "姓名", ("成员姓名",), kind="name", required=True, filled=True, max_length=50),
    Column("age", "年龄", kind="integer"),
    Column("relation", "与学生关系", required=True, max_length=20),
    Column("employer", "工作单位", max_length=100),
    Column("occupation", "职业", max_length=40),
    Column("income_fen", "年收入", kind="yuan"),
    Column("health", "健康状况", max_length=40),
)
OTHERS: Final = (MEMBER_COLUMNS,)
"""Tables besides COLUMNS that the same file may hold; give them to read_table."""
OTHER_TITLES: Final = ("家庭成员",)
NOTES: Final = (
    "“是否承诺”须填“是”：学生或家长没有在申请表上签字承诺的，签好再报。",
    "家庭成员写在第二张表里，一人一行，用学生身份证号对应到学生。",
)
_KEPT: Final = (
    "grade",
    "class_name",
    "name",
    "id_number",
    "enrolment_no",
    "household_size",
    "address",
    "guardian_name",
    "guardian_relation",
    "guardian_id",
    "guardian_phone",
    "cert_no",
    "income_fen",
    "factors",
    "reason",
    "applied_on",
)
_MEMBER_FIELDS: Final = ("name", "age", "relation", "employer", "occupation", "income_fen", "health")


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """Applications with their families; held until the second sheet has been read (one school's file)."""
    doubles = Doubles()
    applications: list[TableRow] = []
    families: dict[str, list[dict[str, Any]]] = {}
    members: list[TableRow] = []
    for row in checks.check_semester(rows, context):
        if row.table == 1 and checks.is_data(row):
            members.append(row)
            families.setdefault(row.values["id_number"] or "", []).append(_member(row))
        else:
            applications.append(_parse_row(row, context, doubles) if checks.is_data(row) else row)
    known = {row.values.get("id_number") for row in applications}
    for row in applications:
        own = families.get(row.values.get("id_number") or "-", [])
        yield row.with_issues(values={"members": own}) if checks.is_data(row) else row
    for row in members:
        yield _taken_over(row, row.values["id_number"] in known)


def _member(row: TableRow) -> dict[str, Any]:
    return {field: row.values[field] for field in _MEMBER_FIELDS}


def _taken_over(row: TableRow, is_known: bool) -> TableRow:
    """A member's row is no application: set aside once its content is with the pupil's."""
    text = {"ignored": f"家庭成员 {row.values['name']}"}
    found = [found for found in row.issues if found.level is not Level.REPAIR]
    if not is_known:
        found.append(issue(row, "FAMILY_WITHOUT_APPLICATION", "学生身份证号"))
    bare = TableRow(row.sheet, row.row, Status.IGNORED, text, (), row.table)
    return bare.with_issues(*found)


def _parse_row(row: TableRow, context: Context, doubles: Doubles) -> TableRow:
    values = row.values
    school, issues = checks.find_school(row, context, code=values["school_code"], name=values["school_name"])
    residence, found = checks.read_word(row, words.RESIDENCE, values["residence_text"], "户口性质")
    issues += found
    tier, found = checks.read_word(row, words.TIERS, values["tier_text"], "推荐档次", strict=True)
    issues += found
    category = words.category(values["category_text"])
    if category is None:
        allowed = "建档立卡、低保、特困供养、孤儿、事实无人抚养、残疾、残疾人子女、烈士子女、其他"
        issues.append(issue(row, "WORD_UNKNOWN", "困难类别", values["category_text"], allowed=allowed))
    issues += _check_commitment(row)
    issues += doubles.check(row, checks.person_key(row))
    typed = {
        "school": school,
        **{field: values[field] for field in _KEPT},
        "residence": residence,
        "category": category or "",
        "recommended_tier": tier,
        "committed": values["committed"] is True,
        "members": [],
    }
    return TableRow(row.sheet, row.row, row.status, typed, row.issues).with_issues(*issues)


def _check_commitment(row: TableRow) -> list[Issue]:
    """A form without commitment or signature is incomplete."""
    return [] if row.values["committed"] is True else [issue(row, "NO_COMMITMENT", "是否承诺")]
