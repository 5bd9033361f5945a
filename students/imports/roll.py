"""The school roll (学籍): three national systems, one table (domain §4.4)."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from aid_admin.lib.sheets import context as checks
from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context, Doubles, issue
from aid_admin.lib.sheets.issues import Issue
from aid_admin.lib.sheets.words import BOARDING, RESIDENCE, ROLL_STATUS, SEXES, STAGE_NAMES, STAGES

TITLE: Final = "学籍名册"
MEMBERS: Final = 2
_MEMBER_FIELDS: Final = ("name", "relation", "is_guardian", "id_number", "id_number_text", "phone")
_ENROLMENT_NO: Final = re.compile(r"[GJL][0-9]{17}[0-9X]")
_AGRICULTURAL: Final = ("01", "61")


def _member_columns(number: int) -> tuple[Column, ...]:
    start, field = f"成员{number}", f"member{number}"
    return (
        Column(f"{field}_name", f"{start}姓名", (f"家庭成员{number}姓名",), kind="name", max_length=50),
        Column(f"{field}_relation", f"{start}关系", (f"家庭成员{number}关系",), max_length=20),
        Column(f"{field}_is_guardian", f"{start}是否监护人", kind="yes_no"),
        Column(
            f"{field}_id_number",
            f"{start}身份证件号",
            (f"{start}身份证号", f"{start}身份证件号码"),
            kind="id_number",
            adult=True,
        ),
        Column(f"{field}_phone", f"{start}联系电话", (f"{start}电话",), kind="phone"),
    )


COLUMNS: Final[tuple[Column, ...]] = (
    Column("school_code", "学校标识码", ("学校代码",), max_length=20),
    Column("school_name", "学校名称", ("学校", "就读学校", "幼儿园名称", "所在学校"), max_length=100),
    Column("stage_text", "学段", ("学段名称",), max_length=20),
    Column("grade", "年级", ("年级名称", "所在年级"), max_length=20),
    Column("class_name", "班级", ("班级名称", "班号", "所在班级"), max_length=30),
    Column("enrolment_no", "学籍号", ("全国学籍号", "学号"), kind="cert_no", max_length=30),
    Column("name", "姓名", ("学生姓名", "幼儿姓名"), kind="name", required=True, filled=True, max_length=50),
    Column("sex_text", "性别", max_length=4),
    Column("birth_date", "出生日期", ("出生年月",), kind="date"),
    Column("document_kind", "身份证件类型", ("证件类型",), max_length=30),
    Column(
        "id_number",
        "身份证件号",
        ("身份证号", "身份证件号码", "身份证号码", "证件号", "证件号码"),
        kind="id_number",
        required=True,
        filled=True,
    ),
    Column("residence_text", "户口性质", ("户口类别",), max_length=20),
    Column("village_text", "户口所在地", ("户籍所在地", "户籍地址", "户口所在地行政区划"), max_length=200),
    Column("boarding_text", "就读方式", ("是否寄宿", "是否住校"), max_length=10),
    Column("status_text", "学籍状态", ("学生状态", "学生当前状态"), max_length=20),
    Column("former_name", "曾用名", kind="name", max_length=50),
    Column("major_code", "专业代码", kind="cert_no", max_length=20),
    Column("major_name", "专业名称", ("专业",), max_length=60),
    *(column for number in range(1, MEMBERS + 1) for column in _member_columns(number)),
)


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """Roll rows with the codes of their words; a pupil who stands twice is refused the second time."""
    doubles = Doubles()
    for row in checks.check_semester(rows, context):
        yield _parse_row(row, context, doubles) if checks.is_data(row) else row


def _parse_row(row: TableRow, context: Context, doubles: Doubles) -> TableRow:
    values = row.values
    issues: list[Issue] = []
    school, found = checks.find_school(row, context, code=values["school_code"], name=values["school_name"])
    issues += found
    stage, found = _stage(row, context, school)
    issues += found
    sex, found = checks.read_word(row, SEXES, values["sex_text"], "性别")
    issues += found
    village = checks.find_village(context, values["village_text"])
    if values["village_text"] and not village and context.villages:
        issues.append(issue(row, "UNKNOWN_VILLAGE", "户口所在地", values["village_text"]))
    boarding, found = checks.read_word(row, BOARDING, values["boarding_text"], "就读方式")
    issues += found
    members = _members(values)
    typed = {
        **_pupil(values, school, stage, sex),
        "village": village,
        "boarding": boarding or "DAY",
        "members": members,
    }
    typed |= _status_and_residence(row, issues)
    checked = TableRow(row.sheet, row.row, row.status, {**typed, "sex": sex}, row.issues, row.table)
    issues += checks.check_person(checked, column="身份证件号", stage=stage, on=context.starts_on)
    issues += _check_enrolment_no(row) + _check_members(row, members)
    issues += doubles.check(row, checks.person_key(row), "身份证件号")
    return checked.with_issues(*issues)


def _pupil(values: dict[str, Any], school: str, stage: str, sex: str) -> dict[str, Any]:
    kept = ("grade", "class_name", "enrolment_no", "name", "former_name", "birth_date", "id_number",
            "id_number_text", "village_text", "major_code", "major_name")  # fmt: skip
    return {
        "system": _system(stage),
        "school": school,
        "stage": stage,
        "sex": sex,
        **{field: values[field] for field in kept},
        "is_agricultural": values["major_code"].startswith(_AGRICULTURAL),
    }


def _system(stage: str) -> str:
    return {"PRESCHOOL": "KINDERGARTEN", "VOCATIONAL": "VOCATIONAL"}.get(stage, "COMPULSORY_SENIOR")


def _stage(row: TableRow, context: Context, school: str) -> tuple[str, list[Issue]]:
    """The stage as written, else the only one that the school teaches."""
    text = row.values["stage_text"]
    taught = context.schools_by_code[school].stages if school in context.schools_by_code else frozenset()
    if not text:
        if len(taught) == 1:
            return next(iter(taught)), []
        return "", [issue(row, "MISSING_VALUE", "学段")]
    stage, found = checks.read_word(row, STAGES, text, "学段", strict=True)
    # A vocational school's general-senior class holds a senior roll: only a warning.
    if stage and taught and stage not in taught:
        name = context.schools_by_code[school].name
        found.append(issue(row, "STAGE_NOT_TAUGHT", "学段", STAGE_NAMES[stage], school=name))
    return stage, found


def _status_and_residence(row: TableRow, issues: list[Issue]) -> dict[str, str]:
    residence, found = checks.read_word(row, RESIDENCE, row.values["residence_text"], "户口性质")
    issues += found
    status, found = checks.read_word(row, ROLL_STATUS, row.values["status_text"], "学籍状态")
    issues += found
    # An unknown status is left to a person; an empty one is that of a pupil on the roll.
    return {"residence": residence, "roll_status": "PROBLEM" if found else status or "ACTIVE"}


def _members(values: dict[str, Any]) -> list[dict[str, Any]]:
    members = [
        {field: values[f"member{number}_{field}"] for field in _MEMBER_FIELDS} for number in range(1, MEMBERS + 1)
    ]
    return [member for member in members if member["name"] or member["id_number"]]


def _check_enrolment_no(row: TableRow) -> list[Issue]:
    number, own = row.values["enrolment_no"], row.values["id_number"]
    if not number or number[0] not in "GJL":
        return []
    if not _ENROLMENT_NO.fullmatch(number):
        return [issue(row, "ENROLMENT_NO_INVALID", "学籍号", number)]
    if own and number[0] == "G" and number[1:] != own:
        return [issue(row, "ENROLMENT_NO_DIFFERS", "学籍号", number)]
    return []


def _check_members(row: TableRow, members: list[dict[str, Any]]) -> list[Issue]:
    own = row.values["id_number"]
    return [
        issue(row, "GUARDIAN_ID_AS_PUPIL", "身份证件号", member["name"])
        for member in members
        if own and member["id_number"] == own
    ]
