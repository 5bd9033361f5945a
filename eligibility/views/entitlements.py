"""应助结果: what each pupil is entitled to in the newest run, with the reason in words."""

from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import BUSINESS_ROLES
from aid_admin.county import calendar, lists
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.db.pages import page_of
from eligibility.actions import entitle
from eligibility.forms import EntitlementFilter
from eligibility.models import ComparisonResult, CoverageGap, Entitlement
from eligibility.pins import RunsShown, run_of
from eligibility.views.lists import ENTITLEMENTS
from eligibility.views.shown import runs_of
from students.models import Placement, Student
from students.rules import Standing

ENTITLE: Final = Deed(
    "entitle", "entitle", "核定资格", entitle.entitle, takes=("semester",), icon="card-checklist",
    done="资格已核定，结果见下。下一步：到“资助名册”点“生成名册”；已有名册的，没有上报的会更新，后来符合条件的学生进入下一轮。",
    text="按现在的比对结果、认定申请和本学期标准核定。数据没有变化时结果不变。", about="eligibility/_open.html",
)  # fmt: skip
AGAIN: Final = replace(ENTITLE, title="重新核定", tone="plain")


@needs_role(*sorted(BUSINESS_ROLES))
def entitlement_list(request: StaffRequest) -> HttpResponse:
    """Every pupil and programme considered, granted or not."""
    term = calendar.chosen(request.session)
    runs = runs_of(request, term)
    done = runs.entitlement is not None and not runs.entitlement_is_due
    deeds = Deeds(request, (AGAIN if done else ENTITLE,))
    if deeds.done(semester=term.code):
        return redirect(request.get_full_path())
    form = EntitlementFilter(request.GET or None, user=request.user)
    run = run_of(runs.entitlement)
    pupils, visible = Student.objects.visible_to(request.user), Entitlement.objects.visible_to(request.user)
    rows = _chosen(visible.filter(run=run), pupils, term, _wanted(form))
    listed = _in_order(rows, term)
    if lists.asked(request):
        return lists.answer(request, ENTITLEMENTS, listed, form)
    sums = rows.granted_sums()
    undecided, drafted = _open(request, term, runs) if may(request.user, "entitle") else ([], False)
    shown = {
        "form": form,
        "page": page_of(listed, request.GET.get("page"), counted=sums["considered"], at_once=True),
        "deeds": deeds,
        "run": run,
        "sums": sums,
        "runs": runs,
        "open": undecided,
        "next_is_draft": done,
        "drafts_next": run is not None and may(request.user, "roster.draft"),
        "drafted": drafted,
    }
    return render(request, "eligibility/entitlement_list.html", shown)


def _chosen(rows: Any, pupils: Any, term: Semester, wanted: dict[str, str]) -> Any:
    """Those of the entitlements that the list's filters want: programme, reason, granted (yes, no), school, q."""
    paths = {"programme": "programme__code", "reason": "reason_code"}
    rows = rows.filter(**{path: wanted[name] for name, path in paths.items() if wanted.get(name)})
    if wanted.get("granted"):
        rows = rows.filter(granted=wanted["granted"] == "yes")
    if wanted.get("school"):
        rows = rows.at_school(term, wanted["school"])
    if wanted.get("q"):
        rows = rows.filter(student__in=pupils.search(wanted["q"]))
    return rows.select_related("student", "programme", "standard")


def _in_order(rows: Any, term: Semester) -> Any:
    """With the school's name, by pupil and programme."""
    return rows.with_school(term).order_by("student__name_key", "student", "programme__position")


def _wanted(form: EntitlementFilter) -> dict[str, str]:
    return form.wanted(**{name: name for name in form.fields})


def _open(request: StaffRequest, term: Semester, runs: RunsShown) -> tuple[list[tuple[int, str, str]], bool]:
    """What persons have not decided yet and the entitlement would pass over: how many, what, and where.

    And whether the semester has rosters already: they belong to a higher room, which the semester leads to. One query.
    """
    places = Placement.objects.visible_to(request.user).of(term)
    questions = (
        (
            ComparisonResult.objects.visible_to(request.user).awaiting(runs.comparison),
            "对比对结果待人工确认",
            "不作为依据",
        ),
        (places.awaiting(Standing.CLAIMED_TWICE), "名学生两处同时登记、没有核定", "暂不资助"),
        (places.awaiting(Standing.TRANSFER), "名学生转学办理中、没有核定", "暂不资助"),
        (
            CoverageGap.objects.visible_to(request.user).awaiting(runs.comparison),
            "名名单中的儿童去向不明",
            "不在学籍内，无法核定",
        ),
    )
    rosters = term.roster_set.exclude(state="VOIDED")
    *counts, drafted = bulk.count_all([*(rows for rows, *_ in questions), rosters])
    return [(n, what, then) for n, (_, what, then) in zip(counts, questions, strict=True) if n], bool(drafted)
