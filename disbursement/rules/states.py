"""States of rosters, lines, publicity, batches and payment lines, and the moves between them."""

from collections.abc import Mapping
from typing import Final

from aid_admin.lib.states import Move
from students.rules import Labelled


class RosterState(Labelled):
    DRAFT = "DRAFT", "草稿"
    SUBMITTED = "SUBMITTED", "已上报"
    REVIEWED = "REVIEWED", "已初审"
    APPROVED = "APPROVED", "已复审"
    CONFIRMED = "CONFIRMED", "已确认"
    VOIDED = "VOIDED", "已作废"


class LineStatus(Labelled):
    """An accepted or held line is the grant: one per pupil, programme and semester."""

    PROPOSED = "PROPOSED", "待审"
    ACCEPTED = "ACCEPTED", "通过"
    HELD = "HELD", "暂缓"
    REFUSED = "REFUSED", "不通过"
    WITHDRAWN = "WITHDRAWN", "已撤下"


class LineKind(Labelled):
    """How what the school filed stands to what the rules computed."""

    RIGHT = "RIGHT", "一致"
    MISSING = "MISSING", "应助未报"
    TOO_MANY = "TOO_MANY", "多报"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS", "金额不符"


class DiffReason(Labelled):
    """The school's reason for not filing a pupil whom the rules admit; or its word against any other difference."""

    NOT_ATTENDING = "NOT_ATTENDING", "不在校就读"
    REFUSED_BY_FAMILY = "REFUSED_BY_FAMILY", "家庭自愿放弃"
    LEFT = "LEFT", "已离校"
    NAME_ERROR = "NAME_ERROR", "姓名或证件号填报有误"
    OTHER = "OTHER", "其他"
    DISAGREED = "DISAGREED", "对核定结果有异议"


# why a pupil was not filed; DISAGREED is said of the other differences and changes no result
MISSING_REASONS = tuple(reason for reason in DiffReason if reason is not DiffReason.DISAGREED)


class LineRefusal(Labelled):
    """Why a roster line is refused, apart from the reasons of entitlement."""

    ALREADY_GRANTED = "ALREADY_GRANTED", "本学期该项目已有一笔资助"
    SCHOOL_REASON_ACCEPTED = "SCHOOL_REASON_ACCEPTED", "学校说明的理由成立"
    OBJECTION_SUSTAINED = "OBJECTION_SUSTAINED", "公示异议成立"
    NOT_ENTITLED = "NOT_ENTITLED", "不符合资助条件"
    NOT_AT_SCHOOL = "NOT_AT_SCHOOL", "不在校就读"
    GIVEN_UP = "GIVEN_UP", "家庭自愿放弃"
    FACTS_WRONG = "FACTS_WRONG", "身份或困难信息有误"
    OTHER = "OTHER", "其他"


# what a reviewer may name when refusing a line; the others follow from a decision or a comparison
REVIEWERS_REFUSALS = (
    LineRefusal.NOT_ENTITLED,
    LineRefusal.NOT_AT_SCHOOL,
    LineRefusal.GIVEN_UP,
    LineRefusal.FACTS_WRONG,
    LineRefusal.OTHER,
)


class ReturnReason(Labelled):
    """Why a roster is sent back to an earlier state; a text goes with it."""

    PUPILS_MISSING = "PUPILS_MISSING", "有应助学生未报"
    PUPILS_TOO_MANY = "PUPILS_TOO_MANY", "有不应资助的学生"
    DATA_WRONG = "DATA_WRONG", "信息填写有误"
    ACCOUNT_WRONG = "ACCOUNT_WRONG", "银行账户有问题"
    PAPERS_MISSING = "PAPERS_MISSING", "材料不全"
    OTHER = "OTHER", "其他"


class PeriodState(Labelled):
    PLANNED = "PLANNED", "待公示"
    RUNNING = "RUNNING", "公示中"
    ENDED = "ENDED", "公示结束"
    ABORTED = "ABORTED", "已中止"


class BatchState(Labelled):
    DRAFTED = "DRAFTED", "草稿"
    LOCKED = "LOCKED", "已锁定"
    REVIEWED = "REVIEWED", "已审核"
    RELEASED = "RELEASED", "已放行"
    SENT = "SENT", "已送银行"
    CLOSED = "CLOSED", "已办结"
    ABORTED = "ABORTED", "已中止"


WAITS_FOR: Final = {
    BatchState.DRAFTED: "等财务经办锁定", BatchState.LOCKED: "等财务审批审核", BatchState.REVIEWED: "等另一名财务审批放行",
    BatchState.RELEASED: "等财务经办办理", BatchState.SENT: "等银行回盘",
}  # fmt: skip
"""Whose turn it is with a batch, in words; nobody's where it has ended."""


class FundSource(Labelled):
    """Who gives the money."""

    CENTRAL = "CENTRAL", "中央"
    PROVINCE = "PROVINCE", "省级"
    CITY = "CITY", "市级"
    COUNTY = "COUNTY", "县级"
    OTHER = "OTHER", "其他"


class BatchMode(Labelled):
    ACCOUNT = "ACCOUNT", "银行代发"
    WAIVER = "WAIVER", "学校减免"


class LookStep(Labelled):
    """At which step of a batch its doubts were recorded."""

    LOCK = "LOCK", "锁定"
    REVIEW = "REVIEW", "审核"
    RELEASE = "RELEASE", "放行"


class PaymentState(Labelled):
    """UNKNOWN blocks every further payment of the same grant until the bank's word decides."""

    WAITING = "WAITING", "待发放"
    SENT = "SENT", "已送银行"
    PAID = "PAID", "发放成功"
    FAILED = "FAILED", "发放失败"
    UNKNOWN = "UNKNOWN", "结果未知"
    RETURNED_LATER = "RETURNED_LATER", "成功后退汇"


LIVE_PAYMENTS = frozenset({PaymentState.WAITING, PaymentState.SENT, PaymentState.UNKNOWN, PaymentState.PAID})
REISSUABLE = frozenset({PaymentState.FAILED, PaymentState.RETURNED_LATER})
GRANTS = frozenset({LineStatus.ACCEPTED, LineStatus.HELD})


def _move(target: Labelled, *sources: Labelled) -> Move:
    return Move(frozenset(source.value for source in sources), target.value)


_R = RosterState
ROSTER_MOVES: dict[str, Move] = {
    "submit": _move(_R.SUBMITTED, _R.DRAFT),
    "review": _move(_R.REVIEWED, _R.SUBMITTED),
    "approve": _move(_R.APPROVED, _R.REVIEWED),
    "confirm": _move(_R.CONFIRMED, _R.APPROVED),
    "return_to_draft": _move(_R.DRAFT, _R.SUBMITTED, _R.REVIEWED, _R.APPROVED),
    "return_to_submitted": _move(_R.SUBMITTED, _R.REVIEWED, _R.APPROVED),
    "return_to_reviewed": _move(_R.REVIEWED, _R.APPROVED),
    "withdraw_submit": _move(_R.DRAFT, _R.SUBMITTED),
    "withdraw_review": _move(_R.SUBMITTED, _R.REVIEWED),
    "withdraw_approve": _move(_R.REVIEWED, _R.APPROVED),
    "withdraw_confirm": _move(_R.APPROVED, _R.CONFIRMED),
    "void": _move(_R.VOIDED, _R.DRAFT, _R.SUBMITTED, _R.REVIEWED, _R.APPROVED),
}
_RETURNS: Mapping[str, str] = {
    _R.DRAFT: "return_to_draft",
    _R.SUBMITTED: "return_to_submitted",
    _R.REVIEWED: "return_to_reviewed",
}
_WITHDRAWALS: Mapping[str, str] = {
    _R.SUBMITTED: "withdraw_submit",
    _R.REVIEWED: "withdraw_review",
    _R.APPROVED: "withdraw_approve",
    _R.CONFIRMED: "withdraw_confirm",
}
# whose decision made a roster what it is: the column that a return or withdrawal empties again
ROSTER_HANDS: Mapping[str, str] = {
    _R.DRAFT: "prepared_by",
    _R.SUBMITTED: "submitted_by",
    _R.REVIEWED: "reviewed_by",
    _R.APPROVED: "approved_by",
    _R.CONFIRMED: "confirmed_by",
}
HAND_NAMES: Mapping[str, str] = {
    "prepared_by": "拟稿",
    "submitted_by": "上报",
    "reviewed_by": "初审",
    "approved_by": "复审",
    "confirmed_by": "确认",
}
# who works on a roster that was returned to this state
RETURNED_TO: Mapping[str, str] = {
    _R.DRAFT: "学校经办人修改，改好后由负责人重新上报",
    _R.SUBMITTED: "初审重新审核",
    _R.REVIEWED: "复审重新审核",
}


def return_verb(state: str, target: str) -> str | None:
    """Name the move that returns a roster to an earlier state; None if there is no such way back."""
    verb = _RETURNS.get(target)
    return verb if verb and state in ROSTER_MOVES[verb].sources else None


def return_targets(state: str) -> list[str]:
    """The states to which a roster in `state` may be returned, the farthest first."""
    return [target for target, verb in _RETURNS.items() if state in ROSTER_MOVES[verb].sources]


def withdraw_verb(state: str) -> str | None:
    """Name the move that takes back the decision that led to `state`."""
    return _WITHDRAWALS.get(state)


_L = LineStatus
LINE_MOVES: dict[str, Move] = {
    "accept": _move(_L.ACCEPTED, _L.PROPOSED),
    "refuse": _move(_L.REFUSED, _L.PROPOSED),
    "restore": _move(_L.PROPOSED, _L.REFUSED),
    "hold": _move(_L.HELD, _L.ACCEPTED),
    "release": _move(_L.ACCEPTED, _L.HELD),
    "withdraw": _move(_L.WITHDRAWN, _L.ACCEPTED, _L.HELD),
    # a roster that goes back from approval opens its lines again
    "reopen": _move(_L.PROPOSED, _L.ACCEPTED, _L.HELD, _L.REFUSED),
}

_P = PeriodState
PERIOD_MOVES: dict[str, Move] = {
    "start": _move(_P.RUNNING, _P.PLANNED),
    "end": _move(_P.ENDED, _P.RUNNING),
    "abort": _move(_P.ABORTED, _P.PLANNED, _P.RUNNING),
}

_B = BatchState
BATCH_MOVES: dict[str, Move] = {
    "lock": _move(_B.LOCKED, _B.DRAFTED),
    "review": _move(_B.REVIEWED, _B.LOCKED),
    # an approver gives it back to whoever built it: its sums are open again
    "give_back": _move(_B.DRAFTED, _B.LOCKED, _B.REVIEWED),
    "release": _move(_B.RELEASED, _B.REVIEWED),
    "send": _move(_B.SENT, _B.RELEASED),
    "close": _move(_B.CLOSED, _B.SENT),
    # a waiver goes to no bank: its batch is closed once released
    "close_waiver": _move(_B.CLOSED, _B.RELEASED),
    "abort": _move(_B.ABORTED, _B.DRAFTED, _B.LOCKED, _B.REVIEWED, _B.RELEASED),
}


def close_verb(mode: str) -> str:
    """Name the move that closes a batch of this mode."""
    return "close_waiver" if mode == BatchMode.WAIVER else "close"


_S = PaymentState
PAYMENT_MOVES: dict[str, Move] = {
    "send": _move(_S.SENT, _S.WAITING),
    "pay": _move(_S.PAID, _S.SENT, _S.UNKNOWN),
    "fail": _move(_S.FAILED, _S.SENT, _S.UNKNOWN),
    "doubt": _move(_S.UNKNOWN, _S.SENT),
    "return_later": _move(_S.RETURNED_LATER, _S.PAID),
    # a later file says that the money arrived after all, and a person has taken its word
    "correct": _move(_S.PAID, _S.FAILED, _S.RETURNED_LATER),
    # a waiver counts as given when its batch is closed
    "waive": _move(_S.PAID, _S.WAITING),
    # an aborted batch sets its lines free for another
    "abort": _move(_S.FAILED, _S.WAITING),
}
