"""Civil affairs' list of orphans (孤儿; domain §4.2)."""

from collections.abc import Iterable, Iterator
from typing import Final

from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context
from eligibility.imports.registry import (
    ID_NUMBER,
    NAME,
    SEX,
    STATUS,
    TOWNSHIP,
    VILLAGE,
    Entry,
    parse_registry,
    proof_state,
)

TITLE: Final = "孤儿名单"
COLUMNS: Final[tuple[Column, ...]] = (
    NAME,
    SEX,
    ID_NUMBER,
    TOWNSHIP,
    VILLAGE,
    Column("kind_text", "类别", ("孤儿类别",), max_length=20),
    Column("cert_no", "福利证号", ("儿童福利证号",), kind="cert_no", required=True, max_length=40),
    Column("guardian_name", "监护人姓名", kind="name", max_length=50),
    Column("guardian_id", "监护人身份证号", kind="id_number", adult=True),
    Column("started_on", "纳入时间", ("纳入日期",), kind="date"),
    STATUS,
)
KINDS: Final = {"机构": "INSTITUTION", "社会": "FAMILY", "散居": "FAMILY"}


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """One row a child."""
    return parse_registry(rows, context, _read)


def _read(row: TableRow) -> Entry:
    state, found = proof_state(row, row.values["status_text"])
    kind = next((code for word, code in KINDS.items() if word in row.values["kind_text"]), "")
    return Entry("ORPHAN", proof_state=state, extra={"kind": kind} if kind else {}, issues=found)
