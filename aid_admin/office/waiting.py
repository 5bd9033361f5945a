"""What waits for a person: one query set per kind of work, counted together in one query."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, Min, OuterRef, Q

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.registry import KINDS
from aid_admin.intake.rules import REGISTRY_KINDS, UploadState
from aid_admin.jobs.models import Job
from aid_admin.jobs.rules import JobState
from disbursement.models import (
    DisbursementBatch,
    Objection,
    PaymentLine,
    PublicityEvidence,
    PublicityPeriod,
    Roster,
    RosterLine,
)
from disbursement.rules.publicity import Moment
from disbursement.rules.states import (
    REISSUABLE,
    BatchState,
    LineKind,
    LineStatus,
    PaymentState,
    PeriodState,
    RosterState,
)
from eligibility.models import AidApplication, ComparisonResult, CoverageDecision, CoverageGap, Run
from eligibility.pins import RunsShown
from eligibility.rules import UNDECIDED_VERDICTS, ApplicationState, CoverageOutcome
from students.models import BankAccount, Placement
from students.rules import Standing

Rows = Any


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work: which rows, what it is called, where it is done."""

    rows: Rows
    title: str
    hint: str
    path: str
    due_by: str = ""  # the rows' date, where they have one of their own


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that is there: the line of the home page."""

    count: int
    title: str
    hint: str
    path: str
    due: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class _Desk:
    """Whose desk, which semester, and the runs that stand in it."""

    user: User
    term: Semester
    runs: RunsShown

    def see(self, model: Any) -> Rows:
        return model.objects.visible_to(self.user)

    def rosters(self, state: str) -> Rows:
        return self.see(Roster).of(self.term).filter(state=state)

    def applications(self, *states: str) -> Rows:
        return self.see(AidApplication).filter(semester=self.term, state__in=states)


def _own_uploads(desk: _Desk) -> Iterator[Work]:
    kinds = [kind.code for kind in KINDS.values() if desk.user.roles & kind.roles]
    mine = desk.see(Upload).filter(Q(semester=desk.term) | Q(semester=None), kind__in=kinds)
    read = mine.filter(state=UploadState.READ, read_at__isnull=False).with_successor().filter(successor=None)
    yield Work(read, "文件已读完，等待提交", "核对问题清单后提交导入，或改正后重新上传", "/uploads/?state=READ")


def _registry_officer(desk: _Desk) -> Iterator[Work]:
    yield from _own_uploads(desk)
    ever = InForce.objects.filter(upload=OuterRef("pk"))
    proposed = desk.see(Upload).filter(semester=desk.term, state=UploadState.COMMITTED, kind__in=REGISTRY_KINDS)
    others = proposed.exclude(committed_by=desk.user).filter(~Exists(ever))
    yield Work(others, "部门名单待您复核生效", "由另一名数据专员提交，复核后才参加比对", "/uploads/?state=PROPOSED")
    compared = desk.runs.comparison
    unsure = desk.see(ComparisonResult).filter(run=compared, verdict__in=UNDECIDED_VERDICTS, decision=None)
    yield Work(unsure, "比对结果待人工确认", "身份证号或姓名不完全一致的学生", "/matches/?decided=no")
    settled = CoverageDecision.objects.filter(record_key=OuterRef("record_key"), semester=desk.term, undone_at=None)
    gaps = desk.see(CoverageGap).filter(run=compared, outcome=CoverageOutcome.UNKNOWN).filter(~Exists(settled))
    yield Work(gaps, "名单中的适龄儿童去向不明", "逐人核实去向：外县就读、未入园、毕业等", "/coverage/?outcome=UNKNOWN")
    open_places = desk.see(Placement).filter(semester=desk.term, decided_by=None)
    for standing in (Standing.CLAIMED_TWICE, Standing.TRANSFER):
        yield Work(
            open_places.filter(standing=standing), f"{standing.label}，待核定", "确定由哪所学校资助",
            f"/standings/?standing={standing}",
        )  # fmt: skip


def _unretried(desk: _Desk) -> Rows:
    lines = desk.see(PaymentLine).filter(batch__semester=desk.term, state__in=REISSUABLE, retry=None)
    return lines.exclude(batch__state=BatchState.ABORTED)


def _without_photo(desk: _Desk) -> Rows:
    """School's rosters in a running period with a photo still to come."""
    rosters = desk.see(Roster).of(desk.term).filter(period__state=PeriodState.RUNNING)
    live = PublicityEvidence.objects.filter(period=OuterRef("period"), school=OuterRef("school")).exclude(ok=False)
    start, end = live.filter(moment=Moment.START), live.filter(moment=Moment.END)
    return (
        rosters.filter(~Exists(start) | ~Exists(end))
        .order_by("school_id", "period_id")
        .distinct("school_id", "period_id")
    )


def _school_clerk(desk: _Desk) -> Iterator[Work]:
    yield from _own_uploads(desk)
    lines = desk.see(RosterLine).filter(roster__semester=desk.term, roster__state=RosterState.DRAFT, answered_by=None)
    yield Work(
        lines.exclude(kind=LineKind.RIGHT), "名册差异待说明", "应助未报、多报、金额不符，逐条说明后由负责人上报",
        "/rosters/?state=DRAFT",
    )  # fmt: skip
    yield Work(_without_photo(desk), "公示照片待上传", "开始、结束各一张", "/publicity/?state=RUNNING")
    yield Work(
        _unretried(desk),
        "发放失败待更正账号",
        "账号有变的重新报送“银行账号”表，没变的申明已恢复",
        "/payments/?state=FAILED",
    )
    returned = desk.applications(ApplicationState.DRAFT, ApplicationState.RETURNED)
    yield Work(returned, "认定申请待提交", "含被退回补正的申请", "/applications/?state=RETURNED")


def _school_head(desk: _Desk) -> Iterator[Work]:
    open_lines = RosterLine.objects.filter(roster=OuterRef("pk"), answered_by=None).exclude(kind=LineKind.RIGHT)
    ready = desk.rosters(RosterState.DRAFT).filter(~Exists(open_lines))
    yield Work(ready, "名册待上报", "差异已全部说明，核对后上报", "/rosters/?state=DRAFT")
    yield Work(
        desk.applications(ApplicationState.SUBMITTED),
        "认定申请待学校评议",
        "评议小组意见",
        "/applications/?state=SUBMITTED",
    )
    accounts = desk.see(BankAccount).filter(verified_by=None, ended_at=None).exclude(proposed_by=desk.user)
    yield Work(accounts, "银行账号待核对", "由报送人以外的人核对后才能发放", "/accounts/?verified=no")


def _run(pk: int | None) -> Rows:
    return Run.objects.filter(pk=pk) if pk else Run.objects.none()


def _reviewer(desk: _Desk) -> Iterator[Work]:
    compared = desk.runs.comparison if desk.runs.entitlement_is_due else None
    entitled = None if compared else desk.runs.entitlement
    yield Work(_run(compared), "比对已完成，待核定资格", "点右上角“核定资格”", "/entitlements/")
    drafted = Roster.objects.visible_to(desk.user).of(desk.term)
    yield Work(
        _run(entitled).filter(~Exists(drafted)), "资格已核定，待生成名册", "点“生成名册”，与学校填报的名单比对",
        "/rosters/",
    )  # fmt: skip
    yield Work(desk.rosters(RosterState.SUBMITTED), "名册待初审", "学校已上报", "/rosters/?state=SUBMITTED")
    yield Work(
        desk.applications(ApplicationState.SUBMITTED), "认定申请待评议", "学校已提交", "/applications/?state=SUBMITTED"
    )


def _approver(desk: _Desk) -> Iterator[Work]:
    yield Work(desk.rosters(RosterState.REVIEWED), "名册待复审", "初审已通过", "/rosters/?state=REVIEWED")
    yield Work(
        desk.applications(ApplicationState.SCHOOL_REVIEWED), "认定申请待认定", "确定困难档次",
        "/applications/?state=SCHOOL_REVIEWED",
    )  # fmt: skip
    photos = desk.see(PublicityEvidence).filter(period__semester=desk.term, ok=None).exclude(by=desk.user)
    yield Work(photos, "公示照片待核查", "核对时间和张贴内容", "/publicity/photos/")
    running = desk.see(PublicityPeriod).filter(semester=desk.term, state=PeriodState.RUNNING)
    yield Work(running, "公示进行中", "期满且照片核查通过后结束公示", "/publicity/?state=RUNNING")
    ended = desk.rosters(RosterState.APPROVED).filter(period__state=PeriodState.ENDED)
    yield Work(ended, "名册待确认", "公示已结束，确认后可以发放", "/rosters/?state=APPROVED")
    yield _objections(desk, "公示异议待决定", "决定前该生名额暂缓")


def _objections(desk: _Desk, title: str, hint: str) -> Work:
    open_ones = desk.see(Objection).filter(outcome="", roster_line__semester=desk.term)
    return Work(open_ones, title, hint, "/objections/?outcome=OPEN", "due_on")


def _publicity_officer(desk: _Desk) -> Iterator[Work]:
    in_one = [PeriodState.PLANNED, PeriodState.RUNNING, PeriodState.ENDED]
    free = desk.rosters(RosterState.APPROVED).exclude(period__state__in=in_one)
    yield Work(free, "名册待安排公示", "复审已通过，还不在任何公示中", "/publicity/plan/")
    periods = desk.see(PublicityPeriod).filter(semester=desk.term)
    yield Work(periods.filter(state=PeriodState.PLANNED), "公示待开始", "打印公示表并张贴", "/publicity/?state=PLANNED")
    yield Work(
        periods.filter(state=PeriodState.RUNNING), "公示进行中", "留意来电来访，登记异议", "/publicity/?state=RUNNING"
    )
    yield _objections(desk, "公示异议办理中", "由复审人员决定")


def _batches(desk: _Desk, *states: str) -> Rows:
    return desk.see(DisbursementBatch).filter(semester=desk.term, state__in=states)


def _finance_clerk(desk: _Desk) -> Iterator[Work]:
    live = PaymentLine.objects.filter(roster_line=OuterRef("pk"))
    payable = desk.see(RosterLine).filter(
        roster__semester=desk.term, roster__state=RosterState.CONFIRMED, state=LineStatus.ACCEPTED
    )
    yield Work(payable.filter(~Exists(live)), "已确认待编批次", "名册已确认，还没有进入发放批次", "/batches/build/")
    yield Work(_batches(desk, BatchState.DRAFTED), "批次待锁定", "核对笔数与金额", "/batches/?state=DRAFTED")
    yield Work(
        _batches(desk, BatchState.RELEASED), "批次待送银行", "生成代发文件并登记送出", "/batches/?state=RELEASED"
    )
    yield Work(_batches(desk, BatchState.SENT), "批次待回盘", "导入银行回盘文件后办结", "/batches/?state=SENT")
    yield Work(_unretried(desk), "发放失败待补发", "账号更正并核对后补发", "/payments/?state=FAILED")
    unknown = desk.see(PaymentLine).filter(batch__semester=desk.term, state=PaymentState.UNKNOWN)
    yield Work(unknown, "银行结果未知", "向银行查清前不能补发", "/payments/?state=UNKNOWN")


def _finance_approver(desk: _Desk) -> Iterator[Work]:
    yield Work(_batches(desk, BatchState.LOCKED), "批次待审核", "编制人已锁定", "/batches/?state=LOCKED")
    release = _batches(desk, BatchState.REVIEWED).exclude(reviewed_by=desk.user)
    yield Work(release, "批次待放行", "由审核人以外的人放行", "/batches/?state=REVIEWED")


def _auditor(_desk: _Desk) -> Iterator[Work]:
    yield from ()


def _system_admin(desk: _Desk) -> Iterator[Work]:
    yield from _own_uploads(desk)
    broken = desk.see(Job).filter(state__in=[JobState.FAILED, JobState.QUARANTINED])
    yield Work(broken, "后台任务没有完成", "查看原因，必要时请使用者重新提交", "/jobs/?state=FAILED")


_WORK: Final[dict[str, Callable[[_Desk], Iterator[Work]]]] = {
    Role.SCHOOL_CLERK: _school_clerk,
    Role.SCHOOL_HEAD: _school_head,
    Role.REGISTRY_OFFICER: _registry_officer,
    Role.REVIEWER: _reviewer,
    Role.APPROVER: _approver,
    Role.PUBLICITY_OFFICER: _publicity_officer,
    Role.FINANCE_CLERK: _finance_clerk,
    Role.FINANCE_APPROVER: _finance_approver,
    Role.AUDITOR: _auditor,
    Role.SYSTEM_ADMIN: _system_admin,
}


def _count_all(rows: list[Rows]) -> list[int]:
    """Count several query sets in one query."""
    parts, parameters = [], []
    for one in rows:
        try:
            sql, given = one.values("pk").query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) waiting)")
        parameters += given
    return [int(n) for n in bulk.query(f"SELECT {', '.join(parts)}", parameters)[0]] if parts else []


def _due(work: Work) -> date | None:
    """The first day on which one of the rows is due."""
    found: date | None = work.rows.aggregate(first=Min(work.due_by))["first"] if work.due_by else None
    return found


def waiting_for(user: User, term: Semester, today: date, runs: RunsShown) -> list[Waiting]:
    """What waits for this person in this semester, most pressing first; empty if nothing does."""
    desk = _Desk(user, term, runs)
    found = {work.title: work for role in sorted(user.roles) for work in _WORK[role](desk)}
    works = list(found.values())
    counts = _count_all([work.rows for work in works])
    lines = [
        Waiting(count, work.title, work.hint, work.path, due := _due(work) or term.ends_on, due < today)
        for work, count in zip(works, counts, strict=True)
        if count
    ]
    return sorted(lines, key=lambda line: (line.due or date.max, -line.count))
