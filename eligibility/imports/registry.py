"""What the department registries share: one output shape out of each sheet's own columns."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from aid_admin.lib.sheets import context as checks
from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context, Doubles, issue
from aid_admin.lib.sheets.issues import Issue
from aid_admin.lib.sheets.words import SEXES

NAME: Final = Column("name", "姓名", ("学生姓名", "儿童姓名"), kind="name", required=True, filled=True, max_length=50)
ID_NUMBER: Final = Column(
    "id_number",
    "身份证号",
    ("身份证号码", "身份证", "证件号码", "公民身份号码", "身份证件号"),
    kind="id_number",
    required=True,
    filled=True,
)
SEX: Final = Column("sex_text", "性别", max_length=4)
TOWNSHIP: Final = Column("township", "乡镇", ("街道", "乡镇街道", "乡", "所属乡镇"), max_length=30)
VILLAGE: Final = Column("village_text", "村", ("村居", "行政村", "社区", "户籍地址", "住址"), max_length=200)
STATUS: Final = Column("status_text", "状态", max_length=20)

PROOF_STATES: Final = {
    "正常": "VALID",
    "在保": "VALID",
    "在册": "VALID",
    "有效": "VALID",
    "供养": "VALID",
    "享受": "VALID",
    "注销": "CANCELLED",
    "冻结": "FROZEN",
    "过期": "EXPIRED",
    "停保": "STOPPED",
    "停发": "STOPPED",
    "退出": "STOPPED",
    "终止": "STOPPED",
    "停供": "STOPPED",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is peculiar to a row of one registry, besides name and number."""

    category: str
    variant: str = ""
    policy_status: str = ""
    proof_state: str = "VALID"
    is_covered_member: bool | None = None
    cert_no: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


Reader = Callable[[TableRow], Entry]


def parse_registry(rows: Iterable[TableRow], context: Context, read: Reader) -> Iterator[TableRow]:
    """Registry rows in the one shape; a person met a second time is warned of."""
    doubles = Doubles("DUPLICATE_ROW")
    for row in checks.check_semester(rows, context):
        yield _parse_row(row, context, read(row), doubles) if checks.is_data(row) else row


def proof_state(row: TableRow, text: str, column: str = "状态") -> tuple[str, tuple[Issue, ...]]:
    """The state of the proof; an empty cell counts as valid, an unknown word is left to a person."""
    state, found = checks.read_word(row, PROOF_STATES, text, column)
    return ("" if found else state or "VALID"), tuple(found)


def _parse_row(row: TableRow, context: Context, entry: Entry, doubles: Doubles) -> TableRow:
    values = row.values
    sex, found = checks.read_word(row, SEXES, values.get("sex_text", ""), "性别")
    typed = {
        "name": values["name"],
        "id_number": values["id_number"],
        "id_number_text": values["id_number_text"],
        "cert_no": entry.cert_no or values.get("cert_no", ""),
        "birth_date": values.get("birth_date"),
        "sex": sex,
        "household_no": values.get("household_no", ""),
        "member_no": values.get("member_no", ""),
        "relation": values.get("relation", ""),
        **_village(values, context),
        "category": entry.category,
        "variant": entry.variant,
        "policy_status": entry.policy_status,
        "proof_state": entry.proof_state,
        "valid_to": values.get("valid_to"),
        "is_covered_member": entry.is_covered_member,
        "extra": entry.extra,
    }
    checked = TableRow(row.sheet, row.row, row.status, typed, row.issues)
    more = [*found, *entry.issues, *checks.check_person(checked, column="身份证号")]
    return checked.with_issues(*more, *doubles.check(row, checks.person_key(row)))


def _village(values: dict[str, Any], context: Context) -> dict[str, str]:
    township, text = values.get("township", ""), values.get("village_text", "")
    village = checks.find_village(context, text, township)
    stated = text if not township or text.startswith(township) else township + text
    return {"village": village, "village_text": stated}


def unsure(row: TableRow, column: str, value: str) -> tuple[Issue, ...]:
    """The warning that a word is not among those known."""
    return (issue(row, "WORD_UNSURE", column, value),) if value else ()
