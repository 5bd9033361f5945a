"""审核汇总: what became of what the schools sent up; on the page, as sign sheet and as workbook."""

from collections import defaultdict
from typing import Any

from django.db.models import Count, Sum

from aid_admin.accounts.acting import action, reach_for
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import Semester, Township
from aid_admin.lib.refusals import BadInput
from disbursement.actions.printing import logged, office
from disbursement.models import RosterLine
from disbursement.papers.paper import Paper
from disbursement.papers.review_summary import (
    Part,
    ReviewSummary,
    SummaryRow,
    summary_paper,
    summary_workbook,
)
from disbursement.permissions import ALLOWED
from disbursement.rules.states import LineKind, LineStatus, RosterState
from eligibility.models import AidProgramme

_KEY = ("roster__school__township__name", "roster__school__name", "programme__name", "programme__position")
_PASSED = frozenset({LineStatus.ACCEPTED, LineStatus.HELD})


def summary_of(lines: Any, term: Semester, *, township: str = "", programme: str = "") -> ReviewSummary:
    """The summary of these lines, limited to a township or programme by code; one query for the rows."""
    wanted = {"roster__school__township__code": township, "programme__code": programme}
    rows = lines.filter(semester=term, **{path: code for path, code in wanted.items() if code})
    rows = rows.exclude(roster__state=RosterState.VOIDED).exclude(kind=LineKind.TOO_MANY)
    grouped = rows.order_by(
        "roster__school__township__code", "roster__school__code", "programme__position"
    ).values_list(*_KEY, "roster__state", "roster__return_reason", "state")  # fmt: skip
    none, parts = Part(), defaultdict[Any, dict[str, Part]](dict)
    for *key, stands, why, state, count, fen in grouped.annotate(Count("pk"), Sum("amount_fen")):
        for name in _counts_as(stands, why, state):
            before = parts[tuple(key)].get(name, none)
            parts[tuple(key)][name] = Part(before.person_times + count, before.fen + fen)
    found = [
        SummaryRow(
            town, school, name, of.get("sent", none), of.get("passed", none), of.get("refused", none),
            of.get("returned", none), position,
        )
        for (town, school, name, position), of in parts.items()
    ]  # fmt: skip
    return ReviewSummary(str(term), calendar.business_date(), found, _what(township, programme), office())


def _counts_as(stands: str, why: str, state: str) -> list[str]:
    """Under which of the measures lines of that state, on rosters that stand there, are counted."""
    if stands == RosterState.DRAFT:
        return ["returned"] if why else []
    if state in _PASSED:
        return ["sent", "passed"]
    return ["sent", "refused"] if state in (LineStatus.REFUSED, LineStatus.WITHDRAWN) else ["sent"]


def _what(township: str, programme: str) -> str:
    names = [
        *Township.objects.filter(code=township).values_list("name", flat=True),
        *AidProgramme.objects.filter(code=programme).values_list("name", flat=True),
    ]
    return "，".join(names)


@action("roster.summary", ALLOWED)
def print_summary(*, by: User, semester: str, form: str = "pdf", township: str = "", programme: str = "") -> Paper:
    """The summary of the person's reach as pdf to sign, or as xlsx."""
    if form not in {"pdf", "xlsx"}:
        raise BadInput("文件格式只能是 pdf 或 xlsx。")
    term = calendar.semester(semester)
    lines = RosterLine.objects.within(reach_for(by, "roster.summary"))
    summary = summary_of(lines, term, township=township, programme=programme)
    footer = f"{by.name}（{by.username}）{calendar.business_date()} 导出"
    paper = summary_paper(summary) if form == "pdf" else summary_workbook(summary, footer=footer)
    return logged(paper, "semester", term.code, len(summary.rows), reason=summary.what)
