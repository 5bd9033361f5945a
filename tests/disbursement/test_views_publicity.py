"""公示: photos, notices, what is shown when, objections."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aid_admin.audit.models import AuditEvent
from disbursement.models import Objection, PublicityEvidence, PublicityPeriod, Roster, RosterLine
from students.models import Student
from tests.disbursement.builders import do, done, enter, photo

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def period(county_at) -> PublicityPeriod:
    """A running period over every roster."""
    county_at("approved")
    officer = enter("gongshi1")
    path = done(officer, "/publicity/plan/", "plan", list(Roster.objects.values_list("pk", flat=True)))
    done(officer, path, "start")
    return PublicityPeriod.objects.get()


def school_of(period: PublicityPeriod) -> str:
    return period.rosters.order_by("pk").first().school.code


def test_plan_takes_only_approved_rosters(county_at):
    county_at("rostered")
    ids = list(Roster.objects.values_list("pk", flat=True))
    text = do(enter("gongshi1"), "/publicity/plan/", "plan", ids, title="春季公示").content.decode()
    assert "没有可以公示的名册" in text
    assert 'value="春季公示"' in text
    assert not PublicityPeriod.objects.exists()


def test_notice_of_a_school_is_printed_by_its_clerk_and_not_by_anothers(period):
    first, second = sorted(set(period.rosters.values_list("school__code", flat=True)))[:2]
    clerk = enter(f"jingban-{first}")
    answer = clerk.post(f"/publicity/{period.pk}/notice/{first}/")
    assert answer.content.startswith(b"%PDF-")
    assert AuditEvent.objects.latest("seq").verb == "publicity.print"
    assert clerk.post(f"/publicity/{period.pk}/notice/{second}/").status_code == 404
    assert clerk.get(f"/publicity/{period.pk}/notice/{first}/").status_code == 405


def test_notice_before_the_start_is_refused(county_at):
    county_at("approved")
    officer = enter("gongshi1")
    path = done(officer, "/publicity/plan/", "plan", list(Roster.objects.values_list("pk", flat=True)))
    answer = officer.post(f"{path}notice/{school_of(PublicityPeriod.objects.get())}/")
    assert answer.status_code == 409
    assert "名单尚未固定" in answer.content.decode()


def test_list_shows_whitelisted_columns_only(period):
    text = enter("gongshi1").get(f"/publicity/{period.pk}/list/").content.decode()
    line = RosterLine.objects.filter(state="ACCEPTED").exclude(category="").first()
    assert line.get_category_display() not in text
    assert not [n for n in Student.objects.values_list("id_number", flat=True) if n in text or n[-8:] in text]


def test_list_of_a_school_holds_its_own_pupils(period):
    first, second = sorted(set(period.rosters.values_list("school__name", flat=True)))[:2]
    code = period.rosters.filter(school__name=first).first().school.code
    text = enter(f"jingban-{code}").get(f"/publicity/{period.pk}/list/").content.decode()
    assert first in text
    assert second not in text


def test_photo_that_is_none_is_refused_in_words(period):
    code = school_of(period)
    clerk, path = enter(f"jingban-{code}"), f"/publicity/{period.pk}/photo/{code}/START/"
    bad = clerk.post(path, {"file": SimpleUploadedFile("x.jpg", b"not a picture", "image/jpeg")})
    assert bad.status_code == 422
    assert "不是 JPG 或 PNG 照片" in bad.content.decode()
    assert clerk.post(path, {}).status_code == 422
    assert not PublicityEvidence.objects.exists()


def test_photo_twice_and_at_a_wrong_moment_are_refused(period):
    code = school_of(period)
    clerk = enter(f"jingban-{code}")
    assert clerk.post(f"/publicity/{period.pk}/photo/{code}/START/", {"file": photo()}).status_code == 302
    again = clerk.post(f"/publicity/{period.pk}/photo/{code}/START/", {"file": photo()})
    assert "已经上传" in again.content.decode()
    assert clerk.post(f"/publicity/{period.pk}/photo/{code}/LATER/", {"file": photo()}).status_code == 422


def test_photo_of_a_foreign_school_is_not_taken(period):
    first, second = sorted(set(period.rosters.values_list("school__code", flat=True)))[:2]
    answer = enter(f"jingban-{first}").post(f"/publicity/{period.pk}/photo/{second}/START/", {"file": photo()})
    assert answer.status_code == 404


def test_refused_photo_may_be_sent_again(period):
    code = school_of(period)
    clerk, approver = enter(f"jingban-{code}"), enter("fushen1")
    clerk.post(f"/publicity/{period.pk}/photo/{code}/START/", {"file": photo()})
    evidence = PublicityEvidence.objects.get()
    assert "请写明原因" in do(approver, "/publicity/photos/", "bad", [evidence.pk]).content.decode()
    done(approver, "/publicity/photos/", "bad", [evidence.pk], note="看不清日期")
    assert "看不清日期" in clerk.get(f"/publicity/{period.pk}/").content.decode()
    assert clerk.post(f"/publicity/{period.pk}/photo/{code}/START/", {"file": photo()}).status_code == 302
    assert PublicityEvidence.objects.count() == 2


def test_photo_is_served_to_its_school_and_the_approver(period):
    first, second = sorted(set(period.rosters.values_list("school__code", flat=True)))[:2]
    enter(f"jingban-{first}").post(f"/publicity/{period.pk}/photo/{first}/START/", {"file": photo()})
    path = f"/publicity/photos/{PublicityEvidence.objects.get().pk}/"
    assert enter("fushen1").get(path).content.startswith(b"\xff\xd8")
    assert enter(f"fuze-{first}").get(path).status_code == 200
    assert enter(f"fuze-{second}").get(path).status_code == 404


def test_abort_needs_a_reason_and_frees_the_rosters(period):
    officer, path = enter("gongshi1"), f"/publicity/{period.pk}/"
    assert "请写明原因" in do(officer, path, "abort").content.decode()
    done(officer, path, "abort", reason="名单有误")
    text = officer.get("/publicity/plan/").content.decode()
    assert text.count('name="pick"') == Roster.objects.count()
    assert officer.get(f"{path}list/").status_code == 404


def test_after_the_end_nothing_of_the_list_is_served(small_county):
    ended = PublicityPeriod.objects.filter(state="ENDED").first()
    code = school_of(ended)
    evidence = PublicityEvidence.objects.filter(school__code=code).first()
    for name in ("gongshi1", f"jingban-{code}", f"fuze-{code}"):
        client = enter(name)
        assert client.get(f"/publicity/{ended.pk}/").status_code == 200
        assert client.get(f"/publicity/{ended.pk}/list/").status_code == 404
        assert client.post(f"/publicity/{ended.pk}/notice/{code}/").status_code == 404
        assert client.get(f"/publicity/photos/{evidence.pk}/").status_code == 404
    for name in ("fushen1", "shenji1"):
        client = enter(name)
        assert client.get(f"/publicity/{ended.pk}/list/").status_code == 200
        assert client.get(f"/publicity/photos/{evidence.pk}/").status_code == 200


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


def test_objection_to_a_line_in_no_period_is_not_found(county_at):
    county_at("approved")
    assert enter("gongshi1").get(f"/objections/new/{RosterLine.objects.first().pk}/").status_code == 404
