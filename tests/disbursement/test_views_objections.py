"""公示异议: registered from what hangs, decided by another person, told on paper; lists by filter."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from pypdf import PdfReader

from aid_admin.audit.models import AuditEvent
from disbursement.models import Objection, Roster, RosterLine
from tests.disbursement.builders import do, done, enter

pytestmark = pytest.mark.usefixtures("pages")


def pages(data):
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


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
