"""公示 on paper: a school's or a village's notice, the certificate of the result, all of them in one document."""

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import download
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.jobs.models import Job
from disbursement.actions import notices
from disbursement.actions.printing import not_set
from disbursement.forms.publicity import VillageFilter
from disbursement.models import PublicityLine, PublicityPeriod
from disbursement.rules.states import PeriodState
from disbursement.views.publicity import may_see_list


def _period(request: StaffRequest, pk: int) -> Any:
    return get_object_or_404(PublicityPeriod.objects.visible_to(request.user).select_related("semester"), pk=pk)


@require_POST
@needs("publicity.print")
def notice(request: StaffRequest, pk: int, school: str) -> HttpResponse:
    """A school's notice as PDF."""
    return download(*notices.print_notice(by=request.user, period=pk, school=school))


@require_POST
@needs("publicity.certify")
def certificate(request: StaffRequest, pk: int, school: str) -> HttpResponse:
    """The certificate of a school's publicity as PDF."""
    return download(*notices.certify(by=request.user, period=pk, school=school))


@require_POST
@needs("publicity.print_village")
def village_notice(request: StaffRequest, pk: int, village: str) -> HttpResponse:
    """A village's notice as PDF."""
    return download(*notices.print_village(by=request.user, period=pk, village=village))


@require_safe
@needs("publicity.print_village")
def village_list(request: StaffRequest, pk: int) -> HttpResponse:
    """The villages whose pupils are on the list, each with its notice."""
    period = _period(request, pk)
    if not may_see_list(request, period):
        raise Http404
    lines = PublicityLine.objects.visible_to(request.user).filter(period=period)
    path = "roster_line__student__village"
    rows = lines.exclude(**{path: None}).values(f"{path}__code", f"{path}__name", f"{path}__township__name")
    rows = rows.annotate(times=Count("pk"), persons=Count("roster_line__student", distinct=True))
    villages = [
        {"code": row[f"{path}__code"], "name": row[f"{path}__name"], "township": row[f"{path}__township__name"], **row}
        for row in rows.order_by(f"{path}__code")
    ]
    printed = notices.printed_among(period, [f"{one['township']}{one['name']}" for one in villages])
    for one in villages:
        one["printed"] = f"{one['township']}{one['name']}" in printed
    form = VillageFilter(request.GET, townships=dict.fromkeys(one["township"] for one in villages))
    shown = {
        "period": period,
        "form": form,
        "every": len(villages),
        "villages": form.kept(villages),
        "homeless": lines.filter(**{path: None}).count(),
        "not_set": not_set(),
        "may_plan": may(request.user, "publicity.plan"),
    }
    return render(request, "disbursement/period_villages.html", shown)


@require_POST
@needs("publicity.print_all")
def print_all(request: StaffRequest, pk: int) -> HttpResponse:
    """Queue one document of all notices or certificates."""
    job = notices.print_all(by=request.user, period=pk, what=request.POST.get("what", "")[:20])
    return redirect("jobs:detail", pk=job.pk)


@require_safe
@needs("publicity.download")
def period_papers(request: StaffRequest, pk: int) -> HttpResponse:
    """The documents that were made of a period, the newest first."""
    period = _period(request, pk)
    jobs = Job.objects.visible_to(request.user).filter(kind=notices.PRINT, subject_id=str(period.pk))
    listed = may_see_list(request, period)
    made = [
        (job, listed or job.params.get("what") == "certificates")
        for job in jobs.select_related("result", "by").order_by("-pk")[:20]
    ]
    shown = {
        "period": period,
        "made": made,
        "listed": listed,
        "ended": period.state == PeriodState.ENDED,
        "not_set": not_set() if listed else [],
        "may_plan": may(request.user, "publicity.plan"),
        "may_print_all": may(request.user, "publicity.print_all"),
    }
    return render(request, "disbursement/period_papers.html", shown)


@require_POST
@needs("publicity.download")
def paper_download(request: StaffRequest, pk: int, job: int) -> HttpResponse:
    """One of the documents; logged."""
    _period(request, pk)
    return download(*notices.download_printed(by=request.user, period=pk, job=job))
