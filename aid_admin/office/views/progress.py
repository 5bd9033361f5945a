"""学校进度: schools by steps of the semester, the late ones first to be seen."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import BUSINESS_ROLES
from aid_admin.county import calendar
from aid_admin.county.models import School
from aid_admin.office.progress import deadlines_of, progress_of


@needs_role(*sorted(BUSINESS_ROLES))
@require_safe
def show(request: StaffRequest) -> HttpResponse:
    """The matrix; with ?late=1 only schools that are late with something."""
    term = calendar.chosen(request.session)
    steps = deadlines_of(term)
    schools = list(School.objects.visible_to(request.user).values_list("code", flat=True))
    rows = progress_of(term, schools, steps)
    late = [row for row in rows if row.late]
    shown = {"columns": steps, "rows": late if request.GET.get("late") else rows, "late": len(late), "all": len(rows)}
    return render(request, "office/progress.html", shown)
