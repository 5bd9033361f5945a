import pytest

from eligibility.imports import (
    applications,
    disability,
    extreme_poverty,
    low_income,
    martyrs,
    orphans,
    poverty,
    unattended,
)
from tests.aid_admin.lib.people import id_number
from tests.aid_admin.lib.sheets.county import codes, data, parse

OWN, OTHER, GROWN = id_number(103), id_number(104), id_number(11, "19800101")
SHAPE = {
    "name",
    "id_number",
    "id_number_text",
    "cert_no",
    "birth_date",
    "sex",
    "household_no",
    "member_no",
    "relation",
    "village",
    "village_text",
    "category",
    "variant",
    "policy_status",
    "proof_state",
    "valid_to",
    "is_covered_member",
    "extra",
}
POOR = {
    "乡(镇)": "高村镇",
    "行政村": "思德村",
    "户编号": "4106220000012345",
    "人编号": "41062200000123451",
    "姓名": "张梓涵",
    "证件号码": OWN,
    "与户主关系": "之子",
    "脱贫属性": "已脱贫(享受政策)",
    "贫困户属性": "低保贫困户",
}
LOW = {
    "乡镇(街道)": "高村镇",
    "村(居)": "思德村",
    "低保证号": "D001",
    "户主姓名": "张父",
    "户主身份证号": GROWN,
    "成员姓名": "张梓涵",
    "成员身份证号": OWN,
    "与户主关系": "之子",
    "保障类别": "农村低保",
    "是否保障对象": "是",
    "状态": "在保",
}
DISABLED = {
    "姓名": "张梓涵",
    "身份证号": OWN,
    "残疾人证号": OWN + "42",
    "残疾类别": "肢体",
    "残疾等级": "二级",
    "证件状态": "正常",
    "有效期至": "2029-05-01",
}
SHEETS = [
    (poverty, POOR, "REGISTERED_POOR"),
    (low_income, LOW, "LOW_INCOME_ALLOWANCE"),
    (
        extreme_poverty,
        {"姓名": "张梓涵", "身份证号": OWN, "供养方式": "分散", "特困供养证号": "T1"},
        "EXTREME_POVERTY_SUPPORT",
    ),
    (
        orphans,
        {"姓名": "张梓涵", "性别": "男", "身份证号": OWN, "类别": "社会散居", "福利证号": "F1"},
        "ORPHAN",
    ),
    (
        unattended,
        {"姓名": "张梓涵", "身份证号": OWN, "父亲情形": "死亡", "母亲情形": "失联"},
        "DE_FACTO_UNATTENDED",
    ),
    (disability, DISABLED, "DISABLED_STUDENT"),
    (
        martyrs,
        {"学生姓名": "张梓涵", "身份证号": OWN, "烈士姓名": "张烈", "烈士证明书编号": "L1"},
        "CHILD_OF_MARTYR",
    ),
]


@pytest.mark.parametrize(("module", "line", "category"), SHEETS)
def test_all_registries_have_one_shape(module, line, category):
    first, second = data(parse(module, line, line))
    assert (first.status, codes(first)) == ("accepted", [])
    assert set(first.values) == SHAPE
    assert (first.values["category"], first.values["name"], first.values["id_number"]) == (
        category,
        "张梓涵",
        OWN,
    )
    assert first.values["proof_state"] == "VALID"
    assert (second.status, codes(second)) == ("warned", ["DUPLICATE_ROW"])


@pytest.mark.parametrize(("module", "line", "category"), SHEETS)
def test_faulty_id_is_kept_as_text_and_only_warned_of(module, line, category):
    number = next(header for header in line if header in {"证件号码", "成员身份证号", "身份证号"})
    row = data(parse(module, line | {number: OWN[:16]}))[0]
    assert row.status == "warned"
    assert (row.values["id_number"], row.values["id_number_text"]) == (None, OWN[:16])


@pytest.mark.parametrize(
    ("text", "status", "found"),
    [
        ("未脱贫", "POOR", []),
        ("已脱贫（享受政策）", "LIFTED_WITH_POLICY", []),
        ("稳定脱贫", "LIFTED_WITHOUT_POLICY", []),
        ("已脱贫(不享受政策)", "LIFTED_WITHOUT_POLICY", []),
        ("返贫", "RETURNED", []),
        ("预脱贫", "PRE_LIFTED", []),
        ("别的", "UNKNOWN", ["WORD_UNSURE"]),
        (None, "UNKNOWN", ["WORD_UNSURE"]),
    ],
)
def test_policy_status_is_never_guessed(text, status, found):
    row = data(parse(poverty, POOR | {"脱贫属性": text}))[0]
    assert (row.values["policy_status"], codes(row)) == (status, found)
    assert row.values["village"] == "410622101231"


def test_disability_number_in_the_id_column_of_the_poverty_list():
    row = data(parse(poverty, POOR | {"证件号码": OWN + "42"}))[0]
    assert (row.values["id_number"], row.status) == (OWN, "repaired")


def test_low_income_member_outside_the_count_and_head_row():
    row = data(parse(low_income, LOW | {"是否保障对象": "否", "保障类别": "城市低保", "状态": "停保"}))[0]
    assert (row.values["is_covered_member"], row.values["variant"], row.values["proof_state"]) == (
        False,
        "URBAN",
        "STOPPED",
    )
    head = data(parse(low_income, LOW | {"成员姓名": None, "成员身份证号": None}))[0]
    assert (head.values["name"], head.values["id_number"], head.status) == ("张父", GROWN, "accepted")


@pytest.mark.parametrize(
    ("change", "found", "extra"),
    [
        ({}, [], {"category": 4, "level": 2}),
        ({"残疾类别": "视力"}, ["CERT_MISMATCH"], {"category": 4, "level": 2}),
        ({"残疾人证号": OTHER + "42"}, ["CERT_MISMATCH"], {"category": 4, "level": 2}),
        ({"残疾人证号": OWN + "42B1"}, [], {"category": 4, "level": 2, "replacement": 1}),
        ({"残疾人证号": "123"}, ["CERT_INVALID"], {"category": 4, "level": 2}),
        ({"身份证号": None}, [], {"category": 4, "level": 2}),
        ({"残疾类别": None, "残疾等级": None}, [], {"category": 4, "level": 2}),
    ],
)
def test_disability_certificate(change, found, extra):
    row = data(parse(disability, DISABLED | change))[0]
    assert (codes(row), row.values["extra"], row.values["id_number"]) == (found, extra, OWN)


def test_unknown_state_of_a_parent_is_warned_of():
    line = {"姓名": "张梓涵", "身份证号": OWN, "父亲情形": "死亡", "母亲情形": "改嫁"}
    row = data(parse(unattended, line))[0]
    assert (codes(row), row.values["extra"]) == (["WORD_UNSURE"], {"father": "DEAD", "mother": ""})


FORM = {
    "学校名称": "淇县第一小学",
    "年级": "三年级",
    "班级": "1班",
    "姓名": "张梓涵",
    "身份证号": OWN,
    "困难类别": "其他",
    "人均年收入": 3000,
    "推荐档次": "特别困难",
    "是否承诺": "是",
    "申请日期": "2020-03-02",
}
FAMILY = [
    ["学生身份证号", "姓名", "年龄", "与学生关系", "年收入"],
    [OWN, "张父", 40, "父子", 20000],
    [OTHER, "李母", 38, "母女", 0],
]


def test_application_with_its_family():
    rows = parse(applications, FORM, second=FAMILY)
    row = data(rows)[0]
    assert (row.status, row.values["category"], row.values["recommended_tier"]) == (
        "accepted",
        "OTHER_DIFFICULTY",
        "SPECIAL",
    )
    assert [(member["name"], member["income_fen"]) for member in row.values["members"]] == [("张父", 2000000)]
    assert codes(rows[-1]) == ["FAMILY_WITHOUT_APPLICATION"]
    assert rows[-2].status == "ignored"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"是否承诺": None}, "NO_COMMITMENT"),
        ({"推荐档次": "很难"}, "WORD_UNKNOWN"),
        ({"困难类别": "富裕"}, "WORD_UNKNOWN"),
        ({"身份证号": None}, "MISSING_VALUE"),
        ({"申请日期": "昨天"}, "DATE_INVALID"),
    ],
)
def test_application_faults_refuse_the_row(change, code):
    row = data(parse(applications, FORM | change))[0]
    assert code in codes(row)
    assert row.status == "refused"
