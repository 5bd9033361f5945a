"""Background jobs: the list, and the progress of one."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from aid_admin.accounts.gate import StaffRequest
from aid_admin.db.pages import page_of
from aid_admin.jobs import registry
from aid_admin.jobs.models import Job
from aid_admin.jobs.rules import STATE_NAMES, JobState

STOP_POLLING: Final = 286
GO_ON: Final = "go_on"  # in the address of a job's page


class JobFilter(forms.Form):
    """Filter of the list."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部状态"), *((state.value, name) for state, name in STATE_NAMES.items())],
    )


@require_safe
def jobs(request: StaffRequest) -> HttpResponse:
    """The jobs that the person may see, newest first."""
    rows = Job.objects.visible_to(request.user).select_related("by").order_by("-pk")
    form = JobFilter(request.GET or None)
    if form.is_valid() and form.cleaned_data["state"]:
        rows = rows.filter(state=form.cleaned_data["state"])
    page = page_of(rows, request.GET.get("page"))
    shown = [(job, registry.title(job.kind)) for job in page]
    return render(request, "jobs/job_list.html", {"form": form, "page": page, "jobs": shown})


def _job(request: StaffRequest, pk: int) -> Any:
    return get_object_or_404(Job.objects.visible_to(request.user).select_related("by"), pk=pk)


@require_safe
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One job; whoever only waits for its outcome (GO_ON) is led there once it is done."""
    job = _job(request, pk)
    outcome = registry.outcome_page(job.kind, job.subject_id) if job.state == JobState.DONE else ""
    if outcome and GO_ON in request.GET:
        messages.success(request, f"{registry.title(job.kind)}：{job.message}")
        return redirect(outcome)
    return render(
        request,
        "jobs/job_detail.html",
        {
            "job": job,
            "title": registry.title(job.kind),
            "outcome": outcome,
        },
    )


@require_safe
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The job's progress, asked for every second; when it is over the page is loaded anew."""
    job = _job(request, pk)
    status = 200 if job.is_live else STOP_POLLING
    response = render(request, "components/_progress.html", {"job": job, "poll": request.path}, status=status)
    if not job.is_live:
        response.headers["HX-Refresh"] = "true"
    return response
