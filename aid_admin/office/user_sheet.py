"""The sheet by which many users are made at once: its columns, and what is wrong with its rows. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aid_admin.accounts.actions import NewUser
from aid_admin.accounts.rules import ROLE_NAMES, SCHOOL_ROLES, Role
from aid_admin.lib.sheets.columns import Column, Status, TableRow

TITLE: Final = "新用户名单"
COLUMNS: Final = (
    Column("username", "用户名", ("账号", "登录名"), required=True, filled=True, max_length=150),
    Column("name", "姓名", kind="name", required=True, filled=True, max_length=50),
    Column("role", "岗位", required=True, filled=True, max_length=30),
    Column("school", "学校标识码", ("学校代码",), max_length=10),
    Column("township", "乡镇", ("乡镇（街道）",), max_length=30),
)
NOTES: Final = (
    f"岗位填中文：{'、'.join(ROLE_NAMES.values())}。",
    "学校经办人、学校负责人须填十位学校标识码；初审可以填负责的乡镇，不填为全县。",
    "一人有两个岗位的，先在这里建立，再到用户页面加岗位。",
)
_ROLES: Final = {name: role for role, name in ROLE_NAMES.items()} | {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, as the page lists it."""

    row: int
    column: str
    message: str


def people_of(
    rows: Iterable[TableRow], *, schools: Collection[str], townships: Mapping[str, str], taken: Collection[str]
) -> tuple[list[NewUser], list[Problem]]:
    """The people of a sheet who can be made, and the problems of its other rows."""
    people: list[NewUser] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row in rows:
        if row.status == Status.IGNORED:
            continue
        found = [Problem(i.row, i.column, i.message) for i in row.issues if i.level == "error"]
        person, more = _person(row, schools, townships)
        if person.username in taken or person.username in seen:
            more.append(Problem(row.row, "用户名", f"用户名“{person.username}”已被使用或在表中重复，请换一个。"))
        seen.add(person.username)
        problems += found + more
        if not found and not more:
            people.append(person)
    return people, problems


def _person(row: TableRow, schools: Collection[str], townships: Mapping[str, str]) -> tuple[NewUser, list[Problem]]:
    values = {
        field: str(row.values.get(field) or "").strip() for field in ("username", "name", "role", "school", "township")
    }
    problems = []
    role = _ROLES.get(values["role"])
    if role is None:
        problems.append(Problem(row.row, "岗位", f"没有岗位“{values['role']}”，请按样表里的填写说明填写。"))
    elif role in SCHOOL_ROLES and values["school"] not in schools:
        problems.append(Problem(row.row, "学校标识码", f"没有学校“{values['school']}”，请填十位标识码。"))
    elif role not in SCHOOL_ROLES and values["school"]:
        problems.append(Problem(row.row, "学校标识码", "县里的岗位不填学校，请删去。"))
    township = townships.get(values["township"], values["township"])
    if township and (role is not Role.REVIEWER or township not in townships.values()):
        problems.append(Problem(row.row, "乡镇", f"没有乡镇“{values['township']}”，或这个岗位不按乡镇分工。"))
    return NewUser(values["username"], values["name"], role or "", values["school"], township), problems
