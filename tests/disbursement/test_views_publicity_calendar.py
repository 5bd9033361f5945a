"""公示日历 and 逾期提醒: bars, gaps in words, who owes photos."""

from datetime import timedelta

import pytest

from aid_admin.accounts.actions import operator
from aid_admin.county.actions import set_business_date
from aid_admin.county.models import School
from disbursement.models import PublicityEvidence, PublicityPeriod, Roster
from tests.disbursement.builders import done, enter, photo

pytestmark = pytest.mark.usefixtures("pages")
CALENDAR, LATE = "/publicity/calendar/", "/publicity/calendar/late/"


@pytest.fixture
def hanging(county_at) -> PublicityPeriod:
    """A running period, two days after its start; one school's photo came and was found good."""
    county_at("approved")
    officer = enter("gongshi1")
    path = done(officer, "/publicity/plan/", "plan", list(Roster.objects.values_list("pk", flat=True)))
    done(officer, path, "start")
    period = PublicityPeriod.objects.get()
    code = schools(period)[0]
    enter(f"jingban-{code}").post(f"{path}photo/{code}/START/", {"file": photo()})
    done(enter("fushen1"), "/publicity/photos/", "good", [PublicityEvidence.objects.get().pk])
    set_business_date(by=operator(), date=period.started_on + timedelta(2))
    return period


def schools(period):
    return sorted(set(period.rosters.values_list("school__code", flat=True)))


def test_calendar_draws_every_school_and_says_what_is_amiss(hanging):
    answer = enter("gongshi1").get(CALENDAR)
    text = answer.content.decode()
    assert text.count('role="img"') == len(schools(hanging)) == answer.context["page"].total
    assert text.count("没有开始照片，已逾期 1 个工作日</span>") == len(schools(hanging)) - 1
    assert 'class="bar-running"' in text
    assert 'class="today"' in text
    assert ">休</text>" in text
    for township in School.objects.filter(code__in=schools(hanging)).values_list("township__name", flat=True):
        assert f'scope="rowgroup">{township}<' in text


def test_calendar_is_filtered(hanging):
    officer, school = enter("gongshi1"), School.objects.get(code=schools(hanging)[0])
    assert [row.school for row in officer.get(CALENDAR, {"gap": "none"}).context["rows"]] == [school]
    assert len(officer.get(CALENDAR, {"gap": "NO_START"}).context["rows"]) == len(schools(hanging)) - 1
    assert [row.school for row in officer.get(CALENDAR, {"q": school.name}).context["rows"]] == [school]
    here = officer.get(CALENDAR, {"township": school.township.code}).context["rows"]
    assert school in [row.school for row in here]
    assert {row.school.township for row in here} == {school.township}
    assert "没有符合筛选条件的学校" in officer.get(CALENDAR, {"q": "查无此校"}).content.decode()


def test_school_sees_its_own_row(hanging):
    first, second = (School.objects.get(code=code) for code in schools(hanging)[:2])
    text = enter(f"fuze-{first.code}").get(CALENDAR).content.decode()
    assert first.name in text
    assert second.name not in text
    late = enter(f"fuze-{second.code}").get(LATE).content.decode()
    assert "没有开始照片" in late
    assert f"{second.name}经办人" not in late  # whom to ring up is for the county


def test_late_list_names_days_and_telephone(hanging):
    School.objects.filter(code=schools(hanging)[1]).update(phone="0392-7220000")
    answer = enter("gongshi1").get(LATE)
    text = answer.content.decode()
    assert answer.context["owing"] == len(schools(hanging)) - 1
    assert "0392-7220000" in text
    assert f"{School.objects.get(code=schools(hanging)[1]).name}经办人" in text
    assert School.objects.get(code=schools(hanging)[0]).name not in text.split("<tbody>")[1]


def test_late_photo_is_told_after_it_came(hanging):
    code = schools(hanging)[1]
    set_business_date(by=operator(), date=hanging.started_on + timedelta(3))
    enter(f"jingban-{code}").post(f"/publicity/{hanging.pk}/photo/{code}/START/", {"file": photo()})
    text = enter("gongshi1").get(CALENDAR, {"gap": "UNCHECKED"}).content.decode()
    assert "开始照片待核查" in text
    done(enter("fushen1"), "/publicity/photos/", "good", [PublicityEvidence.objects.latest("pk").pk])
    assert "开始照片已交，迟交" in enter("gongshi1").get(LATE).content.decode()


@pytest.mark.parametrize("path", [CALENDAR, LATE])
def test_pages_ask_few_queries(hanging, path, django_assert_max_num_queries):
    officer = enter("gongshi1")
    officer.get(path)
    with django_assert_max_num_queries(12):
        officer.get(path)
