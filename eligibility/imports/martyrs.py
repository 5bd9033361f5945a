"""Children of martyrs, as schools collect the certificates (烈士子女; domain §4.4)."""

from collections.abc import Iterable, Iterator
from typing import Final

from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context
from eligibility.imports.registry import ID_NUMBER, Entry, parse_registry

TITLE: Final = "烈士子女名单"
COLUMNS: Final[tuple[Column, ...]] = (
    Column("name", "学生姓名", ("姓名",), kind="name", required=True, filled=True, max_length=50),
    ID_NUMBER,
    Column("school_name", "学校", ("学校名称", "就读学校"), max_length=100),
    Column("grade", "年级", max_length=20),
    Column("martyr_name", "烈士姓名", kind="name", required=True, max_length=50),
    Column("relation", "与烈士关系", max_length=20),
    Column("cert_no", "烈士证明书编号", ("烈士证编号", "烈士证明书号"), kind="cert_no", max_length=40),
)


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """One row a child."""
    return parse_registry(rows, context, _read)


def _read(row: TableRow) -> Entry:
    return Entry("CHILD_OF_MARTYR", extra={"martyr_name": row.values["martyr_name"]})
