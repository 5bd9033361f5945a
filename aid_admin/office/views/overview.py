"""学期总览: computed beside published, what differs and why, the report's paragraph, the workbook."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import COUNTY_ROLES
from aid_admin.county import calendar
from aid_admin.office import actions, report

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs_role(*sorted(COUNTY_ROLES))
@require_safe
def overview(request: StaffRequest) -> HttpResponse:
    """The semester's figures out of the rosters, beside those that were printed."""
    term = calendar.chosen(request.session)
    found, paid = report.semester_report(term), report.paid_sums(term)
    names = {p["code"]: p["name"] for p in found["programmes"]} | {"headline": "合计"}
    rows = [(p, found["published"].get(p["code"], {}), paid.get(p["code"], {})) for p in found["programmes"]]
    shown = {
        "rows": rows,
        "total": found["total"],
        "paid": paid[""],
        "headline": found["published"].get("headline", {}),
        "published": bool(found["published"]),
        "differences": [
            d | {"what": _worded(d["what"], names), "money": "金额" in d["what"]} for d in found["discrepancies"]
        ],
        "paragraph": report.paragraph(found),
        "may_export": may(request.user, "report.export"),
    }
    return render(request, "office/overview.html", shown)


def _worded(what: str, names: dict[str, str]) -> str:
    """A discrepancy's place by name instead of code."""
    place, _, rest = what.partition("：")
    return f"{names.get(place, place)}：{rest}"


@require_POST
@needs("report.export")
def export(request: StaffRequest) -> HttpResponse:
    """The overview as xlsx; logged."""
    term = calendar.chosen(request.session)
    data = actions.export_report(by=request.user, semester=term.code)
    return download(f"学期总览-{term}.xlsx", XLSX, data)
