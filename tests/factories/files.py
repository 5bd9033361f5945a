"""Tiny workbooks as their senders would make them, by kind: headers from the kind's own columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aid_admin.intake.registry import KINDS
from aid_admin.lib import xlsx_out


def workbook(header: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "Sheet1") -> bytes:
    """A workbook with one sheet; strings are kept byte for byte."""
    columns = [xlsx_out.ColumnOut(text) for text in header]
    return xlsx_out.write([xlsx_out.Sheet(title, columns, list(rows))], footer="")


def sheet(kind: str, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A file of a kind: `rows` name their cells by field (`id_number`), the headers are the kind's."""
    every = list(rows)
    used = {field for row in every for field in row}
    columns = [column for column in KINDS[kind].parser().COLUMNS if column.field in used]
    unknown = used - {column.field for column in columns}
    if unknown:
        raise KeyError(f"{kind} has no {unknown}")
    return workbook([c.header for c in columns], [[row.get(c.field, "") for c in columns] for row in every])


def roll_row(school: str, *, name: str, id_number: str, **more: Any) -> dict[str, Any]:
    """A row of a roll of the compulsory years."""
    return {
        "school_code": school, "stage_text": "小学", "grade": "三年级", "class_name": "1班", "name": name,
        "id_number": id_number, "residence_text": "农村", "boarding_text": "住校", "status_text": "在校",
        **more,
    }  # fmt: skip


def attendance_row(school_name: str, *, name: str, id_number: str, **more: Any) -> dict[str, Any]:
    """A row of a school's confirmation of attendance."""
    return {
        "school_name": school_name, "grade": "三年级", "class_name": "1班", "name": name, "id_number": id_number,
        "attending": "是", **more,
    }  # fmt: skip


def account_row(school_name: str, *, name: str, id_number: str, account_no: str, **more: Any) -> dict[str, Any]:
    """A row of a school's list of accounts; the pupil is the holder unless said."""
    return {
        "school_name": school_name, "grade": "三年级", "class_name": "1班", "name": name, "id_number": id_number,
        "bank_name": "农村信用联社", "holder_name": name, "holder_relation": "本人", "account_no": account_no, **more,
    }  # fmt: skip
