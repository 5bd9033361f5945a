"""A roster's way: differences answered, submitted, reviewed, approved, confirmed — by different persons."""

from collections import defaultdict
from typing import Any

from django.db.models import Count, Q

from aid_admin.accounts.acting import Moved, action, move, record, scoped
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.audit.history import history_of
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.db import bulk
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from disbursement.actions.checks import own_hand, submission_checks
from disbursement.models import PaymentLine, Roster, RosterLine
from disbursement.permissions import ALLOWED
from disbursement.rules.states import (
    HAND_NAMES,
    MISSING_REASONS,
    ROSTER_HANDS,
    ROSTER_MOVES,
    DiffReason,
    LineKind,
    LineRefusal,
    LineStatus,
    PeriodState,
    ReturnReason,
    RosterState,
    return_verb,
    withdraw_verb,
)

# what somebody else may have done since a page was made, as the stale page is told
_DEEDS = {
    "roster.draft": "重新比对", "roster.answer": "说明差异", "roster.submit": "上报", "roster.review": "初审",
    "roster.approve": "复审", "roster.return": "退回", "roster.withdraw": "撤回", "roster.confirm": "确认",
    "roster.void": "作废", "roster.refuse": "标记不予通过", "roster.restore": "取消不予通过",
}  # fmt: skip

_NAMED_AT_MOST = 3


def _rosters(verb: str, by: User, ids: list[int], seen: list[str] | None = None, *, done: str = "") -> list[Any]:
    """Locked; the periods are read afterwards, for somebody may just have planned one.

    `done` names the hand that the verb fills in: filled in already, the verb is not done again. `seen` is what
    the page showed, as roster:version; a roster that was moved since is refused.
    """
    rows = Roster.objects.select_related("school", "programme", "semester").prefetch_related("period")
    found = scoped(rows, verb, by, ids)
    for term in {roster.semester_id: roster.semester for roster in found}.values():
        calendar.refuse_closed(term)
    _refuse_done(found, by, done)
    _refuse_stale(found, by, seen or [])
    return found


def _refuse_done(rosters: list[Any], by: User, hand: str) -> None:
    for roster in rosters:
        person = getattr(roster, hand) if hand else None
        if person:
            who = "您" if person.pk == by.pk else person.name
            state = roster.get_state_display()
            raise Refused(f"{roster}{who}已经{HAND_NAMES[hand]}过了，现在是“{state}”，不用再办。")


def _refuse_stale(rosters: list[Any], by: User, seen: list[str]) -> None:
    shown = dict(text.split(":", 1) for text in seen if ":" in text)
    now = dict(
        Roster.objects.filter(pk__in=[r.pk for r in rosters if str(r.pk) in shown])
        .with_version()
        .values_list("pk", "version")
    )
    for roster in rosters:
        if roster.pk in now and shown[str(roster.pk)] != str(now[roster.pk]):
            raise Refused(
                f"页面已过期，{roster}{_last_deed(roster, by)}，现在是“{roster.get_state_display()}”。请核对后再办。"
            )


def _last_deed(roster: Any, by: User) -> str:
    last = next((event for event in history_of("roster", roster.pk) if event.verb != "roster.export"), None)
    if last is None:
        return "已有变动"
    who = "您本人" if last.actor_username == by.username else last.actor_name or last.actor_username
    return f"已由{who}{_DEEDS.get(last.verb, '更新')}"


def refuse_own(rosters: list[Any], by: User) -> None:
    """Two hands of one roster are never the same person's (the table says so too)."""
    for roster in rosters:
        if told := own_hand(roster, by):
            raise Refused(told)


def _with_sums(moved: list[Moved], rosters: list[Any]) -> list[Moved]:
    sums = {
        pk: (count, fen)
        for pk, count, fen in bulk.query(
            """SELECT roster_id, count(*), COALESCE(sum(amount_fen), 0)::bigint FROM disbursement_rosterline
                WHERE roster_id = ANY(%s) AND state IN ('PROPOSED', 'ACCEPTED', 'HELD') AND kind <> 'TOO_MANY'
                GROUP BY roster_id""",
            [[roster.pk for roster in rosters]],
        )
    }
    return [
        Moved(m.object, m.id, m.from_state, m.to_state, count, count, fen)
        for m in moved
        for count, fen in [sums.get(m.id, (0, 0))]
    ]


@action("roster.answer", ALLOWED)
def answer_differences(*, by: User, line: list[int], reason_code: str = "", explanation: str = "") -> list[Moved]:
    """Answer differences on a draft: a coded reason why a pupil was not filed, agreement (""), or DISAGREED.

    The answer never adds a line or changes an amount; lines without a difference are passed over. OTHER and
    DISAGREED need words. Raises Refused for agreement where the school has filed no list of the first round.
    """
    if reason_code and reason_code not in list(DiffReason):
        raise BadInput("说明代码不对，可用：" + "、".join(f"{r.value}（{r.label}）" for r in DiffReason))
    if reason_code in (DiffReason.OTHER, DiffReason.DISAGREED) and not explanation.strip():
        raise BadInput("选择“其他”或“有异议”时请写明具体情况。", field="explanation")
    rows = RosterLine.objects.select_related("student", "roster__school", "roster__programme")
    lines = scoped(rows, "roster.answer", by, line)
    for item in lines:
        _refuse_answer(item, reason_code)
    differing = [item for item in lines if item.kind != LineKind.RIGHT]
    if not differing:
        raise Refused("所选学生都与核定结果一致，无需说明。")
    ids = [item.pk for item in differing]
    RosterLine.objects.filter(pk__in=ids).update(reason_code=reason_code, explanation=explanation, answered_by=by)
    answer = reason_code or "AGREED"
    for roster in {item.roster_id: item.roster for item in differing}.values():
        mine = [item for item in differing if item.roster_id == roster.pk]
        reason = _named(mine) + explanation
        record("roster", roster.pk, school_code=roster.school.code, to_state=answer, reason=reason, count=len(mine))
    return [Moved("line", pk, None, answer) for pk in ids]


def _named(lines: list[Any]) -> str:
    """Who a few lines are about, for the history: "学生：甲、乙。"; "" where they are many."""
    names = "、".join(item.student.name for item in lines)
    return f"学生：{names}。" if len(lines) <= _NAMED_AT_MOST else ""


def _refuse_answer(line: Any, reason_code: str) -> None:
    if line.roster.state != RosterState.DRAFT:
        raise Refused(f"{line.roster}已经上报，不能再改差异说明。需要更改请联系初审退回。")
    if line.roster.unfiled and not reason_code:
        raise Refused(
            f"{line.roster}还没有上传填报名册，不能同意核定结果。请先上传“资助发放名册”，系统逐人比较后再说明差异；"
            "确实没有人要报的，逐人选“不应资助，说明原因”。"
        )
    if line.kind == LineKind.RIGHT:
        return
    missing = line.kind == LineKind.MISSING
    if reason_code in MISSING_REASONS and not missing:
        raise Refused(f"{line.student}是“{line.get_kind_display()}”，不是应助未报，请用“同意核定结果”或“有异议”。")
    if reason_code == DiffReason.DISAGREED and missing:
        raise Refused(f"{line.student}是应助未报，请用“不应资助，说明原因”。")


@action("roster.submit", ALLOWED)
def submit_rosters(*, by: User, roster: list[int], seen: list[str] | None = None) -> list[Moved]:
    """The school's head sends drafts up; every difference must have been answered, by another person."""
    found = _rosters("roster.submit", by, roster, seen, done="submitted_by")
    for check in submission_checks(found, by):
        if check.blocks and check.fault:
            raise Refused(check.fault)
    return _with_sums(move(found, ROSTER_MOVES, "submit", submitted_by=by, return_reason=""), found)


@action("roster.review", ALLOWED)
def review_rosters(
    *, by: User, roster: list[int], accept_reasons: list[int] | None = None, refuse: list[int] | None = None,
    seen: list[str] | None = None,
) -> list[Moved]:  # fmt: skip
    """First review: lines are accepted, those too many refused; those refused before (roster.refuse) stay so.

    `accept_reasons` are lines (应助未报) whose school's reason holds: they are refused. `refuse` are lines that
    the reviewer refuses for another reason. A grant that exists elsewhere refuses the line: ALREADY_GRANTED.
    """
    found = _rosters("roster.review", by, roster, seen, done="reviewed_by")
    refuse_own(found, by)
    for term in sorted({item.semester_id for item in found}):  # one pupil may be on two reviewers' rosters
        bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"grants {term}"])
    accepted, refused = set(accept_reasons or []), set(refuse or [])
    chosen = accepted | refused
    if RosterLine.objects.filter(roster__in=found, pk__in=chosen).count() != len(chosen):
        raise NotFound("勾选的学生不都在这些名册上，请刷新后重选。")
    lines = RosterLine.objects.filter(roster__in=found, state=LineStatus.PROPOSED)
    unreasoned = lines.filter(pk__in=accepted).filter(Q(reason_code="") | ~Q(kind=LineKind.MISSING))
    if unreasoned.exists():
        raise Refused("只有学校填写了原因的“应助未报”才能采纳原因，请刷新后重选。")
    moved = move(found, ROSTER_MOVES, "review", reviewed_by=by, return_reason="")
    _refuse_lines(lines.filter(kind=LineKind.TOO_MANY), LineRefusal.NOT_ENTITLED)
    _refuse_lines(lines.filter(pk__in=accepted), LineRefusal.SCHOOL_REASON_ACCEPTED, by)
    _refuse_lines(lines.filter(pk__in=refused), LineRefusal.NOT_ENTITLED, by)
    _refuse_lines(lines.filter(pk__in=already_granted(found)), LineRefusal.ALREADY_GRANTED)
    lines.filter(state=LineStatus.PROPOSED).update(state=LineStatus.ACCEPTED)
    _tell_refused(found)
    return _with_sums(moved, found)


def _tell_refused(rosters: list[Any]) -> None:
    """The history of each roster says how many did not pass, and why."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    lines = RosterLine.objects.filter(roster__in=rosters, state=LineStatus.REFUSED)
    for pk, refusal, count in (
        lines.order_by("roster", "refusal").values_list("roster", "refusal").annotate(Count("pk"))
    ):
        found[pk].append((LineRefusal(refusal).label, count))
    for roster in rosters:
        if why := "、".join(f"{label} {count} 人" for label, count in found[roster.pk]):
            record("roster", roster.pk, school_code=roster.school.code, reason=f"不通过：{why}")


def _refuse_lines(lines: Any, refusal: LineRefusal, by: User | None = None) -> None:
    lines.filter(state=LineStatus.PROPOSED).update(state=LineStatus.REFUSED, refusal=refusal, refused_by=by)


def already_granted(rosters: list[Any]) -> list[int]:
    """Lines whose grant exists, or is made by an earlier line of the same review."""
    ids = [roster.pk for roster in rosters]
    rows = bulk.query(
        """SELECT l.id FROM disbursement_rosterline l JOIN disbursement_rosterline g
               ON g.semester_id = l.semester_id AND g.programme_id = l.programme_id
              AND g.student_id = l.student_id AND g.id <> l.id
              AND (g.state IN ('ACCEPTED', 'HELD')
                   OR g.state = 'PROPOSED' AND g.roster_id = ANY(%s) AND g.id < l.id)
            WHERE l.roster_id = ANY(%s)""",
        [ids, ids],
    )
    return [pk for (pk,) in rows]


def list_digest(roster: Any) -> str:
    """What was approved: pupils, programme and amounts in order of pupils."""
    rows = roster.lines.filter(state__in=[LineStatus.ACCEPTED, LineStatus.HELD]).order_by("student__id")
    return digest(rows.values_list("student__name_key", "programme__code", "amount_fen", "student_id"))


@action("roster.approve", ALLOWED)
def approve_rosters(*, by: User, roster: list[int], seen: list[str] | None = None) -> list[Moved]:
    """Second review: count, total and digest of the list are fixed; by nobody who refused one of its lines."""
    found = _rosters("roster.approve", by, roster, seen, done="approved_by")
    refuse_own(found, by)
    if RosterLine.objects.filter(roster__in=found, refused_by=by).exists():
        raise Refused("其中有您在初审时标记“不予通过”的学生，须由另一人复审。")
    moved = _with_sums(move(found, ROSTER_MOVES, "approve", approved_by=by, return_reason=""), found)
    for item, sums in zip(found, moved, strict=True):
        Roster.objects.filter(pk=item.pk).update(
            line_count=sums.persons, total_fen=sums.amount_fen, digest=list_digest(item)
        )
    return moved


@action("roster.return", ALLOWED)
def return_rosters(
    *, by: User, roster: list[int], reason_code: str, reason: str, to: str = RosterState.DRAFT,
    seen: list[str] | None = None,
) -> list[Moved]:  # fmt: skip
    """Send rosters back to a named earlier state with a coded reason and words; lines open again."""
    if reason_code not in list(ReturnReason) or not reason.strip():
        codes = "、".join(f"{r.value}（{r.label}）" for r in ReturnReason)
        raise BadInput(f"退回须选择原因并写明要改什么。原因代码：{codes}")
    found = _rosters("roster.return", by, roster, seen)
    school_only = not by.roles & {Role.REVIEWER, Role.APPROVER}
    results: list[Moved] = []
    for item in found:
        verb = return_verb(item.state, to)
        if item.state == RosterState.DRAFT:
            raise Refused(f"{item}已经在学校修改，不用再退回。")
        if verb is None or (school_only and item.state != RosterState.SUBMITTED):
            raise Refused(f"{item}当前是“{item.get_state_display()}”，不能退回到该状态。")
        _refuse_publicised(item)
        columns = _hands_emptied(item.state, to) | {"return_reason": f"{ReturnReason(reason_code).label}：{reason}"}
        results += move([item], ROSTER_MOVES, verb, reason=f"{ReturnReason(reason_code).label}：{reason}", **columns)
        if to in (RosterState.DRAFT, RosterState.SUBMITTED):
            _reopen(item, to)
    return results


def _refuse_publicised(roster: Any) -> None:
    if roster.period_id and roster.period.state != PeriodState.ABORTED:
        raise Refused(f"{roster}已进入公示“{roster.period.title}”，要改须先中止该公示。")


def _refuse_batched(roster: Any) -> None:
    if PaymentLine.objects.filter(roster_line__roster=roster).live().exists():
        raise Refused(f"{roster}已经编入发放批次，不能撤回确认。要改须先中止批次。")


def _hands_emptied(state: str, target: str) -> dict[str, Any]:
    order = list(ROSTER_HANDS)
    later = order[order.index(RosterState(target)) + 1 : order.index(RosterState(state)) + 1]
    emptied: dict[str, Any] = {ROSTER_HANDS[step]: None for step in later}
    if target == RosterState.APPROVED:  # only the confirmation is taken back: the approved list stands
        return emptied
    return emptied | {"line_count": None, "total_fen": None, "digest": ""}


def _reopen(roster: Any, target: str) -> None:
    """Lines are open again; what a reviewer refused by name stands until he takes it back or the school mends it."""
    decided = roster.lines.filter(state__in=[LineStatus.ACCEPTED, LineStatus.HELD, LineStatus.REFUSED])
    if target == RosterState.SUBMITTED:
        decided = decided.filter(refused_by=None)
    decided.update(state=LineStatus.PROPOSED, refusal="", refusal_note="", refused_by=None)


@action("roster.withdraw", ALLOWED)
def withdraw_rosters(*, by: User, roster: list[int], reason: str = "", seen: list[str] | None = None) -> list[Moved]:
    """Take back one's own last decision while nobody has acted after it."""
    found = _rosters("roster.withdraw", by, roster, seen)
    results: list[Moved] = []
    for item in found:
        verb = withdraw_verb(item.state)
        hand = ROSTER_HANDS[RosterState(item.state)] if item.state in list(ROSTER_HANDS) else ""
        if verb is None or getattr(item, f"{hand}_id") != by.pk:
            raise Refused(f"{item}的最后一步不是您办理的，不能撤回。")
        if item.state == RosterState.SUBMITTED and item.lines.exclude(refused_by=None).exists():
            raise Refused(f"{item}初审已经开始审核，不能撤回。要改请联系初审退回。")
        if item.state == RosterState.CONFIRMED:
            _refuse_batched(item)
        else:
            _refuse_publicised(item)
        target = ROSTER_MOVES[verb].target
        results += move([item], ROSTER_MOVES, verb, reason=reason, **_hands_emptied(item.state, target))
        if target == RosterState.SUBMITTED:
            _reopen(item, target)
    return results


@action("roster.void", ALLOWED)
def void_rosters(*, by: User, roster: list[int], reason: str, seen: list[str] | None = None) -> list[Moved]:
    """Void rosters that are not yet confirmed; their grants are free again."""
    if not reason.strip():
        raise BadInput("作废须写明原因。", field="reason")
    found = _rosters("roster.void", by, roster, seen)
    for item in found:
        _refuse_publicised(item)
        item.lines.filter(state__in=[LineStatus.ACCEPTED, LineStatus.HELD]).update(state=LineStatus.WITHDRAWN)
    return move(found, ROSTER_MOVES, "void", reason=reason)


@action("roster.confirm", ALLOWED)
def confirm_rosters(*, by: User, roster: list[int], seen: list[str] | None = None) -> list[Moved]:
    """Confirm approved rosters whose publicity has ended; what is confirmed may be paid."""
    found = _rosters("roster.confirm", by, roster, seen, done="confirmed_by")
    for item in found:
        if item.period is None or item.period.state != PeriodState.ENDED:
            raise Refused(f"{item}还没有完成公示，公示期满并核查照片后才能确认。")
        if item.digest != list_digest(item) and not _only_withdrawn(item):
            raise Refused(f"{item}的名单与复审时不一致，不能确认，请联系审计人员。")
    return _with_sums(move(found, ROSTER_MOVES, "confirm", confirmed_by=by), found)


def _only_withdrawn(roster: Any) -> bool:
    """The list may have lost lines to sustained objections, and nothing else."""
    lines = roster.lines.filter(state__in=[LineStatus.ACCEPTED, LineStatus.HELD, LineStatus.WITHDRAWN])
    return bool(lines.count() == roster.line_count)
