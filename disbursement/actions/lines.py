"""One pupil's line at first review: refused with a code and words, or restored, while the roster is with the reviewer."""

from typing import Any

from aid_admin.accounts.acting import Moved, action, record, scoped
from aid_admin.accounts.models import User
from aid_admin.lib.refusals import BadInput, Refused
from disbursement.actions.rosters import refuse_own
from disbursement.models import Roster, RosterLine
from disbursement.permissions import ALLOWED
from disbursement.rules.states import REVIEWERS_REFUSALS, LineKind, LineRefusal, LineStatus, RosterState

_ACCEPTED = LineRefusal.SCHOOL_REASON_ACCEPTED


@action("roster.refuse", ALLOWED)
def refuse_lines(
    *, by: User, line: list[int], reason_code: str, reason: str = "", everybody: bool = False
) -> list[Moved]:
    """Refuse lines of submitted rosters, with words unless the school's own reason is accepted.

    `everybody` says that it is meant when no line of a roster is left that would pass.
    """
    if reason_code not in (*REVIEWERS_REFUSALS, _ACCEPTED):
        codes = "、".join(f"{r.value}（{r.label}）" for r in (*REVIEWERS_REFUSALS, _ACCEPTED))
        raise BadInput(f"请选择不予通过的原因。原因代码：{codes}")
    if reason_code != _ACCEPTED and not reason.strip():
        raise BadInput("请写明这些学生为什么不予通过，学校据此告知家长。", field="reason")
    lines = _submitted_lines(by, "roster.refuse", line)
    for item in lines:
        _refuse_verdict(item, reason_code)
    ids = [item.pk for item in lines]
    RosterLine.objects.filter(pk__in=ids).update(
        state=LineStatus.REFUSED, refusal=reason_code, refusal_note=reason.strip(), refused_by=by
    )
    if not everybody:
        _refuse_emptied(lines)
    return _told(lines, LineStatus.REFUSED, f"{LineRefusal(reason_code).label} {reason}".strip())


@action("roster.restore", ALLOWED)
def restore_lines(*, by: User, line: list[int]) -> list[Moved]:
    """Take a refusal back before the review."""
    lines = _submitted_lines(by, "roster.restore", line)
    for item in lines:
        if item.state != LineStatus.REFUSED:
            raise Refused(f"{item.student}没有被标记不予通过，不用取消。")
    ids = [item.pk for item in lines]
    RosterLine.objects.filter(pk__in=ids).update(
        state=LineStatus.PROPOSED, refusal="", refusal_note="", refused_by=None
    )
    return _told(lines, LineStatus.PROPOSED, "")


def _submitted_lines(by: User, verb: str, ids: list[int]) -> list[Any]:
    """The lines, after their rosters are locked: nobody reviews meanwhile."""
    wanted = RosterLine.objects.filter(pk__in=ids).values("roster")
    list(Roster.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    rows = RosterLine.objects.select_related("student", "roster__school", "roster__programme")
    lines = scoped(rows, verb, by, ids)
    rosters = {item.roster_id: item.roster for item in lines}.values()
    for roster in rosters:
        if roster.state != RosterState.SUBMITTED:
            raise Refused(f"{roster}现在是“{roster.get_state_display()}”，只有“已上报”的名册可以逐人审核。请刷新页面。")
    refuse_own(list(rosters), by)
    return lines


def _refuse_verdict(line: Any, reason_code: str) -> None:
    if line.state != LineStatus.PROPOSED:
        raise Refused(f"{line.student}已经标记“{line.refusal_label}”，要改请先取消不予通过。")
    if line.kind == LineKind.TOO_MANY:
        raise Refused(f"{line.student}是多报，初审通过时自动不通过，不用再选。")
    if reason_code == _ACCEPTED and (line.kind != LineKind.MISSING or not line.reason_code):
        raise Refused(f"学校没有对{line.student}说明未报原因，不能采纳。")


def _refuse_emptied(lines: list[Any]) -> None:
    for roster in {item.roster_id: item.roster for item in lines}.values():
        if not roster.lines.passing().exists():
            raise Refused(
                f"这样{roster}没有一个人通过。确实全部不资助的，请勾选“全部不通过”再提交；名册有问题请用“退回”。"
            )


def _told(lines: list[Any], state: LineStatus, reason: str) -> list[Moved]:
    """One event a roster, with the number of its lines."""
    for roster in {item.roster_id: item.roster for item in lines}.values():
        mine = [item for item in lines if item.roster_id == roster.pk]
        record("roster", roster.pk, school_code=roster.school.code, to_state=state, reason=reason, count=len(mine))
    return [Moved("line", item.pk, item.state, state, 1, 1, item.amount_fen) for item in lines]
