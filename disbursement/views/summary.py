"""审核汇总: by township, school and programme, with the sign sheet and the workbook."""

from functools import partial
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from aid_admin.accounts.deeds import Deed, Deeds, download
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.county import calendar
from disbursement.actions import summary
from disbursement.forms.review import TownshipFilter
from disbursement.models import RosterLine
from disbursement.papers.review_summary import MEASURES

_TAKES: Final = ("semester", "township", "programme")
PRINT: Final = Deed(
    "print", "roster.summary", "打印审核汇总表", partial(summary.print_summary, form="pdf"), takes=_TAKES, tone="primary",
    icon="printer", download=True,
)  # fmt: skip
XLSX: Final = Deed(
    "xlsx", "roster.summary", "下载 Excel", partial(summary.print_summary, form="xlsx"), takes=_TAKES, tone="plain",
    icon="file-earmark-excel", download=True,
)  # fmt: skip


@needs("roster.summary")
def review_summary(request: StaffRequest) -> HttpResponse:
    """What the schools of the person's reach sent up, what passed, what was refused, what went back."""
    term = calendar.chosen(request.session)
    form = TownshipFilter(request.GET or None, user=request.user)
    chosen = {"township": "", "programme": ""} | form.wanted(township="township", programme="programme")
    deeds = Deeds(request, (PRINT, XLSX))
    if deeds.done(semester=term.code, **chosen):
        return download(*deeds.result)
    found = summary.summary_of(RosterLine.objects.visible_to(request.user), term, **chosen)
    shown = {"form": form, "deeds": deeds, "summary": found, "measures": MEASURES, "filtered": any(chosen.values())}
    return render(request, "disbursement/review_summary.html", shown)
