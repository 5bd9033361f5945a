"""Writing payment files: the same batch and layout give the same bytes for ever."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import xlsxwriter

from aid_admin.lib.money import yuan_comma
from aid_admin.lib.refusals import Refused
from disbursement.banks.lines import (
    FileHeader,
    FileLine,
    PaymentFileBytes,
    ReturnResult,
    amount_text,
    file_name,
    join_lines,
)
from disbursement.banks.profile import BankColumn, Profile

TEXT = "text/plain"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_COLUMN_WIDTH = 22


class CannotWrite(Refused):
    """A payment file that the bank would reject; nothing was written."""


@dataclass(frozen=True, slots=True)
class Unwritable:
    """A name that cannot stand in the bank's file, with the characters at fault."""

    line_no: int
    account_name: str
    characters: str
    message: str


def unencodable(profile: Profile, lines: Sequence[FileLine]) -> list[Unwritable]:
    """List the lines whose names the file cannot carry: to be shown before a file is made."""
    return [found for line in lines if (found := _unwritable(profile, line))]


def write_payment_file(profile: Profile, header: FileHeader, lines: Sequence[FileLine]) -> PaymentFileBytes:
    """Write the lines in the order given; raises CannotWrite with a Chinese sentence."""
    _check(profile, header, lines)
    name = file_name(profile.file_name, header)
    rows = [[_cell(profile, column, line) for column in profile.columns] for line in lines]
    if profile.medium == "xlsx":
        return PaymentFileBytes(name, XLSX, _workbook(profile, rows))
    text = join_lines(rows, delimiter=profile.delimiter, newline=profile.newline)
    return PaymentFileBytes(name, TEXT, text.encode(profile.encoding))


def write_return_file(profile: Profile, header: FileHeader, results: Sequence[ReturnResult]) -> PaymentFileBytes:
    """Write what a bank would send back; its head counts and sums the lines that are in the file."""
    layout = profile.returns
    total_fen = sum(result.line.amount_fen for result in results)
    head = {
        "batch_no": header.batch_no,
        "count": str(len(results)),
        "total": amount_text(total_fen, layout.amount_format),
    }
    rows = [[head[field] for field in layout.head]] if layout.head else []
    rows += [[_returned(profile, field, result) for field in layout.columns] for result in results]
    text = join_lines(rows, delimiter=layout.delimiter, newline=layout.newline)
    return PaymentFileBytes(file_name(layout.file_name, header), TEXT, text.encode(layout.encoding))


def _check(profile: Profile, header: FileHeader, lines: Sequence[FileLine]) -> None:
    if not lines:
        raise CannotWrite(f"批次{header.batch_no}没有明细，不能生成代发文件。")
    total_fen = sum(line.amount_fen for line in lines)
    if (header.count, header.total_fen) != (len(lines), total_fen):
        raise CannotWrite(
            f"批次{header.batch_no}登记{header.count}笔、{yuan_comma(header.total_fen)}元，"
            f"明细是{len(lines)}笔、{yuan_comma(total_fen)}元，不能生成代发文件。"
        )
    if len(lines) > profile.max_rows:
        raise CannotWrite(
            f"批次{header.batch_no}有{len(lines)}笔，超过银行每个文件{profile.max_rows}笔的上限，请分成几个批次。"
        )
    bad = next((problem for line in lines if (problem := _line_problem(profile, line))), None)
    if bad:
        raise CannotWrite(bad)


def _line_problem(profile: Profile, line: FileLine) -> str | None:
    if line.amount_fen <= 0:
        return f"第{line.line_no}笔的金额不是正数，不能生成代发文件。"
    if not (line.account_no.isascii() and line.account_no.isdecimal()):
        return f"第{line.line_no}笔的账号不是数字，不能生成代发文件。"
    found = _unwritable(profile, line)
    if found:
        return found.message
    cells = (_cell(profile, column, line) for column in profile.columns)
    if any(_breaks_layout(profile, cell) for cell in cells):
        return f"第{line.line_no}笔的内容含有分隔符或换行，不能生成代发文件。"
    return None


def _unwritable(profile: Profile, line: FileLine) -> Unwritable | None:
    name = line.account_name
    who = f"第{line.line_no}笔户名“{name}”"
    if not name.strip():
        return Unwritable(line.line_no, name, "", f"第{line.line_no}笔没有户名，请补填户名。")
    faulty = "".join(character for character in name if _is_faulty(profile, character))
    if faulty:
        message = f"{who}中的“{faulty}”不能写入银行文件，请改用银行登记的户名。"
        return Unwritable(line.line_no, name, faulty, message)
    if len(name.encode(profile.encoding)) > profile.name_max_bytes:
        message = f"{who}超过银行规定的{profile.name_max_bytes}个字节，请改用银行登记的户名。"
        return Unwritable(line.line_no, name, "", message)
    return None


def _is_faulty(profile: Profile, character: str) -> bool:
    """Private-use characters encode, but stand for nothing at the bank."""
    if "\ue000" <= character <= "\uf8ff" or _breaks_layout(profile, character):
        return True
    try:
        character.encode(profile.encoding)
    except UnicodeEncodeError:
        return True
    return False


def _breaks_layout(profile: Profile, text: str) -> bool:
    is_text = profile.medium == "txt"
    return any(ord(one) < 0x20 for one in text) or (is_text and profile.delimiter in text)


def _cell(profile: Profile, column: BankColumn, line: FileLine) -> str:
    if not column.field:
        return column.value
    if column.field == "amount":
        return amount_text(line.amount_fen, profile.amount_format)
    return str(getattr(line, column.field))


def _returned(profile: Profile, field: str, result: ReturnResult) -> str:
    if field == "bank_text":
        return result.bank_text
    if field == "amount":
        return amount_text(result.line.amount_fen, profile.returns.amount_format)
    return str(getattr(result.line, field))


def _workbook(profile: Profile, rows: Sequence[Sequence[str]]) -> bytes:
    """Write every cell as text, so that no number loses digits."""
    target = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"created": _CREATED.replace(tzinfo=None)})
    as_text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(profile.sheet_name)
    sheet.set_column(0, len(profile.columns) - 1, _COLUMN_WIDTH, as_text)
    for place, cells in enumerate(_with_headers(profile, rows)):
        for column, cell in enumerate(cells):
            sheet.write_string(place, column, cell, as_text)
    book.close()
    return target.getvalue()


def _with_headers(profile: Profile, rows: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield [column.header for column in profile.columns]
    yield from rows
