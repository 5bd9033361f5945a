"""The bank's return files: loaded on a batch's page, and what each of them brought."""

from django.contrib import messages
from django.db.models import Case, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts.deeds import attempt
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.db.pages import page_of
from aid_admin.intake.models import Upload
from disbursement.actions import bank
from disbursement.forms import ReturnFileForm
from disbursement.models import DisbursementBatch, PaymentLine, ReturnLine
from disbursement.rules.returns import ReturnMatch
from disbursement.rules.states import PaymentState
from disbursement.views.batches import SEES, Desk

_CONTRADICTIONS_FIRST = Case(When(code=ReturnMatch.CONTRADICTS, then=0), default=1)


@require_POST
@needs("batch.load_return")
def batch_return(request: StaffRequest, pk: int) -> HttpResponse:
    """Load the bank's return file; what could not be booked is listed."""
    hands = ("built_by", "locked_by", "reviewed_by", "released_by", "aborted_by")
    rows = DisbursementBatch.objects.visible_to(request.user).select_related("semester", "reissue_of", *hands)
    batch = get_object_or_404(rows, pk=pk)
    form = ReturnFileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        given = {"batch": batch.pk, "data": file.read(), "name": file.name}
        loaded = attempt(form, bank.load_return, by=request.user, **given)
        if loaded is not None:
            upload, already = loaded
            _tell(request, upload, already=already)
            return redirect("disbursement:batch_result", pk=pk, upload=upload.pk)
    return Desk(request, batch).shown(form)


def _tell(request: StaffRequest, upload: Upload, *, already: bool) -> None:
    if already:
        messages.warning(request, "这个回盘文件已经导入过，没有重复登记。")
        return
    same = f"，另有 {upload.ignored} 笔与已登记结果相同" if upload.ignored else ""
    level = messages.WARNING if upload.refused else messages.SUCCESS
    every = "" if upload.refused else "文件各行均已登记。"
    messages.add_message(request, level, f"已登记 {upload.accepted} 笔结果{same}。{every}")


@require_safe
@SEES
def batch_result(request: StaffRequest, pk: int, upload: int) -> HttpResponse:
    """What one return file brought, and its lines that could not be booked; contradictions first."""
    batch = get_object_or_404(DisbursementBatch.objects.visible_to(request.user), pk=pk)
    found = get_object_or_404(batch.returned_uploads(), pk=upload)
    issues = found.issues.order_by(_CONTRADICTIONS_FIRST, "row", "pk")
    failed = PaymentLine.objects.visible_to(request.user).filter(batch=batch, state=PaymentState.FAILED)
    answers = ReturnLine.objects.visible_to(request.user).filter(upload=found)
    shown = {
        "batch": batch,
        "upload": found,
        "rows": found.rows + found.ignored,
        "page": page_of(issues, request.GET.get("page")),
        "failed": failed.count(),
        "contradicting": answers.filter(match=ReturnMatch.CONTRADICTS).count(),
        "open": answers.contradicting().count(),
    }
    return render(request, "disbursement/batch_result.html", shown)
