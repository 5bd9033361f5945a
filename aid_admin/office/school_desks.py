"""What waits at a school: for its clerk and for its head."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from django.db.models import Exists, OuterRef, Q

from aid_admin.county.models import School, Semester
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.rules import UploadState
from aid_admin.office.desk import Desk, Rows, Work, own_uploads, unretried
from archives.actions.pairing import pupils_to_pair
from archives.models import MentoringPair, NoticeLetter
from archives.rules import LetterState
from disbursement.actions import photo_days
from disbursement.models import PaymentLine, Roster, RosterLine, TakenOut
from disbursement.rules.publicity import Moment
from disbursement.rules.states import REISSUABLE, LineKind, RosterState
from eligibility.rules import ApplicationState
from students.models import BankAccount


def _by_round(work: Work, path: str = "round") -> Iterator[Work]:
    """Work on rosters: the first round by the semester's deadline; a later one arose after it and has none."""
    yield replace(work, rows=work.rows.filter(**{path: 1}))
    hint = f"{work.hint}；补充名册没有学期期限，请尽快办理"
    yield replace(
        work, rows=work.rows.filter(**{f"{path}__gt": 1}), title=f"补充轮次：{work.title}", hint=hint, step=""
    )


def _photos(desk: Desk) -> Iterator[Work]:
    """Each photo that may be sent now and is not there; due by the rule of its period, in every round."""
    for one in photo_days.may_be_sent(desk.see(Roster).of(desk.term), desk.term, desk.today):
        yield Work(
            one.rosters, f"公示{one.moment.label}照片{'不通过，待重传' if one.refused else '待上传'}", _of_photo(one),
            "/publicity/?state=RUNNING", due_at=one.first_due, one="/publicity/{}/", one_by="period", exact=one.exact,
            tell=partial(_refusal, one),
        )  # fmt: skip


def _of_photo(one: photo_days.Missing) -> str:
    if one.refused:
        return ""
    if one.moment is Moment.START:
        return "先打印、张贴公示（公示页“打印公示”），再拍照上传"
    return "公示期满，取下以前再拍一张上传"


def _refusal(one: photo_days.Missing, _today: date) -> str:
    """Why the photo was not passed; asked only where one was refused."""
    if not one.refused:
        return ""
    note = one.said()
    return f"原因：{note}。请重拍上传" if note else "看不通过的原因，重拍上传"


def _without_attendance(desk: Desk) -> Rows:
    """Schools that have not confirmed who attends, and have no file waiting either."""
    here = {"semester": desk.term, "kind": "attendance", "school": OuterRef("pk")}
    told = InForce.objects.filter(**here, until=None)
    sent = Upload.objects.filter(**here, state=UploadState.READ)
    return desk.see(School).filter(~Exists(told), ~Exists(sent))


def _care(desk: Desk) -> Iterator[Work]:
    """What a school does for the families once the money is on its way."""
    letters = desk.see(NoticeLetter).of(desk.term)
    yield Work(
        letters.filter(state=LetterState.DRAWN_UP), "告知书待打印", "按班级或按村打印，发给家长", "/letters/?state=DRAWN_UP",
        step="LETTERS",
    )  # fmt: skip
    yield Work(
        letters.filter(state=LetterState.PRINTED), "告知书待送达", "送到以后登记方式和日期", "/letters/?state=PRINTED",
        step="LETTERS",
    )  # fmt: skip
    pairs = MentoringPair.objects.live().filter(student=OuterRef("student"))
    alone = pupils_to_pair(desk.term, desk.user).filter(~Exists(pairs))
    yield Work(alone, "结对未满：建档立卡学生还没有帮扶教师", "勾选学生，一次安排", "/pairing/?paired=no")


def _rosters_of_a_clerk(desk: Desk) -> Iterator[Work]:
    """From filing to the photos of what hangs."""
    yield from _by_round(
        Work(
            desk.see(Roster).of(desk.term).to_be_filed(), "名册未填报", "上传“资助发放名册”，与核定结果逐人比较",
            "/uploads/new/roster/", step="ROSTERS",
        )
    )  # fmt: skip
    lines = desk.see(RosterLine).filter(roster__semester=desk.term, roster__state=RosterState.DRAFT, answered_by=None)
    yield from _by_round(
        Work(
            lines.exclude(kind=LineKind.RIGHT).exclude(roster__round=1, roster__filed=None), "名册差异待说明",
            "应助未报、多报、金额不符，逐条说明后由负责人上报", "/rosters/?open=yes", step="ROSTERS",
            one="/rosters/{}/?tab=DIFF", one_by="roster",
        ),
        "roster__round",
    )  # fmt: skip
    yield from _by_round(
        Work(
            _returned(desk, mended=False), "名册被退回待修改", "看退回原因，改好后由负责人重新上报",
            "/rosters/?open=returned", step="ROSTERS",
        )
    )  # fmt: skip
    yield from _by_round(
        Work(
            _returned(desk, mended=True), "退回的名册已有改动，待核对",
            "照退回原因逐条核对，还有没改的接着改；都改好了，请负责人上报", "/rosters/?open=returned", step="ROSTERS",
        )
    )  # fmt: skip
    yield from _photos(desk)


def school_clerk(desk: Desk) -> Iterator[Work]:
    yield Work(
        _without_attendance(desk), "在校就读确认待报送", "上传本学期的“在校就读确认”表", "/uploads/new/attendance/",
        step="ATTENDANCE",
    )  # fmt: skip
    yield from own_uploads(desk)
    yield from _rosters_of_a_clerk(desk)
    proposed = BankAccount.objects.filter(
        verified_by=None, ended_at=None
    )  # waits for the head, no longer for the clerk
    hint = "账户没变、又能用的申明账户可用，变了的更正账户"
    failed = unretried(desk).filter(~Exists(proposed.filter(student=OuterRef("student"))))
    yield Work(failed, "发放失败待更正账户", hint, "/payments/?state=FAILED", failed=True)
    doubted = desk.see(TakenOut).waiting().of(desk.term).exclude(account=None)
    doubted = doubted.filter(~Exists(proposed.filter(student=OuterRef("roster_line__student"))))
    yield Work(doubted, "财务移出待核实的账户", f"看移出原因；{hint}", "/accounts/?verified=doubted", failed=True)
    declined = desk.see(BankAccount).declined()
    yield Work(declined, "账户被负责人退回", "看退回原因，更正后再由负责人核对", "/accounts/?verified=declined")
    returned = desk.applications(ApplicationState.DRAFT, ApplicationState.RETURNED)
    yield Work(returned, "认定申请待提交", "含被退回补正的申请", "/applications/?state=RETURNED", step="APPLICATIONS")
    yield from _care(desk)


def _returned(desk: Desk, *, mended: bool) -> Rows:
    """Rosters back at the school that were, or were not, worked on since."""
    returned = desk.see(Roster).of(desk.term).returned()
    return returned.with_mended().filter(mended=mended)


def school_head(desk: Desk) -> Iterator[Work]:
    open_lines = RosterLine.objects.filter(roster=OuterRef("pk"), answered_by=None).exclude(kind=LineKind.RIGHT)
    ready = desk.rosters(RosterState.DRAFT).filter(~Exists(open_lines), return_reason="")
    ready = ready.exclude(pk__in=Roster.objects.to_be_filed().values("pk"))
    yield from _by_round(
        Work(ready, "名册待上报", "差异已全部说明，核对后上报", "/rosters/?state=DRAFT", step="ROSTERS")
    )
    yield from _by_round(
        Work(
            _returned(desk, mended=False), "名册被退回待修改", "看退回原因，经办人改好后由您重新上报",
            "/rosters/?open=returned", step="ROSTERS",
        )
    )  # fmt: skip
    yield from _by_round(
        Work(
            _returned(desk, mended=True), "退回的名册已有改动，待上报", "对照退回原因核对，都改好了再上报",
            "/rosters/?open=returned", step="ROSTERS",
        )
    )  # fmt: skip
    yield Work(
        desk.applications(ApplicationState.SUBMITTED),
        "认定申请待学校评议",
        "评议小组意见",
        "/applications/?state=SUBMITTED",
        step="APPLICATIONS",
    )
    accounts = desk.see(BankAccount).filter(verified_by=None, ended_at=None).exclude(proposed_by=desk.user)
    mended, hint = _of_mended(desk.term), "由报送人以外的人核对后才能发放"
    yield Work(accounts.exclude(mended), "银行账号待核对", hint, "/accounts/?verified=no", step="ACCOUNTS")
    hint = "发放失败或财务移出以后更正的，核对后才能补发"  # arose after the schools' deadline, so it has none
    yield Work(accounts.filter(mended), "更正的银行账号待核对", hint, "/accounts/?verified=no")


def _of_mended(term: Semester) -> Q:
    """Accounts of pupils whose money came back, or was taken out of its batch."""
    back = PaymentLine.objects.filter(batch__semester=term, state__in=REISSUABLE, retry=None)
    doubted = TakenOut.objects.waiting().of(term).filter(roster_line__student=OuterRef("student"))
    return Q(Exists(back.filter(student=OuterRef("student")))) | Q(Exists(doubted))
