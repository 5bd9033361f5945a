"""What goes into a bank's files and comes out of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aid_admin.lib.money import yuan


@dataclass(frozen=True, slots=True)
class FileHeader:
    """The batch a file belongs to; `made_on` is frozen with it, so the same batch gives the same bytes."""

    batch_no: str
    made_on: date
    count: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class FileLine:
    """One payment as the bank sees it; `account_name` is the bank's stored form of the name."""

    line_no: int
    line_ref: str
    account_no: str
    account_name: str
    amount_fen: int
    summary: str = ""
    bank_branch: str = ""
    cnaps: str = ""


@dataclass(frozen=True, slots=True)
class ReturnResult:
    """What the bank says of one line."""

    line: FileLine
    bank_text: str


@dataclass(frozen=True, slots=True)
class PaymentFileBytes:
    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One line of a return file; `row` is 1-based, as a text editor shows it."""

    row: int
    line_ref: str
    account_no: str
    account_name: str
    amount_fen: int
    bank_text: str


def amount_text(amount_fen: int, amount_format: str) -> str:
    """Write an amount as the layout asks: 312.50, or 31250."""
    return str(amount_fen) if amount_format == "fen" else yuan(amount_fen)


def file_name(pattern: str, header: FileHeader) -> str:
    """Fill in the name of a file."""
    return pattern.format(batch_no=header.batch_no, made_on=header.made_on.strftime("%Y%m%d"))


def join_lines(rows: Iterable[Iterable[str]], *, delimiter: str, newline: str) -> str:
    """Put rows into text, each ended by the newline."""
    return "".join(delimiter.join(row) + newline for row in rows)
