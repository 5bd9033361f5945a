"""Civil affairs' list of low-income households, a row a member (低保; domain §4.2 variant A)."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context, issue
from eligibility.imports.registry import SEX, STATUS, Entry, parse_registry, proof_state, unsure

TITLE: Final = "最低生活保障对象名单"
COLUMNS: Final[tuple[Column, ...]] = (
    Column("township", "乡镇(街道)", ("乡镇街道", "乡镇", "街道"), max_length=30),
    Column("village_text", "村(居)", ("村居", "村", "行政村"), max_length=100),
    Column("cert_no", "低保证号", ("救助证编号", "低保证编号", "救助证号"), kind="cert_no", max_length=40),
    Column("head_name", "户主姓名", ("户主",), kind="name", max_length=50),
    Column("head_id", "户主身份证号", ("户主身份证", "户主身份证号码"), kind="id_number", adult=True),
    Column("name", "成员姓名", ("姓名", "家庭成员姓名"), kind="name", required=True, max_length=50),
    Column(
        "id_number",
        "成员身份证号",
        ("身份证号", "成员身份证", "成员身份证号码", "身份证号码"),
        kind="id_number",
        required=True,
        adult=True,
    ),
    Column("relation", "与户主关系", ("关系",), max_length=20),
    SEX,
    Column("birth_date", "出生日期", ("出生年月",), kind="date"),
    Column("variant_text", "保障类别", ("低保类别", "低保类型"), required=True, max_length=20),
    Column("class_text", "救助类别", max_length=10),
    Column("household_size", "家庭人口", kind="integer"),
    Column("covered_size", "保障人口", ("保障总人口",), kind="integer"),
    Column("covered", "是否保障对象", ("是否保障",), kind="yes_no"),
    Column("started_on", "救助起始年月", ("救助起期",), kind="date"),
    STATUS,
)


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """One row a member; where the member's cells are empty the row is about the head."""
    return parse_registry(map(_with_member, rows), context, _read)


def _with_member(row: TableRow) -> TableRow:
    values = row.values
    if "ignored" in values or values["name"] or values["id_number"] or values["id_number_text"]:
        return _checked(row)
    head: dict[str, Any] = {
        "name": values["head_name"],
        "id_number": values["head_id"],
        "id_number_text": values["head_id_text"],
        "relation": values["relation"] or "户主",
    }
    return _checked(row.with_issues(values=head))


def _checked(row: TableRow) -> TableRow:
    if "ignored" in row.values:
        return row
    found = [] if row.values["name"] else [issue(row, "MISSING_VALUE", "成员姓名")]
    if not row.values["id_number"] and not row.values["id_number_text"]:
        found.append(issue(row, "ID_MISSING", "成员身份证号"))
    return row.with_issues(*found)


def _read(row: TableRow) -> Entry:
    values = row.values
    text = values["variant_text"]
    variant = "URBAN" if "城" in text else "RURAL" if "农" in text else ""
    state, found = proof_state(row, values["status_text"])
    sizes = {"household_size": values["household_size"], "covered_size": values["covered_size"]}
    return Entry(
        "LOW_INCOME_ALLOWANCE",
        variant=variant,
        proof_state=state,
        is_covered_member=values["covered"],
        extra={field: value for field, value in {**sizes, "class": values["class_text"]}.items() if value},
        issues=found if variant else (*found, *unsure(row, "保障类别", text or "空白")),
    )
