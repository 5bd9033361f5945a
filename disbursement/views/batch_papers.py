"""Lists of a batch on paper: a school's, or all schools' in one document made by a job."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import download
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.jobs.models import Job
from disbursement.actions import lists
from disbursement.models import DisbursementBatch


@require_POST
@needs("batch.waivers")
def batch_waivers(request: StaffRequest, pk: int, school: str) -> HttpResponse:
    """A school's 减免清单 as PDF."""
    return download(*lists.print_waivers(by=request.user, batch=pk, school=school))


@require_POST
@needs("batch.list")
def batch_school(request: StaffRequest, pk: int, school: str) -> HttpResponse:
    """A school's 发放明细 as PDF."""
    return download(*lists.print_list(by=request.user, batch=pk, school=school))


@require_POST
@needs("batch.print_all")
def batch_print_all(request: StaffRequest, pk: int) -> HttpResponse:
    """Queue one document of all schools' lists."""
    job = lists.print_all(by=request.user, batch=pk)
    return redirect("jobs:detail", pk=job.pk)


@require_safe
@needs("batch.take_printed")
def batch_papers(request: StaffRequest, pk: int) -> HttpResponse:
    """The documents that were made of a batch, the newest first."""
    batch = get_object_or_404(DisbursementBatch.objects.visible_to(request.user), pk=pk)
    jobs = Job.objects.visible_to(request.user).filter(kind=lists.PRINT, subject_id=str(batch.pk))
    made = jobs.select_related("result", "by").order_by("-pk")[:20]
    shown = {"batch": batch, "made": made, "may_print_all": may(request.user, "batch.print_all")}
    return render(request, "disbursement/batch_papers.html", shown)


@require_POST
@needs("batch.take_printed")
def batch_paper(request: StaffRequest, pk: int, job: int) -> HttpResponse:
    """One of the documents; logged."""
    return download(*lists.take_printed(by=request.user, batch=pk, job=job))
