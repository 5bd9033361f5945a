"""What waits for whom, by when, and what is said where nothing does."""

from datetime import date, timedelta

import pgtrigger
import pytest

from aid_admin.accounts.actions import operator
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county import calendar
from aid_admin.county.actions import set_business_date
from aid_admin.county.models import Deadline, Semester
from aid_admin.intake.actions import force
from aid_admin.intake.models import InForce, Upload
from aid_admin.office.progress import deadlines_of, progress_of
from aid_admin.office.waiting import Waiting, waiting_for
from archives.models import HomeVisit, MentoringPair, NoticeLetter
from disbursement.actions import publicity
from disbursement.models import PaymentLine, PublicityEvidence, PublicityPeriod, Roster
from disbursement.rules.states import RosterState
from eligibility.actions.compare import compare
from eligibility.actions.decisions import decide_match, settle_claim
from eligibility.actions.entitle import entitle
from eligibility.models import ComparisonResult
from eligibility.pins import runs_shown
from eligibility.rules import UNDECIDED_VERDICTS
from students.models import BankAccount, Placement
from tests.disbursement.builders import TERM, enter, photo
from tests.factories import accounts, county, files, intake, people

SCHOOL = "3141000003"


def person(username: str) -> User:
    return User.objects.get(username=username)


def lines(who: User | str, on: date | None = None) -> dict[str, Waiting]:
    """What waits, by title."""
    user = person(who) if isinstance(who, str) else who
    term = Semester.objects.get(code=TERM)
    found = waiting_for(user, term, on or calendar.business_date(), runs_shown(term))
    return {line.title: line for line in found}


# ---- deadlines ----


@pytest.mark.django_db
def test_work_of_a_school_is_due_by_the_deadline_of_its_step() -> None:
    clerk = accounts.user(Role.SCHOOL_CLERK, school=county.school().code)
    due = Deadline.objects.get(semester=county.semester(), step="ATTENDANCE").due_on

    def line(on: date) -> Waiting:
        return lines(clerk, on)["在校就读确认待报送"]

    assert (line(due).due, line(due).late) == (due, 0)
    assert line(due + timedelta(days=7)).late == 5  # working days


@pytest.mark.django_db
def test_work_without_a_deadline_is_due_within_the_semester() -> None:
    Deadline.objects.all().delete()
    clerk = accounts.user(Role.SCHOOL_CLERK, school=county.school().code)
    line = lines(clerk, date(2020, 5, 1))["在校就读确认待报送"]
    assert (line.due, line.late) == (None, 0)
    assert lines(clerk, county.semester().ends_on + timedelta(days=30))["在校就读确认待报送"].late > 0
    Upload.objects.all().delete()
    text = enter(clerk.username).get("/").content.decode()
    assert "本学期内" in text
    assert "有 <b>1</b> 类事等您处理" in text


@pytest.mark.django_db
def test_attendance_is_asked_for_until_it_is_sent() -> None:
    school = county.school()
    clerk = accounts.user(Role.SCHOOL_CLERK, school=school.code)
    row = files.attendance_row(school.name, name=people.name(), id_number=people.id_number())
    upload = intake.read(clerk, "attendance", files.sheet("attendance", [row]))
    assert list(lines(clerk)) == ["文件已读完，等待提交"]
    force.commit_upload(by=clerk, upload=upload.pk)
    assert lines(clerk) == {}
    force.undo_upload(by=clerk, upload=upload.pk)
    assert list(lines(clerk)) == ["在校就读确认待报送"]


def test_late_work_says_so_on_the_home_page_in_working_days(county_at, settings, tmp_path) -> None:
    county_at("rostered")
    settings.STATIC_ROOT = tmp_path
    today = calendar.business_date()
    Deadline.objects.filter(step="ACCOUNTS").update(due_on=today - timedelta(days=14))
    head = person(f"fuze-{SCHOOL}")
    account = BankAccount.objects.filter(source_row__school__code=SCHOOL, ended_at=None).first()
    BankAccount.objects.filter(pk=account.pk).update(verified_by=None, verified_at=None, usable_from=None)
    late = lines(head)["银行账号待核对"].late
    assert late > 5
    assert f"已超期 {late} 个工作日" in enter(head.username).get("/").content.decode()


def test_account_that_mends_a_failed_payment_has_no_deadline_of_the_schools(small_county) -> None:
    line = PaymentLine.objects.filter(state="PAID", account__isnull=False, retry=None, retry_of=None).first()
    head = f"fuze-{line.school.code}"
    BankAccount.objects.filter(pk=line.account_id).update(verified_by=None, verified_at=None, usable_from=None)
    today = Deadline.objects.get(step="ACCOUNTS").due_on + timedelta(days=7)
    assert lines(head, today)["银行账号待核对"].late == 5
    with pgtrigger.ignore():
        PaymentLine.objects.filter(pk=line.pk).update(state="FAILED", code="NAME_MISMATCH")
    found = lines(head, today)
    assert "银行账号待核对" not in found
    assert (found["更正的银行账号待核对"].due, found["更正的银行账号待核对"].late) == (None, 0)


# ---- new entries ----


@pytest.mark.django_db
def test_late_pupil_waits_for_an_officer_but_not_for_who_committed_it() -> None:
    school, officer = county.school(), accounts.user(Role.REGISTRY_OFFICER)
    row = {"name": people.name(), "id_number": people.id_number(), "cert_no": "GE1"}
    upload = intake.read(officer, "orphans", files.sheet("orphans", [row]))
    Upload.objects.filter(pk=upload.pk).update(kind="late", school=school)
    force.commit_upload(by=officer, upload=upload.pk)
    other = accounts.user(Role.REGISTRY_OFFICER)
    assert lines(officer) == {}
    line = lines(other)["补录学生待复核"]
    assert (line.count, line.path) == (1, "/students/late/")
    assert "部门名单待您复核生效" not in lines(other)
    force.activate_upload(by=other, upload=upload.pk)
    assert "补录学生待复核" not in lines(other)


def test_change_since_the_comparison_waits_for_the_officer_then_for_the_reviewer(county_at) -> None:
    county_at("compared")
    assert "数据有变化，待重新比对" not in lines("shuju1")
    assert "比对已完成，待核定资格" in lines("chushen1")
    entitle(by=person("chushen1"), semester=TERM)
    assert "资格已核定，待生成名册" in lines("chushen1")
    unsure = ComparisonResult.objects.filter(
        run=runs_shown(Semester.objects.get(code=TERM)).comparison, verdict__in=UNDECIDED_VERDICTS
    )
    before = lines("shuju1")["比对结果待人工确认"].count
    decide_match(by=person("shuju1"), match=[unsure.first().pk], decision="NOT_SAME", reason="同名不同村")
    left = lines("shuju1").get("比对结果待人工确认")
    assert (left.count if left else 0) == before - 1
    changed = lines("shuju1")["数据有变化，待重新比对"]
    assert (changed.count, changed.path) == (1, "/matches/")
    assert not {"比对有更新，待重新核定", "比对已完成，待核定资格"} & set(lines("chushen1"))
    compare(by=person("shuju1"), semester=TERM)
    assert "数据有变化，待重新比对" not in lines("shuju1")
    assert "比对有更新，待重新核定" in lines("chushen1")
    entitle(by=person("chushen1"), semester=TERM)
    assert "比对有更新，待重新核定" not in lines("chushen1")


def test_first_comparison_is_asked_for_when_all_is_there(county_at) -> None:
    county_at("imported")
    assert "学籍和部门名单已生效，待比对" in lines("shuju1")
    registry = InForce.objects.get(kind="orphans", until=None).upload
    force.undo_upload(by=person("shuju1"), upload=registry.pk)
    assert "学籍和部门名单已生效，待比对" not in lines("shuju1")


def test_settled_placement_is_a_change_too(county_at) -> None:
    county_at("compared")
    place = Placement.objects.awaiting("CLAIMED_TWICE").filter(school__isnull=False).first()
    count = lines("shuju1")["两处同时登记，待核定"].count
    settle_claim(
        by=person("shuju1"), student=[place.student_id], school=place.school.code, semester=TERM, reason="核实"
    )
    found = lines("shuju1")
    assert "数据有变化，待重新比对" in found
    assert found["两处同时登记，待核定"].count == count - 1


def test_end_of_the_semester_leaves_nothing_changed_since_the_comparison(small_county) -> None:
    assert not runs_shown(Semester.objects.get(code=TERM)).comparison_is_due


def test_letters_wait_to_be_printed_then_to_be_delivered(small_county) -> None:
    letters = NoticeLetter.objects.filter(school__code=SCHOOL)
    clerk = f"jingban-{SCHOOL}"
    NoticeLetter.objects.filter(pk=letters.filter(state="DRAWN_UP").order_by("pk").first().pk).update(state="PRINTED")
    found = lines(clerk)
    for title, state in (("告知书待打印", "DRAWN_UP"), ("告知书待送达", "PRINTED")):
        assert (found[title].count, found[title].path) == (
            letters.filter(state=state).count(),
            f"/letters/?state={state}",
        )
        assert found[title].due == Deadline.objects.get(step="LETTERS").due_on
        assert enter(clerk).get(found[title].path).context["page"].total == found[title].count
    assert "告知书待打印" not in lines(f"fuze-{SCHOOL}")


def test_poor_pupils_without_a_mentor_wait(small_county) -> None:
    clerk = f"jingban-{SCHOOL}"
    title = "结对未满：建档立卡学生还没有帮扶教师"
    before = lines(clerk)[title].count if title in lines(clerk) else 0
    pair = MentoringPair.objects.filter(school__code=SCHOOL, ended_on=None).first()
    MentoringPair.objects.filter(pk=pair.pk).update(ended_on=pair.began_on, ended_by=person(clerk), end_reason="调走")
    line = lines(clerk)[title]
    assert line.count == before + 1
    assert enter(clerk).get(line.path).context["page"].total == line.count


def test_visits_with_another_amount_wait_for_the_bureau(small_county) -> None:
    differing = HomeVisit.objects.amount_differs().filter(settled_by=None)
    if not differing.exists():
        visit = HomeVisit.objects.first()
        copied = {f.name: getattr(visit, f.name) for f in HomeVisit._meta.fields if f.name not in ("id", "form_key")}
        HomeVisit.objects.create(
            **copied | {"amount_heard_fen": visit.amount_paid_fen + 100, "settled_by": None, "settled_note": ""},
            form_key="00000000-0000-0000-0000-00000000000a",
        )
    for name in ("chushen1", "fushen1"):
        line = lines(name)["走访金额不一致待核实"]
        assert (line.count, line.path) == (differing.count(), "/visits/?differs=open")
        assert enter(name).get(line.path).context["page"].total == line.count


def test_roster_without_a_filed_list_waits_to_be_filed_not_to_be_answered(county_at) -> None:
    county_at("rostered")
    roster = Roster.objects.filter(school__code=SCHOOL).order_by("pk").first()
    clerk = f"jingban-{SCHOOL}"
    assert "名册未填报" not in lines(clerk)
    force_back(roster)
    found = lines(clerk)
    assert (found["名册未填报"].count, found["名册未填报"].path) == (1, "/uploads/new/roster/")
    assert found["名册未填报"].due == Deadline.objects.get(step="ROSTERS").due_on
    assert "名册差异待说明" not in found


def test_photo_waits_by_name_while_it_can_be_sent_and_is_due_by_its_period(county_at) -> None:
    county_at("approved")
    clerk, officer = f"jingban-{SCHOOL}", person("gongshi1")
    rosters = list(Roster.objects.filter(state=RosterState.APPROVED).values_list("pk", flat=True))
    period = publicity.plan_period(by=officer, semester=TERM, roster=rosters)[0].id
    started = calendar.business_date()
    assert lines("gongshi1")["公示待开始"].due == started
    publicity.start_period(by=officer, period=period)
    last_day = publicity.last_day_of(PublicityPeriod.objects.get())
    line = lines(clerk)["公示开始照片待上传"]
    assert (line.count, line.due, line.late) == (1, started + timedelta(1), 0)
    assert line.path == f"/publicity/{period}/"
    assert "公示结束照片待上传" not in lines(clerk)
    assert "学校欠交公示开始照片" not in lines("gongshi1", started + timedelta(1))
    late = lines("gongshi1", started + timedelta(2))["学校欠交公示开始照片"]
    assert (late.count, late.due) == (
        len({r.school_id for r in Roster.objects.filter(pk__in=rosters)}),
        started + timedelta(1),
    )
    assert lines(clerk, started + timedelta(2))["公示开始照片待上传"].late == 1
    publicity.add_photo(by=person(clerk), period=period, school=SCHOOL, moment="START", file=photo().read())
    assert "公示开始照片待上传" not in lines(clerk)
    assert "公示结束照片待上传" not in lines(clerk, last_day - timedelta(1))
    line = lines(clerk, last_day)["公示结束照片待上传"]
    assert (line.count, line.due) == (1, last_day + timedelta(1))
    assert lines("gongshi1", started + timedelta(2))["学校欠交公示开始照片"].count == late.count - 1
    publicity.check_photos(by=person("fushen1"), evidence=[PublicityEvidence.objects.get().pk], ok=False, note="不清")
    assert "公示开始照片待上传" not in lines(clerk)
    refused = lines(clerk)["公示开始照片不通过，待重传"]
    assert (refused.count, refused.path, refused.due) == (1, f"/publicity/{period}/", started + timedelta(1))
    assert refused.hint == "原因：不清。请重拍上传"
    assert lines("gongshi1", started)["学校欠交公示开始照片"].count == 1


def test_photo_that_is_late_shows_in_the_progress_of_schools(county_at) -> None:
    county_at("approved")
    officer = person("gongshi1")
    publicity.plan_period(by=officer, semester=TERM)
    period = PublicityPeriod.objects.get()
    publicity.start_period(by=officer, period=period.pk)
    started = calendar.business_date()
    set_business_date(by=operator(), date=started + timedelta(2))
    term = Semester.objects.get(code=TERM)
    steps = deadlines_of(term)
    assert {code: due for code, _, due in steps}["PHOTOS"] is None
    (row,) = progress_of(term, calendar.business_date(), [SCHOOL], steps)
    cell = row.cells[[code for code, _, _ in steps].index("PHOTOS")]
    assert (cell.whole, cell.done, cell.late, cell.state) == (2, 0, 1, "late")


def force_back(roster: Roster) -> None:
    """The draft as it is before the school has filed anything."""
    Roster.objects.filter(pk=roster.pk).update(state=RosterState.DRAFT, filed=None, submitted_by=None)
    roster.lines.update(answered_by=None, filed_line=None)


# ---- what comes next ----
