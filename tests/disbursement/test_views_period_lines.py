"""The list of a period: previewed before its start, filtered by school, class and name while it hangs."""

import pytest

from disbursement.models import PublicityLine, PublicityPeriod, Roster
from students.models import Student
from tests.disbursement.builders import done, enter

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def planned(county_at) -> PublicityPeriod:
    """A planned period over every roster."""
    county_at("approved")
    done(enter("gongshi1"), "/publicity/plan/", "plan", list(Roster.objects.values_list("pk", flat=True)))
    return PublicityPeriod.objects.get()


@pytest.fixture
def hanging(planned) -> PublicityPeriod:
    done(enter("gongshi1"), f"/publicity/{planned.pk}/", "start")
    return planned


def names_on(client, path, **filters):
    page = client.get(path, filters).context["page"]
    return [(line.position, line.school_name, line.name) for line in page]


def test_preview_shows_what_the_start_freezes_and_nothing_else(planned):
    officer, path = enter("gongshi1"), f"/publicity/{planned.pk}/list/"
    assert path in officer.get(f"/publicity/{planned.pk}/").content.decode()
    code = planned.rosters.order_by("-school__code").first().school.code
    answer = officer.get(path, {"school": code})
    seen = names_on(officer, path, school=code)
    text = answer.content.decode()
    assert "公示名单预览" in text
    assert "登记异议" not in text
    assert not [n for n in Student.objects.values_list("id_number", flat=True) if n in text or n[-8:] in text]
    assert not PublicityLine.objects.exists()
    done(officer, f"/publicity/{planned.pk}/", "start")
    frozen = PublicityLine.objects.filter(school__code=code).order_by("position")
    assert seen == list(frozen.values_list("position", "school_name", "name")[:50])


def test_preview_is_for_the_county(planned):
    code = planned.rosters.first().school.code
    path = f"/publicity/{planned.pk}/list/"
    assert enter("fushen1").get(path).status_code == 200
    assert enter(f"jingban-{code}").get(path).status_code == 404
    assert enter("chushen1").get(path).status_code == 403


def test_list_is_filtered_by_school_class_and_name(hanging):
    officer, path = enter("gongshi1"), f"/publicity/{hanging.pk}/list/"
    line = hanging.lines.exclude(class_name="").order_by("-pk").first()
    code, group = line.school.code, f"{line.grade}{line.class_name}"
    whole = officer.get(path).content.decode()
    assert "选学校后可选班级" in whole
    text = officer.get(path, {"school": code}).content.decode()
    assert f">{group}</option>" in text
    of_class = hanging.lines.filter(school=line.school, grade=line.grade, class_name=line.class_name)
    page = officer.get(path, {"school": code, "group": group}).context["page"]
    assert page.total == of_class.count()
    assert line.name in [one.name for one in officer.get(path, {"school": code, "q": line.name}).context["page"]]
    assert "没有找到" in officer.get(path, {"q": "查无此人"}).content.decode()
    assert officer.get(path, {"school": code, "group": "别校的班"}).context["page"].total > 0


def test_school_has_its_classes_at_hand(hanging):
    line = hanging.lines.exclude(class_name="").first()
    text = enter(f"jingban-{line.school.code}").get(f"/publicity/{hanging.pk}/list/").content.decode()
    assert f">{line.grade}{line.class_name}</option>" in text
    assert "选学校后可选班级" not in text


def test_list_asks_few_queries(hanging, django_assert_max_num_queries):
    officer, path = enter("gongshi1"), f"/publicity/{hanging.pk}/list/?school={hanging.lines.first().school.code}"
    officer.get(path)  # the semester bar is remembered for some seconds
    with django_assert_max_num_queries(12):
        officer.get(path)
