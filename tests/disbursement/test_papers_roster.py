"""资助发放名册 as pdf and xlsx."""

import io
from datetime import date

from openpyxl import load_workbook
from pypdf import PdfReader

from disbursement.papers.roster_sheet import RosterRow, RosterSheet, roster_html, roster_paper, roster_workbook

NUMBER, ACCOUNT, GUARDIAN = "410622201103154028", "621585100000012345", "410622198003154027"


def sheet(count: int = 3, **more) -> RosterSheet:
    rows = [
        RosterRow(
            f"王玥{n}", "小学", "三年级", "1班", "女", NUMBER, f"G{NUMBER}", "寄宿", "高村镇思德河社区",
            "最低生活保障家庭学生", "王建国", "父亲", "农村信用联社", "王建国", ACCOUNT, 31250,
            guardian_id=GUARDIAN, phone="13900004321", standard_fen=62500,
        )
        for n in range(1, count + 1)
    ]  # fmt: skip
    given = {
        "school": "高村镇第一小学", "programme": "生活补助", "semester": "2020年春季学期", "round": 1,
        "state": "已复审", "printed_on": date(2020, 6, 15), "rows": rows,
    }  # fmt: skip
    return RosterSheet(**(given | more))


def cells(data: bytes) -> list[tuple]:
    return list(load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))


def test_roster_masks_unless_told_otherwise():
    masked, clear = roster_html(sheet()), roster_html(sheet(in_clear=True))
    assert NUMBER not in masked
    assert ACCOUNT not in masked
    assert "尾号2345" in masked
    assert NUMBER in clear
    assert ACCOUNT in clear
    assert "妥善保管" in clear


def test_roster_sums_up_in_figures_and_words():
    page = roster_html(sheet())
    assert "937.50" in page
    assert "人民币玖佰叁拾柒元伍角" in page
    assert "3 人" in page


def test_roster_of_a_later_round_says_so():
    assert "（第2轮）" in sheet(round=2).title
    assert roster_workbook(sheet(round=2), footer="x").name == "发放名册-高村镇第一小学-生活补助-第2轮.xlsx"


def test_roster_workbook_keeps_numbers_as_text():
    rows = cells(roster_workbook(sheet(in_clear=True), footer="x").data)
    head, first = rows[0], rows[1]
    by_name = dict(zip(head, first, strict=True))
    assert by_name["身份证号"] == NUMBER
    assert by_name["银行账号"] == ACCOUNT
    assert (by_name["监护人身份证号"], by_name["联系电话"]) == (GUARDIAN, "13900004321")
    assert (by_name["资助标准"], by_name["资助金额"]) == (625, 312.5)
    masked = cells(roster_workbook(sheet(), footer="x").data)
    hidden = dict(zip(masked[0], masked[1], strict=True))
    assert hidden["监护人身份证号"] == "410622********4027"
    assert hidden["联系电话"] == "139****4321"
    assert by_name["资助金额"] == 312.5
    assert "合计：3 人" in str(rows[5][0]) + str(rows[4][0])


def test_roster_workbook_masks_every_number():
    assert not [
        c
        for row in cells(roster_workbook(sheet(), footer="x").data)
        for c in row
        if NUMBER in str(c) or ACCOUNT in str(c)
    ]


def test_roster_paper_is_landscape():
    page = PdfReader(io.BytesIO(roster_paper(sheet(40)).data)).pages[0]
    assert page.mediabox.width > page.mediabox.height
    assert "王玥1" in page.extract_text()
