"""Reading a bank's return file; one wrong line or sum and nothing of it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from aid_admin.lib.money import parse_yuan, yuan_comma
from aid_admin.lib.refusals import BadInput
from aid_admin.lib.sheets.gate import kind_name
from disbursement.banks.lines import ReturnRow
from disbursement.banks.profile import Profile, ReturnLayout

_PROBLEMS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one line of the file; `row` is 1-based."""

    row: int
    message: str


class WrongReturnFile(BadInput):
    """A return file that cannot be taken; `problems` names its lines."""

    def __init__(self, message: str, problems: Sequence[RowProblem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class _Head:
    batch_no: str
    count: int
    total_fen: int


def return_batch_no(profile: Profile, data: bytes) -> str:
    """Return the batch number that a return file names in its head line; raises WrongReturnFile."""
    lines = _lines(data)
    head = _head(profile.returns, lines[0][1]) if lines and profile.returns.head else None
    return head.batch_no if head else ""


def parse_return(profile: Profile, data: bytes) -> list[ReturnRow]:
    """Return the lines of a return file; raises WrongReturnFile with a Chinese sentence.

    The head's count and sum must be those of the lines: a cut-off or altered file is refused whole.
    """
    lines = _lines(data)
    if not lines:
        raise WrongReturnFile("回盘文件是空的，请向银行重新索取。")
    head = _head(profile.returns, lines[0][1]) if profile.returns.head else None
    body = lines[1:] if head else lines
    rows: list[ReturnRow] = []
    problems: list[RowProblem] = []
    for number, text in body:
        try:
            rows.append(_row(profile.returns, number, text))
        except ValueError as error:
            problems.append(RowProblem(number, str(error)))
    if problems:
        shown = "；".join(f"第{one.row}行：{one.message}" for one in problems[:_PROBLEMS_SHOWN])
        more = f"（共{len(problems)}行有误）" if len(problems) > _PROBLEMS_SHOWN else ""
        raise WrongReturnFile(f"回盘文件有读不懂的行，{shown}{more}。请向银行重新索取。", problems)
    if head:
        _compare(head, rows)
    return rows


def _lines(data: bytes) -> list[tuple[int, str]]:
    """Decode UTF-8 with or without its mark, else GB18030; drop blank lines but keep the numbering."""
    name = kind_name(data)
    if name or b"\x00" in data:
        raise WrongReturnFile(f"这是{name or '别的文件'}，不是文本文件；请选择银行返回的回盘文件。")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise WrongReturnFile("回盘文件的编码读不懂，请向银行重新索取。") from error
    numbered = enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)
    return [(number, line) for number, line in numbered if line.strip()]


def _head(layout: ReturnLayout, text: str) -> _Head:
    cells = [cell.strip() for cell in text.split(layout.delimiter)]
    if len(cells) != len(layout.head):
        raise WrongReturnFile(
            f"回盘文件首行应有{len(layout.head)}栏（批次号、笔数、金额），实际{len(cells)}栏，请核对文件。"
        )
    values = dict(zip(layout.head, cells, strict=True))
    count = values.get("count", "")
    if not (count.isascii() and count.isdecimal()):
        raise WrongReturnFile("回盘文件首行的笔数不是数字，请核对文件。")
    try:
        total_fen = _fen(values.get("total", ""), layout.amount_format)
    except ValueError as error:
        raise WrongReturnFile(f"回盘文件首行的金额有误：{error}") from error
    return _Head(values.get("batch_no", ""), int(count), total_fen)


def _row(layout: ReturnLayout, number: int, text: str) -> ReturnRow:
    cells = [cell.strip() for cell in text.split(layout.delimiter)]
    if len(cells) != len(layout.columns):
        raise ValueError(f"应有{len(layout.columns)}栏，实际{len(cells)}栏")
    values = dict(zip(layout.columns, cells, strict=True))
    account_no = values.get("account_no", "")
    if not (account_no.isascii() and account_no.isdecimal()):
        raise ValueError("账号不是数字")
    if not values.get("bank_text"):
        raise ValueError("没有处理结果")
    return ReturnRow(
        row=number,
        line_ref=values.get("line_ref", ""),
        account_no=account_no,
        account_name=values.get("account_name", ""),
        amount_fen=_fen(values.get("amount", ""), layout.amount_format),
        bank_text=values["bank_text"],
    )


def _fen(text: str, amount_format: str) -> int:
    """Read an amount into fen; raises ValueError in Chinese."""
    if amount_format == "yuan":
        return parse_yuan(text)
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("金额不是整数分")
    return int(text)


def _compare(head: _Head, rows: Sequence[ReturnRow]) -> None:
    if head.count != len(rows):
        raise WrongReturnFile(f"回盘文件首行写明{head.count}笔，实际{len(rows)}笔，文件可能不完整，请向银行重新索取。")
    total_fen = sum(row.amount_fen for row in rows)
    if head.total_fen != total_fen:
        raise WrongReturnFile(
            f"回盘文件首行写明{yuan_comma(head.total_fen)}元，明细合计{yuan_comma(total_fen)}元，"
            "两者不符，请向银行重新索取。"
        )
