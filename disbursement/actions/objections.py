"""Objections: registered during publicity, decided by another person, told on paper to who objected."""

from datetime import date
from typing import Any, Final

from aid_admin.accounts.acting import Moved, action, move, record, scoped
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.lib import workdays
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from disbursement.actions.printing import logged, office, one_in_reach
from disbursement.models import Objection, PublicityLine, RosterLine
from disbursement.papers.objection_letter import ObjectionLetter, objection_paper
from disbursement.papers.paper import Paper
from disbursement.permissions import ALLOWED
from disbursement.rules.publicity import is_anonymous
from disbursement.rules.states import GRANTS, LINE_MOVES, LineStatus, PeriodState

OBJECTION_WORKDAYS: Final = 5


@action("objection.add", ALLOWED)
def add_objection(
    *, by: User, line: int, channel: str, text: str, received_on: date | None = None, objector: str = "",
    phone: str = "", also: list[int] | None = None,
) -> list[Moved]:  # fmt: skip
    """Register an objection during publicity; it holds that pupil's line, and those of `also`, each by its own.

    `objector` and `phone` are those of the person who objects, blank where nobody says so: the letter names the one
    and never the other. Raises Refused for lines that do not hang now or are of two pupils.
    """
    rows = RosterLine.objects.select_related("roster__school", "roster__period", "student", "programme")
    found = scoped(rows, "objection.add", by, [line, *(also or ())])
    _refuse_unfit(found)
    if not text.strip():
        raise BadInput("请写明异议内容。", field="text")
    if objector.strip() and is_anonymous(channel):
        raise BadInput("渠道是“匿名”的不填姓名；愿意留名的，渠道请选来电、来访等。", field="objector")
    day = received_on or calendar.business_date()
    said = {
        "channel": channel, "text": text, "received_on": day, "objector": objector.strip(),
        "objector_phone": phone.strip() or None, "registered_by": by,
        "due_on": workdays.add_workdays(day, OBJECTION_WORKDAYS, calendar.holidays()),
    }  # fmt: skip
    return [_register(one, said) for one in found]


def _refuse_unfit(lines: list[Any]) -> None:
    """Lines of one pupil, each on a list that hangs now."""
    if len({line.student_id for line in lines}) > 1:
        raise Refused("一次只能登记同一名学生的项目，其他学生请另行登记。")
    for line in lines:
        period = line.roster.period
        if period is None or period.state != PeriodState.RUNNING:
            raise Refused("这名学生的名单不在公示期内，不能登记异议。")
        if line.state not in GRANTS:
            raise Refused(f"{line.programme.name}这一项已不在公示名单上（{line.get_state_display()}），不用登记异议。")


def _register(line: Any, said: dict[str, Any]) -> Moved:
    objection = Objection.objects.create(roster_line=line, **said)
    if line.state == LineStatus.ACCEPTED:
        move([line], LINE_MOVES, "hold", reason="公示异议")
    record("objection", objection.pk, school_code=line.scope_code, to_state="OPEN", reason=said["channel"])
    return Moved("objection", objection.pk, None, "OPEN")


@action("objection.decide", ALLOWED)
def decide_objection(*, by: User, objection: int, outcome: str, finding: str) -> list[Moved]:
    """SUSTAINED takes the line away; DISMISSED frees it, unless another objection is open."""
    if outcome not in {"SUSTAINED", "DISMISSED"} or not finding.strip():
        raise BadInput("请选择结论（SUSTAINED 成立 / DISMISSED 不成立）并写明调查情况。")
    found: Any = scoped(Objection.objects, "objection.decide", by, [objection])[0]
    if found.outcome:
        raise Refused("这条异议已经有结论，请刷新。")
    if found.registered_by_id == by.pk:
        raise Refused("异议由登记人以外的人决定。")
    Objection.objects.filter(pk=found.pk, outcome="").update(outcome=outcome, finding=finding, decided_by=by)
    line = (
        RosterLine.objects.select_for_update(of=("self",)).select_related("roster__school").get(pk=found.roster_line_id)
    )
    if outcome == "SUSTAINED" and line.state in (LineStatus.ACCEPTED, LineStatus.HELD):
        move([line], LINE_MOVES, "withdraw", reason="公示异议成立")
    elif line.state == LineStatus.HELD and not line.objection_set.filter(outcome="").exists():
        move([line], LINE_MOVES, "release", reason="公示异议不成立")
    record("objection", found.pk, school_code=line.scope_code, from_state="OPEN", to_state=outcome, reason=finding)
    return [Moved("objection", found.pk, "OPEN", outcome)]


@action("objection.reveal", ALLOWED)
def log_phone_shown(*, by: User, objection: int, reason: str) -> None:
    """Log that the phone of who objected was shown in clear, to whom and why.

    A right of its own: who may see numbers of pupils may not see who complained of them.
    """
    if not reason.strip():
        raise BadInput("查看电话须填写原因，系统会留下记录。", field="reason")
    rows = Objection.objects.select_related("roster_line__roster__school")
    found: Any = one_in_reach(rows, "objection.reveal", by, objection)
    record(
        "objection.phone",
        found.pk,
        to_state="REVEALED",
        reason=reason.strip(),
        school_code=found.roster_line.scope_code,
    )


@action("objection.print", ALLOWED)
def print_outcome(*, by: User, objection: int) -> Paper:
    """The 异议处理结果告知书 of a decided objection; logged. Raises Refused as long as it is open."""
    rows = Objection.objects.select_related("roster_line__roster__school")
    found: Any = one_in_reach(rows, "objection.print", by, objection)
    if not found.outcome:
        raise Refused("这条异议还没有结论，作出结论以后才能打印告知书。")
    line = found.roster_line
    hung = PublicityLine.objects.filter(roster_line=line).select_related("period").order_by("pk").last()
    if hung is None:
        raise NotFound("没有找到公示过的名单，不能打印告知书。")
    letter = ObjectionLetter(
        number=found.pk, period=hung.period.title, school=hung.school_name, group=f"{hung.grade}{hung.class_name}",
        pupil=hung.name, programme=hung.programme_name, channel=found.channel, received_on=found.received_on,
        text=found.text, outcome=found.outcome, finding=found.finding, dated=calendar.business_date(), office=office(),
        objector=found.objector,
    )  # fmt: skip
    return logged(objection_paper(letter), "objection", found.pk, 1, school_code=line.scope_code)
