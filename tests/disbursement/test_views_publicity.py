"""公示: photos, notices, what is shown when, objections."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from aid_admin.accounts.actions import operator
from aid_admin.accounts.models import User
from aid_admin.audit.models import AuditEvent
from aid_admin.county import calendar
from aid_admin.county.actions import set_business_date
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from disbursement.actions import publicity
from disbursement.models import Objection, PublicityEvidence, PublicityLine, PublicityPeriod, Roster, RosterLine
from students.models import Student
from tests.disbursement.builders import do, done, enter, photo

pytestmark = pytest.mark.usefixtures("pages")


def school_of(period: PublicityPeriod) -> str:
    return period.rosters.order_by("pk").first().school.code


def test_plan_takes_only_approved_rosters(county_at):
    county_at("rostered")
    ids = list(Roster.objects.values_list("pk", flat=True))
    text = do(enter("gongshi1"), "/publicity/plan/", "plan", ids, title="春季公示").content.decode()
    assert "没有可以公示的名册" in text
    assert 'value="春季公示"' in text
    assert not PublicityPeriod.objects.exists()


def test_plan_before_today_is_refused(county_at):
    county_at("approved")
    ids = list(Roster.objects.values_list("pk", flat=True))
    text = do(enter("gongshi1"), "/publicity/plan/", "plan", ids, planned_on="2019-12-31").content.decode()
    assert "不能早于今天" in text
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


def send(period, code, moment="START", **about):
    """The school's clerk sends a photo in."""
    return enter(f"jingban-{code}").post(f"/publicity/{period.pk}/photo/{code}/{moment}/", {"file": photo(**about)})


def pass_to(period, days=0):
    """The business date goes on to the period's last day, or so many days beside it."""
    day = publicity.last_day_of(PublicityPeriod.objects.select_related("semester").get(pk=period.pk))
    set_business_date(by=operator(), date=day + timedelta(days))


def test_photo_without_a_file_says_so_beside_the_field(period):
    code = school_of(period)
    clerk = enter(f"jingban-{code}")
    assert (
        "required"
        not in clerk.get(f"/publicity/{period.pk}/").content.decode().split("photo-form")[1].split("form>")[0]
    )
    text = clerk.post(f"/publicity/{period.pk}/photo/{code}/START/", {}).content.decode()
    assert "还没有选照片" in text


def test_photo_is_told_recorded_and_exchanged_by_its_sender_until_checked(period):
    code = school_of(period)
    assert send(period, code).status_code == 302
    evidence = PublicityEvidence.objects.get()
    assert evidence.sent_on == calendar.business_date()
    text = enter(f"jingban-{code}").get(f"/publicity/{period.pk}/").content.decode()
    assert "更换开始照片" in text
    assert f"{evidence.school.name}开始照片" in text
    assert send(period, code).status_code == 302
    assert PublicityEvidence.objects.get().photo_id != evidence.photo_id
    assert "开始照片（更换）" in enter(f"jingban-{code}").get(f"/publicity/{period.pk}/").content.decode()
    PublicityEvidence.objects.update(by=User.objects.get(username=f"fuze-{code}"))
    assert "只能由上传人更换" in send(period, code).content.decode()
    done(enter("fushen1"), "/publicity/photos/", "good", [evidence.pk])
    assert "已经核查通过" in send(period, code).content.decode()
    assert send(period, code, "LATER").status_code == 422


def test_photo_at_the_end_waits_for_the_last_day(period):
    code = school_of(period)
    pass_to(period, days=-1)
    clerk = enter(f"jingban-{code}")
    text = clerk.get(f"/publicity/{period.pk}/").content.decode()
    assert "起可以上传" in text
    assert "上传结束照片" not in text
    assert "现在还早" in send(period, code, "END").content.decode()
    pass_to(period)
    assert send(period, code, "END").status_code == 302


def test_photo_serves_one_school_and_one_moment(period):
    first, second = sorted(set(period.rosters.values_list("school__code", flat=True)))[:2]
    pass_to(period)
    assert send(period, first, shade=7000).status_code == 302
    assert "已经作为开始照片上传过" in send(period, first, "END", shade=7000).content.decode()
    assert "别的学校已经上传过" in send(period, second, shade=7000).content.decode()
    assert "这张照片已经上传过了" in send(period, first, shade=7000).content.decode()
    assert PublicityEvidence.objects.count() == 1


def test_checker_sees_days_and_doubts(period):
    first, second = sorted(set(period.rosters.values_list("school__code", flat=True)))[:2]
    start = period.started_on
    send(period, first, taken_at=f"{start:%Y:%m:%d} 09:10:00")
    pass_to(period)
    send(period, second)
    send(period, first, "END", taken_at=f"{start + timedelta(2):%Y:%m:%d} 09:10:00")
    text = enter("fushen1").get("/publicity/photos/").content.decode()
    assert f"{start} 09:10" in text
    assert "日期相符" in text
    assert "天才上传，请看清名单是哪天张贴的" in text
    assert "照片没有带拍摄时间" in text
    assert "早于公示期最后一天" in text


def test_officer_looks_at_the_wall_and_the_approver_checks(period):
    first, second = sorted(set(period.rosters.values_list("school__code", flat=True)))[:2]
    send(period, first, taken_at=f"{period.started_on:%Y:%m:%d} 09:10:00")
    send(period, second, taken_at=f"{period.started_on - timedelta(3):%Y:%m:%d} 09:10:00")
    officer, path = enter("gongshi1"), "/publicity/photos/"
    text = officer.get(path).content.decode()
    assert "09:10（开始当天）" in text
    assert "09:10（开始前 3 天）" in text
    assert 'name="pick"' not in text
    assert path in officer.get(f"/publicity/{period.pk}/").content.decode()
    evidence = PublicityEvidence.objects.earliest("pk")
    assert do(officer, path, "good", [evidence.pk]).status_code == 403
    assert enter(f"fuze-{first}").get(path).status_code == 403
    approver = enter("fushen1")
    assert approver.get(path).content.decode().count('name="pick"') == 2
    done(approver, path, "good", [evidence.pk])
    assert [x.photo.pk for x in officer.get(path, {"ok": "yes"}).context["photos"]] == [evidence.pk]
    assert len(officer.get(path, {"ok": "all"}).context["photos"]) == 2
    assert len(officer.get(path, {"q": evidence.school.name}).context["photos"]) == 0


def test_photo_exchanged_since_is_not_found_good(period):
    code, approver = school_of(period), enter("fushen1")
    send(period, code)
    evidence = PublicityEvidence.objects.get()
    page = approver.get("/publicity/photos/").content.decode()
    seen = f"{evidence.pk}:{evidence.photo_id}"
    assert f'value="{seen}"' in page
    send(period, code)
    text = approver.post("/publicity/photos/", {"do": "good", "pick": [evidence.pk], "seen": [seen]}).content.decode()
    assert "刚刚被学校更换" in text
    evidence.refresh_from_db()
    assert evidence.ok is None


def test_photo_has_a_page_with_a_way_back(period):
    first, second = sorted(set(period.rosters.values_list("school__code", flat=True)))[:2]
    send(period, first)
    path = f"/publicity/photos/{PublicityEvidence.objects.get().pk}/view/"
    for name in (f"jingban-{first}", f"fuze-{first}", "fushen1", "shenji1"):
        text = enter(name).get(path).content.decode()
        assert "返回公示" in text
        assert ('value="good"' in text) is (name == "fushen1")
    assert enter(f"fuze-{second}").get(path).status_code == 404
    assert enter("caiwu1").get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_school_reads_of_its_own_photos_alone(period):
    first, second = sorted(set(period.rosters.values_list("school__name", flat=True)))[:2]
    codes = {name: period.rosters.filter(school__name=name).first().school.code for name in (first, second)}
    for code in codes.values():
        send(period, code)
    text = enter(f"jingban-{codes[first]}").get(f"/publicity/{period.pk}/").content.decode()
    assert f"{first}开始照片" in text
    assert second not in text


def test_school_reads_what_was_found_of_its_own_photos_alone(period):
    first, second, third = sorted(set(period.rosters.values_list("school__code", flat=True)))[:3]
    for code in (first, second):
        send(period, code)
    done(enter("fushen1"), "/publicity/photos/", "good", list(PublicityEvidence.objects.values_list("pk", flat=True)))

    def checked(who):
        events = enter(who).get(f"/publicity/{period.pk}/").context["events"]
        return [(event.reason, event.count) for event in events if event.verb == "publicity.check"]

    own = PublicityEvidence.objects.get(school__code=first)
    assert checked(f"jingban-{first}") == [(f"{own}照片核查通过", None)]
    assert checked(f"jingban-{third}") == []
    assert checked("fushen1") == checked("gongshi1") == [("核查通过", 2)]
    send(period, third)
    done(enter("fushen1"), "/publicity/photos/", "good", [PublicityEvidence.objects.get(school__code=third).pk])
    assert len(checked(f"jingban-{third}")) == 1
    assert len(checked("fushen1")) == 2


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


# ---- on paper ------------------------------------------------------------------------------------------------


def printed(client, period, what):
    """A document of all, made by the job; its place."""
    asked = client.post(f"/publicity/{period.pk}/print/", {"what": what})
    job = Job.objects.latest("pk")
    assert asked.headers["Location"] == f"/jobs/{job.pk}/"
    queue.work_all()
    job.refresh_from_db()
    assert job.state == "DONE", job.message
    return f"/publicity/{period.pk}/papers/{job.pk}/"


def pages(data):
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def test_all_schools_notices_in_one_document(period):
    officer = enter("gongshi1")
    place = printed(officer, period, "schools")
    assert place.removesuffix("/") in officer.get(f"/publicity/{period.pk}/papers/").content.decode()
    text = pages(officer.post(place).content)
    for name in set(period.rosters.values_list("school__name", flat=True)):
        assert any(f"（{name}）" in page and "—1—" in page.replace(" ", "") for page in text), name
    told = AuditEvent.objects.latest("seq")
    assert (told.verb, told.object_type, told.to_state) == ("publicity.download", "job", "EXPORTED")
    assert officer.get(place).status_code == 405
    clerk = enter(f"jingban-{school_of(period)}")
    assert clerk.post(place).status_code == 403
    assert clerk.post(f"/publicity/{period.pk}/print/", {"what": "schools"}).status_code == 403
    assert officer.post(f"/publicity/{period.pk}/print/", {"what": "else"}).status_code == 400


def test_list_is_not_downloaded_after_the_period_but_by_who_checks_evidence(period):
    officer = enter("gongshi1")
    place = printed(officer, period, "schools")
    done(officer, f"/publicity/{period.pk}/", "abort", reason="有误")
    assert officer.post(place).status_code == 404
    assert "名单不再提供" in officer.get(f"/publicity/{period.pk}/papers/").content.decode()
    assert enter("fushen1").post(place).status_code == 200


def test_village_holds_its_pupils_of_all_schools(period):
    officer = enter("gongshi1")
    text = officer.get(f"/publicity/{period.pk}/villages/").content.decode()
    lines = PublicityLine.objects.filter(period=period).exclude(roster_line__student__village=None)
    village = lines.first().roster_line.student.village
    assert f"/publicity/{period.pk}/villages/{village.code}/" in text
    answer = officer.post(f"/publicity/{period.pk}/villages/{village.code}/")
    page = "".join(pages(answer.content))
    here = lines.filter(roster_line__student__village=village)
    assert all(name in page for name in here.values_list("name", flat=True))
    assert not [n for n in Student.objects.values_list("id_number", flat=True) if n in page]
    assert officer.post(f"/publicity/{period.pk}/villages/000000000000/").status_code == 404
    assert enter(f"jingban-{school_of(period)}").get(f"/publicity/{period.pk}/villages/").status_code == 403
    assert Client().get(f"/publicity/{period.pk}/villages/").status_code == 302
    assert "各村公示" in Job.objects.get(pk=int(printed(officer, period, "villages").split("/")[-2])).message


def test_names_that_no_font_draws_are_named_before_printing(period, monkeypatch):
    name = period.lines.first().name
    monkeypatch.setattr("disbursement.views.publicity.names_that_cannot_be_printed", lambda names: [name])
    assert f"<b>{name}</b>" in enter("gongshi1").get(f"/publicity/{period.pk}/").content.decode()


def test_certificate_says_days_photos_and_objections_in_numbers(small_county):
    ended = PublicityPeriod.objects.filter(state="ENDED").first()
    objection = Objection.objects.filter(roster_line__roster__period=ended).first()
    school = objection.roster_line.roster.school
    path = f"/publicity/{ended.pk}/certificate/{school.code}/"
    for name in ("gongshi1", "fushen1", "shenji1"):
        assert "结果证明" in enter(name).get(f"/publicity/{ended.pk}/").content.decode()
        answer = enter(name).post(path)
        text = "".join(pages(answer.content))
        assert school.name in text
        assert "收到" in text
        assert objection.roster_line.student.name not in text
    assert AuditEvent.objects.latest("seq").verb == "publicity.certify"
    assert enter(f"fuze-{school.code}").post(path).status_code == 403
    assert enter("gongshi1").post(f"/publicity/{ended.pk}/certificate/0000/").status_code == 404
    assert enter("gongshi1").post(f"/publicity/{ended.pk}/villages/410622001001/").status_code == 404


def test_certificate_waits_for_the_end(period):
    answer = enter("fushen1").post(f"/publicity/{period.pk}/certificate/{school_of(period)}/")
    assert answer.status_code == 409
    assert "结束以后才能打印公示结果证明" in answer.content.decode()


def test_two_periods_are_told_apart_by_their_titles(period):
    officer, term = enter("gongshi1"), period.semester
    assert period.title == f"{term}学生资助名单公示"
    done(officer, f"/publicity/{period.pk}/", "abort", reason="名单有误")
    ids = list(Roster.objects.order_by("pk").values_list("pk", flat=True))
    same = do(officer, "/publicity/plan/", "plan", ids[:1], title=period.title).content.decode()
    assert "请换一个标题" in same
    done(officer, "/publicity/plan/", "plan", ids[:1])
    assert PublicityPeriod.objects.latest("pk").title == f"{term}学生资助名单公示（第2次）"
    done(officer, "/publicity/plan/", "plan", ids[1:2])
    assert PublicityPeriod.objects.latest("pk").title == f"{term}学生资助名单公示（第3次）"
