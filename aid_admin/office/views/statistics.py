"""统计: tables of two axes, with bars for those who would rather look, and the workbook."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import BUSINESS_ROLES
from aid_admin.county import calendar, lists
from aid_admin.office import actions, statistics
from aid_admin.office.forms import StatisticsFilter
from aid_admin.office.views.overview import XLSX

_FIRST: Final = "township-stage"


@needs_role(*sorted(BUSINESS_ROLES))
@require_safe
def show(request: StaffRequest, name: str = _FIRST) -> HttpResponse:
    """One table in one measure; the bars are its row totals."""
    if name not in statistics.TABLES:
        raise Http404
    measure = request.GET.get("measure", "")
    measure = measure if measure in statistics.MEASURES else "amount_fen"
    term = calendar.chosen(request.session)
    form = StatisticsFilter(request.GET or None, user=request.user)
    found = statistics.table(name, semester=None if name.endswith("semester") else term.pk, schools=form.schools())
    shown = {
        "form": form,
        "asked": urlencode({key: request.GET[key] for key in ("township", "q") if request.GET.get(key)}),
        "name": name,
        "tables": [(code, title) for code, (title, _, _) in statistics.TABLES.items()],
        "measure": measure,
        "measures": statistics.MEASURES.items(),
        "table": found,
        "lines": _lines(found, measure),
        "totals": [getattr(cell, measure) for cell in found.totals],
        "may_export": may(request.user, "statistics.export"),
    }
    return render(request, "office/statistics.html", shown)


def _lines(found: statistics.Table, measure: str) -> list[dict[str, Any]]:
    """Rows of one measure; `share` is the bar's length in per cent of the longest."""
    most = max((getattr(line.total, measure) for line in found.lines), default=0) or 1
    return [
        {
            "name": line.name,
            "cells": [getattr(cell, measure) if cell else None for cell in line.cells],
            "total": getattr(line.total, measure),
            "share": round(100 * getattr(line.total, measure) / most, 1),
        }
        for line in found.lines
    ]


@require_POST
@needs("statistics.export")
def export(request: StaffRequest, name: str) -> HttpResponse:
    """The table in all three measures as xlsx; logged."""
    if name not in statistics.TABLES:
        raise Http404
    term = calendar.chosen(request.session)
    form = StatisticsFilter(request.GET or None, user=request.user)
    told = lists.in_words(form)
    data = actions.export_statistics(by=request.user, semester=term.code, table=name, told=told, schools=form.schools())
    return download(f"统计-{statistics.TABLES[name][0].replace(' × ', '与')}-{term}.xlsx", XLSX, data)
