"""Reading a bank's return file; one wrong line or sum and nothing of it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from aid_admin.lib.money import parse_yuan, yuan_comma
from aid_admin.lib.refusals import BadInput
from aid_admin.lib.sheets.gate import kind_name
from disbursement.banks.lines import ReturnRow
from disbursement.banks.profile import Profile, ReturnLayout

_PROBLEMS_SHOWN = 3
_AGAIN = "请向银行重新索取。"
_CONTENT = "请对照页面上的“回盘文件格式”核对这些行；文件用 Excel 打开另存过的，请改用银行给的原文件。"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one line of the file; `row` is 1-based, `broken`: its columns are not those of the layout."""

    row: int
    message: str
    broken: bool = False


class WrongReturnFile(BadInput):
    """A return file that cannot be taken; `problems` names its lines."""

    def __init__(self, message: str, problems: Sequence[RowProblem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class _BrokenRow(ValueError):
    """A line that has not the columns of the layout."""


@dataclass(frozen=True, slots=True)
class _Head:
    batch_no: str
    count: int
    total_fen: int


def return_batch_no(profile: Profile, data: bytes) -> str:
    """Return the batch number that a return file names in its head line; raises WrongReturnFile."""
    lines = _lines(data)
    head = _head(profile, lines[0][1]) if lines and profile.returns.head else None
    return head.batch_no if head else ""


def parse_return(profile: Profile, data: bytes) -> list[ReturnRow]:
    """Return the lines of a return file; raises WrongReturnFile with a Chinese sentence.

    The head's count and sum must be those of the lines: a cut-off or altered file is refused whole.
    """
    lines = _lines(data)
    if not lines:
        raise WrongReturnFile(f"回盘文件是空的，{_AGAIN}")
    head = _head(profile, lines[0][1]) if profile.returns.head else None
    rows: list[ReturnRow] = []
    problems: list[RowProblem] = []
    for number, text in lines[1:] if head else lines:
        try:
            rows.append(_row(profile, number, text))
        except ValueError as error:
            problems.append(RowProblem(number, str(error), isinstance(error, _BrokenRow)))
    if problems:
        raise _unreadable(problems)
    if head:
        _compare(head, rows)
    return rows


def _unreadable(problems: Sequence[RowProblem]) -> WrongReturnFile:
    """Name the first lines at fault; only a broken structure is the bank's to mend."""
    shown = "；".join(f"第{one.row}行：{one.message}" for one in problems[:_PROBLEMS_SHOWN])
    more = f"（共{len(problems)}行有误）" if len(problems) > _PROBLEMS_SHOWN else ""
    advice = _AGAIN if any(one.broken for one in problems) else _CONTENT
    return WrongReturnFile(f"回盘文件有读不懂的行，{shown}{more}。{advice}", problems)


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
            raise WrongReturnFile(f"回盘文件的编码读不懂，{_AGAIN}") from error
    numbered = enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)
    return [(number, line) for number, line in numbered if line.strip()]


def _head(profile: Profile, text: str) -> _Head:
    layout = profile.returns
    cells = [cell.strip() for cell in text.split(layout.delimiter)]
    if len(cells) != len(layout.head):
        raise WrongReturnFile(
            f"回盘文件首行应有{len(layout.head)}栏（{_named(layout, profile.head_titles)}），实际{len(cells)}栏；"
            "请核对是不是这家银行的回盘文件，首行有没有被删改。"
        )
    values = dict(zip(layout.head, cells, strict=True))
    count = values.get("count", "")
    if not (count.isascii() and count.isdecimal()):
        raise WrongReturnFile("回盘文件首行的“笔数”不是数字，请核对文件首行有没有被删改。")
    try:
        total_fen = _fen(values.get("total", ""), layout.amount_format)
    except ValueError as error:
        raise WrongReturnFile(f"回盘文件首行的“金额合计”有误：{error}，请核对文件首行有没有被删改。") from error
    return _Head(values.get("batch_no", ""), int(count), total_fen)


def _named(layout: ReturnLayout, titles: Sequence[str]) -> str:
    """Columns as they stand in the file, with its delimiter between them."""
    return layout.delimiter.join(titles)


def _row(profile: Profile, number: int, text: str) -> ReturnRow:
    layout, title = profile.returns, profile.return_title
    cells = [cell.strip() for cell in text.split(layout.delimiter)]
    if len(cells) != len(layout.columns):
        raise _BrokenRow(f"应有{len(layout.columns)}栏（{_named(layout, profile.return_titles)}），实际{len(cells)}栏")
    values = dict(zip(layout.columns, cells, strict=True))
    account_no = values.get("account_no", "")
    if not (account_no.isascii() and account_no.isdecimal()):
        raise ValueError(f"“{title('account_no')}”栏{_not_digits(account_no)}")
    if not values.get("bank_text"):
        raise ValueError(f"“{title('bank_text')}”栏是空的")
    try:
        amount_fen = _fen(values.get("amount", ""), layout.amount_format)
    except ValueError as error:
        raise ValueError(f"“{title('amount')}”栏有误，{error}") from error
    return ReturnRow(
        row=number,
        line_ref=values.get("line_ref", ""),
        account_no=account_no,
        account_name=values.get("account_name", ""),
        amount_fen=amount_fen,
        bank_text=values["bank_text"],
    )


def _not_digits(account_no: str) -> str:
    if not account_no:
        return "是空的"
    return "是科学记数（被 Excel 改过）" if "E+" in account_no.upper() else "不全是数字"


def _fen(text: str, amount_format: str) -> int:
    """Read an amount into fen; raises ValueError in Chinese."""
    if amount_format == "yuan":
        return parse_yuan(text)
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("金额不是整数分")
    return int(text)


def _compare(head: _Head, rows: Sequence[ReturnRow]) -> None:
    if head.count != len(rows):
        raise WrongReturnFile(f"回盘文件首行写明{head.count}笔，实际{len(rows)}笔，文件不完整，{_AGAIN}")
    total_fen = sum(row.amount_fen for row in rows)
    if head.total_fen != total_fen:
        raise WrongReturnFile(
            f"回盘文件首行写明{yuan_comma(head.total_fen)}元，明细合计{yuan_comma(total_fen)}元，两者不符，{_AGAIN}"
        )
