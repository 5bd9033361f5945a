"""The way through a period: before its start, by when photos are due, one photo after the other, what a school reads."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from aid_admin.accounts.actions import operator
from aid_admin.audit.models import AuditEvent
from aid_admin.county.actions import set_business_date
from disbursement.actions import publicity
from disbursement.models import PublicityEvidence, PublicityLine, PublicityPeriod, Roster, RosterLine
from tests.disbursement.builders import do, done, enter, photo

pytestmark = pytest.mark.usefixtures("pages")
LATE = "/publicity/calendar/late/"


@pytest.fixture
def planned(county_at) -> PublicityPeriod:
    """A planned period over every roster."""
    county_at("approved")
    done(enter("gongshi1"), "/publicity/plan/", "plan", list(Roster.objects.values_list("pk", flat=True)))
    return PublicityPeriod.objects.get()


def schools(period):
    return sorted(set(period.rosters.values_list("school__code", flat=True)))


def pass_to(period, days):
    set_business_date(by=operator(), date=period.started_on + timedelta(days))


def send(period, code, moment="START"):
    return enter(f"jingban-{code}").post(f"/publicity/{period.pk}/photo/{code}/{moment}/", {"file": photo()})


# ---- before the start ----


def test_start_says_until_when_it_hangs_and_whom_it_shows(planned):
    officer, path = enter("gongshi1"), f"/publicity/{planned.pk}/"
    start = officer.get(path).context["start"]
    text = officer.get(path).content.decode()
    dialog = text[text.index('id="do-start"') :]
    assert f"<b>{start.schools}</b> 所学校，<b>{start.persons}</b> 名学生" in dialog
    assert f"{start.last_day:%Y-%m-%d}" in dialog
    assert f"<b>{start.opening.due_on:%Y-%m-%d}</b> 以前交" in dialog
    assert f"<b>{start.closing.due_on:%Y-%m-%d}</b> 以前交" in dialog
    assert f"从张贴的第二天起算，公示到 <b>{start.last_day}</b>" in dialog
    assert "当天不计入" not in dialog
    done(officer, path, "start")
    planned.refresh_from_db()
    lines = PublicityLine.objects.filter(period=planned)
    persons = lines.values("roster_line__student").distinct().count()
    assert (start.persons, start.person_times) == (persons, lines.count())
    assert start.schools == lines.values("school").distinct().count()
    assert start.villages == lines.values("roster_line__student__village").exclude(
        roster_line__student__village=None
    ).distinct().count()  # fmt: skip
    assert start.last_day == publicity.last_day_of(planned)
    assert officer.get(path).context["start"] is None


def test_start_beside_the_planned_day_is_told(planned):
    PublicityPeriod.objects.filter(pk=planned.pk).update(planned_on=planned.planned_on + timedelta(3))
    path = f"/publicity/{planned.pk}/"
    assert "还没有到" in enter("gongshi1").get(path).content.decode()
    PublicityPeriod.objects.filter(pk=planned.pk).update(planned_on=planned.planned_on - timedelta(3))
    assert "公示天数从今天算起" in enter("gongshi1").get(path).content.decode()
    assert enter("fushen1").get(path).context["start"] is None


def test_preview_goes_from_school_to_school_and_starts_the_period(planned):
    officer, path = enter("gongshi1"), f"/publicity/{planned.pk}/list/"
    codes = schools(planned)
    text = officer.get(path).content.decode()
    assert f"第 1 / {len(codes)} 所" in text
    assert f'href="?school={codes[1]}"' in text
    assert "上一所" not in text
    last = officer.get(path, {"school": codes[-1]}).content.decode()
    assert f"第 {len(codes)} / {len(codes)} 所" in last
    assert "这是最后一所" in last
    lines = RosterLine.objects.filter(roster__period=planned, state="ACCEPTED", roster__school__code=codes[-1])
    assert f"共 {lines.count()} 人次" in last
    assert "返回公示" in last
    assert f'action="/publicity/{planned.pk}/"' in last
    assert 'value="start"' in last
    assert 'value="start"' not in enter("fushen1").get(path).content.decode()
    done(officer, f"/publicity/{planned.pk}/", "start")
    hanging = officer.get(path).content.decode()
    assert "逐所学校看" not in hanging
    assert 'value="start"' not in hanging


def test_preview_asks_few_queries(planned, django_assert_max_num_queries):
    officer, path = enter("gongshi1"), f"/publicity/{planned.pk}/list/"
    officer.get(path)
    with django_assert_max_num_queries(12):
        officer.get(path)


def test_plan_is_called_off_and_what_hangs_is_broken_off(planned):
    officer, path = enter("gongshi1"), f"/publicity/{planned.pk}/"
    text = officer.get(path).content.decode()
    assert 'class="btn btn-plain" data-dialog="do-abort"' in text
    assert "撤销计划" in text
    assert "中止公示" not in text
    done(officer, path, "start")
    text = officer.get(path).content.decode()
    assert 'class="btn btn-outline-danger" data-dialog="do-abort"' in text
    assert "撤销计划" not in text


def test_school_is_shown_to_print_first_and_to_send_photos_then(period):
    code, path = schools(period)[0], f"/publicity/{period.pk}/"
    clerk = enter(f"jingban-{code}")

    def tone(words):
        row = clerk.get(path).content.decode().split("<tbody>")[1].split("</tbody>")[0]
        assert row.index("打印公示") < row.index("开始照片")
        return "primary" if "btn-primary" in row[: row.index(words)].rpartition("<button")[2] else "plain"

    assert (tone("打印公示"), tone("上传开始照片")) == ("primary", "plain")
    assert "村公示由公示专员打印，交村（居）委会张贴，不用交照片" in clerk.get(path).content.decode()
    send(period, code)
    pass_to(period, 12)
    assert (tone("打印公示"), tone("上传结束照片")) == ("plain", "primary")
    row = enter("gongshi1").get(path).content.decode().split("<tbody>")[1]
    assert row.index("看照片") < row.index("打印公示")


# ---- by when ----


def test_due_days_are_shown_before_they_are_missed(period):
    code, path = schools(period)[0], f"/publicity/{period.pk}/"
    clerk, last_day = enter(f"jingban-{code}"), publicity.last_day_of(period)
    text = clerk.get(path).content.decode()
    assert f"应交 {period.started_on + timedelta(1)}" in text
    assert f"{last_day} 起可以上传，应交 {last_day + timedelta(1)}" in text
    assert "已逾期" not in text
    again = clerk.post(f"{path}photo/{code}/START/", {}).content.decode()
    assert f"应交日期：<b>{period.started_on + timedelta(1)}</b>" in again
    phone = clerk.get(f"{path}photo/{code}/START/phone/").content.decode()
    assert f"应交日期：<b>{period.started_on + timedelta(1)}</b>" in phone
    pass_to(period, 2)
    assert "已逾期 1 个工作日" in clerk.get(path).content.decode()
    assert "1</b> 张照片逾期" in clerk.get(path).content.decode()
    send(period, code)
    assert "已逾期" not in clerk.get(path).content.decode()


def test_calendar_and_period_agree_on_what_is_not_due(period):
    officer, count = enter("gongshi1"), len(schools(period))
    answer = officer.get("/publicity/calendar/")
    text = answer.content.decode()
    assert answer.context["awaited"] == 2 * count
    assert f"尚未到期 <b>{2 * count}</b> 张照片" in text
    assert f"尚未到期 2 张：开始照片应交 {period.started_on + timedelta(1):%m-%d}" in text
    assert "没有缺漏</span>" not in text
    page = officer.get(f"/publicity/{period.pk}/").content.decode()
    assert f"还有 {2 * count} 张照片没有上传或核查通过（其中尚未到期 {2 * count} 张）" in page
    pass_to(period, 2)
    assert officer.get("/publicity/calendar/").context["awaited"] == count
    page = officer.get(f"/publicity/{period.pk}/").content.decode()
    assert f"（其中尚未到期 {count} 张）" in page
    assert f"已有 {count} 张逾期" in page


def test_late_list_is_taken_along_and_printed(period):
    pass_to(period, 2)
    officer = enter("gongshi1")
    assert "data-print" in officer.get(LATE).content.decode()
    answer = officer.post(LATE, {"do": "take_list"})
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=2, values_only=True))
    owing = [row for row in rows if row[3] == "没有开始照片"]
    assert len(owing) == officer.get(LATE).context["owing"] == len(schools(period))
    assert owing[0][5] == 1
    assert "经办人" in owing[0][7]
    event = AuditEvent.objects.latest("seq")
    assert (event.verb, event.count) == ("page.export", len(owing))
    own = enter(f"fuze-{schools(period)[0]}").post(LATE, {"do": "take_list"})
    assert len(list(load_workbook(io.BytesIO(own.content)).active.iter_rows())) == 4  # heading, row, empty, note
    assert officer.post(LATE, {"do": "x"}).status_code == 405


# ---- one photo after the other ----


def test_photo_is_passed_or_returned_where_it_is_large_and_the_next_one_comes(period):
    first, second = schools(period)[:2]
    send(period, first)
    send(period, second)
    one, two = PublicityEvidence.objects.order_by("school__code")
    approver, path = enter("fushen1"), "/publicity/photos/{}/view/"
    text = approver.get(path.format(one.pk)).content.decode()
    assert "第 1 / 2 张待核查" in text
    assert path.format(two.pk) in text
    seen = f"{one.pk}:{one.photo_id}"
    assert f'value="{seen}"' in text
    assert "请写明原因" in do(approver, path.format(one.pk), "bad", seen=seen).content.decode()
    assert done(approver, path.format(one.pk), "good") == path.format(two.pk)
    assert done(approver, path.format(two.pk), "bad", note="看不清日期") == "/publicity/photos/"
    assert list(PublicityEvidence.objects.order_by("school__code").values_list("ok", flat=True)) == [True, False]
    assert 'value="good"' not in approver.get(path.format(one.pk)).content.decode()
    assert "已经核查过" in do(approver, path.format(one.pk), "good").content.decode()
    for who in ("gongshi1", f"jingban-{first}"):
        assert do(enter(who), path.format(one.pk), "good").status_code == 403


# ---- on paper ----


def test_setting_that_is_missing_is_named_before_printing(period, settings):
    settings.AID_OFFICE_PHONE = settings.AID_OFFICE_ADDRESS = ""
    officer = enter("gongshi1")
    pages = [f"/publicity/{period.pk}/", f"/publicity/{period.pk}/villages/", f"/publicity/{period.pk}/papers/"]
    for path in pages:
        text = officer.get(path).content.decode()
        assert "打印的公示上，受理电话、受理地址留着一条横线" in text
        assert "想自动印上，请找系统管理员设置" in text
    assert "\n## 环境变量\n" in (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    settings.AID_OFFICE_PHONE, settings.AID_OFFICE_ADDRESS = "0392-1234567", "淇县"
    assert all("留着一条横线" not in officer.get(path).content.decode() for path in pages)


def test_villages_are_found_by_township_and_name(period):
    officer, path = enter("gongshi1"), f"/publicity/{period.pk}/villages/"
    every = officer.get(path).context["villages"]
    village = every[0]
    here = officer.get(path, {"township": village["township"]}).context["villages"]
    assert {one["township"] for one in here} == {village["township"]}
    found = officer.get(path, {"q": village["name"]})
    assert village["code"] in [one["code"] for one in found.context["villages"]]
    assert f"打印全部 {len(every)} 个村" in found.content.decode()
    assert "没有符合筛选条件的村" in officer.get(path, {"q": "查无此村"}).content.decode()


def test_school_reads_of_its_own_prints_and_not_of_the_countys(period):
    code, path = schools(period)[0], f"/publicity/{period.pk}/"
    clerk, officer = enter(f"jingban-{code}"), enter("gongshi1")
    officer.post(f"{path}notice/{code}/")
    officer.post(f"{path}print/", {"what": "schools"})

    def printed(client):
        return [event.verb for event in client.get(path).context["events"] if event.verb.startswith("publicity.print")]

    assert printed(clerk) == []
    assert len(printed(officer)) == 2
    clerk.post(f"{path}notice/{code}/")
    assert printed(clerk) == ["publicity.print"]
    assert "公示页的“经过”" in officer.get(f"{path}papers/").content.decode()
