"""One pupil by hand: reason, proof and a second person; a supplementary round carries the line to a batch."""

import io

import pytest
from django.test import Client
from PIL import Image

from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import Deadline, Semester
from aid_admin.county.rules import SCHOOL_STEPS
from aid_admin.intake.actions.force import activate_upload, decline_upload
from aid_admin.intake.models import InForce, Upload
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from aid_admin.office.progress import deadlines_of, progress_of
from aid_admin.office.waiting import waiting_for
from archives.actions.dossiers import print_dossier
from disbursement.actions import drafting
from disbursement.models import Roster, RosterLine
from eligibility.actions import compare, entitle
from eligibility.models import CoverageGap
from eligibility.pins import runs_shown
from students.actions.late import add_late_pupil
from students.models import EnrolmentRecord, Placement, Student
from tests.archives.conftest import pages_of
from tests.disbursement.builders import enter
from tests.factories import people

NUMBER = people.id_number(8765)
FAULTY = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
TERM = "2020-spring"
SCHOOL = "3141000003"


def picture(colour: str = "white") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    return out.getvalue()


def by(name: str) -> User:
    return User.objects.get(username=name)


def registry_child():
    """A registered-poor child of school age who is on no roll."""
    gaps = CoverageGap.objects.filter(
        record__registry="poverty", record__id_number__isnull=False, record__birth_date__year__in=(2009, 2010, 2011)
    )
    return gaps.select_related("record").order_by("-run", "pk").first().record


def entry(child, **more):
    return {
        "name": child.name, "id_number": child.id_number, "enrolment_no": f"G{child.id_number}", "stage": "PRIMARY",
        "grade": "三年级", "class_name": "1班", "boarding": "DAY", "residence": "rural", "reason": "四月转入",
        "proof": picture(), "school": SCHOOL, "semester": TERM,
    } | more  # fmt: skip


def test_a_late_pupil_goes_into_a_supplementary_round(county_at):
    county_at("archived")
    child = registry_child()
    assert not Student.objects.filter(id_number=child.id_number).exists()
    upload = add_late_pupil(by=by(f"jingban-{SCHOOL}"), **entry(child))[0].id
    assert not InForce.objects.filter(upload=upload).exists()
    assert not Student.objects.filter(id_number=child.id_number).exists(), "nothing counts before the second person"
    activate_upload(by=by("shuju1"), upload=upload)
    compare.compare(by=by("shuju1"), semester=TERM)
    pupil = Student.objects.get(id_number=child.id_number)
    assert Placement.objects.get(student=pupil).standing == "GO"
    entitle.entitle(by=by("chushen1"), semester=TERM)
    before = set(Roster.objects.values_list("pk", flat=True))
    drafting.draft_rosters(by=by("chushen1"), semester=TERM)
    new = Roster.objects.exclude(pk__in=before)
    assert {roster.round for roster in new} == {2}
    assert set(RosterLine.objects.filter(roster__in=new).values_list("student", flat=True)) == {pupil.pk}
    _late_in_its_dossier(pupil)
    _not_late_at_birth()


def _late_in_its_dossier(pupil):
    clerk = enter(f"jingban-{SCHOOL}")
    text = clerk.get(f"/archives/{pupil.pk}/").content.decode()
    said = f"{by(f'jingban-{SCHOOL}').name}录入，原因：四月转入；证明：补录证明-{pupil.name}"
    assert said in text
    assert f"{by('shuju1').name}复核生效" in text
    printed = print_dossier(by=by("chushen1"), student=pupil.pk, semester=TERM).data
    assert "补录进学籍" in "".join(pages_of(printed))


def _not_late_at_birth():
    """A round that arose after the semester's deadline has none, and says so."""
    term = Semester.objects.get(code=TERM)
    assert Deadline.objects.get(semester=term, step="ROSTERS").due_on < calendar.business_date()
    today, runs = calendar.business_date(), runs_shown(term)
    desks = [waiting_for(by(f"{who}-{SCHOOL}"), term, today, runs) for who in ("jingban", "fuze")]
    found = [one for desk in desks for one in desk if "名册" in one.title]
    assert found
    for one in found:
        assert one.title.startswith("补充轮次：")
        assert "没有学期期限" in one.hint
        assert (one.due, one.late) == (None, 0)
    (row,) = progress_of(term, calendar.business_date(), [SCHOOL], deadlines_of(term))
    cells = dict(zip([code for code, _ in SCHOOL_STEPS], row.cells, strict=True))
    assert cells["ROSTERS"].state == "done"


def test_a_late_pupil_needs_another_person(small_county):
    child = EnrolmentRecord.objects.first()
    number = NUMBER
    upload = add_late_pupil(by=by("shuju1"), **entry(child, id_number=number, name="晚到"))[0].id
    with pytest.raises(Refused, match="另一名"):
        activate_upload(by=by("shuju1"), upload=upload)
    with pytest.raises(Refused, match="以外"):
        decline_upload(by=by("shuju1"), upload=upload, reason="自己")
    decline_upload(by=by("shuju2"), upload=upload, reason="学籍系统查不到")
    with pytest.raises(Refused):
        activate_upload(by=by("shuju2"), upload=upload)
    assert Upload.objects.with_standing().get(pk=upload).standing == "OUT_OF_FORCE"


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"id_number": FAULTY}, BadInput, "身份证号"),
        ({"grade": "七年级"}, BadInput, "年级"),
        ({"stage": "VOCATIONAL", "grade": "一年级"}, BadInput, "没有中职学段"),
        ({"reason": " "}, BadInput, "为什么"),
        ({"proof": b"no photo"}, BadInput, "照片"),
        ({"enrolment_no": ""}, BadInput, "学籍号"),
        ({"school": "1141000001"}, NotFound, "学校"),
    ],
)
def test_a_faulty_entry_writes_nothing(small_county, more, error, words):
    known = EnrolmentRecord.objects.filter(school__code=SCHOOL, id_number__isnull=False).first()
    good = entry(known, id_number=NUMBER, name="晚到")
    with pytest.raises(error, match=words):
        add_late_pupil(by=by(f"jingban-{SCHOOL}"), **good | more)
    assert not Upload.objects.filter(kind="late").exists()


def test_a_pupil_on_a_roll_is_not_late(small_county):
    known = EnrolmentRecord.objects.filter(school__code=SCHOOL, id_number__isnull=False).first()
    with pytest.raises(Refused, match="已在"):
        add_late_pupil(by=by(f"jingban-{SCHOOL}"), **entry(known))


def test_pages_of_late_pupils(small_county):
    clerk = enter(f"jingban-{SCHOOL}")
    given = {
        "school": SCHOOL, "name": "晚到", "id_number": NUMBER, "enrolment_no": f"G{NUMBER}",
        "stage": "PRIMARY", "grade": "三年级", "boarding": "DAY", "reason": "四月转入",
    }  # fmt: skip
    wrong = clerk.post("/students/late/new/", given | {"id_number": "1", "proof": io.BytesIO(picture())})
    assert "身份证号" in wrong.content.decode()
    assert "晚到" in wrong.content.decode(), "what was typed is kept"
    file = io.BytesIO(picture())
    file.name = "证明.jpg"
    made = clerk.post("/students/late/new/", given | {"proof": file})
    assert made.status_code == 302, made.content.decode()
    page = made["Location"]
    assert clerk.get(page).status_code == 200
    assert clerk.get(f"{page}proof/")["Content-Type"] == "image/jpeg"
    assert enter("jingban-1141000001").get(page).status_code == 404
    assert enter("caiwu1").get(page).status_code == 403
    assert Client().get(page).status_code == 302
    officer = enter("shuju1")
    assert "复核生效" in officer.get(page).content.decode()
    assert officer.post(page, {"do": "activate", "activate-reason": ""}).status_code == 302
    assert InForce.objects.get(upload__kind="late").confirmed_by == by("shuju1")
    assert "晚到" in officer.get("/students/late/").content.decode()
