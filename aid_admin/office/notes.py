"""What the home page says beside the list: what waits for somebody else, what a school may do before it is asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.rules import UploadState
from disbursement.actions import ending, notices
from disbursement.actions.flags import shared_accounts
from disbursement.models import DisbursementBatch, Objection, PublicityPeriod, Roster, RosterLine
from disbursement.rules.states import BatchState, LineKind, PeriodState, RosterState
from students.models import BankAccount

Aside = tuple[Any, Callable[[int], "Note"]]  # rows that wait for somebody else, and what is said of them
FILING: Final = "/uploads/new/roster/"


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence and the way there; `begin`: what it names may be done now."""

    text: str
    path: str
    link: str
    begin: bool = False


def notes_for(user: User, term: Semester, today: date | None = None) -> list[Note]:
    """The person's notes in this semester; none of it is counted as waiting for him. One query, three where lists hang."""
    day = today or calendar.business_date()
    asides = [aside for role in sorted(user.roles) if role in _ASIDE for aside in _ASIDE[role](user, term, day)]
    school = _school(user, term) if Role.SCHOOL_CLERK in user.roles else {}
    counts = bulk.count_all([*(rows for rows, _ in asides), *school.values()])
    told = [tell(count) for (_, tell), count in zip(asides, counts, strict=False) if count]
    own = dict(zip(school, counts[len(asides) :], strict=True))
    return [*told, *_of_school(own)] if own else told


def _reviewer(user: User, term: Semester, _today: date) -> Iterator[Aside]:
    yield (
        _rosters(user, term, RosterState.SUBMITTED).filter(prepared_by=user),
        lambda count: Note(
            f"有 {count} 份已上报的名册等另一名初审人员办理：是您生成的，您不能再初审。",
            f"/rosters/?state={RosterState.SUBMITTED}", "看这些名册",
        ),
    )  # fmt: skip


def _approver(user: User, term: Semester, today: date) -> Iterator[Aside]:
    over = Semester.objects.filter(pk=term.pk, closed_on=None, ends_on__lt=today)
    yield over, lambda _: Note("本学期已经结束，还没有办结。", "/closing/", "看还有什么没办完")
    yield _running(user, term, today)
    touched = Q(prepared_by=user) | Q(reviewed_by=user)
    yield (
        _rosters(user, term, RosterState.REVIEWED).filter(touched),
        lambda count: Note(
            f"有 {count} 份已初审的名册等另一名复审人员办理：是您生成或初审的，您不能再复审。",
            f"/rosters/?state={RosterState.REVIEWED}", "看这些名册",
        ),
    )  # fmt: skip


def _running(user: User, term: Semester, today: date, hint: str = "") -> Aside:
    """Periods that hang and are not to be ended yet: how they stand, which asks for nothing."""
    running = PublicityPeriod.objects.visible_to(user).filter(semester=term, state=PeriodState.RUNNING)
    awaited = running.exclude(pk__in=ending.all_good(running).values("pk"))
    return (
        awaited,
        lambda count: Note(
            f"公示进行中（{count} 次）：{hint}{ending.outlook_of(awaited, today)}。",
            f"/publicity/?state={PeriodState.RUNNING}", "看公示",
        ),
    )  # fmt: skip


def _publicity_officer(user: User, term: Semester, today: date) -> Iterator[Aside]:
    yield _running(user, term, today, "留意来电来访，登记异议；")
    periods = PublicityPeriod.objects.visible_to(user).filter(semester=term)
    running = periods.filter(state=PeriodState.RUNNING)
    yield (
        ending.all_good(running),
        lambda count: Note(
            f"有 {count} 次公示的照片都已核查通过，期满后由复审人员结束公示。",
            f"/publicity/?state={PeriodState.RUNNING}", "看公示",
        ),
    )  # fmt: skip
    objections = Objection.objects.visible_to(user).filter(outcome="", roster_line__semester=term)
    yield (
        objections,
        lambda count: Note(
            f"有 {count} 条公示异议未办结，由复审人员作结论。", "/objections/?outcome=OPEN", "看这些异议",
        ),
    )  # fmt: skip
    yield (
        periods.filter(~notices.certified(), state=PeriodState.ENDED),
        lambda count: Note(
            f"有 {count} 次公示已结束，可打印公示结果证明。", f"/publicity/?state={PeriodState.ENDED}", "看已结束的公示",
        ),
    )  # fmt: skip


def _school_clerk(user: User, term: Semester, _today: date) -> Iterator[Aside]:
    """Before the head is told of it: an account that another family's pupil has, too."""
    shared = BankAccount.objects.visible_to(user).filter(ended_at=None, pk__in=shared_accounts(term.pk))
    yield (
        shared.filter(Exists(_rosters(user, term, RosterState.DRAFT))),
        lambda count: Note(
            f"有 {count} 名学生的账号与另一家庭的学生相同，上报以前请对照银行卡或存折原件核对：错了的更正账户，没有错的不用办。",
            "/accounts/?verified=shared", "看这些账号",
        ),
    )  # fmt: skip


def _finance_approver(user: User, term: Semester, _today: date) -> Iterator[Aside]:
    batches = DisbursementBatch.objects.visible_to(user).filter(semester=term, state=BatchState.REVIEWED)
    yield (
        batches.filter(reviewed_by=user),
        lambda count: Note(
            f"有 {count} 个已审核的批次等另一名审批人员放行：是您审核的，您不能再放行。",
            f"/batches/?state={BatchState.REVIEWED}", "看这些批次",
        ),
    )  # fmt: skip


_ASIDE: Final[dict[str, Callable[[User, Semester, date], Iterator[Aside]]]] = {
    Role.REVIEWER: _reviewer,
    Role.APPROVER: _approver,
    Role.PUBLICITY_OFFICER: _publicity_officer,
    Role.FINANCE_APPROVER: _finance_approver,
    Role.SCHOOL_CLERK: _school_clerk,
}


def _rosters(user: User, term: Semester, state: str) -> Any:
    return Roster.objects.visible_to(user).of(term).filter(state=state)


def _school(user: User, term: Semester) -> dict[str, Any]:
    """What a school's next step with its rosters hangs on."""
    filed = InForce.objects.filter(semester=term, kind="roster", until=None)
    open_lines = RosterLine.objects.filter(roster=OuterRef("pk"), answered_by=None).exclude(kind=LineKind.RIGHT)
    drafts = _rosters(user, term, RosterState.DRAFT)
    sent = Upload.objects.visible_to(user).filter(semester=term, kind="roster")
    return {
        "rolls": InForce.objects.filter(semester=term, kind="roll", until=None),
        "open": sent.filter(state=UploadState.READ).with_successor().filter(successor=None),
        "filed": filed.filter(upload__in=sent),
        "drafted": Roster.objects.visible_to(user).of(term),
        "answered": drafts.filter(~Exists(open_lines), return_reason="").exclude(
            pk__in=Roster.objects.to_be_filed().values("pk")
        ),
    }


def _of_school(own: dict[str, int]) -> Iterator[Note]:
    """What the clerk may file before the rosters are there; afterwards, that the head's turn has come."""
    if own["answered"]:
        text = f"有 {own['answered']} 份名册没有差异或差异已全部说明，现在由学校负责人上报。"
        yield Note(text, f"/rosters/?state={RosterState.DRAFT}", "看这些名册")
    if own["drafted"]:
        return
    if own["filed"]:
        yield Note(
            f"已收到您上传的 {own['filed']} 个项目的填报名册。接下来由资助中心核定资格、生成名册，系统逐人比较，"
            "有差异的会出现在这里，请您逐条说明。还有别的项目没有报的，现在可以接着上传。",
            FILING, "上传其他项目的名册",
        )  # fmt: skip
    elif own["rolls"] and not own["open"]:  # a file that was read and waits is on the list already
        text = "学籍已经导入，现在就可以上传“资助发放名册”，不用等资助中心生成名册。"
        yield Note(text, FILING, "上传资助发放名册", begin=True)
