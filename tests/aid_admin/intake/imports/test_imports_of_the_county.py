from datetime import date

import pytest

from aid_admin.intake.imports import fees, schools
from tests.aid_admin.lib.sheets.county import codes, data, parse

SCHOOL = {
    "学校标识码": "3141000009",
    "学校名称": "高村镇中心幼儿园",
    "学段": "幼儿园",
    "所属乡镇": "高村镇",
    "是否普惠": "是",
}
FEE = {
    "学校标识码": "3141000002",
    "学段": "高中",
    "收费标准": "790元",
    "起始日期": "2019-09-01",
    "截止日期": None,
    "批准文号": "淇发改〔2019〕1号",
}


def test_school_row():
    row = data(parse(schools, SCHOOL))[0]
    assert row.status == "accepted"
    assert row.values == {
        "code": "3141000009",
        "name": "高村镇中心幼儿园",
        "stage": "PRESCHOOL",
        "township": "410622101",
        "inclusive": True,
        "address": "",
        "head": "",
        "phone": "",
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"学段": "大学"}, "WORD_UNKNOWN"),
        ({"所属乡镇": "某镇"}, "UNKNOWN_TOWNSHIP"),
        ({"学校标识码": None}, "MISSING_VALUE"),
    ],
)
def test_school_faults(change, code):
    row = data(parse(schools, SCHOOL | change))[0]
    assert (row.status, codes(row)) == ("refused", [code])


def test_school_with_two_stages_and_one_of_them_twice():
    rows = data(parse(schools, SCHOOL, SCHOOL | {"学段": "小学"}, SCHOOL))
    assert [row.status for row in rows] == ["accepted", "accepted", "refused"]


def test_fee_row():
    row = data(parse(fees, FEE))[0]
    assert row.values == {
        "school": "3141000002",
        "stage": "SENIOR",
        "major_code": "",
        "amount_fen": 79000,
        "starts_on": date(2019, 9, 1),
        "ends_on": None,
        "basis_doc": "淇发改〔2019〕1号",
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"截止日期": "2019-08-31"}, "PERIOD_INVALID"),
        ({"收费标准": "若干"}, "AMOUNT_INVALID"),
        ({"起始日期": None}, "MISSING_VALUE"),
        ({"学校标识码": "1"}, "UNKNOWN_SCHOOL"),
    ],
)
def test_fee_faults(change, code):
    row = data(parse(fees, FEE | change))[0]
    assert code in codes(row)
    assert row.status == "refused"
