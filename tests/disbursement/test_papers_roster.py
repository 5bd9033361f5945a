"""资助发放名册 as pdf and xlsx."""

import io
from dataclasses import replace
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
            guardian_id=GUARDIAN, phone="13900004321", standard_fen=62500, cert_no="41062219800315402742",
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
    head, first = rows[2], rows[3]
    by_name = dict(zip(head, first, strict=True))
    assert by_name["身份证号"] == NUMBER
    assert by_name["银行账号"] == ACCOUNT
    assert (by_name["监护人身份证号"], by_name["联系电话"]) == (GUARDIAN, "13900004321")
    assert (by_name["资助标准"], by_name["资助金额"]) == (625, 312.5)
    masked = cells(roster_workbook(sheet(), footer="x").data)
    hidden = dict(zip(masked[2], masked[3], strict=True))
    assert hidden["监护人身份证号"] == "410622********4027"
    assert hidden["联系电话"] == "139****4321"
    assert by_name["资助金额"] == 312.5
    assert by_name["户编号/证件号"] == "41062219800315402742"
    assert hidden["户编号/证件号"] == "410622**********2742"
    assert "合计：3 人" in str(rows[7][0]) + str(rows[6][0])


def test_roster_workbook_has_title_school_semester_and_places_to_sign():
    rows = cells(roster_workbook(sheet(), footer="x").data)
    assert rows[0][0] == "淇县2020年春季学期生活补助发放名册"
    for words in ("填报学校（盖章）：高村镇第一小学", "学期：2020年春季学期", "填报日期：2020年6月15日", "单位：元"):
        assert words in rows[1][0]
    assert rows[-1][0].startswith("校长签字：")


def test_roster_paper_has_the_columns_of_the_form():
    page = roster_html(sheet())
    for words in ("410622********4027", "139****4321", "G41062", "625.00", "410622**********2742", "生活补助"):
        assert words in page
    assert GUARDIAN not in page
    assert "13900004321" not in page
    assert GUARDIAN in roster_html(sheet(in_clear=True))


def test_household_number_stands_before_the_certificates():
    given = sheet(1)
    row = replace(given.rows[0], household_no="0000410622")
    assert given.shown_card(row) == "0000410622"


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
