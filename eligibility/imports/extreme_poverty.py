"""Civil affairs' list of persons supported in extreme poverty (特困供养; domain §4.2)."""

from collections.abc import Iterable, Iterator
from typing import Final

from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context
from eligibility.imports.registry import (
    ID_NUMBER,
    NAME,
    STATUS,
    TOWNSHIP,
    VILLAGE,
    Entry,
    parse_registry,
    proof_state,
)

TITLE: Final = "特困人员救助供养名单"
COLUMNS: Final[tuple[Column, ...]] = (
    NAME,
    ID_NUMBER,
    TOWNSHIP,
    VILLAGE,
    Column("manner", "供养方式", required=True, max_length=20),
    Column("institution", "供养机构", max_length=100),
    Column("cert_no", "特困供养证号", ("供养证号", "救助供养证号"), kind="cert_no", max_length=40),
    Column("care_level", "照料护理等级", ("护理等级",), max_length=20),
    Column("started_on", "起始年月", ("起始日期",), kind="date"),
    STATUS,
)
_MANNERS: Final = {"集中": "INSTITUTION", "分散": "AT_HOME"}


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """One row a person."""
    return parse_registry(rows, context, _read)


def _read(row: TableRow) -> Entry:
    state, found = proof_state(row, row.values["status_text"])
    manner = next((code for word, code in _MANNERS.items() if word in row.values["manner"]), "")
    return Entry("EXTREME_POVERTY_SUPPORT", proof_state=state, extra={"manner": manner} if manner else {}, issues=found)
