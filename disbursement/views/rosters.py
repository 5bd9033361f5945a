"""Rosters: the list, one roster with its lines."""

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
from aid_admin.accounts.rules import BUSINESS_ROLES, COUNTY_ROLES, SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar, lists
from aid_admin.county.models import Semester
from aid_admin.db.pages import Page, page_of
from aid_admin.lib.money import yuan_comma
from disbursement.actions import rosters
from disbursement.actions.flags import flagged_counts, flags_of
from disbursement.actions.returned import returns_of, with_changes
from disbursement.forms import RosterFilter
from disbursement.models import Roster, RosterLine
from disbursement.rules.review import Flag
from disbursement.rules.states import (
    HAND_NAMES,
    ROSTER_HANDS,
    LineKind,
    LineStatus,
    PeriodState,
    RosterState,
    return_targets,
)
from disbursement.views import evidence
from disbursement.views.lists import ROSTERS
from disbursement.views.roster_deeds import (
    ACCEPT,
    AGREE,
    AGREE_ALL,
    ANSWER,
    APPROVE,
    CONFIRM,
    DISAGREE,
    DRAFT,
    EXPORT,
    LINE_DEEDS,
    LIST_DEEDS,
    OF_LINES,
    REFUSE,
    RETURN,
    REVIEW,
    SUBMIT,
    VOID,
    WITHDRAW,
    return_to,
)
from disbursement.views.roster_lines import able, agreed, unable
from eligibility.models import AidApplication
from eligibility.rules import PaymentMode
from students.models import Student

LINES_PER_PAGE: Final = 200
# what agreeing to a difference of this kind means
_AGREED: Final = {
    LineKind.MISSING: "予以资助",
    LineKind.TOO_MANY: "不资助",
    LineKind.AMOUNT_DIFFERS: "按核定金额资助",
}
_ANSWERING: Final = frozenset({AGREE_ALL.name, AGREE.name, ANSWER.name, DISAGREE.name})
_AFTER_FILING: Final = frozenset({AGREE_ALL.name, AGREE.name, DISAGREE.name, SUBMIT.name})
_SIGNING: Final = frozenset({"submit", "review", "approve", "accept", "refuse", "restore"})
_SIGNED_NEXT: Final = {
    RosterState.SUBMITTED: ("roster.review", "初审"),
    RosterState.REVIEWED: ("roster.approve", "复审"),
}


@needs_role(*sorted(BUSINESS_ROLES))
def roster_list(request: StaffRequest) -> HttpResponse:
    """The semester's rosters; the picked ones are moved together."""
    term = calendar.chosen(request.session)
    form = RosterFilter(request.GET or None, user=request.user)
    rows = _filtered(request, Roster.objects.visible_to(request.user).filter(semester=term), form)
    deeds = Deeds(request, _list_deeds(request.user, form, _drafted(request.user, term)))
    if deeds.done(semester=term.code, seen=request.POST.getlist("seen"), then=lambda: _left_told(_left(deeds))):
        return redirect(_left_at(request, deeds) if _left(deeds) else _listed_after(request, deeds))
    listed = rows.with_sums().with_version().with_mended().with_again().with_to_file()
    listed = listed.select_related("school", "programme", "period").order_by(
        "school__code", "programme__position", "round"
    )
    if lists.asked(request):
        return lists.answer(request, ROSTERS, listed, form)
    page = page_of(listed, request.GET.get("page"), at_once=True)
    flagged = flagged_counts(term, [roster.pk for roster in page]) if evidence.sees(request.user) else {}
    shown = {
        "form": form,
        "page": page,
        "sums": RosterLine.objects.visible_to(request.user).filter(roster__in=rows.values("pk")).sums(),
        "deeds": deeds,
        "rosters": [(roster, *_standing(roster, request.user), flagged.get(roster.pk, 0)) for roster in page],
        "may_sum": evidence.sees(request.user),
        "may_returned": evidence.sees(request.user) or bool(request.user.roles & SCHOOL_ROLES),
        "filtered": any(form.data.get(name) for name in form.fields),
    }
    return render(request, "disbursement/roster_list.html", shown | _filing(request))


def _drafted(user: User, term: Semester) -> bool:
    """Whether there are rosters; asked for those alone who draft them."""
    return not may(user, DRAFT.right) or Roster.objects.visible_to(user).of(term).exists()


def _left(deeds: Deeds) -> int:
    """How many of the picked rosters were not passed, for something is odd about them."""
    passed = deeds.wanted in (REVIEW.name, APPROVE.name) and deeds.result
    return len(deeds.picked) - len(deeds.result) if passed else 0


def _left_at(request: StaffRequest, deeds: Deeds) -> str:
    """Where they are listed."""
    state = RosterState.SUBMITTED if deeds.wanted == REVIEW.name else RosterState.REVIEWED
    return f"{request.path}?open=flagged&state={state}"


def _listed_after(request: StaffRequest, deeds: Deeds) -> str:
    """The same part of the list, where there is more of it to do; what a school has sent up stands in the whole list."""
    return request.path if deeds.wanted == SUBMIT.name else request.get_full_path()


def _left_told(left: int) -> str:
    """What is said of them, above the list that shows them."""
    return f"另有 {left} 份有疑点，没有通过，列在下面：点“疑点”逐人核对后，在名册页上通过。" if left else ""


def _list_deeds(user: User, form: RosterFilter, drafted: bool) -> list[Deed]:
    """The list's deeds; with a state chosen only those that begin there, 退回 to where its rosters can go.

    撤回 is for the head, who has no other way back; bureau people find it on the roster that they look at.

    While nothing is `drafted`, 生成名册 is what is to be done here.
    """
    state = form.wanted(state="state").get("state")
    states = [state] if state else [s for s in RosterState if s in RETURN.states]
    if not user.roles & COUNTY_ROLES:
        states = [s for s in states if s == RosterState.SUBMITTED]
    targets = {target for s in states for target in return_targets(s)}
    if Role.APPROVER not in user.roles:
        targets.discard(RosterState.REVIEWED)
    fits = [deed for deed in LIST_DEEDS if not state or not deed.states or state in deed.states]
    fits = [deed for deed in fits if deed is not WITHDRAW or not user.roles & COUNTY_ROLES]
    narrow = return_to(targets)
    shown = {RETURN.name: narrow} | ({} if drafted else {DRAFT.name: replace(DRAFT, tone="primary")})
    return [shown.get(deed.name, deed) for deed in fits if deed is not RETURN or targets]


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
    elif which == "flagged" and evidence.sees(request.user):
        rows = rows.filter(pk__in=flagged_counts(calendar.chosen(request.session), rows.values_list("pk", flat=True)))
    elif which == "mine":
        rows = rows.untouched_by(request.user)
    found = form.wanted(q="q")
    return rows.with_pupil(Student.objects.visible_to(request.user).search(found["q"])) if found else rows


@needs_role(*sorted(BUSINESS_ROLES))
def roster_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One roster: filed beside computed, line by line; what may be done now and by this person."""
    roster = _roster(request, pk)
    mine = RosterLine.objects.visible_to(request.user).filter(roster=roster)
    deeds = Deeds(request, _detail_deeds(roster, mine, request.user), fits=_fits(roster, request.user))
    ids = None if deeds.wanted in OF_LINES else [roster.pk]
    if deeds.wanted == AGREE_ALL.name:
        ids = list(mine.unanswered().order_by("pk").values_list("pk", flat=True))
    if request.headers.get("HX-Request") and "line" in request.GET and evidence.sees(request.user):
        return evidence.panel(request, roster, mine)
    then = partial(_next_of, request, roster, mine, deeds.wanted)
    if deeds.done(ids, then=then, seen=request.POST.getlist("seen")):
        return download(*deeds.result) if deeds.wanted == EXPORT.name else redirect(request.get_full_path())
    return _shown(request, roster, mine, deeds)


def _next_of(request: StaffRequest, roster: Any, mine: Any, deed: str) -> str:
    """After the last difference is answered: that the head's turn has come, first with accounts that wait."""
    if deed not in _ANSWERING or roster.state != RosterState.DRAFT or mine.unanswered().exists():
        return ""
    waiting = mine.with_account().filter(account_state="UNVERIFIED").count()
    first = f"先核对 {waiting} 名学生更正的银行账号，再" if waiting and _pays_accounts(roster) else ""
    more = "还有别的名册有差异待说明，请点“下一份”。" if _next_one(request, roster) else ""
    return f"差异已全部说明，下一步由学校负责人{first}上报。{more}"


def _pays_accounts(roster: Any) -> bool:
    return bool(roster.programme.payment_mode == PaymentMode.ACCOUNT)


def _roster(request: StaffRequest, pk: int) -> Any:
    rows = Roster.objects.visible_to(request.user).with_sums().with_version().with_mended().with_again().with_to_file()
    hands = ("prepared_by", "submitted_by", "reviewed_by", "approved_by", "confirmed_by")
    return get_object_or_404(rows.select_related("school", "programme", "semester", "period", "filed", *hands), pk=pk)


def _detail_deeds(roster: Any, mine: Any, user: User) -> list[Deed]:
    """The page's deeds: 全部同意核定结果 and 初审通过 say what they would do, 退回 how far it can go."""
    answering = roster.open_differences and may(user, AGREE_ALL.right)
    agree_all = replace(AGREE_ALL, text=_agreement(mine)) if answering else AGREE_ALL
    reviewing = roster.state == RosterState.SUBMITTED and may(user, REVIEW.right)
    review = replace(REVIEW, text=_verdict(roster, mine)) if reviewing else REVIEW
    back = return_to(return_targets(roster.state))
    approve = replace(APPROVE, text=f"{roster.lines_count} 人，{yuan_comma(roster.lines_fen)} 元。{APPROVE.text}")
    review, approve = (replace(deed, about="disbursement/_flagged_about.html") for deed in (review, approve))
    return [agree_all, *LINE_DEEDS, SUBMIT, review, approve, CONFIRM, back, WITHDRAW, VOID, EXPORT]


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
        f"{sums['person_times']} 人通过，{yuan_comma(sums['fen'])} 元；{refused + accepted} 人不通过、不资助（含多报"
        f"{f'，其中采纳学校理由 {accepted} 人' if accepted else ''}）。"
    )
    if undecided:
        said += f"另有 {undecided} 条学校理由您没有采纳，照常资助。"
    return said if sums["person_times"] else f"注意：没有一个人通过！{said}"


def _shown(request: StaffRequest, roster: Any, mine: Any, deeds: Deeds) -> HttpResponse:
    tab, reviewing = request.GET.get("tab", ""), evidence.sees(request.user)
    flags = flags_of(roster.semester, [roster.pk]) if reviewing or roster.state == RosterState.DRAFT else {}
    rows = (
        mine.filter(pk__in=flags).order_by("pk") if reviewing and tab == "FLAGGED" else _of_tab(mine, tab)
    ).with_place()
    rows = rows if reviewing else rows.with_account()
    rows = rows.select_related("student", "entitlement", "filed_line", "answered_by", "refused_by", "roster")
    page = page_of(rows, request.GET.get("page"), size=LINES_PER_PAGE)
    offers = list(deeds)
    picking = [offer for offer in offers if offer.deed.name in OF_LINES]
    sums, every = mine.sums(), mine.count()
    shown = {
        "roster": roster,
        "deeds": deeds,
        "picking": picking,
        "offers": [offer for offer in offers if offer.deed.name not in OF_LINES],
        "others": [offer for offer in picking if offer.deed is not REFUSE],
        "refuse": next((offer for offer in picking if offer.deed is REFUSE), None),
        "tabs": [*_tabs(mine, tab), *([("FLAGGED", "有疑点", len(flags))] if reviewing else [])],
        "tab": tab,
        "page": page,
        "lines": [(line, able(line), agreed(line), unable(line, roster)) for line in page],
        "sums": sums,
        "every": every,
        "unfunded": every - sums["person_times"],
        "passing": mine.passing().sums() if picking else None,
        "undecided": mine.passing().reasoned().count() if any(o.deed is ACCEPT for o in picking) else 0,
        "own_hand": _own_hand(roster, request.user),
        "sharers": {line for line, signs in flags.items() if Flag.ACCOUNT_SHARED in signs},
        "corrects": may(request.user, "account.correct"),
        "since_return": _since_return(request, roster),
        "next_one": _next_one(request, roster),
        "pays_accounts": _pays_accounts(roster),
        "events": history_of("roster", roster.pk),
        **(_filing(request) if roster.state == RosterState.DRAFT else {}),
        **(_evidence(request, roster, mine, page, flags) if reviewing else {}),
    }
    return render(request, "disbursement/roster_detail.html", shown)


def _evidence(request: StaffRequest, roster: Any, mine: Any, page: Page, flags: evidence.Flags) -> dict[str, Any]:
    """What reviewers see beside the lines; the same number of queries however many lines there are."""
    last = evidence.last_semester(request, roster)
    evidence.mark(page.rows, flags, last)
    line = evidence.chosen(request, mine, page.rows)
    return {
        "reviewing": True,
        "flagged": len(flags),
        "last": last,
        "gone": evidence.gone(request, roster, last) if request.GET.get("tab") == "GONE" else [],
        "evidence": evidence.evidence_of(request, roster, line, flags) if line else None,
    }


def _since_return(request: StaffRequest, roster: Any) -> Any:
    """Why a roster was returned to the school, and what was changed since; None of one that was not."""
    if not (roster.again or (roster.state == RosterState.DRAFT and roster.return_reason)):
        return None
    rosters = Roster.objects.visible_to(request.user).filter(pk=roster.pk)
    applications = AidApplication.objects.visible_to(request.user).none()
    events = returns_of(rosters, applications).filter(to_state=RosterState.DRAFT).order_by("-seq")[:1]
    return next(iter(with_changes(list(events), rosters, applications)), None)


def _next_one(request: StaffRequest, roster: Any) -> Any:
    """After the person's own step: the next roster that waits for it, if there is one."""
    mine = Roster.objects.visible_to(request.user).of(roster.semester)
    order = ("school__code", "programme__position", "round")
    if roster.state == RosterState.DRAFT and may(request.user, ANSWER.right):
        return (
            mine.to_be_answered().exclude(pk=roster.pk).select_related("school", "programme").order_by(*order).first()
        )
    waits = next((state for state, (verb, _) in _SIGNED_NEXT.items() if may(request.user, verb)), None)
    if waits is None or roster.state == waits:
        return None
    rows = mine.filter(state=waits).untouched_by(request.user)
    return rows.select_related("school", "programme").order_by(*order).first()


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


def _fits(roster: Any, user: User) -> Callable[[Deed], bool]:
    """Which deeds this roster lets this person do: its state, its hands, its publicity."""
    hands = {roster.prepared_by_id, roster.submitted_by_id, roster.reviewed_by_id, roster.approved_by_id}
    public = roster.period is not None and roster.period.state != PeriodState.ABORTED
    of_school = not user.roles & COUNTY_ROLES

    def fits(deed: Deed) -> bool:
        if deed.states and roster.state not in deed.states:
            return False
        if (deed.name in _SIGNING and user.pk in hands) or (roster.to_file and deed.name in _AFTER_FILING):
            return False
        if deed.name == "agree_all":
            return bool(roster.open_differences)
        if deed.name == "confirm":
            return public and roster.period.state == PeriodState.ENDED
        if deed.name == "withdraw":
            free = roster.state == RosterState.CONFIRMED or not public
            return free and getattr(roster, f"{ROSTER_HANDS[roster.state]}_id") == user.pk
        if deed.name == "return" and of_school:  # who sent it up takes it back
            return bool(roster.state == RosterState.SUBMITTED and roster.submitted_by_id != user.pk)
        return not (public and deed.name in ("return", "void"))

    return fits
