"""公示异议: registered from what hangs, decided by another person, told on paper; lists by filter."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.test import Client
from pypdf import PdfReader

from aid_admin.accounts.models import User
from aid_admin.audit.models import AuditEvent
from aid_admin.lib.refusals import Refused
from disbursement.actions import objections
from disbursement.actions.notices import print_notice
from disbursement.models import Objection, PublicityLine, Roster, RosterLine
from tests.disbursement.builders import do, done, enter
from tests.disbursement.money import person

pytestmark = pytest.mark.usefixtures("pages")


def pages(data):
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def register(line, **more):
    """Register an objection to the line as the publicity officer; the new objections."""
    known = set(Objection.objects.values_list("pk", flat=True))
    done(enter("gongshi1"), f"/objections/new/{line.pk}/", "add", **{"channel": "来电", "text": "已经转走"} | more)
    return list(Objection.objects.exclude(pk__in=known).order_by("pk"))


def of_one_pupil(period):
    """The lines of a pupil who stands on the list with two programmes."""
    hanging = RosterLine.objects.filter(roster__period=period, state="ACCEPTED")
    twice = hanging.values("student").annotate(number=Count("pk")).filter(number=2).order_by("student")
    return list(hanging.filter(student=twice[0]["student"]).select_related("student", "programme").order_by("pk"))


def test_objection_shows_its_due_date_in_working_days(period):
    line = period.lines.order_by("pk").first().roster_line
    done(enter("gongshi1"), f"/objections/new/{line.pk}/", "add", channel="来电", text="已经转走")
    objection = Objection.objects.get()
    assert objection.due_on > objection.received_on + timedelta(days=5)
    text = enter("fushen1").get("/objections/").content.decode()
    assert "还有 5 个工作日" in text


def test_objection_sustained_takes_the_line_away(period):
    line = period.lines.order_by("pk").first().roster_line
    done(enter("gongshi1"), f"/objections/new/{line.pk}/", "add", channel="来访", text="不在本县就读")
    objection = Objection.objects.get()
    path = f"/objections/{objection.pk}/"
    half = do(enter("fushen1"), path, "decide", finding="核实属实").content.decode()
    assert "请选择结论" in half
    assert "核实属实" in half
    done(enter("fushen1"), path, "decide", outcome="SUSTAINED", finding="核实属实")
    line.refresh_from_db()
    assert line.state == "WITHDRAWN"
    page = enter("gongshi1").get(f"/publicity/{period.pk}/").content.decode()
    assert "公示期内撤下 1 项：<b>" + line.student.name in page
    assert "撤下 1</div>" in page
    again = print_notice(by=person("gongshi1"), period=period.pk, school=line.roster.school.code)
    text = "".join("".join(pages(again.data)).split())
    assert "其中公示期内撤下1人次，不再列出" in text
    hung = PublicityLine.objects.filter(period=period, school=line.roster.school, name=line.student.name)
    assert text.count(line.student.name) == hung.count() - 1
    assert "成立" in enter("fushen1").get("/objections/?outcome=SUSTAINED").content.decode()


def test_outcome_is_told_on_paper_once_decided(small_county):
    for objection in Objection.objects.exclude(outcome=""):
        path = f"/objections/{objection.pk}/"
        for name in ("gongshi1", "fushen1", "shenji1"):
            assert "打印处理结果告知书" in enter(name).get(path).content.decode()
        answer = do(enter("gongshi1"), path, "letter")
        text = "".join(pages(answer.content)).replace("\n", "")
        said = "异议成立" if objection.outcome == "SUSTAINED" else "异议不成立"
        for words in (objection.text, objection.finding, said, objection.roster_line.student.name):
            assert words in text
        told = AuditEvent.objects.latest("seq")
        assert (told.verb, told.object_id, told.to_state) == ("objection.print", str(objection.pk), "EXPORTED")
    assert Objection.objects.exclude(outcome="").exists()


def test_open_objection_has_no_letter(period):
    line = period.lines.order_by("pk").first().roster_line
    done(enter("gongshi1"), f"/objections/new/{line.pk}/", "add", channel="匿名", text="已经转走")
    path = f"/objections/{Objection.objects.get().pk}/"
    assert "打印处理结果告知书" not in enter("gongshi1").get(path).content.decode()
    assert "还没有结论" in do(enter("gongshi1"), path, "letter").content.decode()


def test_objections_and_periods_are_filtered(small_county):
    objection = Objection.objects.select_related("roster_line__roster__school", "roster_line__student").first()
    line, officer = objection.roster_line, enter("gongshi1")
    other = Roster.objects.exclude(school=line.roster.school).exclude(period=None).first()
    for fits, filters in (
        (True, {"school": line.roster.school.code, "programme": line.programme.code}),
        (False, {"school": other.school.code}),
        (True, {"q": line.student.name, "since": objection.received_on, "until": objection.received_on}),
        (True, {"q": objection.text[:4]}),
        (False, {"since": objection.received_on + timedelta(1)}),
        (False, {"q": "查无此人"}),
    ):
        listed = officer.get("/objections/", filters).context["objections"]
        assert (objection.pk in [item.pk for item, _ in listed]) is fits, filters
    period = line.roster.period
    for fits, filters in (
        (True, {"school": line.roster.school.code, "programme": line.programme.code, "state": period.state}),
        (True, {"q": period.title[:6], "since": period.started_on, "until": period.started_on}),
        (False, {"since": period.started_on + timedelta(1)}),
        (False, {"q": "没有这个标题"}),
    ):
        listed = officer.get("/publicity/", filters).context["periods"]
        assert (period in [one for one, _ in listed]) is fits, filters


def test_objection_to_a_line_in_no_period_is_not_found(county_at):
    county_at("approved")
    assert enter("gongshi1").get(f"/objections/new/{RosterLine.objects.first().pk}/").status_code == 404


def test_objection_begins_with_a_search_in_what_hangs(period):
    officer, approver = enter("gongshi1"), enter("fushen1")
    assert "/objections/new/" in officer.get("/objections/").content.decode()
    assert "/objections/new/" not in approver.get("/objections/").content.decode()
    assert approver.get("/objections/new/").status_code == 403
    assert Client().get("/objections/new/").status_code == 302
    line = period.lines.select_related("roster_line").order_by("pk").first()
    text = officer.get("/objections/new/", {"q": line.name}).content.decode()
    assert f"/objections/new/{line.roster_line_id}/" in text
    nobody = officer.get("/objections/new/", {"q": "查无此人"}).content.decode()
    assert "公示名单中没有“查无此人”" in nobody
    assert "补录学生" in nobody
    done(officer, f"/publicity/{period.pk}/", "abort", reason="有误")
    assert "现在没有进行中的公示" in officer.get("/objections/new/?q=a").content.decode()


def test_who_objects_is_named_on_the_letter_and_the_phone_nowhere(period):
    line = period.lines.order_by("pk").first().roster_line
    (objection,) = register(line, objector="张先生", phone="13800001234", text="不在本县就读")
    assert (objection.objector, objection.objector_phone) == ("张先生", "13800001234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT objector_phone FROM disbursement_objection WHERE id = %s", [objection.pk])
        assert b"13800001234" not in bytes(cursor.fetchone()[0])
    path = f"/objections/{objection.pk}/"
    done(enter("fushen1"), path, "decide", outcome="DISMISSED", finding="在校就读")
    text = "".join(pages(do(enter("gongshi1"), path, "letter").content)).replace("\n", "")
    assert "异议人：张先生" in text
    assert "13800001234" not in text
    for name in ("gongshi1", "fushen1", "shenji1"):
        page = enter(name).get(path).content.decode()
        assert "张先生" in page
        assert "138****1234" in page
        assert "13800001234" not in page
    listed = enter("gongshi1").get("/objections/", {"q": "张先生"})
    assert [item.pk for item, _ in listed.context["objections"]] == [objection.pk]


def test_objection_without_a_name_is_anonymous(period):
    line = period.lines.order_by("pk").first().roster_line
    refused = do(
        enter("gongshi1"), f"/objections/new/{line.pk}/", "add", channel="匿名", text="不在校", objector="李女士"
    )
    assert "渠道是“匿名”的不填姓名" in refused.content.decode()
    nonsense = do(enter("gongshi1"), f"/objections/new/{line.pk}/", "add", channel="来电", text="不在校", phone="没有")
    assert "电话只填数字" in nonsense.content.decode()
    assert not Objection.objects.exists()
    (objection,) = register(line, channel="匿名", text="不在校")
    assert (objection.objector, objection.objector_phone) == ("", None)
    path = f"/objections/{objection.pk}/"
    assert "没有留" in enter("fushen1").get(path).content.decode()
    done(enter("fushen1"), path, "decide", outcome="DISMISSED", finding="在校就读")
    text = "".join(pages(do(enter("gongshi1"), path, "letter").content)).replace("\n", "")
    assert "异议人：匿名（由" in text


def test_phone_of_who_objects_is_revealed_to_the_bureau_alone(period):
    line = period.lines.order_by("pk").first().roster_line
    (objection,) = register(line, phone="13800001234")
    address = f"/reveal/objection.phone/{objection.pk}/"
    assert address in enter("gongshi1").get(f"/objections/{objection.pk}/").content.decode()
    assert address not in enter("shenji1").get(f"/objections/{objection.pk}/").content.decode()
    school = line.roster.school.code
    for name in (
        f"jingban-{school}",
        f"fuze-{school}",
        "shuju1",
        "chushen1",
        "caiwu1",
        "shenpi1",
        "shenji1",
        "guanli1",
    ):
        assert enter(name).post(address, {"reason": "想知道是谁"}).status_code == 403, name
    assert "13800001234" not in enter("gongshi1").post(address, {"reason": ""}).content.decode()
    assert not AuditEvent.objects.filter(to_state="REVEALED").exists()
    for name in ("gongshi1", "fushen1"):
        assert "13800001234" in enter(name).post(address, {"reason": "通知领取告知书"}).content.decode()
    told = AuditEvent.objects.filter(to_state="REVEALED").order_by("-seq")
    assert [(one.verb, one.object_type, one.school_code) for one in told] == 2 * [
        ("objection.reveal", "objection.phone", school)
    ]
    assert enter("gongshi1").get(f"/reveal/student.id_number/{line.student_id}/").status_code == 403
    assert "异议人电话" in enter("shenji1").get("/audit/?kind=reveal").content.decode()


def test_objection_shows_what_the_grant_rests_on(period):
    one, other = of_one_pupil(period)
    school = one.roster.school
    school.phone = "0392-7001234"
    school.save()
    (objection,) = register(one)
    path = f"/objections/{objection.pk}/"
    for name in ("gongshi1", "fushen1", "shenji1"):
        client = enter(name)
        text = client.get(path).content.decode()
        for words in (one.entitlement.why, "0392-7001234", other.programme.name, "没有异议"):
            assert words in text
        assert one.student.id_number not in text
        for link in (f"/students/{one.student_id}/", f"/rosters/{one.roster_id}/"):
            assert link in text
            assert client.get(link).status_code == 200
    (beside,) = register(other)
    text = enter("fushen1").get(path).content.decode()
    assert f"/objections/{beside.pk}/" in text
    assert "没有异议" not in text


def test_objections_to_several_programmes_of_a_pupil_are_registered_at_once(period):
    one, other = of_one_pupil(period)
    page = enter("gongshi1").get(f"/objections/new/{one.pk}/").content.decode()
    assert "同时登记该生的其他项目" in page
    assert other.programme.name in page
    assert "checked" not in page
    made = register(one, objector="张先生", also=[other.pk])
    assert [(item.roster_line_id, item.objector) for item in made] == [(one.pk, "张先生"), (other.pk, "张先生")]
    assert set(RosterLine.objects.filter(pk__in=[one.pk, other.pk]).values_list("state", flat=True)) == {"HELD"}
    again = enter("gongshi1").get(f"/objections/new/{one.pk}/").content.decode()
    assert "同时登记该生的其他项目" not in again
    assert "这一项已有异议" in again


def test_one_objection_is_about_one_pupil_and_what_hangs(period):
    one, _ = of_one_pupil(period)
    stranger = RosterLine.objects.filter(roster__period=period).exclude(student=one.student).first()
    chosen = do(
        enter("gongshi1"), f"/objections/new/{one.pk}/", "add", channel="来电", text="不在校", also=[stranger.pk]
    )
    assert "not one of the available" not in chosen.content.decode()
    officer = User.objects.get(username="gongshi1")
    with pytest.raises(Refused, match="同一名学生"):
        objections.add_objection(by=officer, line=one.pk, channel="来电", text="不在校", also=[stranger.pk])
    assert not Objection.objects.exists()
    (objection,) = register(one)
    done(enter("fushen1"), f"/objections/{objection.pk}/", "decide", outcome="SUSTAINED", finding="核实属实")
    gone = do(enter("gongshi1"), f"/objections/new/{one.pk}/", "add", channel="来电", text="不在校")
    assert "已不在公示名单上" in gone.content.decode()


def test_after_publicity_pages_say_at_once_what_is_to_be_done_instead(small_county):
    officer = enter("gongshi1")
    listed = officer.get("/objections/").content.decode()
    assert 'class="btn btn-plain" href="/objections/new/"' in listed
    text = officer.get("/objections/new/").content.decode()
    assert "现在没有进行中的公示，不能登记异议" in text
    assert "在公示名单中查找" not in text
    for words in ("“撤回”", "“移出明细”", "“退回经办”"):
        assert words in text
    line = RosterLine.objects.exclude(roster__period=None).filter(state="ACCEPTED").first()
    form = officer.get(f"/objections/new/{line.pk}/").content.decode()
    assert "不在公示期内" in form
    assert 'value="add"' not in form


def test_running_publicity_makes_registering_the_next_step(period):
    listed = enter("gongshi1").get("/objections/").content.decode()
    assert 'class="btn btn-primary" href="/objections/new/"' in listed
    assert "公示结束以后收到的反映" not in enter("gongshi1").get("/objections/new/").content.decode()


def test_planned_publicity_says_that_it_has_not_begun(county_at):
    county_at("approved")
    officer = enter("gongshi1")
    assert "本学期还没有公示" in officer.get("/objections/new/").content.decode()
    done(officer, "/publicity/plan/", "plan", list(Roster.objects.values_list("pk", flat=True)))
    text = officer.get("/objections/new/").content.decode()
    assert "还没有开始" in text
    assert "公示结束以后收到的反映" not in text


def test_decided_objection_waits_for_its_letter_to_be_printed(period):
    line = period.lines.order_by("pk").first().roster_line
    (objection,) = register(line)
    path, title = f"/objections/{objection.pk}/", "异议已办结，待打印告知书"
    assert title not in enter("gongshi1").get("/").content.decode()
    done(enter("fushen1"), path, "decide", outcome="DISMISSED", finding="在校就读")
    home = enter("gongshi1").get("/").content.decode()
    assert title in home
    assert path in home
    assert title not in enter("fushen1").get("/").content.decode()
    assert "待打印告知书" in enter("gongshi1").get("/objections/?outcome=TO_PRINT").content.decode()
    do(enter("gongshi1"), path, "letter")
    assert title not in enter("gongshi1").get("/").content.decode()
    assert not enter("gongshi1").get("/objections/?outcome=TO_PRINT").context["objections"]
    assert "告知书已打印" in enter("gongshi1").get(path).content.decode()


def test_list_of_objections_takes_few_queries(period, django_assert_max_num_queries):
    officer = enter("gongshi1")
    for line in of_one_pupil(period):
        register(line)
    officer.get("/objections/")  # the bar is remembered for some seconds
    with django_assert_max_num_queries(12):
        officer.get("/objections/")
