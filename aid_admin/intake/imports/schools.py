"""The county's own list of schools, a row for each stage a school teaches (domain §4.4)."""

from collections.abc import Iterable, Iterator
from typing import Final

from aid_admin.lib.sheets import context as checks
from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context, Doubles, issue
from aid_admin.lib.sheets.words import STAGES, squeeze

TITLE: Final = "学校名单"
COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "code",
        "学校标识码",
        ("学校代码",),
        kind="cert_no",
        required=True,
        filled=True,
        strict=True,
        max_length=20,
    ),
    Column("name", "学校名称", ("学校", "学校全称"), required=True, filled=True, max_length=100),
    Column("stage_text", "学段", required=True, filled=True, max_length=20),
    Column("township_text", "所属乡镇", ("乡镇", "乡镇街道"), max_length=30),
    Column("inclusive", "是否普惠", ("普惠性",), kind="yes_no"),
    Column("address", "学校地址", ("地址",), max_length=200),
    Column("head", "负责人", ("校长", "园长"), kind="name", max_length=50),
    Column("phone", "联系电话", ("电话",), kind="phone"),
)
_KEPT: Final = ("code", "name", "inclusive", "address", "head", "phone")


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """One row a school and stage; the same pair twice is an error."""
    doubles = Doubles()
    for row in rows:
        yield _parse_row(row, context, doubles) if checks.is_data(row) else row


def _parse_row(row: TableRow, context: Context, doubles: Doubles) -> TableRow:
    values = row.values
    stage, issues = checks.read_word(row, STAGES, values["stage_text"], "学段", strict=True)
    township = context.townships.get(squeeze(values["township_text"]), "")
    if values["township_text"] and not township:
        issues.append(issue(row, "UNKNOWN_TOWNSHIP", "所属乡镇", values["township_text"]))
    issues += doubles.check(row, (values["code"], stage) if values["code"] else None, "学校标识码")
    typed = {**{field: values[field] for field in _KEPT}, "stage": stage, "township": township}
    return TableRow(row.sheet, row.row, row.status, typed, row.issues).with_issues(*issues)
