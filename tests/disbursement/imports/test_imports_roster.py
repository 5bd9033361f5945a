import pytest

from aid_admin.lib.sheets.columns import Status, TableRow
from disbursement.imports import roster
from tests.aid_admin.lib.people import id_number
from tests.aid_admin.lib.sheets.county import CARD, codes, data, parse

OWN = id_number(103)
LINE = {
    "学校名称": "淇县第一小学",
    "学段": "小学",
    "年级": "三年级",
    "班级": "1班",
    "学生姓名": "张梓涵",
    "身份证号": OWN,
    "是否寄宿": "是",
    "困难类别": "建档立卡",
    "账户户名": "张父",
    "银行账号": CARD,
    "资助项目": "营养改善计划",
    "资助金额": 400,
}


def test_roster_line():
    row = data(parse(roster, LINE))[0]
    assert (row.status, codes(row)) == ("accepted", [])
    expected = {
        "school": "3141000001",
        "stage": "PRIMARY",
        "boarding": "BOARDER",
        "programme": "NUTRITION",
        "amount_fen": 40000,
    }
    assert {field: row.values[field] for field in expected} == expected


def test_programme_from_the_title_and_from_the_code():
    rows = parse(roster, LINE | {"资助项目": None}, title="淇县2020年春季学期家庭经济困难学生生活补助发放名册")
    assert data(rows)[0].values["programme"] == "LIVING_ALLOWANCE"
    assert data(parse(roster, LINE | {"资助项目": "NUTRITION"}))[0].values["programme"] == "NUTRITION"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"资助金额": "四百"}, "AMOUNT_INVALID"),
        ({"资助金额": None}, "MISSING_VALUE"),
        ({"资助金额": -400}, "AMOUNT_INVALID"),
        ({"资助项目": "别的"}, "WORD_UNKNOWN"),
        ({"资助项目": None}, "MISSING_VALUE"),
        ({"身份证号": OWN[:17]}, "ID_INVALID"),
        ({"银行账号": CARD[:-1]}, "ACCOUNT_INVALID"),
        ({"学校名称": "别校"}, "UNKNOWN_SCHOOL"),
    ],
)
def test_roster_faults_refuse_the_line(change, code):
    row = data(parse(roster, LINE | change))[0]
    assert code in codes(row)
    assert row.status == "refused"


@pytest.mark.parametrize(
    ("amount", "standard", "told"),
    [
        (5000, 500, ["资助金额5,000.00元大于本行的资助标准500.00元，请核对"]),
        (500, 500, []),
        (250, 500, []),
        (5000, None, []),
    ],
)
def test_amount_above_the_standard_of_its_own_line_warns_and_can_be_imported(amount, standard, told):
    row = data(parse(roster, LINE | {"资助标准": standard, "资助金额": amount}))[0]
    assert [issue.message for issue in row.issues] == told
    assert row.status == ("warned" if told else "accepted")


def test_pupil_may_stand_once_for_each_programme():
    rows = data(parse(roster, LINE, LINE | {"资助项目": "一补"}, LINE))
    assert [row.status for row in rows] == ["accepted", "accepted", "refused"]


@pytest.mark.parametrize(
    ("text", "persons", "fen"),
    [
        ("合计 合计人数：11人 合计金额(小写)：4,400.00元 合计金额(大写)：人民币肆仟肆佰元整 4400", 11, 440000),
        ("合 计 38人 21875.50", 38, 2187550),
        ("总计： 1，200 元", None, 120000),
        ("合计 11人", 11, None),
        ("12、合计 3名 金额 壹佰元整", 3, None),
        ("合计 1.234567", None, None),
        ("小计 11人 4400.00元", "", ""),
        ("说明：合计人数以公示为准", "", ""),
        ("淇县2020年春季学期营养改善计划资助发放名册", "", ""),
    ],
)
def test_total_that_the_sheet_states(text, persons, fen):
    total = roster.stated_total(TableRow("名册", 15, Status.IGNORED, {"ignored": text}))
    expected = None if persons == "" else {"sheet": "名册", "row": 15, "persons": persons, "fen": fen}
    assert total == expected
