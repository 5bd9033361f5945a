"""What the people of the browser run send, and what they read in the files that they get."""

import io
import re
from pathlib import Path

import openpyxl
import pypdf

from aid_admin.lib import xlsx_out
from disbursement.models import PaymentLine
from students.models import BankAccount


def with_broken_number(path: Path, row: int) -> bytes:
    """The roster with one pupil's number spoilt in its last place."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    headers = [header.value for header in sheet[3]]
    cell = sheet.cell(row, headers.index("身份证号") + 1)
    cell.value = f"{cell.value[:17]}{'1' if cell.value[17] != '1' else '2'}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def corrected(line: PaymentLine, school: str, account_no: str) -> bytes:
    """An account list of one pupil, as the school's clerk writes it."""
    known = BankAccount.objects.filter(student=line.student, ended_at=None).latest("pk")
    row = {
        "学校名称": school, "年级": "", "班级": "", "学生姓名": line.student.name, "学生身份证号": line.student.id_number,
        "开户行": "淇县农村信用合作联社", "账户户名": known.holder_name, "与学生关系": known.holder_relation,
        "持卡人身份证号": known.holder_id, "银行账号": account_no,
    }  # fmt: skip
    columns = [xlsx_out.ColumnOut(header, 20) for header in row]
    return xlsx_out.write([xlsx_out.Sheet("账户", columns, [list(row.values())])], footer="")


def cells(workbook: bytes) -> list[tuple[str, ...]]:
    """A workbook's first sheet as text, row by row."""
    rows = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0].iter_rows(values_only=True)
    return [tuple("" if value is None else str(value) for value in row) for row in rows]


def last_column(workbook: bytes) -> list[str]:
    """The filled cells of a workbook's last column: the marks."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).active
    return [str(row[-1].value) for row in sheet.iter_rows() if row[-1].value]


def text_of(pdf: bytes) -> str:
    """A PDF's text without spaces and line breaks."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
