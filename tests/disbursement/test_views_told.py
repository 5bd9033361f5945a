"""What pages of rosters and publicity tell about the next step."""

import re
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.test import Client

from aid_admin.accounts.actions import operator
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.actions import set_business_date
from aid_admin.office.hanging import told_of
from aid_admin.office.overview import steps_of
from disbursement.actions import publicity
from disbursement.models import PublicityEvidence, PublicityPeriod, Roster, RosterLine
from disbursement.rules.states import LineKind, RosterState
from eligibility.pins import runs_shown
from tests.disbursement.builders import do, enter, photo

pytestmark = pytest.mark.usefixtures("pages")
READY = "照片都已核查通过，可以结束公示"
NEXT = "差异已全部说明，下一步由学校负责人上报。"


def draft(kind: LineKind) -> Roster:
    """A draft with differences of this kind, none of them answered."""
    roster = Roster.objects.filter(lines__kind=kind).order_by("pk").first()
    Roster.objects.filter(pk=roster.pk).update(state=RosterState.DRAFT, submitted_by=None)
    roster.lines.update(answered_by=None, explanation="", reason_code="")
    return roster


def told(client: Client, path: str, deed: str, pick: list[int] | None = None, **fields: Any) -> str:
    answer = do(client, path, deed, pick, **fields)
    return client.get(answer.headers["Location"]).content.decode()


def test_last_answer_says_that_the_turn_of_the_head_has_come(county_at):
    county_at("rostered")
    roster = draft(LineKind.MISSING)
    path, clerk = f"/rosters/{roster.pk}/", enter(f"jingban-{roster.school.code}")
    open_ones = list(roster.lines.exclude(kind=LineKind.RIGHT).values_list("pk", flat=True))
    page = clerk.get(path).content.decode()
    assert "现在由学校负责人核对后上报" not in page
    assert f"将一次同意还没有说明的 {len(open_ones)} 处差异：应助未报" in page
    for pk in open_ones[:-1]:
        assert NEXT not in told(clerk, path, "agree", [pk])
    page = told(clerk, path, "agree", open_ones[-1:])
    assert NEXT in page
    assert "差异已全部说明，现在由学校负责人核对后上报" not in page  # once is enough
    assert (
        "差异已全部说明，现在由学校负责人核对后上报" in enter(f"fuze-{roster.school.code}").get(path).content.decode()
    )


def test_answers_say_which_differences_they_are_for(county_at):
    county_at("rostered")
    roster = draft(LineKind.TOO_MANY)
    page = enter(f"jingban-{roster.school.code}").get(f"/rosters/{roster.pk}/").content.decode()
    assert 'class="btn btn-plain" data-dialog="do-agree_all"' in page
    assert 'data-only="只用于应助未报：' in page
    assert 'data-only="只用于多报和金额不符。' in page


def test_roster_head_counts_who_is_granted_and_who_is_not(county_at):
    county_at("rostered")
    roster = draft(LineKind.TOO_MANY)
    counted, every = roster.lines.sums()["person_times"], roster.lines.count()
    page = enter("chushen1").get(f"/rosters/{roster.pk}/").content.decode()
    assert f"资助 <b>{counted}</b> 人，不资助 <b>{every - counted}</b> 人" in page
    assert f'全部<span class="count">{every}</span>' in page
    assert "</b> 人次，" in enter("chushen1").get("/rosters/").content.decode()


def test_publicity_that_cannot_end_offers_the_photos_first(county_at):
    county_at("approved")
    officer, first = enter("gongshi1"), Roster.objects.filter(state=RosterState.APPROVED).order_by("pk").first()
    do(officer, "/publicity/plan/", "plan", [first.pk], planned_on=calendar.business_date())
    path = f"/publicity/{PublicityPeriod.objects.latest('pk').pk}/"
    do(officer, path, "start")
    page = enter("fushen1").get(path).content.decode()
    assert 'class="btn btn-primary" href="/publicity/photos/"' in page
    assert 'class="btn btn-plain" data-dialog="do-end"' in page
    assert "现在还不能结束（" in page


def running_period(county_at) -> PublicityPeriod:
    """A period of one school that was started today."""
    county_at("approved")
    officer, first = enter("gongshi1"), Roster.objects.filter(state=RosterState.APPROVED).order_by("pk").first()
    do(officer, "/publicity/plan/", "plan", [first.pk], planned_on=calendar.business_date())
    period = PublicityPeriod.objects.latest("pk")
    do(officer, f"/publicity/{period.pk}/", "start")
    return PublicityPeriod.objects.select_related("semester").get(pk=period.pk)


def test_period_before_its_last_day_is_calm_and_prints_first(county_at):
    period = running_period(county_at)
    last_day = publicity.last_day_of(period)
    page = enter("gongshi1").get(f"/publicity/{period.pk}/").content.decode()
    assert (
        f"公示到 {last_day} 期满，还有 2 张照片没有上传或核查通过（其中尚未到期 2 张）；期满且照片齐全后，由复审人员结束公示。"
        in page
    )
    assert "<summary>看还缺哪些</summary>" in page
    assert "还不能结束公示（" not in page
    assert 'class="btn btn-primary" type="submit" name="what" value="schools"' in page
    set_business_date(by=operator(), date=last_day)
    page = enter("gongshi1").get(f"/publicity/{period.pk}/").content.decode()
    assert f"还不能结束公示（2 项）。公示已满期（{last_day}），还有 2 张照片" in page


@pytest.mark.parametrize(("who", "hint"), [("gongshi1", "留意来电来访，登记异议；"), ("fushen1", "")])
def test_home_says_until_when_it_runs_what_is_missing_and_who_ends_it_and_asks_for_nothing(
    county_at, who, hint, django_assert_max_num_queries
):
    period = running_period(county_at)
    client, last_day = enter(who), publicity.last_day_of(period)
    with django_assert_max_num_queries(12):
        page = client.get("/").content.decode()
    assert (
        f"公示进行中（1 次）：{hint}公示到 {last_day} 期满，还有 2 张照片没有上传或核查通过；期满且照片齐全后，由复审人员结束公示。"
        in page
    )
    assert "公示进行中" not in [line.title for line, _ in client.get("/").context["lines"]]


def test_period_that_may_be_ended_is_due_today_and_the_photos_lead_to_it(county_at, django_assert_max_num_queries):
    period = running_period(county_at)
    school, path = period.rosters.get().school, f"/publicity/{period.pk}/"
    clerk, approver = enter(f"jingban-{school.code}"), enter("fushen1")
    set_business_date(by=operator(), date=publicity.last_day_of(period))
    for moment in ("START", "END"):
        clerk.post(f"{path}photo/{school.code}/{moment}/", {"file": photo()})
    first, last = PublicityEvidence.objects.order_by("pk").values_list("pk", flat=True)
    do(approver, "/publicity/photos/", "good", [first])
    assert READY not in approver.get("/publicity/photos/").content.decode()
    assert "公示期满，待结束" not in approver.get("/").content.decode()
    page = do(approver, f"/publicity/photos/{last}/view/", "good")
    for place in (page.headers["Location"], f"/publicity/photos/{last}/view/"):
        text = approver.get(place).content.decode()
        assert READY in text
        assert f'href="{path}"' in text.split(READY)[1][:300]
    assert READY not in enter("gongshi1").get(f"/publicity/photos/{last}/view/").content.decode()
    with django_assert_max_num_queries(12):
        lines = {line.title: line for line, _ in approver.get("/").context["lines"]}
    assert (lines["公示期满，待结束"].path, lines["公示期满，待结束"].due) == (path, calendar.business_date())
    assert "公示进行中" not in approver.get("/").content.decode()
    assert "照片都已核查通过，期满后由复审人员结束公示" in enter("gongshi1").get("/").content.decode()


def test_officer_is_asked_to_print_once_it_runs_and_told_of_certificates_once_it_ended(county_at):
    period = running_period(county_at)
    code, path, title = period.rosters.get().school.code, f"/publicity/{period.pk}/", "公示已开始，各村公示待打印"
    officer = enter("gongshi1")
    lines = {line.title: line for line, _ in officer.get("/").context["lines"]}
    assert (lines[title].path, lines[title].due) == (f"{path}villages/", calendar.business_date())
    enter(f"jingban-{code}").post(f"{path}notice/{code}/")
    officer.post(f"{path}notice/{code}/")  # of a school; the villages' are still to be printed
    villages = [village["code"] for village in officer.get(f"{path}villages/").context["villages"]]
    assert len(villages) > 1
    for printed, village in enumerate(villages):
        assert title in officer.get("/").content.decode()
        assert officer.get(f"{path}villages/").content.decode().count("已打印") == printed
        officer.post(f"{path}villages/{village}/")
    assert title not in officer.get("/").content.decode()
    told = "次公示已结束，可打印公示结果证明"
    assert told not in officer.get("/").content.decode()
    with pgtrigger.ignore():
        PublicityPeriod.objects.filter(pk=period.pk).update(state="ENDED", ended_on=calendar.business_date())
    assert told in officer.get("/").content.decode()
    officer.post(f"{path}certificate/{code}/")
    assert told not in officer.get("/").content.decode()


def test_school_hears_how_its_own_publicity_stands(county_at):
    county_at("approved")
    first = Roster.objects.filter(state=RosterState.APPROVED).order_by("pk").first()
    code, officer, approver = first.school.code, enter("gongshi1"), enter("fushen1")
    with pgtrigger.ignore():
        Roster.objects.filter(school=first.school).exclude(pk=first.pk).update(state=RosterState.VOIDED)
    term, today = first.semester, calendar.business_date()

    def told() -> str:
        step = next(one for one in steps_of(term, clerk.reach(), runs_shown(term)) if one.title == "公示")
        return f"{told_of(step.hanging, term, calendar.business_date())}|{step.note}"

    clerk = User.objects.get(username=f"jingban-{code}")
    assert told() == "名册已复审，等公示专员安排公示|待安排"
    start = today + timedelta(1)
    do(officer, "/publicity/plan/", "plan", [first.pk], planned_on=start)
    path = f"/publicity/{PublicityPeriod.objects.get().pk}/"
    assert told() == f"公示计划 {start.month} 月 {start.day} 日开始，开始后打印张贴|计划 {start:%m-%d}"
    head = enter(f"fuze-{code}").get("/").content.decode()
    assert f"接下来：公示计划 {start.month} 月 {start.day} 日开始" in head
    do(officer, path, "start")
    assert told() == "公示已经开始：打印公示、张贴，拍一张开始照片上传|公示中 1 份"
    send = enter(clerk.username)
    send.post(f"{path}photo/{code}/START/", {"file": photo()})
    last_day = publicity.last_day_of(PublicityPeriod.objects.get())
    assert told() == f"正在公示，{last_day.month} 月 {last_day.day} 日期满，期满当天起拍结束照片|公示中 1 份"
    set_business_date(by=operator(), date=last_day)
    assert "期满：取下以前拍一张结束照片上传|" in told()
    send.post(f"{path}photo/{code}/END/", {"file": photo()})
    assert told().startswith("照片已交，等复审核查|")
    do(approver, "/publicity/photos/", "good", list(PublicityEvidence.objects.values_list("pk", flat=True)))
    assert told().startswith("照片都已核查通过，等资助中心结束公示|")
    do(approver, path, "end")
    assert told() == "公示已结束，等资助中心确认名册、财务发放|已结束 1 份，待确认"
    with pgtrigger.ignore():
        Roster.objects.filter(pk=first.pk).update(state=RosterState.CONFIRMED, confirmed_by=clerk)
    assert told() == "|1/1 份"


def test_opening_photo_that_comes_late_is_accepted_and_said_to_be_late(county_at):
    period = running_period(county_at)
    code = period.rosters.get().school.code
    clerk, path = enter(f"jingban-{code}"), f"/publicity/{period.pk}/photo/{code}/START/"
    page = clerk.post(path, {"file": photo()}, follow=True).content.decode()
    assert "开始照片已上传，等待复审人员核查" in page
    assert "晚于公示开始" not in page
    last_day = publicity.last_day_of(period)
    set_business_date(by=operator(), date=last_day)
    page = clerk.post(path, {"file": photo()}, follow=True).content.decode()
    late = (last_day - period.started_on).days
    assert f"开始照片晚于公示开始 {late} 天，核查时会提示复审人员。" in page


def test_entitled_pupils_lead_to_the_rosters(county_at):
    county_at("compared")
    reviewer = enter("chushen1")
    assert 'class="btn btn-primary" data-dialog="do-entitle"' in reviewer.get("/entitlements/").content.decode()
    page = told(reviewer, "/entitlements/", "entitle")
    assert 'class="btn btn-primary" href="/rosters/"' in page
    assert 'class="btn btn-plain" data-dialog="do-entitle"' in page
    assert "重新核定" in page
    assert "由学校说明差异后上报" in told(reviewer, "/rosters/", "draft")


def test_list_without_batches_says_how_many_wait(county_at):
    county_at("publicised")
    waiting = RosterLine.objects.payable().count()
    assert waiting
    assert f"有 {waiting} 人次待编制，请点右上角" in enter("caiwu1").get("/batches/").content.decode()
    assert "由财务经办编制批次" in enter("shenpi1").get("/batches/").content.decode()


def test_plan_opens_on_the_business_date_and_says_when_to_start(county_at):
    county_at("approved")
    officer, today = enter("gongshi1"), calendar.business_date()
    page = officer.get("/publicity/plan/").content.decode()
    assert f'value="{today}" min="{today}"' in page
    first, second = list(Roster.objects.filter(state=RosterState.APPROVED).order_by("pk")[:2])
    page = told(officer, "/publicity/plan/", "plan", [first.pk], planned_on=today)
    assert "公示已制订。" in page
    assert "请先点“预览名单”核对将要张贴的内容，再点“开始公示”" in page
    later = today + timedelta(days=3)
    page = told(officer, "/publicity/plan/", "plan", [second.pk], planned_on=later)
    assert f"到 {later} 那天再点“开始公示”" in page
    assert PublicityPeriod.objects.latest("pk").planned_on == later


def test_single_picked_pupil_is_named_with_what_agreeing_means(county_at):
    county_at("rostered")
    for kind, then in ((LineKind.MISSING, "同意后按 "), (LineKind.TOO_MANY, "同意后不资助")):
        roster = draft(kind)
        line = roster.lines.filter(kind=kind).select_related("student").first()
        page = enter(f"jingban-{roster.school.code}").get(f"/rosters/{roster.pk}/").content.decode()
        assert f'data-about="{line.student.name}：{kind.label}" data-agreed="{then}' in page
        assert 'data-picked-one="agree"' in page
        assert "确认全部同意核定结果" in page


@pytest.mark.parametrize(("who", "deed"), [("chushen1", "review"), ("fushen1", "approve")])
def test_dialog_of_many_rosters_says_what_they_come_to(county_at, who, deed):
    county_at("rostered")
    roster = draft(LineKind.TOO_MANY)
    over = roster.lines.filter(kind=LineKind.TOO_MANY).count()
    page = enter(who).get("/rosters/").content.decode()
    assert re.search(f'data-over="{over}" data-flagged="[01]" aria-label="选择{roster}"', page)
    dialog = page[page.index(f'id="do-{deed}"') :]
    dialog = dialog[: dialog.index("</dialog>")]
    for words in ("<b data-picked>0</b> 份", "<b data-picked-persons>", "<b data-picked-fen>0.00</b> 元"):
        assert words in dialog
    assert "<b data-picked-flagged data-hide-none>0</b> 份，这次不办" in dialog
    assert "data-all-flagged" in dialog
    assert ("<b data-picked-over data-hide-none>0</b> 人次，不通过" in dialog) is (deed == "review")
