"""What the bank answered: canonical codes, to which line an answer belongs, what follows."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from aid_admin.lib.bank_card import normalise
from disbursement.rules.payment import parse_line_reference
from disbursement.rules.states import PaymentState
from students.rules import Labelled


class ReturnCode(StrEnum):
    """Canonical results, each with what to do next."""

    label: str
    next_step: str

    def __new__(cls, value: str, label: str = "", next_step: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.next_step = next_step
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of code and label, as model and form fields take them."""
        return [(member.value, member.label) for member in cls]

    SUCCESS = "SUCCESS", "发放成功", "打印告知书。"
    ACCOUNT_NOT_FOUND = "ACCOUNT_NOT_FOUND", "账号不存在", "请学校核对并更正账号。"
    NAME_MISMATCH = "NAME_MISMATCH", "户名不符", "请核对生僻字、曾用名和银行登记的户名。"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED", "已销户", "请学校登记新账户。"
    ACCOUNT_FROZEN = "ACCOUNT_FROZEN", "账户冻结", "请家长到银行办理解冻。"
    CARD_LOST = "CARD_LOST", "卡已挂失", "等待补卡或登记新卡。"
    NOT_ACTIVATED = "NOT_ACTIVATED", "未激活", "请家长到银行激活社保卡金融功能。"
    DORMANT = "DORMANT", "睡眠户", "请家长到银行激活账户。"
    RESTRICTED = "RESTRICTED", "账户受限", "请家长到银行更新身份信息。"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED", "超过限额", "请改用Ⅰ类账户。"
    TYPE_UNSUPPORTED = "TYPE_UNSUPPORTED", "账户类型不支持", "请学校更换账户。"
    DUPLICATE = "DUPLICATE", "银行认为重复", "请向银行查实，查实前不得再发。"
    AMOUNT_INVALID = "AMOUNT_INVALID", "金额错误", "请核对代发文件后再发。"
    FORMAT_ERROR = "FORMAT_ERROR", "格式错误", "请核对代发文件后再发。"
    RETURNED_LATER = "RETURNED_LATER", "退汇", "请核实账户后重新发放。"
    UNKNOWN = "UNKNOWN", "结果未知", "请向银行查实，查实前不得再发。"
    OTHER = "OTHER", "未识别", "请财务人员对照银行说明确认结果。"


class ReturnMatch(Labelled):
    MATCHED = "MATCHED", "已对应"
    UNMATCHED = "UNMATCHED", "找不到对应的发放明细"
    DUPLICATE = "DUPLICATE", "该笔已有结果"
    WRONG_AMOUNT = "WRONG_AMOUNT", "金额与发放明细不符"
    OTHER_BATCH = "OTHER_BATCH", "属于另一批次"


# what these say does not settle whether money arrived, so the line stays blocked
_DOUBTFUL = frozenset({ReturnCode.UNKNOWN, ReturnCode.OTHER, ReturnCode.DUPLICATE})


def canonical_code(bank_text: str, patterns: Iterable[tuple[str, str]]) -> ReturnCode:
    """Return the code of the first pattern (code, regex) found in the bank's text, else OTHER."""
    text = "".join(bank_text.split())
    found = (code for code, pattern in patterns if re.search(pattern, text))
    return ReturnCode(next(found, ReturnCode.OTHER))


def payment_verb(state: str, code: str) -> str | None:
    """Name the move of a payment line that an answer causes; None if it brings nothing new."""
    if state == PaymentState.PAID:
        return "return_later" if code == ReturnCode.RETURNED_LATER else None
    if state not in (PaymentState.SENT, PaymentState.UNKNOWN):
        return None
    if code == ReturnCode.SUCCESS:
        return "pay"
    if code in _DOUBTFUL:
        return "doubt" if state == PaymentState.SENT else None
    return "fail"


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """A payment line that was sent, with the state it is in now; `reference` is its id."""

    line_no: int
    account_no: str
    amount_fen: int
    state: str
    reference: Hashable = None


@dataclass(frozen=True, slots=True)
class SentLines:
    """The lines of one batch, found by number and by account with amount."""

    batch_no: str
    by_number: Mapping[int, ExpectedLine]
    by_account: Mapping[tuple[str, int], Sequence[ExpectedLine]]

    @classmethod
    def of(cls, batch_no: str, lines: Iterable[ExpectedLine]) -> Self:
        by_number: dict[int, ExpectedLine] = {}
        by_account: dict[tuple[str, int], list[ExpectedLine]] = defaultdict(list)
        for line in lines:
            by_number[line.line_no] = line
            by_account[normalise(line.account_no), line.amount_fen].append(line)
        return cls(batch_no, by_number, dict(by_account))


@dataclass(frozen=True, slots=True)
class Matched:
    """To which line an answer belongs, and why in Chinese if it cannot be booked."""

    match: ReturnMatch
    line: ExpectedLine | None
    why: str = ""


def match_return(line_ref: str | None, account_no: str, amount_fen: int, code: str, lines: SentLines) -> Matched:
    """Find the line that an answer is about: by our reference first, then by account and amount.

    Never by name. Account and amount alone must fit exactly one line. An answer that cannot
    change its line any more is a DUPLICATE.
    """
    reference = parse_line_reference(line_ref)
    if reference is None:
        return _by_account(account_no, amount_fen, code, lines)
    if reference.batch_no != lines.batch_no:
        return Matched(ReturnMatch.OTHER_BATCH, None, f"该行属于批次{reference.batch_no}，请在那一批次导入。")
    line = lines.by_number.get(reference.line_no)
    if line is None:
        return Matched(ReturnMatch.UNMATCHED, None, f"本批次没有第{reference.line_no}笔，请向银行核实。")
    if normalise(account_no) != normalise(line.account_no):
        why = f"第{line.line_no}笔的账号与发放明细不同，请向银行核实。"
        return Matched(ReturnMatch.UNMATCHED, line, why)
    if amount_fen != line.amount_fen:
        why = f"第{line.line_no}笔的金额与发放明细不同，请向银行核实。"
        return Matched(ReturnMatch.WRONG_AMOUNT, line, why)
    return _news_or_duplicate(line, code)


def _by_account(account_no: str, amount_fen: int, code: str, lines: SentLines) -> Matched:
    found = lines.by_account.get((normalise(account_no), amount_fen), ())
    if not found:
        is_known = any(account == normalise(account_no) for account, _ in lines.by_account)
        if is_known:
            return Matched(ReturnMatch.WRONG_AMOUNT, None, "账号在本批次中，但没有这个金额，请向银行核实。")
        return Matched(ReturnMatch.UNMATCHED, None, "账号不在本批次中，请核对是否选错批次。")
    if len(found) > 1:
        why = "同一账号、同一金额有多笔，没有行号无法对应，请向银行索取行号。"
        return Matched(ReturnMatch.UNMATCHED, None, why)
    return _news_or_duplicate(found[0], code)


def _news_or_duplicate(line: ExpectedLine, code: str) -> Matched:
    if payment_verb(line.state, code) is None:
        return Matched(ReturnMatch.DUPLICATE, line, f"第{line.line_no}笔已有结果，不再重复登记。")
    return Matched(ReturnMatch.MATCHED, line)
