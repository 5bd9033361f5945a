"""审核汇总表 as page, pdf and xlsx: what is counted where, sums, words, places to sign."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from disbursement.models import Roster
from disbursement.papers.review_summary import Part, ReviewSummary, SummaryRow, summary_html, summary_paper
from tests.disbursement.builders import do, done, enter


def summary(count: int = 2) -> ReviewSummary:
    rows = [
        SummaryRow("北阳镇", f"第{n}小学", "生活补助", Part(3, 150000), Part(2, 100000), Part(1, 50000), Part(), 1)
        for n in range(1, count + 1)
    ]
    last = SummaryRow("西岗镇", "江屯学校", "学前教育资助", Part(), Part(), Part(), Part(4, 200000), 0)
    return ReviewSummary("2020年春季学期", date(2020, 6, 3), [*rows, last])


def test_sums_of_townships_programmes_and_all():
    found = summary()
    assert [(name, sums[0]) for name, _, sums in found.by_township] == [("北阳镇", Part(6, 300000)), ("西岗镇", Part())]
    assert [name for name, _ in found.by_programme] == ["学前教育资助", "生活补助"]
    assert found.total == [Part(6, 300000), Part(4, 200000), Part(2, 100000), Part(4, 200000)]


def test_sheet_has_words_and_places_to_sign():
    page = summary_html(summary())
    for words in ("人民币叁仟元整", "人民币贰仟元整", "经办人", "审核人", "负责人"):
        assert words in page


def test_long_sheet_repeats_its_head_and_counts_its_pages():
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(summary_paper(summary(60)).data)).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert "资助项目" in text
        assert f"第{number}页共{len(pages)}页" in "".join(text.split())


def test_short_sheet_is_one_page_and_the_last_page_of_a_longer_one_holds_the_sums():
    for count in (7, 8, 11):  # 14 rows with all sums go as usual, up to 18 set close
        (page,) = PdfReader(io.BytesIO(summary_paper(summary(count)).data)).pages
        assert "负责人" in page.extract_text()
    for count in (12, 14):
        last = PdfReader(io.BytesIO(summary_paper(summary(count)).data)).pages[-1].extract_text()
        assert last.count("全部学校") == 2
        assert "江屯学校" in last


@pytest.mark.usefixtures("pages")
def test_page_tells_sent_passed_refused_and_returned_apart(county_at):
    county_at("rostered")
    first, second, third = Roster.objects.order_by("pk")[:3]
    reviewer = enter("chushen2")
    done(reviewer, f"/rosters/{first.pk}/", "review")
    done(reviewer, "/rosters/", "return", [second.pk], reason_code="OTHER", reason="重填", to="DRAFT")
    answer = do(reviewer, "/rosters/summary/", "xlsx")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert "审核汇总表" in rows[0][0]
    by_roster = {(row[1], row[2]): row[3:] for row in rows[3:] if row[1]}
    counted, refused = first.lines.counted(), first.lines.filter(state="REFUSED").exclude(kind="TOO_MANY").count()
    mine = by_roster[first.school.name, first.programme.name]
    assert (mine[0], mine[2], mine[4], mine[6]) == (counted.count() + refused, counted.count(), refused, 0)
    mine = by_roster[second.school.name, second.programme.name]
    assert (mine[0], mine[6]) == (0, second.lines.counted().count())
    assert by_roster[third.school.name, third.programme.name][2] == 0
    total = next(row for row in rows if row[0] == "合计")
    assert total[3] == sum(row[0] for row in by_roster.values())


@pytest.mark.usefixtures("pages")
def test_sheet_is_printed_for_the_filter_and_logged(small_county):
    answer = do(enter("shenji1"), "/rosters/summary/?programme=LIVING_ALLOWANCE", "print")
    assert answer.content.startswith(b"%PDF-")
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "学前教育资助" not in text
    assert enter("jingban-1141000001").get("/rosters/summary/").status_code == 403
