"""Papers to hand out and to put on walls: application forms, policy posters."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from aid_admin.accounts.deeds import attempt, download
from aid_admin.accounts.gate import StaffRequest, needs
from archives.actions import papers
from archives.forms import PosterForm

BLANK: Final = 0


@needs("policy.print")
def policy(request: StaffRequest) -> HttpResponse:
    """Choose a stage and a place; the poster comes as PDF."""
    form = PosterForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        paper = attempt(form, papers.print_poster, by=request.user, **form.given())
        if paper:
            return download(*paper)
    return render(request, "archives/policy.html", {"form": form})


@require_POST
@needs("application.print")
def application(request: StaffRequest, pk: int = BLANK) -> HttpResponse:
    """An application as the province's form, or the blank form."""
    return download(*papers.print_application(by=request.user, application=pk))
