"""Doubtful lines of a draft: taken out, so that the rest can go on, and put back when there is nothing to them."""

from typing import Any

from aid_admin.accounts.acting import Moved, action, record, scoped
from aid_admin.accounts.models import User
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from disbursement.models import DisbursementBatch, PaymentLine, TakenOut
from disbursement.permissions import ALLOWED
from disbursement.rules.states import BatchState


@action("batch.take_out", ALLOWED)
def take_out_lines(*, by: User, line: list[int], reason: str) -> list[Moved]:
    """Take doubtful lines out of a draft; the last line stays.

    They wait until the school's head has verified another account, or the same one anew, or until they are put
    back. The other lines keep their numbers, which their seals cover.
    """
    if not reason.strip():
        raise BadInput("移出明细须写明原因。", field="reason")
    item = _draft_of(by, line)
    gone = list(item.lines.filter(pk__in=line).order_by("line_no"))
    if len(gone) == item.lines.count():
        raise Refused(f"{item}的明细要全部移出的，请直接中止批次。")
    TakenOut.objects.bulk_create(
        TakenOut(
            roster_line_id=one.roster_line_id, batch=item, line_no=one.line_no, account_id=one.account_id,
            reason=reason.strip(), by=by, taken_on=calendar.business_date(),
        )
        for one in gone
    )  # fmt: skip
    frozen = digest((one.line_no, one.amount_fen, bytes(one.seal).hex()) for one in gone)
    item.lines.filter(pk__in=line).delete()
    words = f"{_numbers(gone)}：{reason.strip()}"
    record("disbursementbatch", item.pk, to_state=BatchState.DRAFTED, reason=words, count=len(gone), digest=frozen)
    return [Moved("paymentline", one.pk, one.state, None, 1, 1, one.amount_fen) for one in gone]


def _draft_of(by: User, lines: list[int]) -> Any:
    """The one draft that all these lines are of, locked."""
    numbers = sorted(set(PaymentLine.objects.filter(pk__in=lines).values_list("batch", flat=True)))
    if len(numbers) != 1:
        raise NotFound("没有找到要移出的明细，可能已被移出。请刷新页面。")
    (item,) = scoped(DisbursementBatch.objects.select_related("semester"), "batch.take_out", by, numbers)
    if item.state != BatchState.DRAFTED:
        raise Refused(f"{item}当前是“{item.get_state_display()}”，只有草稿批次能移出明细；请财务审批先退回经办。")
    return item


def _numbers(lines: list[Any]) -> str:
    return f"第{'、'.join(str(one.line_no) for one in lines)}笔"


@action("batch.put_back", ALLOWED)
def put_back_lines(*, by: User, taken_out: list[int], reason: str) -> list[Moved]:
    """Let lines that were taken out be built into the next batch as they are; whoever releases it is told so."""
    if not reason.strip():
        raise BadInput("放回须写明查实的情况。", field="reason")
    found: list[Any] = scoped(TakenOut.objects.select_related("batch", "roster_line"), "batch.put_back", by, taken_out)
    open_ones = set(TakenOut.objects.filter(pk__in=taken_out).waiting().values_list("pk", flat=True))
    for one in found:
        if one.pk not in open_ones:
            raise Refused(f"{one}已经放回，或学校已重新核对账户。请刷新页面。")
    TakenOut.objects.filter(pk__in=taken_out).update(put_back_by=by, put_back_reason=reason.strip())
    for batch in dict.fromkeys(one.batch_id for one in found):
        mine = sorted((one for one in found if one.batch_id == batch), key=lambda one: one.line_no)
        words = f"{_numbers(mine)}：{reason.strip()}"
        record("disbursementbatch", batch, to_state="PUT_BACK", reason=words, count=len(mine))
    return [Moved("takenout", one.pk, "WAITING", "PUT_BACK", 1, 1, one.roster_line.amount_fen) for one in found]
