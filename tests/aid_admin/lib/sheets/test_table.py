from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aid_admin.lib.sheets.formulas import NO_RESULT
from aid_admin.lib.sheets.reading import RawRow
from aid_admin.lib.sheets.table import Column, Status, WrongSheet, heading_of, read_table
from tests.aid_admin.lib.people import id_number

OWN = id_number(103)
COLUMNS = (
    Column("name", "姓名", ("学生姓名",), kind="name", required=True, filled=True),
    Column("id_number", "身份证号", ("身份证件号", "证件号码"), kind="id_number", required=True, filled=True),
    Column("class_name", "班级", max_length=10),
    Column("born", "出生日期", kind="date"),
    Column("amount", "金额", ("资助金额",), kind="yuan", strict=True),
    Column("size", "家庭人口", kind="integer"),
    Column("covered", "是否保障", kind="yes_no"),
    Column("account", "银行账号", kind="account_no", strict=True),
    Column("cert", "残疾人证号", kind="cert_no"),
    Column("phone", "联系电话", kind="phone"),
)
HEAD = [
    "姓名",
    "身份证号",
    "班级",
    "出生日期",
    "金额",
    "家庭人口",
    "是否保障",
    "银行账号",
    "残疾人证号",
    "联系电话",
]


def raw(cells, sheet="甲", hidden=False):
    return [RawRow(sheet, number, list(row), hidden) for number, row in enumerate(cells, start=1)]


def table(*rows, head=HEAD, **options):
    return list(read_table(raw([head, *rows]), COLUMNS, **options))[1:]


def one(**cells):
    """The row read from one line that has the given cells under their headings."""
    line = {"姓名": "张三", "身份证号": OWN, **cells}
    return table([line.get(header) for header in HEAD])[0]


def codes(row):
    return [issue.code for issue in row.issues]


@pytest.mark.parametrize(
    ("typed", "value", "code"),
    [
        (OWN, OWN, None),
        (OWN[:17] + " " + OWN[17], OWN, "ID_REPAIRED"),
        ("'" + OWN, OWN, "ID_REPAIRED"),
        (OWN + "42", OWN, "ID_FROM_CERTIFICATE"),
        (OWN + "42B1", OWN, "ID_FROM_CERTIFICATE"),
        (410622201103154028, None, "ID_DESTROYED"),
        (4.10622201103154e17, None, "ID_DESTROYED"),
        ("4.10622E+17", None, "ID_DESTROYED"),
        ("410622201103154000", None, "ID_DESTROYED"),
        ("410622800101001", None, "ID_INVALID"),
        (OWN[:17], None, "ID_INVALID"),
        (OWN[:6] + "********" + OWN[-4:], None, "NUMBER_MASKED"),
        (None, None, "ID_MISSING"),
        ("  ", None, "ID_MISSING"),
    ],
)
def test_id_number_of_evidence(typed, value, code):
    row = one(身份证号=typed)
    assert row.values["id_number"] == value
    assert codes(row) == ([code] if code else [])
    assert bool(row.values["id_number_text"]) == (code in {"ID_DESTROYED", "ID_INVALID", "NUMBER_MASKED"})
    expected = {
        None: Status.ACCEPTED,
        "ID_DESTROYED": Status.REFUSED,
        "ID_INVALID": Status.WARNED,
        "NUMBER_MASKED": Status.WARNED,
        "ID_MISSING": Status.WARNED,
    }
    assert row.status == expected.get(code, Status.REPAIRED)


@pytest.mark.parametrize("typed", ["************1866", "尾号1866", "尾号 1866"])
def test_account_number_as_papers_show_it(typed):
    columns = (COLUMNS[0], Column("account_no", "银行账号", kind="account_no", required=True, filled=True, strict=True))
    row = list(read_table(raw([["姓名", "银行账号"], ["张三", typed]]), columns))[1]
    assert (row.values["account_no"], row.status, codes(row)) == ("", Status.REFUSED, ["NUMBER_MASKED"])


@pytest.mark.parametrize(
    ("typed", "code"),
    [("1234", "ID_INVALID"), (None, "MISSING_VALUE"), (OWN[:6] + "********" + OWN[-4:], "NUMBER_MASKED")],
)
def test_id_number_where_money_moves(typed, code):
    columns = (
        COLUMNS[0],
        Column("id_number", "身份证号", kind="id_number", required=True, filled=True, strict=True),
    )
    row = list(read_table(raw([["姓名", "身份证号"], ["张三", typed]]), columns))[1]
    assert (row.status, codes(row)) == (Status.REFUSED, [code])


def test_grown_up_with_fifteen_digits():
    columns = (COLUMNS[0], Column("guardian", "监护人身份证号", kind="id_number", required=True, adult=True))
    row = list(read_table(raw([["姓名", "监护人身份证号"], ["张三", "110105491231002"]]), columns))[1]
    assert (row.values["guardian"], row.status) == ("11010519491231002X", Status.REPAIRED)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2019.9.1", date(2019, 9, 1)),
        ("2019年9月1日", date(2019, 9, 1)),
        ("2019年9月", date(2019, 9, 1)),
        ("20190901", date(2019, 9, 1)),
        (20190901.0, date(2019, 9, 1)),
        (43709, date(2019, 9, 1)),
        ("43709", date(2019, 9, 1)),
        ("201909", date(2019, 9, 1)),
        ("2019-9-1", date(2019, 9, 1)),
        ("2019/09/01 00:00:00", date(2019, 9, 1)),
        ("２０１９－０９－０１", date(2019, 9, 1)),
        (date(2019, 9, 1), date(2019, 9, 1)),
        ("长期", None),
    ],
)
def test_dates_of_each_shape(typed, day):
    row = one(出生日期=typed)
    assert row.values["born"] == day
    assert row.status in {Status.ACCEPTED, Status.REPAIRED}


@pytest.mark.parametrize("typed", ["2019-13-01", "九月", "2019", 3, "2019-02-30"])
def test_dates_that_are_none(typed):
    row = one(出生日期=typed)
    assert (row.values["born"], codes(row)) == (None, ["DATE_INVALID"])


@pytest.mark.parametrize(
    ("header", "field", "typed", "value", "code"),
    [
        ("金额", "amount", 312.5, 31250, None),
        ("金额", "amount", "1,250元", 125000, None),
        ("金额", "amount", "五百", None, "AMOUNT_INVALID"),
        ("金额", "amount", "#N/A", None, "CELL_ERROR"),
        ("出生日期", "born", "#REF!", None, "CELL_ERROR"),
        ("家庭人口", "size", NO_RESULT, None, "CELL_NO_RESULT"),
        ("是否保障", "covered", "#VALUE!", None, "CELL_ERROR"),
        ("联系电话", "phone", NO_RESULT, "", "CELL_NO_RESULT"),
        ("银行账号", "account", "#N/A", "", "CELL_ERROR"),
        ("残疾人证号", "cert", NO_RESULT, "", "CELL_NO_RESULT"),
        ("家庭人口", "size", 4.0, 4, None),
        ("家庭人口", "size", "4人", 4, None),
        ("家庭人口", "size", "四", None, "INTEGER_INVALID"),
        ("是否保障", "covered", "√", True, None),
        ("是否保障", "covered", 0, False, None),
        ("是否保障", "covered", "也许", None, "YES_NO_INVALID"),
        ("银行账号", "account", "6215 8533 3333 3333", "6215853333333333", None),
        ("银行账号", "account", 621585333333333334, "", "NUMBER_DESTROYED"),
        ("残疾人证号", "cert", OWN.lower() + "42", OWN + "42", None),
        ("残疾人证号", "cert", 4.1e19, "", "NUMBER_DESTROYED"),
        ("联系电话", "phone", 13800000000, "13800000000", None),
        ("联系电话", "phone", "0392-7222222", "0392-7222222", None),
        ("联系电话", "phone", "无", "无", "PHONE_INVALID"),
        ("班级", "class_name", " 一（1）\u200b班\n", "一（1）班", None),
        ("班级", "class_name", 3.0, "3", None),
        ("班级", "class_name", "一二三四五六七八九十一", "一二三四五六七八九十一", "TOO_LONG"),
        ("班级", "class_name", "#REF!", "", "CELL_ERROR"),
        ("姓名", "name", "张 三", "张三", "NAME_REPAIRED"),
        ("姓名", "name", "王\ue863", "王\ue863", "NAME_UNREADABLE"),
        ("姓名", "name", "阿卜杜·热合曼", "阿卜杜·热合曼", None),
        ("姓名", "name", None, "", "MISSING_VALUE"),
    ],
)
def test_values(header, field, typed, value, code):
    row = one(**{header: typed})
    assert row.values[field] == value
    assert codes(row) == ([code] if code else [])


@pytest.mark.parametrize(
    ("header", "status"),
    [("姓名", Status.REFUSED), ("身份证号", Status.WARNED), ("班级", Status.WARNED), ("金额", Status.REFUSED)],
)
def test_failed_formula_is_as_grave_as_an_empty_cell_and_says_what_it_is(header, status):
    for typed, word in ((NO_RESULT, "没有算出的结果"), ("#N/A", "错误值")):
        row = one(**{header: typed})
        assert (row.status, len(row.issues)) == (status, 1)
        assert word in row.issues[0].message
        assert "选择性粘贴" in row.issues[0].message
        assert row.values["id_number_text"] == ""


@pytest.mark.parametrize(
    "above",
    [
        [],
        [["淇县2020年春季学期名册"], ["填报学校(盖章):", None, "单位：元"], []],
        [[None], ["附件1"], ["名册"]],
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        ["姓名", "身份证号（18位）"],
        ["*学生姓名：", "身份证\n件号"],
        ["姓　名", "身份证号 [必填]"],
    ],
)
def test_heading_below_titles(above, head):
    rows = list(read_table(raw([*above, head, ["张三", OWN]]), COLUMNS))
    assert [row.status for row in rows] == [Status.IGNORED] * (len(above) + 1) + [Status.ACCEPTED]
    assert rows[-1].values["id_number"] == OWN
    assert rows[-1].row == len(above) + 2


def test_heading_of_two_rows():
    columns = (COLUMNS[0], *(Column(f"m{n}", f"成员{n}姓名", kind="name", required=True) for n in (1, 2)))
    cells = [
        ["姓名", "成员1", None, "成员2", None],
        ["姓名", "姓名", "关系", "姓名", "关系"],
        ["张三", "张父", "父", "张母", "母"],
    ]
    row = list(read_table(raw(cells), columns))[-1]
    assert (row.values["name"], row.values["m1"], row.values["m2"]) == ("张三", "张父", "张母")


def test_rows_that_are_no_data_are_set_aside_and_none_is_lost():
    cells = [
        HEAD,
        ["张三", OWN, None, None, 500],
        ["小计", None, None, None, 500],
        [None, None],
        HEAD,
        ["李四", id_number(104), None, None, 500],
        [None, "合 计", None, None, 1000],
        ["备注：以上无误"],
        ["校长签字：", None, "审核人："],
        ["合计", OWN],
    ]
    rows = list(read_table(raw(cells), COLUMNS))
    kept = [row.row for row in rows if row.status is not Status.IGNORED]
    assert kept == [2, 6, 10]
    assert len(rows) == len(cells)


def test_sheets_each_with_their_heading():
    sheets = raw([["说明"], ["请填写"]], "说明") + raw([["甲表"], HEAD, ["张三", OWN]], "高村镇")
    sheets += raw([["身份证号", "姓名"], [id_number(104), "李四"]], "北阳镇")
    sheets += raw([["姓名", "身份证号"], ["王五", OWN]], "hidden1", hidden=True)
    rows = list(read_table(sheets, COLUMNS))
    assert [row.values["name"] for row in rows if row.status is Status.ACCEPTED] == ["张三", "李四"]
    assert [codes(row) for row in rows if row.row == 0] == [["SHEET_IGNORED"], ["SHEET_HIDDEN"]]


def test_sheet_that_is_nearly_right_is_an_error():
    rows = list(read_table(raw([HEAD, ["张三", OWN]]) + raw([["姓名"], ["李四"]], "乙"), COLUMNS))
    assert (rows[-1].status, codes(rows[-1])) == (Status.REFUSED, ["SHEET_HEADER"])


@pytest.mark.parametrize(
    ("cells", "code", "missing"),
    [
        ([["姓名", "班级"], ["张三", "一"]], "WRONG_SHEET", ("身份证号",)),
        ([["金库", "印章"]], "WRONG_SHEET", ("姓名", "身份证号")),
        ([], "WRONG_SHEET", ("姓名", "身份证号")),
        ([["姓名", "身份证号", "身份证号"]], "DUPLICATE_HEADER", ("身份证号",)),
    ],
)
def test_wrong_sheet_names_what_is_missing(cells, code, missing):
    with pytest.raises(WrongSheet) as caught:
        list(read_table(raw(cells), COLUMNS))
    assert (caught.value.code, caught.value.missing) == (code, missing)
    assert "、".join(missing) in caught.value.message


def test_mapping_confirmed_by_a_person_comes_first():
    cells = [["孩子", "身份证号", "号码"], ["张三", "x", OWN]]
    rows = list(read_table(raw(cells), COLUMNS, {"name": "孩子", "id_number": "号 码"}))
    assert (rows[1].values["name"], rows[1].values["id_number"]) == ("张三", OWN)
    found = heading_of(raw([["孩子", "身份证号"]]), COLUMNS)
    assert (found.missing, found.unknown) == (("姓名",), ("孩子",))


def test_heading_below_a_title_is_not_taken_for_one_of_two_rows():
    cells = [["淇县名册"], ["姓名", "身份证号"], ["张三", OWN], ["姓名", "身份证号"], ["李四", id_number(104)]]
    rows = list(read_table(raw(cells), COLUMNS))
    assert [row.values["name"] for row in rows if row.status is not Status.IGNORED] == ["张三", "李四"]
    assert heading_of(raw(cells), COLUMNS).texts == ("姓名", "身份证号")


def test_mapping_takes_a_field_out():
    cells = [["姓名", "身份证号", "班级", ""], ["张三", OWN, "12", "x"]]
    (row,) = list(read_table(raw(cells), COLUMNS, {"class_name": ""}))[1:]
    assert (row.values["name"], row.values["class_name"]) == ("张三", "")


def test_mapped_heading_that_is_in_no_sheet():
    cells = [HEAD, ["张三", OWN]]
    with pytest.raises(WrongSheet, match="没有“所在班”这一列") as caught:
        list(read_table(raw(cells), COLUMNS, {"class_name": "所在班"}))
    assert caught.value.code == "MAPPED_MISSING"
    other = raw([["姓名", "身份证号", "所在班"], ["李四", id_number(104), "二"]], "乙")
    rows = list(read_table(raw(cells) + other, COLUMNS, {"class_name": "所在班"}))
    assert [row.values["class_name"] for row in rows if row.status is Status.ACCEPTED] == ["", "二"]


def test_mapped_headings_that_are_missing_are_named_and_no_others():
    cells = raw([["孩子", "身份证号"], ["张三", OWN]])
    with pytest.raises(WrongSheet, match="没有“号码”这一列"):
        list(read_table(cells, COLUMNS, {"name": "孩子", "id_number": "号码"}))


def test_heading_of_a_sheet_that_hardly_matches_is_its_widest_row():
    cells = [["填报学校", "班级"], ["孩子", "号码", "所在班"], ["张三", OWN, "二"]]
    assert heading_of(raw([["说明"]], "填表说明") + raw([[None]], "空") + raw(cells), COLUMNS).texts == tuple(cells[1])
    assert heading_of(raw([[None]]), COLUMNS) is None


PLOTS = (Column("name", "姓名", required=True), Column("plot", "地块", required=True), Column("area", "面积"))


@pytest.mark.parametrize(
    "head",
    [
        ["姓名", "身份证号", "地块", "面积", "亩数"],  # knows nothing of the number that the table asked for must have
        ["姓名", "身份证号", "班级", "地块"],
    ],
)
def test_rival_kind_that_fits_no_better(head):
    cells = raw([head, ["张三", OWN, "x", "y"]])
    assert list(read_table(cells, COLUMNS, rivals={"地块表": PLOTS}))[1].values["name"] == "张三"


@pytest.mark.parametrize(("head", "named"), [(["姓名", "地块", "面积"], True), (["姓名", "地块"], False)])
def test_rival_kind_is_named_where_a_heading_is_missing(head, named):
    with pytest.raises(WrongSheet) as caught:
        list(read_table(raw([head, ["张三", "x"]]), COLUMNS, rivals={"地块表": PLOTS}))
    assert ("地块表" in caught.value.message) == named


def test_sheet_of_another_kind_is_not_read():
    rivals = {"土地表": (*COLUMNS[:2], *PLOTS[1:]), "别的表": (Column("x", "别的", required=True),)}
    other = raw([["姓名", "身份证号", "地块", "面积"], ["李四", id_number(104), "甲", "3"]], "乙")
    with pytest.raises(WrongSheet, match="像“土地表”") as caught:
        list(read_table(other, COLUMNS, rivals=rivals))
    assert caught.value.code == "OTHER_KIND"
    rows = list(read_table(raw([HEAD, ["张三", OWN]]) + other, COLUMNS, rivals=rivals))
    assert [row.values["name"] for row in rows if row.status is Status.ACCEPTED] == ["张三"]
    assert (rows[-1].status, codes(rows[-1])) == (Status.IGNORED, ["SHEET_OTHER_KIND"])
    read = list(read_table(other, COLUMNS, {"name": "姓名"}, rivals=rivals))
    assert read[1].values["name"] == "李四"  # a person said so


def test_other_table_on_a_second_sheet():
    other = (Column("plot", "地块", required=True), Column("owner", "户主", required=True))
    rows = list(
        read_table(raw([HEAD, ["张三", OWN]]) + raw([["地块", "户主"], ["甲", "张"]], "乙"), COLUMNS, others=(other,))
    )
    assert [(row.table, row.values.get("plot")) for row in rows if row.status is Status.ACCEPTED] == [
        (0, None),
        (1, "甲"),
    ]


cells = st.one_of(st.none(), st.text(max_size=25), st.integers(), st.floats(), st.booleans(), st.dates())


@given(st.lists(st.lists(cells, max_size=12), max_size=8))
def test_no_content_breaks_the_reader_and_no_row_is_lost(lines):
    rows = list(read_table(raw([HEAD, *lines]), COLUMNS))
    assert [row.row for row in rows] == list(range(1, len(lines) + 2))
    for row in rows:
        assert all(issue.message and issue.row == row.row for issue in row.issues)
