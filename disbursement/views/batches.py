"""发放批次: built by a job, locked, reviewed, released, sent; the bank's answers; reissue."""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, attempt, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from aid_admin.files import store
from aid_admin.jobs import queue
from disbursement.actions import bank, batches, printing
from disbursement.forms import BatchFilter, BuildForm, ReasonForm, ReturnFileForm
from disbursement.models import DisbursementBatch, PaymentFile, PaymentLine, RosterLine
from disbursement.rules.findings import Gravity
from disbursement.rules.states import REISSUABLE, BatchMode, BatchState, PaymentState

SEES: Final = needs_role(Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.AUDITOR)
_S = BatchState
LOCK: Final = Deed(
    "lock", "batch.lock", "锁定", batches.lock_batches, "batch", "已锁定 {n} 个批次，等待财务审批审核。", icon="lock",
    text="锁定后笔数、金额、收款人不能再改。", states={_S.DRAFTED},
)  # fmt: skip
REVIEW: Final = Deed(
    "review", "batch.review", "审核通过", batches.review_batches, "batch", "已审核 {n} 个批次，等待另一人放行。",
    tone="success", icon="check-lg", states={_S.LOCKED},
)  # fmt: skip
RELEASE: Final = Deed(
    "release", "batch.release", "放行", batches.release_batches, "batch", "已放行 {n} 个批次。", tone="success", icon="unlock",
    text="放行后即可生成代发文件送银行。请再次核对笔数、金额大写和提醒事项；放行人对本批次负责。", states={_S.REVIEWED},
)  # fmt: skip
SEND: Final = Deed(
    "send", "batch.send", "登记已送银行", bank.send_batches, "batch", "已登记 {n} 个批次送银行，等待回盘。", icon="send",
    states={_S.RELEASED},
)  # fmt: skip
CLOSE: Final = Deed(
    "close", "batch.close", "办结", batches.close_batches, "batch", "已办结 {n} 个批次。", icon="clipboard-check",
    states={_S.SENT, _S.RELEASED},
)  # fmt: skip
ABORT: Final = Deed(
    "abort", "batch.abort", "中止", batches.abort_batches, "batch", "已中止 {n} 个批次，其中的学生可以编入新批次。",
    form=ReasonForm, tone="outline-danger", icon="x-circle", states={_S.DRAFTED, _S.LOCKED, _S.REVIEWED, _S.RELEASED},
)  # fmt: skip
LIST_DEEDS: Final = (LOCK, REVIEW, RELEASE, SEND, CLOSE)
REISSUE: Final = Deed(
    "reissue", "batch.reissue", "补发失败的", batches.reissue, "batch", "已编制 {n} 个补发批次，请到批次列表锁定。", one=True,
    icon="arrow-clockwise", tone="plain", text="只补发失败、且学校此后核对过账户（新账户，或原账户已恢复）的学生，每笔只能补发一次。",
    states={_S.SENT, _S.CLOSED},
)  # fmt: skip
FILE: Final = Deed(
    "file", "batch.file", "生成并下载代发文件", bank.make_payment_file, "batch", one=True, icon="download", download=True,
    text="文件只生成一次，以后下载的都是同一份；每次下载都会留下记录。", states={_S.RELEASED, _S.SENT, _S.CLOSED},
)  # fmt: skip
ORDER: Final = Deed(
    "order",
    "batch.print",
    "打印拨付单",
    printing.print_order,
    "batch",
    one=True,
    icon="printer",
    tone="plain",
    download=True,
)
DETAIL_DEEDS: Final = (LOCK, REVIEW, RELEASE, SEND, CLOSE, REISSUE, ABORT, FILE, ORDER)
_SIGNING: Final = frozenset({"review", "release"})
_LOOKED_THROUGH: Final = frozenset({BatchState.DRAFTED, BatchState.LOCKED, BatchState.REVIEWED})


@SEES
def batch_list(request: StaffRequest) -> HttpResponse:
    """The semester's batches; the picked ones are moved together."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, LIST_DEEDS)
    if deeds.done():
        return redirect(request.get_full_path())
    form = BatchFilter(request.GET or None)
    rows = DisbursementBatch.objects.visible_to(request.user).filter(semester=term)
    if form.is_bound and form.is_valid() and form.cleaned_data["state"]:
        rows = rows.filter(state=form.cleaned_data["state"])
    page = page_of(rows.with_sums().select_related("built_by").order_by("-pk"), request.GET.get("page"))
    shown = {"form": form, "page": page, "deeds": deeds, "may_build": may(request.user, "batch.build")}
    return render(request, "disbursement/batch_list.html", shown)


@needs("batch.build")
def batch_build(request: StaffRequest) -> HttpResponse:
    """Ask for batches of everything that may be paid; a job builds them."""
    term = calendar.chosen(request.session)
    form = BuildForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            limits = {name: value for name, value in form.cleaned_data.items() if value}
            job = queue.enqueue("batch.build", "semester", term.code, by=request.user, **limits)
        return redirect("jobs:detail", pk=job.pk)
    waiting = RosterLine.objects.visible_to(request.user).filter(semester=term).payable()
    shown = {"form": form, "sums": waiting.sums(), "without": waiting.without_account().sums()}
    return render(request, "disbursement/batch_build.html", shown)


@SEES
def batch_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One batch: sums, findings, lines, hands; what may be done now and by this person."""
    hands = ("built_by", "locked_by", "reviewed_by", "released_by", "aborted_by")
    rows = DisbursementBatch.objects.visible_to(request.user).select_related("semester", "reissue_of", *hands)
    batch = get_object_or_404(rows, pk=pk)
    deeds = Deeds(request, DETAIL_DEEDS, fits=_fits(batch, request.user))
    if deeds.done([batch.pk]):
        if deeds.wanted == FILE.name:
            stored = deeds.result.stored_file
            return download(stored.name, stored.media_type, store.read(stored))
        return download(*deeds.result) if deeds.wanted == ORDER.name else redirect("disbursement:batch", pk=pk)
    return _shown(request, batch, deeds, ReturnFileForm())


def _shown(request: StaffRequest, batch: Any, deeds: Deeds, form: forms.Form) -> HttpResponse:
    lines = PaymentLine.objects.visible_to(request.user).filter(batch=batch)
    state = request.GET.get("state", "")
    rows = lines.filter(state=state) if state in list(PaymentState) else lines
    rows = rows.select_related("student", "school", "programme").order_by("line_no")
    states = lines.states()
    found = batches.findings_of(batch) if batch.state in _LOOKED_THROUGH else []
    loads = batch.mode == BatchMode.ACCOUNT and batch.state in (BatchState.SENT, BatchState.CLOSED)
    shown = {
        "batch": batch,
        "bank": printing.BANK_NAMES.get(batch.bank, batch.bank),
        "deeds": deeds,
        "page": page_of(rows, request.GET.get("page")),
        "state": state,
        "tabs": [(s.value, s.label, states.get(s.value, (0, 0))) for s in PaymentState if s.value in states],
        "sums": lines.sums(),
        **_sums(lines),
        "errors": [f for f in found if f.gravity is Gravity.ERROR],
        "warnings": [f for f in found if f.gravity is Gravity.WARNING],
        "file": PaymentFile.objects.visible_to(request.user).filter(batch=batch).select_related("stored_file").first(),
        "return_form": form if form.is_bound or (loads and may(request.user, "batch.load_return")) else None,
        "may_print": may(request.user, "batch.waivers"),
        "events": history_of("disbursementbatch", batch.pk),
    }
    return render(request, "disbursement/batch_detail.html", shown)


def _sums(lines: Any) -> dict[str, Any]:
    return {
        "by_programme": lines.sums_by("programme__name", "programme__position"),
        "by_school": lines.sums_by("school__name", "school__code"),
        "schools": list(lines.order_by("school__code").values_list("school__code", "school__name").distinct()),
    }


def _fits(batch: Any, user: User) -> Callable[[Deed], bool]:
    """Which deeds this batch lets this person do: its state, its way, its hands."""
    hands = {batch.built_by_id, batch.locked_by_id, batch.reviewed_by_id}
    waiver = batch.mode == BatchMode.WAIVER
    states = PaymentLine.objects.visible_to(user).filter(batch=batch).states()
    waits = bool({PaymentState.SENT, PaymentState.UNKNOWN} & states.keys())

    def fits(deed: Deed) -> bool:
        if deed.states and batch.state not in deed.states:
            return False
        if deed.name in _SIGNING and user.pk in hands:
            return False
        if deed.name == "abort":
            return batches.may_abort(batch, user)
        if deed.name == "close":
            return waiver == (batch.state == BatchState.RELEASED) and not waits
        if deed.name == "reissue" and not REISSUABLE & states.keys():
            return False
        return not (waiver and deed.name in ("file", "send", "reissue"))

    return fits


@require_POST
@needs("batch.load_return")
def batch_return(request: StaffRequest, pk: int) -> HttpResponse:
    """Load the bank's return file; what could not be booked is listed."""
    batch = get_object_or_404(DisbursementBatch.objects.visible_to(request.user).select_related("semester"), pk=pk)
    form = ReturnFileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        given = {"batch": batch.pk, "data": file.read(), "name": file.name}
        loaded = attempt(form, bank.load_return, by=request.user, **given)
        if loaded is not None:
            upload, already = loaded
            told = "这个回盘文件已经导入过，没有重复登记。" if already else f"已登记 {upload.accepted} 笔结果。"
            messages.add_message(request, messages.WARNING if already else messages.SUCCESS, told)
            return redirect("disbursement:batch_result", pk=pk, upload=upload.pk)
    return _shown(request, batch, Deeds(request, DETAIL_DEEDS, fits=_fits(batch, request.user)), form)


@SEES
def batch_result(request: StaffRequest, pk: int, upload: int) -> HttpResponse:
    """What one return file brought, and its lines that could not be booked."""
    batch = get_object_or_404(DisbursementBatch.objects.visible_to(request.user), pk=pk)
    found = get_object_or_404(batch.returned_uploads(), pk=upload)
    issues = found.issues.order_by("row", "pk")
    page = page_of(issues, request.GET.get("page"))
    failed = PaymentLine.objects.visible_to(request.user).filter(batch=batch, state=PaymentState.FAILED)
    shown = {"batch": batch, "upload": found, "page": page, "failed": failed.count()}
    return render(request, "disbursement/batch_result.html", shown)


@require_POST
@needs("batch.waivers")
def batch_waivers(request: StaffRequest, pk: int, school: str) -> HttpResponse:
    """A school's 减免清单 as PDF."""
    return download(*printing.print_waivers(by=request.user, batch=pk, school=school))
