"""The federation's list of disability certificates (残疾人证; domain §4.3)."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from aid_admin.lib import disability_card
from aid_admin.lib.disability_card import Certificate
from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context, issue
from aid_admin.lib.sheets.issues import Issue
from eligibility.imports.registry import NAME, SEX, TOWNSHIP, Entry, parse_registry, proof_state

TITLE: Final = "持证残疾人名单"
COLUMNS: Final[tuple[Column, ...]] = (
    NAME,
    SEX,
    TOWNSHIP,
    Column("id_number", "身份证号", ("身份证号码", "身份证", "证件号码"), kind="id_number", adult=True),
    Column(
        "cert_no",
        "残疾人证号",
        ("残疾证号", "残疾证号码", "残疾人证号码"),
        kind="cert_no",
        required=True,
        filled=True,
        strict=True,
        max_length=40,
    ),
    Column("category_text", "残疾类别", ("残疾类型",), max_length=20),
    Column("level_text", "残疾等级", max_length=20),
    Column("both_text", "类别等级", max_length=30),
    Column("status_text", "证件状态", ("状态",), max_length=20),
    Column("issued_on", "发证日期", kind="date"),
    Column("valid_to", "有效期至", ("有效期", "有效期限"), kind="date"),
    Column("village_text", "户籍地址", ("村", "现住址", "村居"), max_length=200),
)


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """One row a person; the number without one of its own is the first part of the certificate's."""
    return parse_registry(map(_with_number, rows), context, _read)


def _with_number(row: TableRow) -> TableRow:
    values = row.values
    if "ignored" in values or values["id_number"] or values["id_number_text"]:
        return row
    inner = disability_card.id_part(values["cert_no"])
    if inner is None:
        return row.with_issues(issue(row, "ID_MISSING", "身份证号"))
    return row.with_issues(values={"id_number": inner})


def _read(row: TableRow) -> Entry:
    values = row.values
    state, found = proof_state(row, values["status_text"], "证件状态")
    category, level = _stated(values)
    card = disability_card.split(values["cert_no"])
    issues = [*found, *_compare(row, card, category, level)]
    extra = {"category": card.category if card else category, "level": card.level if card else level}
    if card and card.replacement:
        extra["replacement"] = card.replacement
    return Entry(
        "DISABLED_STUDENT",
        proof_state=state,
        extra={field: value for field, value in extra.items() if value},
        issues=tuple(issues),
    )


def _stated(values: dict[str, Any]) -> tuple[int | None, int | None]:
    category = disability_card.read_category(values["category_text"])
    level = disability_card.read_level(values["level_text"])
    both = values["both_text"] or values["category_text"]
    first, second = disability_card.read_category_and_level(both) if both else (None, None)
    return category or first, level or second


def _compare(row: TableRow, card: Certificate | None, category: int | None, level: int | None) -> list[Issue]:
    number = row.values["cert_no"]
    if card is None:
        return [issue(row, "CERT_INVALID", "残疾人证号", number)] if number else []
    own = row.values["id_number"]
    differs = (category not in (None, card.category)) or (level not in (None, card.level))
    if differs or (own and own != card.id_number):
        return [issue(row, "CERT_MISMATCH", "残疾人证号" if own != card.id_number else "残疾类别", number)]
    return []
