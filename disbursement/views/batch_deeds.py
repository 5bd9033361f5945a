"""What may be done with 发放批次, and which of it fits a batch and a person now."""

from dataclasses import dataclass, replace
from typing import Any, Final

from django.forms import Form

from aid_admin.accounts.deeds import Deed
from aid_admin.accounts.models import User
from disbursement.actions import bank, batches, printing, settling, taking_out
from disbursement.forms import LookedForm, PutBackForm, ReasonForm, SettleForm, TakeOutForm
from disbursement.rules.returns import Verdict
from disbursement.rules.states import REISSUABLE, BatchMode, BatchState, PaymentState

_S: Final = BatchState
ABOUT: Final = "disbursement/_batch_about.html"
LOCK: Final = Deed(
    "lock", "batch.lock", "锁定", batches.lock_batches, "batch", "已锁定 {n} 个批次，等待财务审批审核。", icon="lock",
    text="锁定后笔数、金额、收款人不能再改。有疑点的也可以锁定，由审核、放行的人逐条看；您查下来账户不对、或一时查不清的，先移出，再锁定其余的。", states={_S.DRAFTED}, about=ABOUT,
)  # fmt: skip
REVIEW: Final = Deed(
    "review", "batch.review", "审核通过", batches.review_batches, "batch", "已审核 {n} 个批次，等待另一人放行。",
    tone="success", icon="check-lg", states={_S.LOCKED}, about=ABOUT, form=LookedForm,
)  # fmt: skip
RELEASE: Final = Deed(
    "release", "batch.release", "放行", batches.release_batches, "batch", "已放行 {n} 个批次，由财务经办生成代发文件，减免的打印清单。", tone="success", icon="unlock",
    text="放行后即可生成代发文件送银行。请再次核对笔数、金额大写和疑点；放行人对本批次负责。", states={_S.REVIEWED}, about=ABOUT, form=LookedForm,
)  # fmt: skip
SEND: Final = Deed(
    "send", "batch.send", "登记已送银行", bank.send_batches, "batch", "已登记 {n} 个批次送银行，等待回盘。", icon="send",
    text="代发文件已经交给银行的才登记；还没有交的，先把下载的文件送银行。登记后批次不能再中止。", states={_S.RELEASED}, about=ABOUT,
)  # fmt: skip
CLOSE: Final = Deed(
    "close", "batch.close", "办结", batches.close_batches, "batch", "已办结 {n} 个批次。", icon="clipboard-check",
    text="银行代发的批次：每一笔都有银行结果的才能办结。学校减免的批次：办结就是登记各校已经按清单减免，每一笔都记为“发放成功”。办结后不能再改。",
    states={_S.SENT, _S.RELEASED}, about=ABOUT,
)  # fmt: skip
_CLOSE_WAIVER: Final = replace(
    CLOSE, title="登记已减免并办结",
    text="办结就是登记：各校已经按减免清单，给下面这些学生减免了学费等费用。每一笔都记为“发放成功”，计入“已发放”，以后不能再改。"
    "请先打印减免清单发给各校，收回盖章的清单后再办结。",
)  # fmt: skip
GIVE_BACK: Final = Deed(
    "give_back", "batch.give_back", "退回经办", batches.give_back_batches, "batch", "已退回 {n} 个批次，由财务经办修改后重新锁定。",
    form=ReasonForm, tone="outline-danger", icon="arrow-left", states={_S.LOCKED, _S.REVIEWED},
    text="批次回到草稿，经办人可以移出可疑的明细后重新锁定。", about=ABOUT,
)  # fmt: skip
ABORT: Final = Deed(
    "abort", "batch.abort", "中止", batches.abort_batches, "batch", "已中止 {n} 个批次，其中的学生可以编入新批次。",
    form=ReasonForm, tone="outline-danger", icon="x-circle", states={_S.DRAFTED, _S.LOCKED, _S.REVIEWED, _S.RELEASED},
    text="整个批次作废，其中的学生可以编入新批次。只有个别明细可疑的，请用“退回经办”或“移出明细”。", about=ABOUT,
)  # fmt: skip
REISSUE: Final = Deed(
    "reissue", "batch.reissue", "补发失败的", batches.reissue, "batch", "已编制 {n} 个补发批次，请到批次列表锁定。", one=True,
    icon="arrow-clockwise", tone="plain", text="只补发失败、且学校此后核对过账户（新账户，或申明原账户可用）的学生，每笔只能补发一次。",
    states={_S.SENT, _S.CLOSED},
)  # fmt: skip
FILE: Final = Deed(
    "file", "batch.file", "生成代发文件", bank.make_payment_file, "batch", "代发文件已生成，请下载后交给银行，再登记已送银行。", one=True,
    icon="file-earmark-text", text="文件只生成一次，以后下载的都是同一份。", states={_S.RELEASED, _S.SENT}, about=ABOUT,
)  # fmt: skip
DOWNLOAD: Final = Deed(
    "download", "batch.download", "下载代发文件", bank.take_payment_file, "batch", one=True, icon="download", download=True,
    states={_S.RELEASED, _S.SENT, _S.CLOSED}, then="send",
)  # fmt: skip
ORDER: Final = Deed(
    "order", "batch.print", "打印拨付单", printing.print_order, "batch", one=True, icon="printer", tone="plain", download=True,
)  # fmt: skip
TAKE_OUT: Final = Deed(
    "take_out", "batch.take_out", "移出明细", taking_out.take_out_lines, "line", "已移出 {n} 笔，已请学校核对账户；在“已移出”里可以看到后来的情况。",
    form=TakeOutForm, tone="outline-danger", icon="x-circle", states={_S.DRAFTED}, place="lines",
    text="移出的明细不在本批次发放。学校会在待办事项中看到移出原因；报送新账户、或申明账户无误并经负责人核对后，自动回到“待编批次”。"
    "其余明细的序号不变。",
)  # fmt: skip
PUT_BACK: Final = Deed(
    "put_back", "batch.put_back", "放回待编", taking_out.put_back_lines, "taken_out", "已放回 {n} 笔，可以编入下一个批次。",
    form=PutBackForm, tone="plain", icon="arrow-counterclockwise",
    text="不用学校再核对、照原账户发放的才放回。放回的情况会显示在下一个批次的“疑点”中，由审批人过目。",
)  # fmt: skip
TAKE: Final = Deed(
    "take", "batch.settle", Verdict.TAKEN.label, settling.take_answers, "answer", "已按回盘文件登记 {n} 笔。", form=SettleForm,
    tone="danger", icon="check-lg", states={_S.SENT, _S.CLOSED},
    text="先登记成功、后来不成功的，登记为“成功后退汇”，可以补发；先登记失败、后来成功的，登记为成功，不再补发。",
)  # fmt: skip
KEEP: Final = Deed(
    "keep", "batch.settle", Verdict.KEPT.label, settling.keep_answers, "answer", "已核定 {n} 笔，登记结果不变。", form=SettleForm,
    tone="plain", icon="x-lg", text="银行确认这个文件写错的，已登记的结果不变。", states={_S.SENT, _S.CLOSED},
)  # fmt: skip
_LISTED: Final = "disbursement/_batches_about.html"
LIST_DEEDS: Final = tuple(replace(deed, about=_LISTED) for deed in (LOCK, REVIEW, RELEASE, GIVE_BACK, SEND, CLOSE))
DETAIL_DEEDS: Final = (LOCK, REVIEW, RELEASE, SEND, CLOSE, REISSUE, GIVE_BACK, ABORT, FILE, DOWNLOAD, ORDER)
LINE_DEEDS: Final = (TAKE_OUT,)
_FETCHED: Final = replace(DOWNLOAD, tone="plain", then="")
_SEND_LATER: Final = replace(SEND, tone="plain")
ANSWER_DEEDS: Final = (TAKE, KEEP)
_SIGNING: Final = frozenset({"review", "release"})
_NOT_OF_WAIVERS: Final = frozenset({"file", "download", "send", "reissue", "take", "keep"})


_HANDS: Final = (("built_by_id", "编制"), ("locked_by_id", "锁定"), ("reviewed_by_id", "审核"))


def detail_deeds(batch: Any, *, fetched: bool, doubtful: bool) -> tuple[Deed, ...]:
    """The deeds of a batch's page: the next step is to fetch the file, and to tell that it was sent once it is fetched.

    Where nothing is doubtful, nobody is asked whether he looked at the doubts.
    """
    later = {DOWNLOAD.name: _FETCHED} if fetched else {SEND.name: _SEND_LATER}
    if batch.mode == BatchMode.WAIVER:
        later[CLOSE.name] = _CLOSE_WAIVER
    if not doubtful:
        later |= {deed.name: replace(deed, form=Form) for deed in (REVIEW, RELEASE)}
    return tuple(later.get(deed.name, deed) for deed in DETAIL_DEEDS)


@dataclass(frozen=True, slots=True)
class Standing:
    """What besides its own columns decides what may be done with a batch: its lines' states, and its file."""

    states: frozenset[str]
    has_file: bool
    taken: bool


def _at_step(deed: Deed, batch: Any) -> bool:
    """Whether the batch is where the deed begins, and goes the way that the deed belongs to."""
    waiver = batch.mode == BatchMode.WAIVER
    return (not deed.states or batch.state in deed.states) and not (waiver and deed.name in _NOT_OF_WAIVERS)


def waits_for(deed: Deed, batch: Any, user: User, standing: Standing) -> str:
    """What a deed of the batch's present step waits for, in words; "" for nothing."""
    if not _at_step(deed, batch):
        return ""
    if deed.name in _SIGNING:
        own = next((done for hand, done in _HANDS if getattr(batch, hand) == user.pk), "")
        return f"这个批次是您{own}的，须由另一位财务审批{deed.title}。" if own else ""
    if deed.name == "send" and not standing.has_file:
        return "代发文件还没有生成。请打开批次，生成、下载代发文件，交给银行以后再登记。"
    if deed.name == "send" and not standing.taken:
        return "代发文件还没有下载。请先下载代发文件，交给银行以后再登记。"
    return ""


def fits(deed: Deed, batch: Any, user: User, standing: Standing) -> bool:
    """Whether this batch lets this person do it: its state, its way, its hands, its lines' states."""
    if not _at_step(deed, batch) or waits_for(deed, batch, user, standing):
        return False
    if deed.name == "abort":
        return batches.may_abort(batch, user)
    if deed.name == "close":
        open_lines = {PaymentState.SENT, PaymentState.UNKNOWN} & standing.states
        return (batch.mode == BatchMode.WAIVER) == (batch.state == _S.RELEASED) and not open_lines
    if deed.name == "reissue":
        return bool(REISSUABLE & standing.states)
    if deed.name == "download":
        return standing.has_file
    return deed.name != "file" or not standing.has_file
