"""Answers of the bank that contradict what is booked: a person settles them, another than who loaded the file."""

from collections.abc import Sequence
from typing import Any

from aid_admin.accounts.acting import Moved, action, record, scoped
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from disbursement.models import DisbursementBatch, PaymentLine, ReturnDecision, ReturnLine
from disbursement.permissions import ALLOWED
from disbursement.rules.returns import Verdict, answered, may_be_taken, said, taking_verb
from disbursement.rules.states import PAYMENT_MOVES, PaymentState


@action("batch.settle", ALLOWED)
def settle_answers(*, by: User, answer: list[int], verdict: str, reason: str) -> list[Moved]:
    """Decide on contradicting answers: TAKEN books what the file says, KEPT leaves what is booked.

    A success that turns out a failure becomes 成功后退汇 and may be reissued; a failure that turns out a success
    counts as paid, unless it was paid again meanwhile. Raises Refused for an answer that is settled already.
    """
    if verdict not in list(Verdict):
        raise BadInput("核定结果只能是 TAKEN（以本文件为准）或 KEPT（以已登记的为准）。")
    if not reason.strip():
        raise BadInput("请写明向银行查实的情况。")
    answers = _open_answers(by, answer)
    for one in answers:
        if one.upload.by_id == by.pk:
            raise Refused("这个回盘文件是您导入的，须由另一名财务人员核定。")
    ReturnDecision.objects.bulk_create(
        ReturnDecision(
            return_line=one, verdict=verdict, reason=reason.strip(), by=by, decided_on=calendar.business_date()
        )
        for one in answers
    )
    moved = [_settled(one, verdict) for one in answers]
    _tell(answers, verdict, reason.strip())
    return moved


def take_answers(*, by: User, answer: list[int], reason: str) -> list[Moved]:
    """What the file says is right."""
    moved: list[Moved] = settle_answers(by=by, answer=answer, verdict=Verdict.TAKEN, reason=reason)
    return moved


def keep_answers(*, by: User, answer: list[int], reason: str) -> list[Moved]:
    """What is booked is right."""
    moved: list[Moved] = settle_answers(by=by, answer=answer, verdict=Verdict.KEPT, reason=reason)
    return moved


def _open_answers(by: User, ids: Sequence[int]) -> list[Any]:
    """The answers, after their batches and lines are locked; in the order in which they came."""
    wanted = ReturnLine.objects.filter(pk__in=ids)
    batches = sorted(set(wanted.values_list("batch", flat=True)))
    if not batches:
        raise NotFound("没有找到要核定的回盘结果，请刷新页面。")
    scoped(DisbursementBatch.objects, "batch.settle", by, batches)
    lines = PaymentLine.objects.filter(pk__in=wanted.values("payment_line")).order_by("pk")
    list(lines.select_for_update(of=("self",)).values_list("pk"))
    related = ("batch", "upload", "payment_line__batch")
    found = list(ReturnLine.objects.contradicting().filter(pk__in=ids).select_related(*related).order_by("pk"))
    if len(found) != len(set(ids)):
        raise Refused("其中有的已经核定过，或已登记结果有了变化。请刷新页面。")
    if len({one.payment_line_id for one in found}) != len(found):
        raise Refused("同一笔有几个回盘结果，请一次只选一个。")
    return found


def _settled(answer: Any, verdict: str) -> Moved:
    line = answer.payment_line
    after = _book(answer, line) if verdict == Verdict.TAKEN else line.state
    return Moved("paymentline", line.pk, line.state, after, 1, 1, line.amount_fen)


def _book(answer: Any, line: Any) -> str:
    """Book the answer on its line, which is locked; the state that the line has now."""
    if not may_be_taken(answer.code):
        raise Refused(
            f"第{line.line_no}笔的回盘“{answered(answer.code)}”没有说明钱是否到账，不能以它为准。请向银行查实后再核定。"
        )
    verb = taking_verb(line.state, answer.code)
    if verb == "correct":
        _refuse_paid_again(line)
    target = str(PAYMENT_MOVES[verb].target) if verb else str(line.state)
    booked = PaymentLine.objects.filter(pk=line.pk, state=line.state)
    booked.update(state=target, code=answer.code, settled_on=calendar.business_date())
    return target


def _refuse_paid_again(line: Any) -> None:
    """A grant has one live payment: what was paid again is to be stopped, or to come back, first."""
    again = PaymentLine.objects.live().filter(roster_line=line.roster_line_id).select_related("batch").first()
    if again is None:
        return
    where = f"第{line.line_no}笔已补发（批次{again.batch.no}第{again.line_no}笔，{again.get_state_display()}）"
    if again.state == PaymentState.WAITING:
        raise Refused(f"{where}，还没有送银行。请先移出那一笔或中止那个批次，再核定。")
    raise Refused(f"{where}，可能重复发放。请立即向银行查实并追回，退汇登记以后再核定。")


def _tell(answers: Sequence[Any], verdict: str, reason: str) -> None:
    """One event a batch, naming its lines and what was booked and said."""
    for batch in {one.batch_id for one in answers}:
        mine = [one for one in answers if one.batch_id == batch]
        words = "；".join(f"第{one.payment_line.line_no}笔回盘“{answered(one.code)}”" for one in mine)
        text = f"{words}，{Verdict(verdict).label}：{reason}"
        record("disbursementbatch", batch, to_state=verdict, reason=text, count=len(mine))


def booked_result(line: Any) -> str:
    """What is booked for a line, in a word or two."""
    return said(line.state, line.code)
