"""部门比对: starting it, its verdicts, the pairs that a person must decide; 在籍在校."""

from collections import defaultdict
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render

from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.county import calendar, lists
from aid_admin.county.models import Semester
from aid_admin.db.pages import page_of
from eligibility.actions import compare, decisions
from eligibility.forms import ClaimForm, DecideForm, MatchFilter, StandingFilter
from eligibility.models import ComparisonResult, Run
from eligibility.pins import run_of
from eligibility.rules import PASSING_VERDICTS, UNDECIDED_VERDICTS, Verdict
from eligibility.views.lists import MATCHES, STANDINGS
from eligibility.views.shown import runs_of
from students.models import AttendanceRecord, EnrolmentRecord, Placement, Student
from students.rules import Standing

_CLAIMED: Final = (Standing.CLAIMED_TWICE, Standing.TRANSFER)
_OFFICERS: Final = needs_role(Role.REGISTRY_OFFICER, Role.AUDITOR)
COMPARE: Final = Deed(
    "compare", "compare", "执行比对", compare.compare, done="比对已完成，结果见下。", takes=("semester",), icon="shuffle",
    text="用现在生效的学籍、在校确认和各部门名单重新比对。数据没有变化时结果不变。",
)  # fmt: skip
DECIDE: Final = Deed(
    "decide", "match.decide", "作出决定", decisions.decide_match, "match", "已记录 {n} 条决定，下一次比对时生效。",
    form=DecideForm, icon="clipboard-check",
    text="同一人：从下一次比对起，名单上的类别算这名学生的。不是同一人：这一对不再算。待核实：先不算，查清后到“已决定”里改。"
    "只是同户家庭成员的，一般不用决定。",
)  # fmt: skip
SETTLE: Final = Deed(
    "settle", "claim.settle", "核定就读学校", decisions.settle_claim, "student", "已核定 {n} 名学生的就读学校。",
    form=ClaimForm, icon="building", takes=("semester",),
)  # fmt: skip


def comparison_shown(request: StaffRequest, term: Semester) -> Run | None:
    """The comparison to work on, for those who see the county."""
    return run_of(runs_of(request, term).comparison) if request.user.reach().county else None


@_OFFICERS
def match_list(request: StaffRequest) -> HttpResponse:
    """The newest comparison: counts by verdict, and the pairs that wait for a person."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (DECIDE, COMPARE))
    if deeds.done(semester=term.code):
        return redirect(request.get_full_path())
    run = comparison_shown(request, term)
    form = MatchFilter(request.GET or None)
    rows = _matches(request, run, form)
    if lists.asked(request):
        return lists.answer(request, MATCHES, rows, form)
    page = page_of(rows, request.GET.get("page"))
    counts = run.counts.get("verdicts", {}) if run else {}
    verdicts = [(v.value, v.label, counts.get(v.value, 0)) for v in Verdict if counts.get(v.value)]
    shown = {"form": form, "page": page, "deeds": deeds, "run": run, "verdicts": verdicts}
    return render(request, "eligibility/match_list.html", shown)


def _matches(request: StaffRequest, run: Any, form: MatchFilter) -> Any:
    rows = ComparisonResult.objects.visible_to(request.user).filter(run=run)
    wanted = form.wanted(verdict="verdict", registry="record__registry")
    rows = rows.filter(**wanted) if "verdict" in wanted else rows.filter(**wanted).exclude(verdict__in=PASSING_VERDICTS)
    chosen = form.wanted(decided="decided", q="q")
    if "decided" in chosen:
        rows = rows.decided() if chosen["decided"] == "yes" else rows.undecided().filter(verdict__in=UNDECIDED_VERDICTS)
    if "q" in chosen:
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(chosen["q"]))
    rows = rows.select_related("student", "record__village__township", "decision__by").with_newer_word()
    return rows.order_by("student__name_key", "student", "pk")


@needs_role(*sorted(SCHOOL_ROLES), Role.REGISTRY_OFFICER, Role.AUDITOR)
def standing_list(request: StaffRequest) -> HttpResponse:
    """Pupils whose roll and attendance do not agree; the officer settles where they are."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (SETTLE,))
    if deeds.done(semester=term.code):
        return redirect(request.get_full_path())
    form = StandingFilter(request.GET or None, user=request.user)
    rows = Placement.objects.visible_to(request.user).of(term).exclude(standing=Standing.GO)
    rows = rows.filter(**form.wanted(school="school__code", standing="standing"))
    if found := form.wanted(q="q"):
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(found["q"]))
    rows = rows.select_related("student", "school", "enrolment__school", "attendance__school", "decided_by")
    rows = rows.order_by("standing", "school__code", "student__name_key", "pk")
    if lists.asked(request):
        return lists.answer(request, STANDINGS, rows, form)
    page = page_of(rows, request.GET.get("page"))
    _tell_claims(request, term, [place for place in page if place.standing in _CLAIMED])
    return render(request, "eligibility/standing_list.html", {"form": form, "page": page, "deeds": deeds})


def _tell_claims(request: StaffRequest, term: Semester, places: list[Any]) -> None:
    """Set `claims`: which schools have these pupils on their rolls, and which say that they attend."""
    if not places:
        return
    here = {
        "id_number__in": [place.student.id_number for place in places],
        "upload__semester": term,
        "upload__in_force__until": None,
    }
    told: dict[str, list[str]] = defaultdict(list)
    for roll in EnrolmentRecord.objects.visible_to(request.user).filter(**here).select_related("school").order_by("pk"):
        told[str(roll.id_number)].append(f"学籍：{roll.school.name}（{roll.grade}{roll.class_name}）")
    sheets = AttendanceRecord.objects.visible_to(request.user).filter(**here).select_related("school")
    for row in sheets.order_by("pk"):
        told[str(row.id_number)].append(f"在校确认：{row.school.name}（{'在校' if row.attending else '不在校'}）")
    for place in places:
        place.claims = told[str(place.student.id_number)]
