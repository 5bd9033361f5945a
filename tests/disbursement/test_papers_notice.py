"""公示: only what may be public."""

import io
import re
from dataclasses import fields
from datetime import date

import pytest
from pypdf import PdfReader

from aid_admin.lib.pdf.printing import make_pdf
from disbursement.papers.notice import Notice, NoticeRow, density, notice_paper, notices_html
from disbursement.papers.paper import Office, day, short_code

DIGEST = "2d711642b726" + "0" * 52


def notice(count: int = 2, **more) -> Notice:
    rows = [NoticeRow(n, "高村镇第一小学", "三年级", "1班", f"王玥{n}", "营养改善计划") for n in range(1, count + 1)]
    given = {
        "title": "2020年春季学期学生资助名单公示", "semester": "2020年春季学期", "place": "高村镇第一小学",
        "started_on": date(2020, 6, 1), "ends_on": date(2020, 6, 8), "days": 7, "workdays": 5, "rows": rows,
        "digest": DIGEST,
    }  # fmt: skip
    return Notice(**(given | more))


def test_notice_row_has_no_field_for_anything_private():
    assert [f.name for f in fields(NoticeRow)] == ["position", "school", "grade", "class_name", "name", "programme"]


def test_notice_says_since_when_until_when_and_how_to_object():
    page = notices_html([notice(office=Office(phone="0392-1234567"))])
    assert "2020年6月1日至2020年6月8日" in page
    assert "不少于7天且不少于5个工作日" in page
    assert "可以实名或匿名" in page
    assert "0392-1234567" in page


def test_notice_without_phone_leaves_a_line_to_fill_in():
    page = notices_html([notice()])
    assert 'class="blank">受理电话：＿＿＿' in page
    assert "　地址：＿＿＿" in page


def test_notice_carries_the_short_code_of_its_list():
    page = notices_html([notice()])
    assert "2D71-1642-B726" in page
    assert "data:image/svg+xml" in page


def test_notice_escapes_what_schools_typed():
    rows = [NoticeRow(1, "<script>x</script>", "三年级", "1班", "王<b>小</b>明", "营养改善计划")]
    page = notices_html([notice(rows=rows)])
    assert "<script>" not in page
    assert "王&lt;b&gt;" in page


def test_notice_paper_repeats_its_head_on_every_page():
    paper = notice_paper(notice(80))
    assert (paper.name, paper.media_type) == (
        "公示-高村镇第一小学-2020年春季学期学生资助名单公示.pdf",
        "application/pdf",
    )
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(paper.data)).pages]
    assert len(pages) > 1
    assert all("资助项目" in text for text in pages[:-1])
    assert "王玥80" in "".join(pages)


def test_day_and_code_of_nothing_leave_room():
    assert day(None) == "＿＿＿＿年＿＿月＿＿日"
    assert short_code("") == ""


def test_notice_of_a_school_leaves_its_name_to_the_heading():
    page = notices_html([notice()])
    assert "<th>学校</th>" not in page
    assert page.count("高村镇第一小学") == 1


def test_notice_of_a_village_names_each_pupils_school():
    page = notices_html([notice(place="高村镇石佛寺村", of_village=True)])
    assert "<th>学校</th>" in page
    assert page.count("高村镇第一小学") == 2
    assert "本村（居）学生" in page


def test_notices_in_one_document_count_their_own_pages():
    data = make_pdf(notices_html([notice(40), notice(2, place="乙校"), notice(2, place="丙校")]))
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    numbers = [re.search(r"—\s*(\d+)\s*—", text)[1] for text in texts]
    assert numbers[-2:] == ["1", "1"]
    assert numbers[:-2] == [str(n) for n in range(1, len(texts) - 1)]


@pytest.mark.parametrize(
    ("rows", "name"), [(3, ""), (4, "snug"), (11, "snug"), (12, "tight"), (20, "tight"), (21, ""), (32, "snug"), (58, "tight")]
)  # fmt: skip
def test_notice_is_set_as_wide_as_it_goes_on_the_fewest_pages(rows, name):
    assert density(rows) == name


def rows_on(count: int, **more) -> list[int]:
    """How many rows stand on each page."""
    pages = PdfReader(io.BytesIO(make_pdf(notices_html([notice(count, **more)])))).pages
    return [len(re.findall("王玥", page.extract_text())) for page in pages]


def test_notice_of_few_rows_fits_on_one_page_and_a_longer_one_has_five_rows_on_the_last():
    due = (date(2020, 6, 2), date(2020, 6, 9))
    long = "2020年春季学期学生资助名单公示（补充，第2轮）（第3次）"
    assert rows_on(11, photos_due=due) == [11]
    assert rows_on(20, photos_due=due, title=long) == [20]
    for count, pages in ((21, 2), (33, 2), (48, 2), (60, 3)):
        rows = rows_on(count, photos_due=due)
        assert (len(rows), rows[-1] >= 5) == (pages, True)


def test_notice_of_a_school_says_when_its_photos_are_due_on_a_strip_that_is_not_posted():
    page = notices_html([notice(photos_due=(date(2020, 6, 2), date(2020, 6, 9)))])
    assert 'class="strip">学校留存，不张贴：开始照片应交 2020年6月2日，结束照片应交 2020年6月9日。' in page
    assert "上传" not in page
    assert page.index("strip") > page.index("名单校验码")
    assert "应交" not in notices_html([notice(of_village=True)])


def test_phone_and_address_stand_together_without_a_stray_stop():
    for office in (Office(), Office(phone="0392-1234567", address="淇县朝歌街道")):
        contact = notices_html([notice(office=office)]).split('<span class="contact')[1].split("</p>")[0]
        text = re.sub("<[^>]+>", "", contact.partition(">")[2])
        assert re.fullmatch("受理电话：[^；。]+　地址：[^；。]+", text), text
