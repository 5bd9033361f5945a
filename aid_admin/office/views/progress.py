"""学校进度: schools by steps of the semester, the late ones first to be seen."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import BUSINESS_ROLES
from aid_admin.county import calendar, lists
from aid_admin.lib.xlsx_out import ColumnOut
from aid_admin.office.forms import ProgressFilter
from aid_admin.office.progress import Cell, deadlines_of, progress_of


@needs_role(*sorted(BUSINESS_ROLES))
@lists.shown_or_taken
def show(request: StaffRequest) -> HttpResponse:
    """The matrix; with ?late=1 only schools that are late with something."""
    term = calendar.chosen(request.session)
    steps = deadlines_of(term)
    form = ProgressFilter(request.GET or None, user=request.user)
    _, today, _ = calendar.of_session(request.session)
    every = progress_of(term, today, form.schools(), steps)
    late = [row for row in every if row.late]
    rows = late if form.is_bound and form.is_valid() and form.cleaned_data["late"] else every
    if lists.asked(request):
        return lists.answer(request, _listed(steps), rows, form)
    shown = {"form": form, "columns": steps, "rows": rows, "late": len(late), "all": len(every)}
    return render(request, "office/progress.html", shown)


def _listed(steps: list[Any]) -> lists.ListOut:
    """Schools by steps as a workbook, a text in each cell."""
    columns = [ColumnOut(f"{name}（{due:%m-%d}前）" if due else name, 18) for _, name, due in steps]
    return lists.ListOut(
        "学校进度", (ColumnOut("乡镇", 12), ColumnOut("学校", 30), *columns),
        lambda row: [row.township, row.name, *(_said(cell) for cell in row.cells)],
    )  # fmt: skip


def _said(cell: Cell) -> str:
    words = {"none": "", "done": "完成", "late": f"逾期 {cell.late} 个工作日，{cell.done}/{cell.whole}"}
    return words.get(cell.state, f"进行中 {cell.done}/{cell.whole}")
