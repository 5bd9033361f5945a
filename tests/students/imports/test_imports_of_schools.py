from dataclasses import replace
from datetime import date

import pytest

from students.imports import accounts, attendance, roll
from tests.aid_admin.lib.people import id_number
from tests.aid_admin.lib.sheets.county import CARD, CONTEXT, codes, data, parse

OWN, OTHER, FATHER = id_number(103), id_number(104), id_number(11, "19800101")
PUPIL = {
    "学校标识码": "3141000001",
    "学校名称": "淇县第一小学",
    "学段": "小学",
    "年级": "三年级",
    "班级": "1班",
    "学籍号": "G" + OWN,
    "姓名": "张梓涵",
    "性别": "男",
    "出生日期": "2011-03-15",
    "身份证件类型": "居民身份证",
    "身份证件号": OWN,
    "户口性质": "农村",
    "户口所在地": "河南省鹤壁市淇县高村镇思德村",
    "就读方式": "住校",
    "学籍状态": "在校",
    "曾用名": None,
    "专业代码": None,
    "专业名称": None,
    "成员1姓名": "张父",
    "成员1关系": "父亲",
    "成员1是否监护人": "是",
    "成员1身份证件号": FATHER,
    "成员1联系电话": "13800000000",
}


def test_roll_row_in_full():
    row = data(parse(roll, PUPIL))[0]
    assert (row.status, codes(row)) == ("accepted", [])
    member = {
        "name": "张父",
        "relation": "父亲",
        "is_guardian": True,
        "id_number": FATHER,
        "id_number_text": "",
        "phone": "13800000000",
    }
    assert row.values == {
        "system": "COMPULSORY_SENIOR",
        "school": "3141000001",
        "stage": "PRIMARY",
        "grade": "三年级",
        "class_name": "1班",
        "enrolment_no": "G" + OWN,
        "name": "张梓涵",
        "former_name": "",
        "sex": "男",
        "birth_date": date(2011, 3, 15),
        "id_number": OWN,
        "id_number_text": "",
        "residence": "rural",
        "village": "410622101231",
        "village_text": "河南省鹤壁市淇县高村镇思德村",
        "boarding": "BOARDER",
        "roll_status": "ACTIVE",
        "major_code": "",
        "major_name": "",
        "is_agricultural": False,
        "members": [member],
    }


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"学校名称": "淇县第一中学"}, "SCHOOL_MISMATCH", "refused"),
        ({"学校标识码": "9", "学校名称": "淇县一小"}, "UNKNOWN_SCHOOL", "refused"),
        ({"学段": "大学"}, "WORD_UNKNOWN", "refused"),
        ({"学段": "初中"}, "STAGE_NOT_TAUGHT", "warned"),
        ({"户口所在地": "外县某村"}, "UNKNOWN_VILLAGE", "warned"),
        ({"性别": "女"}, "SEX_MISMATCH", "warned"),
        ({"出生日期": "2010-03-15"}, "BIRTH_DATE_MISMATCH", "warned"),
        ({"身份证件号": FATHER, "出生日期": None, "学籍号": None}, "AGE_UNLIKELY", "warned"),
        ({"成员1身份证件号": OWN}, "GUARDIAN_ID_AS_PUPIL", "warned"),
        ({"学籍号": "G" + OTHER}, "ENROLMENT_NO_DIFFERS", "warned"),
        ({"学籍号": "G123"}, "ENROLMENT_NO_INVALID", "warned"),
        ({"学籍状态": "不明"}, "WORD_UNSURE", "warned"),
        ({"身份证件号": None}, "ID_MISSING", "warned"),
        ({"身份证件号": float(int(OWN[:17] + "0"))}, "ID_DESTROYED", "refused"),
    ],
)
def test_roll_finds_what_is_wrong(change, code, status):
    row = data(parse(roll, PUPIL | change))[0]
    assert code in codes(row)
    assert row.status == status


def test_roll_of_vocational_school_and_kindergarten():
    student = PUPIL | {
        "学校标识码": None,
        "学校名称": "淇县职业中专",
        "学段": "中职",
        "专业代码": "610201",
        "学籍状态": "转出（办理中）",
    }
    values = data(parse(roll, student))[0].values
    assert (values["system"], values["is_agricultural"], values["roll_status"]) == (
        "VOCATIONAL",
        True,
        "TRANSFER_UNDER_WAY",
    )


def test_roll_with_a_pupil_twice_or_of_another_semester():
    rows = parse(roll, PUPIL, PUPIL, title="淇县2019年秋季学期学籍名册")
    assert (rows[0].status, codes(rows[0])) == ("ignored", ["WRONG_SEMESTER"])
    assert "2019年秋季学期" in rows[0].issues[0].message
    assert [row.status for row in data(rows)] == ["accepted", "refused"]
    assert "第3行" in data(rows)[1].issues[0].message


def test_near_school_name_is_offered():
    row = data(parse(roll, PUPIL | {"学校标识码": None, "学校名称": "淇县笫一小学"}))[0]
    assert "淇县第一小学" in row.issues[0].message


@pytest.mark.parametrize(
    ("attending", "reason", "expected"),
    [
        ("是", None, []),
        ("否", "外出务工", []),
        ("否", None, ["NO_REASON"]),
        (None, None, ["MISSING_VALUE"]),
        ("?", None, ["YES_NO_INVALID"]),
    ],
)
def test_attendance(attending, reason, expected):
    line = {
        "学校名称": "淇县第一小学",
        "姓名": "张梓涵",
        "身份证号": OWN,
        "是否在校就读": attending,
        "不在校原因": reason,
    }
    row = data(parse(attendance, line))[0]
    assert codes(row) == expected
    assert row.values["attending"] is {"是": True, "否": False}.get(attending)


def test_foreign_school_is_refused():
    line = {"学校名称": "淇县第一小学", "姓名": "张梓涵", "身份证号": OWN, "是否在校就读": "是"}
    row = data(parse(attendance, line, context=replace(CONTEXT, school="3141000002")))[0]
    assert (row.status, codes(row)) == ("refused", ["FOREIGN_SCHOOL"])


ACCOUNT = {
    "学校名称": "淇县第一小学",
    "学生姓名": "张梓涵",
    "学生身份证号": OWN,
    "开户行": "淇县农村信用联社",
    "账户户名": "张父",
    "与学生关系": "父亲",
    "持卡人身份证号": FATHER,
    "银行账号": CARD,
}


def test_account_row():
    row = data(parse(accounts, ACCOUNT))[0]
    assert (row.status, row.values["bank"], row.values["kind"], row.values["account_no"]) == (
        "accepted",
        "RCC",
        "CARD",
        CARD,
    )


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"银行账号": CARD[:-1] + str((int(CARD[-1]) + 1) % 10)}, "ACCOUNT_INVALID", "refused"),
        ({"银行账号": OWN}, "ACCOUNT_INVALID", "refused"),
        ({"银行账号": float(CARD)}, "NUMBER_DESTROYED", "refused"),
        ({"银行账号": "000012345678901"}, "ACCOUNT_UNSURE", "warned"),
        ({"开户行": "中国建设银行淇县支行"}, "BANK_MISMATCH", "warned"),
        ({"学生身份证号": OWN[:-1]}, "ID_INVALID", "refused"),
        ({"账户户名": None}, "MISSING_VALUE", "refused"),
    ],
)
def test_account_faults(change, code, status):
    row = data(parse(accounts, ACCOUNT | change))[0]
    assert code in codes(row)
    assert row.status == status


def test_account_that_is_unsure_is_shown():
    row = data(parse(accounts, ACCOUNT | {"银行账号": "000012345678901"}))[0]
    assert [(issue.code, issue.value) for issue in row.issues] == [("ACCOUNT_UNSURE", "000012345678901")]
