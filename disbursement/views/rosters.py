"""Rosters: the list, the matrix of schools and programmes, one roster with its lines."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from aid_admin.accounts.deeds import Deed, Deeds, download
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import BUSINESS_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from disbursement.actions import drafting, printing, rosters
from disbursement.forms import AgreeForm, AnswerForm, ExportForm, ReasonForm, RemarkForm, ReturnForm, RosterFilter
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import ROSTER_HANDS, LineKind, PeriodState, RosterState
from students.models import Student

ROSTERS_PER_PAGE: Final = 100
LINES_PER_PAGE: Final = 200
_S = RosterState
SUBMIT: Final = Deed(
    "submit", "roster.submit", "上报", rosters.submit_rosters, "roster", "已上报 {n} 份名册，等待初审。", icon="send",
    text="上报后由县资助中心初审，差异说明不能再改。", states={_S.DRAFT},
)  # fmt: skip
REVIEW: Final = Deed(
    "review", "roster.review", "初审通过", rosters.review_rosters, "roster", "已初审 {n} 份名册。", tone="success",
    icon="check-lg", text="多报的学生一律不通过；应助未报的学生予以资助，采纳学校理由的除外。", states={_S.SUBMITTED},
    takes=("accept_reasons", "refuse"),
)  # fmt: skip
APPROVE: Final = Deed(
    "approve", "roster.approve", "复审通过", rosters.approve_rosters, "roster", "已复审 {n} 份名册，人数、金额和名单已固定。",
    tone="success", icon="check-lg", text="通过后人数、金额和名单固定，可以安排公示。", states={_S.REVIEWED},
)  # fmt: skip
CONFIRM: Final = Deed(
    "confirm", "roster.confirm", "确认", rosters.confirm_rosters, "roster", "已确认 {n} 份名册，可以编制发放批次。",
    tone="success", icon="shield-check", text="公示期满、照片核查通过后确认；确认后可以发放。", states={_S.APPROVED},
)  # fmt: skip
RETURN: Final = Deed(
    "return", "roster.return", "退回", rosters.return_rosters, "roster", "已退回 {n} 份名册，原因已通知学校。",
    form=ReturnForm, tone="outline-danger", icon="arrow-counterclockwise",
    states={_S.SUBMITTED, _S.REVIEWED, _S.APPROVED},
)  # fmt: skip
DRAFT: Final = Deed(
    "draft", "roster.draft", "生成名册", drafting.draft_rosters, done="已生成或更新 {n} 份名册草稿。", takes=("semester",),
    icon="table", tone="plain", text="按最近一次核定结果，与学校填报的名单逐人比对。已上报的名册不变，后来符合条件的学生进入下一轮。",
)  # fmt: skip
LIST_DEEDS: Final = (SUBMIT, REVIEW, APPROVE, CONFIRM, RETURN, DRAFT)
ANSWER: Final = Deed(
    "answer", "roster.answer", "说明未报原因", rosters.answer_differences, "line", "已说明 {n} 名学生的差异。",
    form=AnswerForm, icon="pencil", states={_S.DRAFT},
)  # fmt: skip
AGREE: Final = Deed(
    "agree", "roster.answer", "同意核定结果", rosters.answer_differences, "line", "已同意 {n} 名学生的核定结果。",
    form=AgreeForm, icon="check-lg", tone="plain", states={_S.DRAFT},
    text="同意后：应助未报的予以资助，多报的不资助，金额不符的按核定金额。",
)  # fmt: skip
WITHDRAW: Final = Deed(
    "withdraw", "roster.withdraw", "撤回", rosters.withdraw_rosters, "roster", "已撤回，名册回到上一步。",
    form=RemarkForm, tone="plain", icon="arrow-counterclockwise", text="只能撤回自己办理、且之后没有人办理过的最后一步。",
    states={_S.SUBMITTED, _S.REVIEWED, _S.APPROVED, _S.CONFIRMED},
)  # fmt: skip
VOID: Final = Deed(
    "void", "roster.void", "作废", rosters.void_rosters, "roster", "名册已作废。", form=ReasonForm, tone="outline-danger",
    icon="trash", text="作废后不能恢复，其中的学生可以进入新的名册。", states={_S.DRAFT, _S.SUBMITTED, _S.REVIEWED, _S.APPROVED},
)  # fmt: skip
EXPORT: Final = Deed(
    "export", "roster.export", "下载名册", printing.export_roster, "roster", one=True, form=ExportForm, tone="plain",
    icon="download", download=True, text="每次下载都会留下记录。",
)  # fmt: skip
REVIEW_ONE: Final = replace(REVIEW, text=f"{REVIEW.text}在下表中勾选的学生也不通过。")
DETAIL_DEEDS: Final = (ANSWER, AGREE, SUBMIT, REVIEW_ONE, APPROVE, CONFIRM, RETURN, WITHDRAW, VOID, EXPORT)
_SIGNING: Final = frozenset({"submit", "review", "approve"})
_OF_LINES: Final = frozenset({"answer", "agree"})


@needs_role(*sorted(BUSINESS_ROLES))
def roster_list(request: StaffRequest) -> HttpResponse:
    """The semester's rosters; the picked ones are moved together."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, LIST_DEEDS)
    if deeds.done(semester=term.code, accept_reasons=[], refuse=[]):
        return redirect(request.get_full_path())
    form = RosterFilter(request.GET or None, user=request.user)
    rows = _filtered(request, Roster.objects.visible_to(request.user).filter(semester=term), form)
    listed = rows.with_sums().select_related("school", "programme", "period")
    page = page_of(
        listed.order_by("school__code", "programme__position", "round"), request.GET.get("page"), size=ROSTERS_PER_PAGE
    )
    sums = RosterLine.objects.visible_to(request.user).filter(roster__in=rows.values("pk")).sums()
    return render(
        request,
        "disbursement/roster_list.html",
        {"form": form, "page": page, "sums": sums, "deeds": deeds} | _filing(request),
    )


def _filing(request: StaffRequest) -> dict[str, str]:
    """Where the school's clerk sends the filled-in roster."""
    clerk = Role.SCHOOL_CLERK in request.user.roles
    return {"may_file": reverse("intake:send", args=["roster"])} if clerk else {}


def _filtered(request: StaffRequest, rows: Any, form: RosterFilter) -> Any:
    wanted = form.wanted(school="school__code", programme="programme__code", state="state")
    rows = rows.filter(**wanted) if "state" in wanted else rows.filter(**wanted).exclude(state=RosterState.VOIDED)
    if form.wanted(open="open"):
        rows = rows.filter(pk__in=rows.with_sums().filter(open_differences__gt=0).values("pk"))
    found = form.wanted(q="q")
    return rows.with_pupil(Student.objects.visible_to(request.user).search(found["q"])) if found else rows


@needs_role(*sorted(BUSINESS_ROLES))
def roster_matrix(request: StaffRequest) -> HttpResponse:
    """Schools by programmes: where each roster stands."""
    term = calendar.chosen(request.session)
    rows = Roster.objects.visible_to(request.user).of(term).with_sums().select_related("school", "programme")
    found = list(rows.order_by("school__code", "programme__position", "round"))
    programmes = sorted({r.programme for r in found}, key=lambda programme: programme.position)
    cells: dict[Any, dict[int, list[Any]]] = {}
    for roster in found:
        cells.setdefault(roster.school, {}).setdefault(roster.programme_id, []).append(roster)
    table = [(school, [of.get(programme.pk, []) for programme in programmes]) for school, of in cells.items()]
    return render(request, "disbursement/roster_matrix.html", {"programmes": programmes, "table": table})


@needs_role(*sorted(BUSINESS_ROLES))
def roster_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One roster: filed beside computed, line by line; what may be done now and by this person."""
    roster = _roster(request, pk)
    deeds = Deeds(request, DETAIL_DEEDS, fits=_fits(roster, request.user))
    ids = None if deeds.wanted in _OF_LINES else [roster.pk]
    accepted = [int(n) for n in request.POST.getlist("accept") if n.isdigit()]
    if deeds.done(ids, accept_reasons=accepted, refuse=sorted(deeds.picked)):
        return download(*deeds.result) if deeds.wanted == EXPORT.name else redirect(request.get_full_path())
    return _shown(request, roster, deeds)


def _roster(request: StaffRequest, pk: int) -> Any:
    rows = Roster.objects.visible_to(request.user).with_sums()
    hands = ("prepared_by", "submitted_by", "reviewed_by", "approved_by", "confirmed_by")
    return get_object_or_404(rows.select_related("school", "programme", "semester", "period", "filed", *hands), pk=pk)


def _shown(request: StaffRequest, roster: Any, deeds: Deeds) -> HttpResponse:
    lines = RosterLine.objects.visible_to(request.user).filter(roster=roster)
    reasoned = lines.filter(kind=LineKind.MISSING).exclude(reason_code="").select_related("student")
    tab = request.GET.get("tab", "")
    counts = lines.kinds()
    kinds = [(kind.value, kind.label, counts.get(kind.value, 0)) for kind in LineKind]
    rows = lines.filter(kind=tab) if tab in list(LineKind) else lines
    rows = rows.select_related("student", "entitlement", "filed_line", "answered_by")
    page = page_of(rows.order_by("pk"), request.GET.get("page"), size=LINES_PER_PAGE)
    shown = {
        "roster": roster,
        "deeds": deeds,
        "tabs": kinds,
        "tab": tab,
        "page": page,
        "sums": lines.sums(),
        "reasoned": list(reasoned) if any(offer.deed is REVIEW_ONE for offer in deeds) else [],
        "picking": any(offer.deed in (ANSWER, AGREE, REVIEW_ONE) for offer in deeds),
        "events": history_of("roster", roster.pk),
        **(_filing(request) if roster.state == RosterState.DRAFT else {}),
    }
    return render(request, "disbursement/roster_detail.html", shown)


def _fits(roster: Any, user: User) -> Callable[[Deed], bool]:
    """Which deeds this roster lets this person do: its state, its hands, its publicity."""
    hands = {roster.prepared_by_id, roster.submitted_by_id, roster.reviewed_by_id, roster.approved_by_id}
    public = roster.period is not None and roster.period.state != PeriodState.ABORTED

    def fits(deed: Deed) -> bool:
        if deed.states and roster.state not in deed.states:
            return False
        if deed.name in _SIGNING and user.pk in hands:
            return False
        if deed.name == "confirm":
            return public and roster.period.state == PeriodState.ENDED
        if deed.name == "withdraw":
            free = roster.state == RosterState.CONFIRMED or not public
            return free and getattr(roster, f"{ROSTER_HANDS[roster.state]}_id") == user.pk
        return not (public and deed.name in ("return", "void"))

    return fits
