"""异议处理结果告知书: whom it is addressed to, what it says, and that it goes on as few pages as it can."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from disbursement.papers.objection_letter import ObjectionLetter, density, objection_html, objection_paper
from disbursement.papers.paper import Office

OFFICE = Office(phone="0392-7000001", address="淇县红旗路 18 号", complaint="0392-7000002")


def letter(**of) -> ObjectionLetter:
    given = {
        "number": 7, "period": "2020年春季学期学生资助名单公示", "school": "淇县第一高级中学", "group": "高二1班", "pupil": "王小明",
        "programme": "普通高中国家助学金", "channel": "来电", "received_on": date(2020, 6, 2), "text": "反映该生已转走。",
        "outcome": "DISMISSED", "finding": "该生在校。", "dated": date(2020, 6, 9), "office": OFFICE,
    }  # fmt: skip
    return ObjectionLetter(**given | of)


@pytest.mark.parametrize(
    ("channel", "objector", "addressee"),
    [
        ("来电", "张先生", "张先生"),
        ("来访", "", "匿名"),
        ("匿名", "", "匿名（由淇县第一高级中学留存备查）"),
        ("匿名信", "", "匿名（由淇县第一高级中学留存备查）"),
    ],
)
def test_letter_is_addressed_to_who_objected(channel, objector, addressee):
    page = objection_html(letter(channel=channel, objector=objector))
    assert f'异议人：<span class="song">{addressee}</span>' in page
    assert ("收到匿名对" in page) is channel.startswith("匿名")


@pytest.mark.parametrize("outcome", ["SUSTAINED", "DISMISSED"])
def test_usual_letter_is_one_page(outcome):
    for length in (20, 120, 300, 480):
        paper = objection_paper(letter(outcome=outcome, finding="查" * length, text="反映该生已转走。" * 4))
        (page,) = PdfReader(io.BytesIO(paper.data)).pages
        assert "2020年6月9日" in page.extract_text()


def test_last_page_of_a_long_letter_holds_more_than_the_signature():
    pages = PdfReader(io.BytesIO(objection_paper(letter(finding="查" * 500, text="反" * 500)).data)).pages
    assert len(pages) == 2
    assert "对处理结果有不同意见" in pages[-1].extract_text()


@pytest.mark.parametrize(
    ("words", "set_as"),
    [
        (["反" * 25] * 9, ""),
        (["反" * 25] * 10, "snug"),
        (["反" * 29] * 16, "tight"),
        (["反" * 25] * 24, ""),  # two pages whatever is done
        (["反" * 25] * 32, "snug"),
        ([], ""),
    ],
)
def test_letter_is_set_as_wide_as_the_fewest_pages_allow(words, set_as):
    assert density(words) == set_as
