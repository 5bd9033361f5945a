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
    UNCHANGED = "UNCHANGED", "与已登记结果相同"
    CONTRADICTS = "CONTRADICTS", "与已登记结果不一致"
    UNMATCHED = "UNMATCHED", "找不到对应的发放明细"
    DUPLICATE = "DUPLICATE", "同一笔重复出现"
    WRONG_AMOUNT = "WRONG_AMOUNT", "金额与发放明细不符"
    OTHER_BATCH = "OTHER_BATCH", "属于另一批次"


class Verdict(Labelled):
    """What a person decides about an answer that contradicts what is booked."""

    TAKEN = "TAKEN", "以本文件为准"
    KEPT = "KEPT", "以已登记的为准"


# the account may well stay what it is: the family sees to it at the bank, then it can be paid to again
ACCOUNT_STAYS = frozenset(
    {
        ReturnCode.ACCOUNT_FROZEN,
        ReturnCode.NOT_ACTIVATED,
        ReturnCode.DORMANT,
        ReturnCode.RESTRICTED,
        ReturnCode.CARD_LOST,
    }
)
# what these say does not settle whether money arrived, so the line stays blocked
DOUBTFUL = frozenset({ReturnCode.UNKNOWN, ReturnCode.OTHER, ReturnCode.DUPLICATE})
# what these say of a line that is booked as failed means that it may have been paid: it is not paid again
MAY_HAVE_ARRIVED = DOUBTFUL | {ReturnCode.SUCCESS}


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
    if code in DOUBTFUL:
        return "doubt" if state == PaymentState.SENT else None
    return "fail"


def contradicts(state: str, booked: str, code: str) -> bool:
    """Say whether an answer that brings no move says something else than the result that is booked."""
    if state == PaymentState.PAID:
        return code != ReturnCode.SUCCESS
    if state == PaymentState.FAILED:
        return code != booked
    return state == PaymentState.RETURNED_LATER and code in MAY_HAVE_ARRIVED


def may_be_taken(code: str) -> bool:
    """Say whether a contradicting answer can be taken: it says clearly whether the money arrived."""
    return code not in DOUBTFUL


def taking_verb(state: str, code: str) -> str | None:
    """Name the move that follows when a contradicting answer is taken; None: only the reason is another."""
    if state == PaymentState.PAID:
        return "return_later"
    return "correct" if code == ReturnCode.SUCCESS else None


def said(state: str, code: str) -> str:
    """The booked result in a word or two."""
    if state == PaymentState.PAID:
        return "成功"
    if state == PaymentState.RETURNED_LATER:
        return PaymentState.RETURNED_LATER.label
    return answered(code) if code else "失败"


def answered(code: str) -> str:
    """What a return file says, in a word or two."""
    return "成功" if code == ReturnCode.SUCCESS else ReturnCode(code).label


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """A payment line that was sent, with the state and result it has now; `reference` is its id."""

    line_no: int
    account_no: str
    amount_fen: int
    state: str
    reference: Hashable = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a return file, its text already a code."""

    line_ref: str | None
    account_no: str
    amount_fen: int
    code: str


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
    """To which line an answer belongs, and why in Chinese if it cannot be booked; `field`: what is at fault."""

    match: ReturnMatch
    line: ExpectedLine | None
    why: str = ""
    field: str = ""


def match_file(answers: Sequence[Answer], lines: SentLines) -> list[Matched]:
    """Find the line of every answer of a file; of answers that speak twice of a line at most one is booked."""
    found = [match_return(one.line_ref, one.account_no, one.amount_fen, one.code, lines) for one in answers]
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        if one.line and one.match in _OF_ITS_LINE:
            places[one.line.reference].append(place)
    for twice in (same for same in places.values() if len(same) > 1):
        codes = list(dict.fromkeys(answers[place].code for place in twice))
        for place in twice if len(codes) > 1 else twice[1:]:
            found[place] = _twice(found[place].line, codes)
    return found


_OF_ITS_LINE = frozenset({ReturnMatch.MATCHED, ReturnMatch.UNCHANGED, ReturnMatch.CONTRADICTS})


def _twice(line: ExpectedLine | None, codes: Sequence[str]) -> Matched:
    number = line.line_no if line else 0
    if len(codes) > 1:
        words = "、".join(answered(code) for code in codes)
        why = f"第{number}笔在文件中出现多次，结果不同（{words}），都没有登记，请向银行查实。"
    else:
        why = f"第{number}笔在文件中出现多次，只登记第一次。"
    return Matched(ReturnMatch.DUPLICATE, line, why, "bank_text")


def match_return(line_ref: str | None, account_no: str, amount_fen: int, code: str, lines: SentLines) -> Matched:
    """Find the line that an answer is about: by our reference first, then by account and amount.

    Never by name. Account and amount alone must fit exactly one line. An answer that cannot
    change its line any more is UNCHANGED or CONTRADICTS what is booked.
    """
    reference = parse_line_reference(line_ref)
    if reference is None:
        return _by_account(account_no, amount_fen, code, lines)
    if reference.batch_no != lines.batch_no:
        why = f"该行属于批次{reference.batch_no}，请在那一批次导入。"
        return Matched(ReturnMatch.OTHER_BATCH, None, why, "line_ref")
    line = lines.by_number.get(reference.line_no)
    if line is None:
        why = f"本批次没有第{reference.line_no}笔，请向银行核实。"
        return Matched(ReturnMatch.UNMATCHED, None, why, "line_ref")
    if normalise(account_no) != normalise(line.account_no):
        why = f"第{line.line_no}笔的账号与发放明细不同，请向银行核实。"
        return Matched(ReturnMatch.UNMATCHED, line, why, "account_no")
    if amount_fen != line.amount_fen:
        why = f"第{line.line_no}笔的金额与发放明细不同，请向银行核实。"
        return Matched(ReturnMatch.WRONG_AMOUNT, line, why, "amount")
    return _news(line, code)


def _by_account(account_no: str, amount_fen: int, code: str, lines: SentLines) -> Matched:
    found = lines.by_account.get((normalise(account_no), amount_fen), ())
    if not found:
        is_known = any(account == normalise(account_no) for account, _ in lines.by_account)
        if is_known:
            why = "账号在本批次中，但没有这个金额，请向银行核实。"
            return Matched(ReturnMatch.WRONG_AMOUNT, None, why, "amount")
        return Matched(ReturnMatch.UNMATCHED, None, "账号不在本批次中，请核对是否选错批次。", "account_no")
    if len(found) > 1:
        why = "同一账号、同一金额有多笔，没有行号无法对应，请向银行索取行号。"
        return Matched(ReturnMatch.UNMATCHED, None, why, "line_ref")
    return _news(found[0], code)


def _news(line: ExpectedLine, code: str) -> Matched:
    """MATCHED if the answer moves its line, UNCHANGED if it says the same again, CONTRADICTS if it does not."""
    if line.state == PaymentState.WAITING:
        return Matched(ReturnMatch.UNMATCHED, line, f"第{line.line_no}笔还没有送银行，请核对是否选错批次。", "line_ref")
    if payment_verb(line.state, code) is not None:
        return Matched(ReturnMatch.MATCHED, line)
    if contradicts(line.state, line.code, code):
        words = f"已登记：{said(line.state, line.code)}；本文件：{answered(code)}"
        why = f"第{line.line_no}笔与已登记结果不一致（{words}），没有登记。请向银行查实后在批次页核定。"
        return Matched(ReturnMatch.CONTRADICTS, line, why, "bank_text")
    return Matched(ReturnMatch.UNCHANGED, line)
