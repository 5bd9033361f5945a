"""走访: a phone-friendly form, once, with the amount heard beside the amount paid."""

import uuid

import pytest
from django.db.models import Sum

from aid_admin.county import calendar
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from archives.actions import visits
from archives.models import HomeVisit
from disbursement.models import PaymentLine
from tests.disbursement.builders import done, enter, photo

TERM = "2020-spring"
SCHOOL, OTHER = "3141000003", "1141000001"


def pupil(school: str = SCHOOL) -> int:
    return PaymentLine.objects.filter(school__code=school, state="PAID").order_by("pk").first().student_id


def paid(student: int) -> int:
    return PaymentLine.objects.filter(student=student, state="PAID").aggregate(fen=Sum("amount_fen"))["fen"]


def record(by, **more):
    given = {
        "student": pupil(), "semester": TERM, "visited_on": calendar.business_date(), "mode": "HOME", "teachers": "李老师",
    }  # fmt: skip
    return visits.record_visit(by=by(f"jingban-{SCHOOL}"), **given | more)[0].id


def test_a_visit_lays_what_was_heard_beside_what_was_paid(small_county, by):
    right = HomeVisit.objects.get(pk=record(by, amount_heard_fen=paid(pupil())))
    wrong = HomeVisit.objects.get(pk=record(by, amount_heard_fen=100))
    assert right.amount_paid_fen == paid(pupil())
    assert wrong in HomeVisit.objects.amount_differs()
    assert right not in HomeVisit.objects.amount_differs()
    with pytest.raises(Refused, match="一致"):
        visits.settle_visit(by=by("chushen1"), visit=right.pk, note="x")
    visits.settle_visit(by=by("chushen1"), visit=wrong.pk, note="家长记错，已看存折")
    with pytest.raises(Refused, match="已经核实"):
        visits.settle_visit(by=by("fushen1"), visit=wrong.pk, note="再看")
    with pytest.raises(Forbidden):
        visits.settle_visit(by=by(f"jingban-{SCHOOL}"), visit=wrong.pk, note="自己")


def test_a_double_click_records_one_visit(small_county, by):
    key = str(uuid.uuid4())
    assert record(by, form_key=key) == record(by, form_key=key)
    assert HomeVisit.objects.filter(form_key=key).count() == 1


def test_a_visit_of_another_school_or_day_is_refused(small_county, by):
    with pytest.raises(NotFound):
        record(by, student=pupil(OTHER))
    with pytest.raises(BadInput, match="走访日期"):
        record(by, visited_on=calendar.business_date().replace(year=2021))
    with pytest.raises(BadInput, match="照片"):
        record(by, photo=b"no photo")


def test_pages_of_visits(small_county):
    clerk = enter(f"jingban-{SCHOOL}")
    student = pupil()
    found = clerk.get("/visits/pick/", {"q": PaymentLine.objects.filter(student=student).first().student.name})
    assert f"/visits/new/{student}/" in found.content.decode()
    path = f"/visits/new/{student}/"
    given = {"visited_on": "2020-06-20", "mode": "HOME", "teachers": "李老师", "form_key": str(uuid.uuid4())}
    wrong = clerk.post(path, given | {"amount_heard": "一百", "difficulty": "父亲生病"}).content.decode()
    assert "金额不是数字" in wrong
    assert "父亲生病" in wrong
    made = clerk.post(path, given | {"amount_heard": "1.00", "photo": photo()})
    assert made.status_code == 302, made.content.decode()
    again = clerk.post(path, given | {"amount_heard": "1.00", "photo": photo()})
    assert again.headers["Location"] == made.headers["Location"], "a double click"
    visit = made.headers["Location"]
    assert "不一致" in clerk.get(visit).content.decode()
    assert clerk.get(f"{visit}photo/")["Content-Type"] == "image/jpeg"
    done(enter("chushen1"), visit, "settle", note="家长记错")
    assert enter(f"jingban-{OTHER}").get(visit).status_code == 404
    assert enter(f"jingban-{OTHER}").get(path).status_code == 404
    assert enter("gongshi1").get(visit).status_code == 403
    sheet = clerk.post("/visits/export/")
    assert sheet.content.startswith(b"PK")


def corrected(client, visit, **more):
    """Post the form of a visit as it stands, with what is changed."""
    form = client.get(f"/visits/{visit}/correct/").context["form"]
    kept = {name: value for name, value in form.initial.items() if value not in (None, False)}
    return client.post(f"/visits/{visit}/correct/", kept | {"form_key": str(uuid.uuid4())} | more)


def test_a_wrong_visit_is_replaced_and_both_tell_of_it(small_county, by):
    old, clerk = record(by, amount_heard_fen=100, difficulty="父亲生病"), enter(f"jingban-{SCHOOL}")
    before = HomeVisit.objects.live().count()
    assert f"/visits/{old}/correct/" in clerk.get(f"/visits/{old}/").content.decode()
    assert "父亲生病" in clerk.get(f"/visits/{old}/correct/").content.decode()
    assert "请填写" in corrected(clerk, old, amount_heard="250.00").content.decode()
    answer = corrected(clerk, old, amount_heard="250.00", reason="少记了一项")
    assert answer.status_code == 302, answer.content.decode()
    new = HomeVisit.objects.get(replaces=old)
    assert (new.amount_heard_fen, new.difficulty, new.by.username) == (25000, "父亲生病", f"jingban-{SCHOOL}")
    assert HomeVisit.objects.live().count() == before
    wrong = clerk.get(f"/visits/{old}/").content.decode()
    assert f"/visits/{new.pk}/" in wrong
    assert "更正：少记了一项" in wrong
    right = clerk.get(f"/visits/{new.pk}/").content.decode()
    assert "更正走访" in right
    assert f"/visits/{old}/" in right
    assert clerk.get(f"/visits/{old}/correct/").status_code == 404
    listed = [visit.pk for visit in clerk.get("/visits/").context["page"]]
    assert new.pk in listed
    assert old not in listed
    with pytest.raises(Refused, match="已经撤回或更正"):
        visits.withdraw_visit(by=by(f"jingban-{SCHOOL}"), visit=old, reason="再撤")


def test_a_visit_is_withdrawn_by_its_recorder_or_the_head_alone(small_county, by):
    mine, heads = record(by), record(by)
    with pytest.raises(Forbidden, match="登记人本人或学校负责人"):
        visits.withdraw_visit(by=by("chushen1"), visit=mine, reason="不对")
    assert enter("chushen1").get(f"/visits/{mine}/correct/").status_code == 403
    done(enter(f"jingban-{SCHOOL}"), f"/visits/{mine}/", "withdraw", reason="登记错了学生")
    done(enter(f"fuze-{SCHOOL}"), f"/visits/{heads}/", "withdraw", reason="没有走访过")
    assert not HomeVisit.objects.live().filter(pk__in=[mine, heads]).exists()
    assert "登记错了学生" in enter("chushen1").get(f"/visits/{mine}/").content.decode()


def test_a_settled_visit_is_not_changed(small_county, by):
    visit = record(by, amount_heard_fen=100)
    visits.settle_visit(by=by("chushen1"), visit=visit, note="家长记错")
    with pytest.raises(Refused, match="核实结果"):
        visits.withdraw_visit(by=by(f"jingban-{SCHOOL}"), visit=visit, reason="不要了")
    assert f"/visits/{visit}/correct/" not in enter(f"jingban-{SCHOOL}").get(f"/visits/{visit}/").content.decode()
