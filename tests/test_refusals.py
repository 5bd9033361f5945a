"""What a rule refuses stands beside the field that it is about, and nothing typed is lost."""

import re

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from aid_admin.accounts.deeds import refuse
from aid_admin.accounts.models import User
from aid_admin.lib.refusals import Refused
from archives.models import MentoringPair
from students.models import EnrolmentRecord
from tests.archives.test_visits import SCHOOL, pupil
from tests.disbursement.builders import enter
from tests.students.test_late import FAULTY, picture

pytestmark = pytest.mark.usefixtures("static_folder")
CLERK = f"jingban-{SCHOOL}"


class Form(forms.Form):
    reason = forms.CharField(initial="x")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


@pytest.mark.parametrize(("field", "place"), [("reason", "reason"), ("secret", "__all__"), ("other", "__all__")])
def test_a_refusal_goes_to_its_field_or_on_top(field, place):
    form = Form({"reason": "调走"})
    refuse(form, Refused("不行。", field=field))
    assert form.errors == {place: ["不行。"]}


def field_of(text: str, name: str) -> str:
    """The part of a page that belongs to one field: label, input, help and what is wrong with it."""
    parts = re.split(r'(?=<(?:div|fieldset) class="field)', text)
    return next(part for part in parts if f'name="{name}"' in part)


def late(**more: object) -> dict[str, object]:
    child = {
        "school": SCHOOL, "name": "晚来的", "id_number": FAULTY, "enrolment_no": "G1", "stage": "PRIMARY", "grade": "三年级",
        "boarding": "DAY", "reason": "四月转入",
    }  # fmt: skip
    return child | more | {"proof": SimpleUploadedFile("证明.jpg", picture(), "image/jpeg")}


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({}, "id_number", "学生身份证号"),
        ({"guardian_id": "123"}, "id_number", "学生身份证号"),
        ({"id_number": "", "grade": "三年级"}, "id_number", "请填写身份证号"),
    ],
)
def test_late_pupil(small_county, wrong, field, words):
    text = enter(CLERK).post("/students/late/new/", late(**wrong)).content.decode()
    assert words in field_of(text, field).split("errorlist")[1]
    assert 'value="晚来的"' in text
    assert "要重新选择" in field_of(text, "proof")


def test_late_pupil_whose_grade_or_person_does_not_fit(small_county):
    number = "410622201203154028"
    known = EnrolmentRecord.objects.filter(id_number__isnull=False, school__code=SCHOOL).first()
    client = enter(CLERK)
    good = late(id_number=known.id_number)
    text = client.post("/students/late/new/", good).content.decode()
    assert "不需要补录" in field_of(text, "id_number").split("errorlist")[1]
    text = client.post("/students/late/new/", late(id_number=known.id_number, grade="高一")).content.decode()
    assert "不属于小学" in field_of(text, "grade").split("errorlist")[1]
    text = client.post("/students/late/new/", late(id_number=known.id_number, stage="VOCATIONAL", grade="一年级"))
    assert "学段" in field_of(text.content.decode(), "stage").split("errorlist")[1]
    text = client.post("/students/late/new/", late(id_number=known.id_number, guardian_id=number)).content.decode()
    assert "监护人身份证号" in field_of(text, "guardian_id").split("errorlist")[1]


def test_visit_outside_the_semester(small_county):
    given = {"visited_on": "2019-01-01", "mode": "HOME", "teachers": "李老师", "difficulty": "路远"}
    form = enter(CLERK).get(f"/visits/new/{pupil()}/").content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', form)[1]
    text = enter(CLERK).post(f"/visits/new/{pupil()}/", given | {"form_key": key}).content.decode()
    assert "走访日期应在" in field_of(text, "visited_on").split("errorlist")[1]
    assert "路远" in text


def test_hand_over_to_nobody_known(small_county):
    person = User.objects.get(username=CLERK)
    given = {"do": "hand_over", "hand_over-to": "nobody", "hand_over-reason": "调走"}
    text = enter("guanli1").post(f"/users/{person.pk}/", given).content.decode()
    assert "没有用户“nobody”" in field_of(text, "hand_over-to").split("errorlist")[1]
    assert ">\n调走</textarea>" in field_of(text, "hand_over-reason")


def test_peers_and_change_of_mentor(small_county):
    client = enter(CLERK)
    given = {"do": "pair", "pair-helper": "没有的人", "pair-helped": "也没有"}
    text = client.post("/pairing/peers/", given).content.decode()
    assert "没有找到“没有的人”" in field_of(text, "pair-helper").split("errorlist")[1]
    assert 'value="也没有"' in text
    student = MentoringPair.objects.live().filter(school__code=SCHOOL).first().student_id
    given = {"do": "assign", "pick": student, "assign-mentor_name": "新来的老师"}
    text = client.post("/pairing/", given).content.decode()
    assert "须填写变更原因" in field_of(text, "assign-reason").split("errorlist")[1]
    assert 'value="新来的老师"' in text
