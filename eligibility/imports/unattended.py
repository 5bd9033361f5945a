"""Civil affairs' list of children whom no one in fact brings up (民发〔2019〕62号; domain §4.2)."""

from collections.abc import Iterable, Iterator
from typing import Final

from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context
from eligibility.imports.orphans import COLUMNS as ORPHAN_COLUMNS
from eligibility.imports.registry import Entry, parse_registry, proof_state, unsure

TITLE: Final = "事实无人抚养儿童名单"
COLUMNS: Final[tuple[Column, ...]] = (
    *(column for column in ORPHAN_COLUMNS if column.field != "cert_no"),
    Column("cert_no", "福利证号", ("儿童福利证号",), kind="cert_no", max_length=40),
    Column("father", "父亲情形", ("父亲情况",), required=True, max_length=30),
    Column("mother", "母亲情形", ("母亲情况",), required=True, max_length=30),
)
PARENT_STATES: Final = (
    ("死亡", "DEAD"),
    ("失踪", "MISSING"),
    ("重残", "SEVERELY_DISABLED"),
    ("重病", "GRAVELY_ILL"),
    ("服刑", "IMPRISONED"),
    ("戒毒", "IN_DRUG_REHABILITATION"),
    ("限制人身自由", "DETAINED"),
    ("失联", "OUT_OF_CONTACT"),
    ("撤销监护", "GUARDIANSHIP_REVOKED"),
    ("遣送", "DEPORTED"),
    ("驱逐", "DEPORTED"),
)


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """One row a child, with the state of each parent."""
    return parse_registry(rows, context, _read)


def _read(row: TableRow) -> Entry:
    state, found = proof_state(row, row.values["status_text"])
    extra = {parent: _parent_state(row.values[parent]) for parent in ("father", "mother")}
    columns = {"father": "父亲情形", "mother": "母亲情形"}
    unknown = [
        warning
        for parent, code in extra.items()
        if not code
        for warning in unsure(row, columns[parent], row.values[parent])
    ]
    return Entry("DE_FACTO_UNATTENDED", proof_state=state, extra=extra, issues=(*found, *unknown))


def _parent_state(text: str) -> str:
    return next((code for word, code in PARENT_STATES if word in text), "")
