"""What waits for a person: one query set per kind of work, counted together in one query."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from django.db.models import Exists, Min, OuterRef

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county import calendar
from aid_admin.county.models import Deadline, Semester
from aid_admin.db import bulk
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.rules import REGISTRY_KINDS, UploadState
from aid_admin.jobs.models import Job
from aid_admin.jobs.rules import JobState
from aid_admin.lib.workdays import workdays_between
from aid_admin.office.desk import Desk, Rows, Work, own_uploads, unretried
from aid_admin.office.school_desks import school_clerk, school_head
from archives.models import HomeVisit
from disbursement.actions import ending, notices, photo_days
from disbursement.models import (
    DisbursementBatch,
    Objection,
    PaymentLine,
    PublicityEvidence,
    PublicityPeriod,
    ReturnLine,
    Roster,
    RosterLine,
    TakenOut,
)
from disbursement.rules.states import (
    BatchMode,
    BatchState,
    PaymentState,
    PeriodState,
    RosterState,
)
from eligibility.models import ComparisonResult, CoverageGap, Run
from eligibility.pins import RunsShown
from eligibility.rules import ApplicationState
from students.models import Placement
from students.rules import Standing

_BATCH: Final = "/batches/{}/"
_PERIOD: Final = "/publicity/{}/"
LATE: Final = "late"  # the kind of upload that enters one pupil


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that is there: the line of the home page."""

    count: int
    title: str
    hint: str
    path: str
    due: date | None  # None: some day of the semester
    late: int  # working days since it was due, or since the semester ended; 0 in time


def _registry_officer(desk: Desk) -> Iterator[Work]:
    yield from own_uploads(desk)
    ever = InForce.objects.filter(upload=OuterRef("pk"))
    proposed = desk.see(Upload).filter(semester=desk.term, state=UploadState.COMMITTED, kind__in=REGISTRY_KINDS)
    others = proposed.exclude(committed_by=desk.user).filter(~Exists(ever))
    yield Work(others, "部门名单待您复核生效", "由另一名数据专员提交，复核后才参加比对", "/uploads/?state=PROPOSED")
    late = desk.see(Upload).filter(semester=desk.term, state=UploadState.COMMITTED, kind=LATE)
    late = late.exclude(committed_by=desk.user).filter(~Exists(ever))
    yield Work(late, "补录学生待复核", "看证明材料，生效，或写明原因退回", "/students/late/")
    compared = desk.runs.comparison
    title = "数据有变化，待重新比对" if compared else "学籍和部门名单已生效，待比对"
    yield Work(_if(desk.runs.comparison_is_due, desk.term), title, "点“执行比对”；比对以后才能核定资格", "/matches/")
    unsure = desk.see(ComparisonResult).awaiting(compared)
    yield Work(
        unsure,
        "比对结果待人工确认",
        "身份证号或姓名不完全一致，确认以前不能资助；确认后再比对一次",
        "/matches/?decided=no",
    )
    gaps = desk.see(CoverageGap).awaiting(compared)
    yield Work(gaps, "名单中的适龄儿童去向不明", "逐人核实去向：外县就读、未入园、毕业等", "/coverage/?outcome=UNKNOWN")
    for standing in (Standing.CLAIMED_TWICE, Standing.TRANSFER):
        yield Work(
            desk.see(Placement).of(desk.term).awaiting(standing), f"{standing.label}，待核定", "确定由哪所学校资助",
            f"/standings/?standing={standing}",
        )  # fmt: skip


def _if(due: bool, term: Semester) -> Rows:
    """One thing to do, or none."""
    return Semester.objects.filter(pk=term.pk) if due else Semester.objects.none()


def _run(pk: int | None) -> Rows:
    return Run.objects.filter(pk=pk) if pk else Run.objects.none()


def _reviewer(desk: Desk) -> Iterator[Work]:
    runs = desk.runs
    compared = runs.comparison if runs.entitlement_is_due and not runs.comparison_is_due else None
    entitled = None if runs.entitlement_is_due else runs.entitlement
    title = "比对有更新，待重新核定" if runs.entitlement else "比对已完成，待核定资格"
    hint = "点“核定资格”；还有学生待确认的不用等，确认以后进入下一轮名册"
    yield Work(_run(compared), title, hint, "/entitlements/")
    drafted = Roster.objects.visible_to(desk.user).of(desk.term)
    yield Work(
        _run(entitled).filter(~Exists(drafted)), "资格已核定，待生成名册", "点“生成名册”，与学校填报的名单比对",
        "/rosters/",
    )  # fmt: skip
    submitted = desk.rosters(RosterState.SUBMITTED).untouched_by(desk.user)
    yield Work(submitted, "名册待初审", "学校已上报", "/rosters/?state=SUBMITTED&open=mine")
    yield Work(
        desk.applications(ApplicationState.SUBMITTED), "认定申请待评议", "学校已提交", "/applications/?state=SUBMITTED"
    )
    yield _visits(desk)


def _visits(desk: Desk) -> Work:
    """Families that named another amount than was paid."""
    differing = desk.see(HomeVisit).of(desk.term).amount_differs().filter(settled_by=None)
    hint = "家长所知与实发不同，查明后登记结果"
    return Work(differing, "走访金额不一致待核实", hint, "/visits/?differs=open")


def _approver(desk: Desk) -> Iterator[Work]:
    reviewed = desk.rosters(RosterState.REVIEWED).untouched_by(desk.user)
    yield Work(reviewed, "名册待复审", "初审已通过", "/rosters/?state=REVIEWED&open=mine")
    yield Work(
        desk.applications(ApplicationState.SCHOOL_REVIEWED), "认定申请待认定", "确定困难档次",
        "/applications/?state=SCHOOL_REVIEWED",
    )  # fmt: skip
    photos = desk.see(PublicityEvidence).filter(period__semester=desk.term, ok=None).exclude(by=desk.user)
    yield Work(photos, "公示照片待核查", "核对时间和张贴内容", "/publicity/photos/")
    yield _to_end(desk)
    ended = desk.rosters(RosterState.APPROVED).filter(period__state=PeriodState.ENDED)
    yield Work(ended, "名册待确认", "公示已结束，确认后可以发放", "/rosters/?state=APPROVED")
    yield _objections(desk, "公示异议未办结，待作结论", "决定前这一项资助暂缓发放")
    yield _visits(desk)


def _to_end(desk: Desk) -> Work:
    """Periods that hung their time and whose photos are all good; those that run on are told in notes."""
    running = desk.see(PublicityPeriod).filter(semester=desk.term, state=PeriodState.RUNNING)
    ready = cache(lambda: [period.pk for period in ending.ready_to_end(running, desk.today)])
    return Work(
        ending.all_good(running), "公示期满，待结束", "照片都已核查通过，请您点“结束公示”；以后再确认名册",
        "/publicity/?state=RUNNING", due_at=lambda: desk.today, one=_PERIOD,
        exact=lambda: running.filter(pk__in=ready()),
    )  # fmt: skip


def _objections(desk: Desk, title: str, hint: str) -> Work:
    open_ones = desk.see(Objection).filter(outcome="", roster_line__semester=desk.term)
    return Work(open_ones, title, hint, "/objections/?outcome=OPEN", "due_on")


def _publicity_officer(desk: Desk) -> Iterator[Work]:
    in_one = [PeriodState.PLANNED, PeriodState.RUNNING, PeriodState.ENDED]
    free = desk.rosters(RosterState.APPROVED).exclude(period__state__in=in_one)
    yield Work(free, "名册待安排公示", "复审已通过，还不在任何公示中", "/publicity/plan/")
    periods = desk.see(PublicityPeriod).filter(semester=desk.term)
    yield Work(
        periods.filter(state=PeriodState.PLANNED),
        "公示待开始",
        "到计划日期点“开始公示”，再打印张贴",
        "/publicity/?state=PLANNED",
        "planned_on",
        one=_PERIOD,
    )
    unprinted = periods.filter(~notices.villages_printed(), state=PeriodState.RUNNING)
    yield Work(
        unprinted, "公示已开始，各村公示待打印", "打印后交村（居）委会张贴；学校的由各校自己打印、张贴",
        "/publicity/?state=RUNNING", due_at=lambda: desk.today, one=f"{_PERIOD}villages/",
    )  # fmt: skip
    yield from _owed_photos(desk)
    untold = desk.see(Objection).filter(roster_line__semester=desk.term).awaiting_letter()
    yield Work(
        untold, "异议已办结，待打印告知书", "打开后点“打印处理结果告知书”，送给异议人；匿名的由学校留存",
        "/objections/?outcome=TO_PRINT", one="/objections/{}/",
    )  # fmt: skip


def _owed_photos(desk: Desk) -> Iterator[Work]:
    """Schools to be rung up for a photo: as many as 逾期提醒 has."""
    for one in photo_days.owed(desk.see(Roster).of(desk.term), desk.term, desk.today):
        yield Work(
            one.rosters, f"学校欠交公示{one.moment.label}照片", "逾期未交，或不通过没有重传；打电话催办",
            "/publicity/calendar/late/", due_at=one.first_due, exact=one.exact,
        )  # fmt: skip


def _batches(desk: Desk, *states: str) -> Rows:
    return desk.see(DisbursementBatch).filter(semester=desk.term, state__in=states)


def _finance_clerk(desk: Desk) -> Iterator[Work]:
    payable = desk.see(RosterLine).filter(semester=desk.term).payable()
    yield Work(
        payable, "人次待编批次", "名册已确认；先在“资金总览”登记指标，编批次时会提示指标够不够", "/batches/build/"
    )
    doubted = desk.see(TakenOut).waiting().of(desk.term)
    yield Work(doubted, "移出的明细待核实", "等学校核对账户；不用再核对的可以放回", "/batches/build/")
    yield Work(
        _batches(desk, BatchState.DRAFTED), "批次待锁定", "核对笔数与金额", "/batches/?state=DRAFTED", one=_BATCH
    )
    released = _batches(desk, BatchState.RELEASED)
    yield Work(
        released.filter(mode=BatchMode.ACCOUNT), "批次待送银行", "打开批次，生成并下载代发文件，再登记已送银行",
        "/batches/?state=RELEASED&mode=ACCOUNT", one=_BATCH,
    )  # fmt: skip
    yield Work(
        released.filter(mode=BatchMode.WAIVER), "减免批次待打印清单并办结", "打印各校减免清单，学校盖章后办结",
        "/batches/?state=RELEASED&mode=WAIVER", one=_BATCH,
    )  # fmt: skip
    yield Work(
        _batches(desk, BatchState.SENT), "批次待回盘", "导入银行回盘文件后办结", "/batches/?state=SENT", one=_BATCH
    )
    yield Work(unretried(desk), "发放失败待补发", "账户更正并核对后补发", "/payments/?state=FAILED", failed=True)
    unknown = desk.see(PaymentLine).filter(batch__semester=desk.term, state=PaymentState.UNKNOWN)
    yield Work(unknown, "银行结果未知", "向银行查清前不能补发", "/payments/?state=UNKNOWN")
    yield _contradicting(desk)


def _contradicting(desk: Desk) -> Work:
    """Answers that contradict what is booked, in files that somebody else loaded."""
    answers = desk.see(ReturnLine).contradicting().filter(batch__semester=desk.term).exclude(upload__by=desk.user)
    hint = "向银行查实后核定；核定前不补发、不办结"
    return Work(answers, "回盘与已登记结果不一致", hint, "/batches/?answers=differ")


def _finance_approver(desk: Desk) -> Iterator[Work]:
    yield Work(_batches(desk, BatchState.LOCKED), "批次待审核", "编制人已锁定", "/batches/?state=LOCKED", one=_BATCH)
    release = _batches(desk, BatchState.REVIEWED).exclude(reviewed_by=desk.user)
    yield Work(release, "批次待放行", "由审核人以外的人放行", "/batches/?state=REVIEWED", one=_BATCH)
    yield _contradicting(desk)


def _auditor(_desk: Desk) -> Iterator[Work]:
    yield from ()


def _system_admin(desk: Desk) -> Iterator[Work]:
    yield from own_uploads(desk)
    broken = desk.see(Job).filter(state__in=[JobState.FAILED, JobState.QUARANTINED])
    yield Work(broken, "后台任务没有完成", "查看原因，必要时请使用者重新提交", "/jobs/?state=FAILED")


_WORK: Final[dict[str, Callable[[Desk], Iterator[Work]]]] = {
    Role.SCHOOL_CLERK: school_clerk,
    Role.SCHOOL_HEAD: school_head,
    Role.REGISTRY_OFFICER: _registry_officer,
    Role.REVIEWER: _reviewer,
    Role.APPROVER: _approver,
    Role.PUBLICITY_OFFICER: _publicity_officer,
    Role.FINANCE_CLERK: _finance_clerk,
    Role.FINANCE_APPROVER: _finance_approver,
    Role.AUDITOR: _auditor,
    Role.SYSTEM_ADMIN: _system_admin,
}


def _due(work: Work, deadlines: Mapping[str, date]) -> date | None:
    """The first day on which one of the rows is due."""
    found: date | None = work.rows.aggregate(first=Min(work.due_by))["first"] if work.due_by else None
    return found or work.due_at() or deadlines.get(work.step)


def _way(work: Work, count: int) -> str:
    """Where the work is done: its list, or the one object that all of it is about."""
    if not work.one or (count != 1 and work.one_by == "pk"):
        return work.path
    rows = work.exact() if work.exact else work.rows
    keys = list(rows.order_by().values_list(work.one_by, flat=True).distinct()[:2])
    return work.one.format(keys[0]) if len(keys) == 1 else work.path


def there(works: Iterable[Work], counts: Iterable[int]) -> list[tuple[Work, int]]:
    """The work that is there; counted again where SQL alone finds too many."""
    exact = (
        (work, work.exact().count() if count and work.exact else count)
        for work, count in zip(works, counts, strict=False)
    )
    return [(work, count) for work, count in exact if count]


def waiting_for(user: User, term: Semester, today: date, runs: RunsShown) -> list[Waiting]:
    """What waits for this person in this semester, most pressing first; empty if nothing does."""
    works = works_of(user, term, today, runs)
    return lines_of(there(works, bulk.count_all([work.rows for work in works])), term, today)


def works_of(user: User, term: Semester, today: date, runs: RunsShown) -> list[Work]:
    """Every kind of work that this person's roles may have."""
    desk = Desk(user, term, runs, today)
    return list({work.title: work for role in sorted(user.roles) for work in _WORK[role](desk)}.values())


def lines_of(works: Sequence[tuple[Work, int]], term: Semester, today: date) -> list[Waiting]:
    """The work that is there with its days and ways, most pressing first."""
    deadlines = deadlines_of(term) if any(work.step for work, _ in works) else {}
    dues = [_due(work, deadlines) for work, _ in works]
    ends = [due or term.ends_on for due in dues]
    holidays = calendar.holidays() if any(end < today for end in ends) else {}
    lines = [
        Waiting(
            count,
            work.title,
            work.hint + work.tell(today),
            _way(work, count),
            due,
            workdays_between(end, today, holidays),
        )
        for (work, count), due, end in zip(works, dues, ends, strict=True)
    ]
    order = {
        line: (line.due or date.max, not work.failed, -line.count) for (work, _), line in zip(works, lines, strict=True)
    }
    return sorted(lines, key=lambda line: order[line])


def deadlines_of(term: Semester) -> dict[str, date]:
    """By step of the schools the day by which it is due."""
    return dict(Deadline.objects.filter(semester=term).values_list("step", "due_on"))
