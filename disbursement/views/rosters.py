"""Rosters: the list, the matrix of schools and programmes, one roster with its lines."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, download
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import BUSINESS_ROLES, COUNTY_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of
from aid_admin.lib.money import yuan_comma
from disbursement.actions import drafting, lines, printing, rosters
from disbursement.forms import (
    AcceptForm,
    AgreeForm,
    AnswerForm,
    DisagreeForm,
    ExportForm,
    ReasonForm,
    RefuseForm,
    RemarkForm,
    ReturnForm,
    RosterFilter,
    return_form,
)
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import (
    HAND_NAMES,
    ROSTER_HANDS,
    LineKind,
    LineStatus,
    PeriodState,
    RosterState,
    return_targets,
)
from disbursement.views.lists import ROSTERS
from students.models import Student

LINES_PER_PAGE: Final = 200
_S = RosterState
SUBMIT: Final = Deed(
    "submit", "roster.submit", "上报", rosters.submit_rosters, "roster", "已上报 {n} 份名册，等待初审。", icon="send",
    text="上报后由县资助中心初审，差异说明不能再改。", states={_S.DRAFT}, takes=("seen",),
)  # fmt: skip
REVIEW: Final = Deed(
    "review", "roster.review", "初审通过", rosters.review_rosters, "roster", "已初审 {n} 份名册，等待复审。", tone="success",
    icon="check-lg", states={_S.SUBMITTED}, takes=("seen",),
    text="多报的学生、已标记“不予通过”或“采纳学校理由”的学生不通过，其余都通过；学校写了理由而没有采纳的，照常资助。",
)  # fmt: skip
APPROVE: Final = Deed(
    "approve", "roster.approve", "复审通过", rosters.approve_rosters, "roster", "已复审 {n} 份名册，名单已固定，等待安排公示。",
    tone="success", icon="check-lg", text="通过后人数、金额和名单固定，可以安排公示。", states={_S.REVIEWED}, takes=("seen",),
)  # fmt: skip
CONFIRM: Final = Deed(
    "confirm", "roster.confirm", "确认名册", rosters.confirm_rosters, "roster", "已确认 {n} 份名册，由财务经办编制批次。",
    tone="success", icon="shield-check", text="公示期满、照片核查通过后确认；确认后可以发放。", states={_S.APPROVED},
    takes=("seen",),
)  # fmt: skip
RETURN: Final = Deed(
    "return", "roster.return", "退回", rosters.return_rosters, "roster", "已退回 {n} 份名册，学校在待办和名册上看得到原因。",
    form=ReturnForm, tone="outline-danger", icon="arrow-counterclockwise", takes=("seen",),
    text="退回：请别人改，须写原因。（撤回是收回自己刚办的一步；作废是整份名册不要了。）",
    states={_S.SUBMITTED, _S.REVIEWED, _S.APPROVED},
)  # fmt: skip
DRAFT: Final = Deed(
    "draft", "roster.draft", "生成名册", drafting.draft_rosters, done="已生成或更新 {n} 份名册草稿，由学校说明差异后上报。", takes=("semester",),
    icon="table", tone="plain", text="按最近一次核定结果，与学校填报的名单逐人比对。已上报的名册不变，后来符合条件的学生进入下一轮。"
    "生成的人就是拟稿人，这些名册要由另一名初审人员初审。",
)  # fmt: skip
_LISTED: Final = (
    replace(deed, about="disbursement/_rosters_about.html") for deed in (SUBMIT, REVIEW, APPROVE, CONFIRM)
)
LIST_DEEDS: Final = (*_LISTED, RETURN, DRAFT)
AGREE_ALL: Final = Deed(
    "agree_all", "roster.answer", "全部同意核定结果", rosters.answer_differences, "line", "已同意 {n} 名学生的核定结果。",
    form=AgreeForm, icon="check-lg", tone="plain", states={_S.DRAFT},
)  # fmt: skip
AGREE: Final = Deed(
    "agree", "roster.answer", "同意核定结果", rosters.answer_differences, "line", "已同意 {n} 名学生的核定结果。",
    form=AgreeForm, icon="check-lg", tone="plain", states={_S.DRAFT},
    text="同意后：应助未报的予以资助，多报的不资助，金额不符的按核定金额。",
)  # fmt: skip
ANSWER: Final = Deed(
    "answer", "roster.answer", "说明未报原因", rosters.answer_differences, "line", "已说明 {n} 名学生的未报原因，由初审决定是否采纳。",
    form=AnswerForm, icon="pencil", tone="plain", states={_S.DRAFT},
    text="由县资助中心初审决定：采纳您的理由，该生不资助；不采纳，照常资助。结果显示在该生这一行。",
    only="只用于应助未报：学校没有填报的学生才要说明。多报、金额不符不同意的，用“有异议”。",
)  # fmt: skip
DISAGREE: Final = Deed(
    "disagree", "roster.answer", "有异议", rosters.answer_differences, "line", "已记下对 {n} 名学生的异议。",
    form=DisagreeForm, icon="exclamation-circle", tone="plain", states={_S.DRAFT},
    text="用于多报和金额不符。本轮仍按核定结果办理；认为应当资助的，请补报认定申请或更正学籍，核定后进入下一轮。",
    only="只用于多报和金额不符。应助未报、确实不应发的，用“说明未报原因”。",
)  # fmt: skip
ACCEPT: Final = Deed(
    "accept", "roster.refuse", "采纳学校理由", lines.refuse_lines, "line", "已采纳 {n} 名学生的学校理由，不资助。",
    form=AcceptForm, icon="check-lg", tone="plain", states={_S.SUBMITTED},
    text="学校写了理由的应助未报：采纳，不资助。不采纳的不用选，照常资助。初审通过以前可以取消。",
)  # fmt: skip
REFUSE: Final = Deed(
    "refuse", "roster.refuse", "不予通过", lines.refuse_lines, "line", "已标记 {n} 名学生不予通过，初审通过以前可以取消。",
    form=RefuseForm, icon="x-lg", tone="outline-danger", states={_S.SUBMITTED},
)  # fmt: skip
RESTORE: Final = Deed(
    "restore", "roster.restore", "取消不予通过", lines.restore_lines, "line", "已恢复 {n} 名学生。", icon="arrow-counterclockwise",
    tone="plain", states={_S.SUBMITTED}, text="取消后这些学生恢复为待审，学校的理由也重新待定。",
)  # fmt: skip
WITHDRAW: Final = Deed(
    "withdraw", "roster.withdraw", "撤回", rosters.withdraw_rosters, "roster", "已撤回，名册回到上一步。",
    form=RemarkForm, tone="plain", icon="arrow-counterclockwise", takes=("seen",),
    text="撤回：收回您自己刚办的这一步，之后还没有人接着办理时可用。（退回是请别人改；作废是整份名册不要了。）",
    states={_S.SUBMITTED, _S.REVIEWED, _S.APPROVED, _S.CONFIRMED},
)  # fmt: skip
VOID: Final = Deed(
    "void", "roster.void", "作废", rosters.void_rosters, "roster", "名册已作废。", form=ReasonForm, tone="outline-danger",
    icon="trash", states={_S.DRAFT, _S.SUBMITTED, _S.REVIEWED, _S.APPROVED}, takes=("seen",),
    text="作废：整份名册不要了，不能恢复，其中的学生可以进入新的名册。（只是要改，请用退回。）",
)  # fmt: skip
EXPORT: Final = Deed(
    "export", "roster.export", "下载名册", printing.export_roster, "roster", one=True, form=ExportForm, tone="plain",
    icon="download", download=True, text="每次下载都会留下记录。",
)  # fmt: skip
LINE_DEEDS: Final = (AGREE, ANSWER, DISAGREE, ACCEPT, REFUSE, RESTORE)
_OF_LINES: Final = frozenset(deed.name for deed in LINE_DEEDS)
# what agreeing to a difference of this kind means
_AGREED: Final = {
    LineKind.MISSING: "予以资助",
    LineKind.TOO_MANY: "不资助",
    LineKind.AMOUNT_DIFFERS: "按核定金额资助",
}
_ANSWERING: Final = frozenset({AGREE_ALL.name, AGREE.name, ANSWER.name, DISAGREE.name})
_SIGNING: Final = frozenset({"submit", "review", "approve", "accept", "refuse", "restore"})
_SIGNED_NEXT: Final = {_S.SUBMITTED: ("roster.review", "初审"), _S.REVIEWED: ("roster.approve", "复审")}


@needs_role(*sorted(BUSINESS_ROLES))
def roster_list(request: StaffRequest) -> HttpResponse:
    """The semester's rosters; the picked ones are moved together."""
    term = calendar.chosen(request.session)
    form = RosterFilter(request.GET or None, user=request.user)
    rows = _filtered(request, Roster.objects.visible_to(request.user).filter(semester=term), form)
    deeds = Deeds(request, _list_deeds(request.user, form))
    if deeds.done(semester=term.code, seen=request.POST.getlist("seen")):
        return redirect(request.get_full_path())
    listed = rows.with_sums().with_version().select_related("school", "programme", "period")
    listed = listed.order_by("school__code", "programme__position", "round")
    if lists.asked(request):
        return lists.answer(request, ROSTERS, listed, form)
    page = page_of(listed, request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "sums": RosterLine.objects.visible_to(request.user).filter(roster__in=rows.values("pk")).sums(),
        "deeds": deeds,
        "rosters": [(roster, *_standing(roster, request.user)) for roster in page],
        "filtered": any(form.data.get(name) for name in form.fields),
    }
    return render(request, "disbursement/roster_list.html", shown | _filing(request))


def _list_deeds(user: User, form: RosterFilter) -> list[Deed]:
    """The list's deeds; with a state chosen only those that begin there, 退回 to where its rosters can go."""
    state = form.wanted(state="state").get("state")
    states = [state] if state else [s for s in RosterState if s in RETURN.states]
    if not user.roles & COUNTY_ROLES:
        states = [s for s in states if s == _S.SUBMITTED]
    targets = {target for s in states for target in return_targets(s)}
    if Role.APPROVER not in user.roles:
        targets.discard(_S.REVIEWED)
    fits = [deed for deed in LIST_DEEDS if not state or not deed.states or state in deed.states]
    narrow = replace(RETURN, form=return_form(targets))
    return [narrow if deed is RETURN else deed for deed in fits if deed is not RETURN or targets]


def _standing(roster: Any, user: User) -> tuple[str, str]:
    """Names of the deeds that the roster lets this person do, and why he may not do the next one."""
    fits = _fits(roster, user)
    names = [deed.name for deed in LIST_DEEDS if deed.states and fits(deed)]
    if roster.open_differences and "submit" in names:
        names.remove("submit")
    return " ".join(names), _own_hand(roster, user)


def _own_hand(roster: Any, user: User) -> str:
    """A sentence where the next step is of this person's kind, but he has a hand in the roster already."""
    verb, step = _SIGNED_NEXT.get(roster.state, ("", ""))
    if not verb or not may(user, verb):
        return ""
    mine = [name for hand, name in HAND_NAMES.items() if getattr(roster, f"{hand}_id") == user.pk]
    return f"您{mine[0]}的名册由另一名{step}人员办理" if mine else ""


def _filing(request: StaffRequest) -> dict[str, str]:
    """Where the school's clerk sends the filled-in roster."""
    clerk = Role.SCHOOL_CLERK in request.user.roles
    return {"may_file": reverse("intake:send", args=["roster"])} if clerk else {}


def _filtered(request: StaffRequest, rows: Any, form: RosterFilter) -> Any:
    wanted = form.wanted(school="school__code", programme="programme__code", state="state")
    rows = rows.filter(**wanted) if "state" in wanted else rows.filter(**wanted).exclude(state=RosterState.VOIDED)
    which = form.wanted(open="open").get("open")
    if which == "yes":
        rows = rows.filter(pk__in=rows.with_sums().filter(open_differences__gt=0).values("pk"))
    elif which == "returned":
        rows = rows.returned()
    elif which == "mine":
        rows = rows.untouched_by(request.user)
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
    mine = RosterLine.objects.visible_to(request.user).filter(roster=roster)
    deeds = Deeds(request, _detail_deeds(roster, mine, request.user), fits=_fits(roster, request.user))
    ids = None if deeds.wanted in _OF_LINES else [roster.pk]
    if deeds.wanted == AGREE_ALL.name:
        ids = list(mine.unanswered().order_by("pk").values_list("pk", flat=True))
    then = partial(_next_of, roster, mine, deeds.wanted)
    if deeds.done(ids, then=then, seen=request.POST.getlist("seen")):
        return download(*deeds.result) if deeds.wanted == EXPORT.name else redirect(request.get_full_path())
    return _shown(request, roster, mine, deeds)


def _next_of(roster: Any, mine: Any, deed: str) -> str:
    """After the last difference is answered: that the head's turn has come."""
    answered = deed in _ANSWERING and roster.state == _S.DRAFT and not mine.unanswered().exists()
    return "差异已全部说明，下一步由学校负责人上报。" if answered else ""


def _roster(request: StaffRequest, pk: int) -> Any:
    rows = Roster.objects.visible_to(request.user).with_sums().with_version().with_mended()
    hands = ("prepared_by", "submitted_by", "reviewed_by", "approved_by", "confirmed_by")
    return get_object_or_404(rows.select_related("school", "programme", "semester", "period", "filed", *hands), pk=pk)


def _detail_deeds(roster: Any, mine: Any, user: User) -> list[Deed]:
    """The page's deeds: 全部同意核定结果 and 初审通过 say what they would do, 退回 how far it can go."""
    answering = roster.open_differences and may(user, AGREE_ALL.right)
    agree_all = replace(AGREE_ALL, text=_agreement(mine)) if answering else AGREE_ALL
    reviewing = roster.state == _S.SUBMITTED and may(user, REVIEW.right)
    review = replace(REVIEW, text=_verdict(roster, mine)) if reviewing else REVIEW
    back = replace(RETURN, form=return_form(return_targets(roster.state)))
    return [agree_all, *LINE_DEEDS, SUBMIT, review, APPROVE, CONFIRM, back, WITHDRAW, VOID, EXPORT]


def _agreement(mine: Any) -> str:
    """What 全部同意核定结果 would answer now, in numbers."""
    open_ones = mine.unanswered().kinds()
    parts = [f"{kind.label} {open_ones[kind]} 人，{words}" for kind, words in _AGREED.items() if kind in open_ones]
    answered = mine.differing().count() - sum(open_ones.values())
    kept = f"已说明的 {answered} 处不变。" if answered else ""
    return (
        f"将一次同意还没有说明的 {sum(open_ones.values())} 处差异：{'；'.join(parts)}。{kept}有不同意的，请先逐人说明。"
    )


def _verdict(roster: Any, mine: Any) -> str:
    """What 初审通过 would do now, in numbers."""
    twice = rosters.already_granted([roster])
    passing = mine.passing().exclude(pk__in=twice)
    sums, accepted = passing.sums(), mine.accepted_reasons().count()
    refused = mine.count() - sums["person_times"] - accepted
    undecided = passing.reasoned().count()
    said = (
        f"{sums['person_times']} 人通过，{yuan_comma(sums['fen'])} 元；{refused} 人不通过（含多报）；"
        f"{accepted} 条学校理由采纳，不资助。"
    )
    if undecided:
        said += f"另有 {undecided} 条学校理由您没有采纳，照常资助。"
    return said if sums["person_times"] else f"注意：没有一个人通过！{said}"


def _shown(request: StaffRequest, roster: Any, mine: Any, deeds: Deeds) -> HttpResponse:
    tab = request.GET.get("tab", "")
    rows = _of_tab(mine, tab).with_place()
    rows = rows.select_related("student", "entitlement", "filed_line", "answered_by", "refused_by", "roster")
    page = page_of(rows, request.GET.get("page"), size=LINES_PER_PAGE)
    offers = list(deeds)
    picking = [offer for offer in offers if offer.deed.name in _OF_LINES]
    sums, every = mine.sums(), mine.count()
    shown = {
        "roster": roster,
        "deeds": deeds,
        "picking": picking,
        "offers": [offer for offer in offers if offer.deed.name not in _OF_LINES],
        "others": [offer for offer in picking if offer.deed is not REFUSE],
        "refuse": next((offer for offer in picking if offer.deed is REFUSE), None),
        "tabs": _tabs(mine, tab),
        "tab": tab,
        "page": page,
        "lines": [(line, _able(line), _agreed(line)) for line in page],
        "sums": sums,
        "every": every,
        "unfunded": every - sums["person_times"],
        "passing": mine.passing().sums() if picking else None,
        "undecided": mine.passing().reasoned().count() if any(o.deed is ACCEPT for o in picking) else 0,
        "own_hand": _own_hand(roster, request.user),
        "events": history_of("roster", roster.pk),
        **(_filing(request) if roster.state == RosterState.DRAFT else {}),
    }
    return render(request, "disbursement/roster_detail.html", shown)


def _of_tab(mine: Any, tab: str) -> Any:
    if tab in list(LineKind):
        return mine.filter(kind=tab).order_by("pk")
    if tab == "DIFF":  # those without an answer first
        return mine.differing().order_by(F("answered_by").asc(nulls_first=True), "pk")
    chosen = {"REASONED": mine.reasoned(), "REFUSED": mine.filter(state=LineStatus.REFUSED)}
    return chosen.get(tab, mine).order_by("pk")


def _tabs(mine: Any, tab: str) -> list[tuple[str, str, int]]:
    """Code, words and number of each part of the list; parts that few rosters have only where there are some."""
    counts = mine.kinds()
    differing = sum(counts.values()) - counts.get(LineKind.RIGHT.value, 0)
    rare = mine.rare_counts()
    found = [("DIFF", "只看差异", differing), *((k.value, k.label, counts.get(k.value, 0)) for k in LineKind)]
    found += [("REASONED", "学校有理由", rare["reasoned"]), ("REFUSED", "不通过", rare["refused"])]
    return [(code, words, count) for code, words, count in found if count or code in (tab, "DIFF", *LineKind)]


def _able(line: Any) -> str:
    """Names of the deeds that fit one line, for the buttons above the list; the action has the last word."""
    missing = line.kind == LineKind.MISSING
    names = []
    if line.kind != LineKind.RIGHT:
        names += ["agree", "answer" if missing else "disagree"]
    if line.state == LineStatus.REFUSED:
        names.append("restore")
    elif line.kind != LineKind.TOO_MANY:
        names += ["refuse", "accept"] if missing and line.reason_code else ["refuse"]
    return " ".join(names)


def _agreed(line: Any) -> str:
    """What agreeing to this line's difference means, in yuan."""
    if line.kind == LineKind.TOO_MANY:
        return "同意后不资助"
    means = {LineKind.MISSING: "同意后按 {} 元资助", LineKind.AMOUNT_DIFFERS: "同意后按核定的 {} 元资助"}
    return means.get(line.kind, "").format(yuan_comma(line.amount_fen))


def _fits(roster: Any, user: User) -> Callable[[Deed], bool]:
    """Which deeds this roster lets this person do: its state, its hands, its publicity."""
    hands = {roster.prepared_by_id, roster.submitted_by_id, roster.reviewed_by_id, roster.approved_by_id}
    public = roster.period is not None and roster.period.state != PeriodState.ABORTED
    of_school = not user.roles & COUNTY_ROLES

    def fits(deed: Deed) -> bool:
        if deed.states and roster.state not in deed.states:
            return False
        if deed.name in _SIGNING and user.pk in hands:
            return False
        if deed.name == "agree_all":
            return bool(roster.open_differences)
        if deed.name == "confirm":
            return public and roster.period.state == PeriodState.ENDED
        if deed.name == "withdraw":
            free = roster.state == RosterState.CONFIRMED or not public
            return free and getattr(roster, f"{ROSTER_HANDS[roster.state]}_id") == user.pk
        if deed.name == "return" and of_school:
            return bool(roster.state == RosterState.SUBMITTED)
        return not (public and deed.name in ("return", "void"))

    return fits
