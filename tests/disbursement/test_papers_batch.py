"""拨付单 and 减免清单."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from aid_admin.lib.pdf.printing import make_pdf
from disbursement.papers.paper import Paper
from disbursement.papers.payment_list import PaymentList, PaymentRow, payment_list_html, payment_list_paper
from disbursement.papers.payment_order import PaymentOrder, SumLine, payment_order_html, payment_order_paper
from disbursement.papers.waiver_list import WaiverList, WaiverRow, waiver_html, waiver_paper

NUMBER = "410622201103154028"


def order(**more) -> PaymentOrder:
    given = {
        "batch_no": "20201RCC001", "semester": "2020年春季学期", "way": "银行代发", "bank": "农村信用联社",
        "state": "已放行", "made_on": date(2020, 6, 15), "persons": 2, "line_count": 3, "total_fen": 131250,
        "by_programme": [SumLine("营养改善计划", 1, 1, 40000), SumLine("生活补助", 2, 2, 91250)],
        "by_school": [SumLine("高村镇第一小学", 2, 3, 131250)], "built_by": "张财务", "reviewed_by": "李审核",
        "released_by": "王放行", "file_name": "RCC_20201RCC001_20200615.txt", "file_sha256": "ab" * 32,
    }  # fmt: skip
    return PaymentOrder(**(given | more))


def waiver(count: int = 2) -> WaiverList:
    rows = [WaiverRow("高一", "3班", f"王玥{n}", NUMBER, "普通高中免学费、住宿费", 79000) for n in range(1, count + 1)]
    return WaiverList("20201FEE001", "淇县第一中学", "2020年春季学期", "已放行", date(2020, 6, 15), rows)


def test_payment_order_has_figures_words_hands_and_the_files_digest():
    page = payment_order_html(order())
    for text in ("￥1,312.50", "人民币壹仟叁佰壹拾贰元伍角", "经办：张财务", "审核：李审核", "放行：王放行", "ab" * 32):
        assert text in page


def test_payment_order_refuses_parts_that_are_not_the_whole():
    with pytest.raises(ValueError, match="total"):
        payment_order_html(order(by_school=[SumLine("高村镇第一小学", 2, 3, 131251)]))


def test_payment_order_of_a_waiver_names_no_bank_and_no_file():
    page = payment_order_html(order(bank="", way="学校减免", file_name="", file_sha256=""))
    assert "各学校（免收费用）" in page
    assert "代发文件" not in page


def test_payment_order_sums_persons_once():
    page = payment_order_html(order())
    assert page.count('合计</td><td class="num">2</td><td class="num">3</td>') == 2


def _pages(paper) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(paper.data)).pages]


@pytest.mark.parametrize("schools", [*range(6, 14), 35, 45])
def test_signatures_never_stand_alone_on_a_page(schools):
    rows = [SumLine(f"第{n}小学", 1, 1, 10000) for n in range(1, schools + 1)]
    whole = {"persons": schools, "line_count": schools, "total_fen": 10000 * schools}
    pages = _pages(
        payment_order_paper(
            order(by_school=rows, by_programme=[SumLine("生活补助", schools, schools, 10000 * schools)], **whole)
        )
    )
    (last,) = [page for page in pages if "放行：" in page]
    assert "合计" in last
    assert f"第{schools}小学" in last


def payments(school: str = "高村镇第一小学", count: int = 3) -> PaymentList:
    rows = [
        PaymentRow(n // 2, "三年级", "1班", f"张{n}", "生活补助", "张父", f"62299100000000{n:04d}", 62500, "成功")
        for n in range(1, count + 1)
    ]
    return PaymentList(
        "20201RCC001", "农村信用联社", school, "2020年春季学期", "已送银行", date(2020, 6, 15), rows, "ab" * 32
    )


def test_payment_list_counts_persons_and_lines_and_shows_four_digits():
    page = payment_list_html([payments()])
    for text in (
        "账号尾四位",
        ">0003<",
        "2 人",
        "3 笔",
        "1,875.00",
        "人民币壹仟捌佰柒拾伍元整",
        "学校（盖章）：高村镇第一小学",
    ):
        assert text in page
    assert "62299100000000" not in page


def test_payment_list_paper_names_batch_and_school():
    assert payment_list_paper(payments()).name == "发放明细-20201RCC001-高村镇第一小学.pdf"


def test_several_schools_begin_on_pages_of_their_own():
    pages = _pages(
        Paper("", "", make_pdf(payment_list_html([payments("一小", 30), payments("二小"), payments("三小")])))
    )
    first = [next(n for n, page in enumerate(pages) if school in page) for school in ("一小", "二小", "三小")]
    assert first == [0, 2, 3]


def test_payment_order_paper_is_a_pdf_of_one_page():
    paper = payment_order_paper(order())
    assert paper.name == "拨付单-20201RCC001.pdf"
    assert len(PdfReader(io.BytesIO(paper.data)).pages) == 1


def test_waiver_list_sums_up_and_masks():
    page = waiver_html([waiver()])
    assert "1,580.00" in page
    assert "人民币壹仟伍佰捌拾元整" in page
    assert NUMBER not in page
    assert "410622********4028" in page


def test_waiver_paper_names_batch_and_school():
    assert waiver_paper(waiver()).name == "减免清单-20201FEE001-淇县第一中学.pdf"
