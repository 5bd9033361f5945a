"""Forms and posters: what stands on them is what the tables hold."""

from datetime import date

import pytest
from django.test import Client

from aid_admin.county.models import School, SchoolStage, Village
from aid_admin.lib.money import yuan
from aid_admin.lib.pdf.glyphs import is_rare, names_that_cannot_be_printed
from aid_admin.lib.refusals import BadInput, NotFound
from archives.actions import papers
from archives.papers.application import masked_enrolment_no
from eligibility.models import AidApplication, AidStandard
from students.models import Student
from tests.archives.conftest import pages_of
from tests.disbursement.builders import enter

SCHOOL, OTHER = "3141000003", "1141000001"
TODAY = date(2020, 6, 20)


def test_a_poster_says_what_the_standards_in_force_say(small_county, by):
    village = Village.objects.filter(student__placement__stage="JUNIOR").first()
    paper = papers.print_poster(by=by("chushen1"), stage="JUNIOR", village=village.code)
    (text,) = pages_of(paper.data)
    standards = AidStandard.objects.filter(stage="JUNIOR", during__contains=TODAY, amount_fen__isnull=False)
    assert standards
    assert all(yuan(row.amount_fen) in text for row in standards)
    assert village.name in text
    later = AidStandard.objects.filter(stage="JUNIOR", during__startswith__gt=TODAY).exclude(
        amount_fen__in=standards.values("amount_fen")
    )
    assert not [row for row in later if f"{yuan(row.amount_fen)}元" in text], "what comes later is not promised"


@pytest.mark.parametrize("stage", ["PRESCHOOL", "PRIMARY", "SENIOR", "VOCATIONAL", "SPECIAL"])
def test_every_stage_has_a_poster_of_one_page(small_county, by, stage):
    SchoolStage.objects.get_or_create(school=School.objects.get(code=SCHOOL), stage=stage)
    paper = papers.print_poster(by=by(f"jingban-{SCHOOL}"), stage=stage, school=SCHOOL)
    assert len(pages_of(paper.data)) == 1


def test_a_poster_of_nowhere_is_refused(small_county, by):
    with pytest.raises(BadInput):
        papers.print_poster(by=by("chushen1"), stage="NURSERY", school=SCHOOL)
    with pytest.raises(BadInput):
        papers.print_poster(by=by("chushen1"), stage="JUNIOR")
    with pytest.raises(NotFound):
        papers.print_poster(by=by(f"jingban-{SCHOOL}"), stage="JUNIOR", school=OTHER)


def test_a_poster_is_of_a_stage_that_the_place_has(small_county, by):
    with pytest.raises(BadInput, match="没有中职"):
        papers.print_poster(by=by("chushen1"), stage="VOCATIONAL", school=SCHOOL)
    empty = Village.objects.exclude(pk__in=Student.objects.exclude(village=None).values("village")).first()
    with pytest.raises(BadInput, match="不用张贴"):
        papers.print_poster(by=by("chushen1"), stage="PRIMARY", village=empty.code)
    refused = enter(f"jingban-{SCHOOL}").post("/policy/", {"stage": "VOCATIONAL", "place": f"school:{SCHOOL}"})
    assert "请选择：" in refused.content.decode()


def test_the_form_has_the_provinces_fields_and_whole_numbers_nowhere(small_county, by):
    application = AidApplication.objects.filter(school__code=SCHOOL).select_related("source_row").first()
    paper = papers.print_application(by=by(f"jingban-{SCHOOL}"), application=application.pk)
    text = "".join(pages_of(paper.data))
    for field in ("民族", "邮编", "学籍号", "证件编号"):
        assert field in text
    place = application.student.placement_set.get(semester=application.semester)
    number = place.enrolment.enrolment_no
    assert number not in text
    assert masked_enrolment_no(number) in text
    cert = application.source_row.cert_no
    assert not cert or (cert not in text and f"*{cert[-4:]}" in text)
    (blank,) = pages_of(papers.print_application(by=by(f"jingban-{SCHOOL}")).data)
    assert "证件编号" in blank


def test_the_form_reads_as_the_application(small_county, by):
    application = AidApplication.objects.filter(school__code=SCHOOL).first()
    paper = papers.print_application(by=by(f"jingban-{SCHOOL}"), application=application.pk)
    text = "".join(pages_of(paper.data))
    assert application.student.name in text
    assert application.student.id_number not in text
    for member in application.source_row.family.all():
        assert member.name in text
    assert f"☑{application.get_category_display()}" in text
    with pytest.raises(NotFound):
        papers.print_application(by=by(f"jingban-{OTHER}"), application=application.pk)


def test_a_blank_form_names_nobody(small_county, by):
    (text,) = pages_of(papers.print_application(by=by(f"jingban-{SCHOOL}")).data)
    assert "□特别困难" in text
    assert "☑" not in text


def test_pages_of_papers(small_county):
    clerk = enter(f"jingban-{SCHOOL}")
    assert "政策宣传栏" in clerk.get("/policy/").content.decode()
    assert "请选择村或学校" in clerk.post("/policy/", {"stage": "JUNIOR"}).content.decode()
    made = clerk.post("/policy/", {"stage": "JUNIOR", "place": f"school:{SCHOOL}"})
    assert made.content.startswith(b"%PDF-")
    foreign = clerk.post("/policy/", {"stage": "JUNIOR", "place": f"school:{OTHER}"})
    assert foreign.status_code == 200
    assert clerk.post("/applications/form/").content.startswith(b"%PDF-")
    assert enter("caiwu1").get("/policy/").status_code == 403
    assert Client().get("/policy/").status_code == 302


def test_characters_that_no_font_has_are_named():
    never = "\U000e0041"
    assert is_rare("\U00020000")
    assert not is_rare("珺")
    assert names_that_cannot_be_printed(["王玥珺", "张三"]) == []
    assert names_that_cannot_be_printed(["王玥珺", f"张{never}"]) == [f"张{never}"]
