"""The office's own cases: one column of entitlement_cases.xlsx each, expectations written by hand."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aid_admin.lib.money import parse_yuan
from eligibility.entitlement import Claim, PupilFacts, entitle, programmes_considered
from eligibility.rules import Category, Programme, ReasonCode
from students.rules import (
    Boarding,
    Labelled,
    RollStatus,
    Stage,
    Standing,
    grade_year,
    is_agricultural,
    school_year_start,
)
from tests.eligibility.rulebooks import default_book

CATEGORIES = {
    "建档立卡": "REGISTERED_POOR",
    "特困": "EXTREME_POVERTY_SUPPORT",
    "孤儿": "ORPHAN",
    "事实无人抚养": "DE_FACTO_UNATTENDED",
    "低保": "LOW_INCOME_ALLOWANCE",
    "残疾学生": "DISABLED_STUDENT",
    "残疾人子女": "CHILD_OF_DISABLED",
    "烈士子女": "CHILD_OF_MARTYR",
    "其他困难": "OTHER_DIFFICULTY",
    "": "",
}
PROGRAMMES = {
    "学前教育资助": "PRESCHOOL_AID",
    "营养改善计划": "NUTRITION",
    "生活补助": "LIVING_ALLOWANCE",
    "普通高中免学费、住宿费": "SENIOR_FEE_WAIVER",
    "普通高中国家助学金": "SENIOR_GRANT",
    "中等职业学校免学费": "VOCATIONAL_TUITION_WAIVER",
    "中等职业学校国家助学金": "VOCATIONAL_GRANT",
}
RELATIONS = {"本人": "SELF", "同户": "HOUSEHOLD", "父母": "CHILD_OF", "申请": "APPLICATION"}
VERDICTS = {
    "一致": "MATCHED",
    "姓名写法不同": "MATCHED_NAME_VARIANT",
    "姓名不符": "ID_MATCH_NAME_CONFLICT",
    "证号不符": "NAME_MATCH_ID_CONFLICT",
    "同户": "HOUSEHOLD_MATCH",
    "": "",
}
STATUSES = {
    "未脱贫": "POOR",
    "已脱贫（享受政策）": "LIFTED_WITH_POLICY",
    "已脱贫（不享受政策）": "LIFTED_WITHOUT_POLICY",
    "返贫": "RETURNED",
    "不明": "UNKNOWN",
    "": "",
}
STATES = {
    "有效": "VALID",
    "注销": "CANCELLED",
    "冻结": "FROZEN",
    "过期": "EXPIRED",
    "停保": "STOPPED",
    "": "",
}
TIERS = {"特别困难": "SPECIAL", "比较困难": "MODERATE", "一般困难": "GENERAL"}

Case = dict[str, str]


def _cases() -> list[Case]:
    book = load_workbook(Path(__file__).parent / "entitlement_cases.xlsx", read_only=True)
    columns = zip(*book.active.iter_rows(values_only=True), strict=True)
    fields = next(columns)
    return [dict(zip(fields, (value or "" for value in column), strict=True)) for column in columns]


CASES = _cases()


def _code(kind: type[Labelled], label: str) -> str:
    return next(member.value for member in kind if member.label == label)


def _claim(case: Case, number: int) -> Claim:
    def cell(part: str) -> str:
        return case[f"类别{number}-{part}"]

    valid_to = cell("有效期至")
    tier = cell("认定档次")
    return Claim(
        category=CATEGORIES[case[f"类别{number}"]],
        variant={"农村": "RURAL", "城市": "URBAN", "": ""}[cell("城乡")],
        relation=RELATIONS[cell("来自")],
        verdict=VERDICTS[cell("比对")],
        policy_status=STATUSES[cell("脱贫属性")],
        proof_state=STATES[cell("证件状态")],
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
        is_covered_member={"是": True, "否": False, "": None}[cell("保障对象")],
        tier=TIERS.get(tier, ""),
        recognised=tier in TIERS,
    )


def _facts(case: Case) -> PupilFacts:
    stage = _code(Stage, case["学段"])
    fee = case["收费标准(元)"]
    status = case["学籍状态"]
    year = school_year_start(date.fromisoformat(case["认定日"]))
    return PupilFacts(
        stage=stage,
        grade_year=grade_year(stage, case["年级"], year),
        boarding={"寄宿": Boarding.BOARDER.value, "走读": Boarding.DAY.value}[case["就读方式"]],
        residence={"农村": "rural", "城市": "urban", "": ""}[case["户口性质"]],
        major_code=case["专业代码"],
        is_agricultural=is_agricultural(case["专业代码"]),
        roll_status=None if status == "无" else _code(RollStatus, status),
        standing=_code(Standing, case["就学状态"]),
        inclusive=case["普惠园"] == "是",
        fee_fen=parse_yuan(fee) if fee else None,
        claims=tuple(_claim(case, number) for number in (1, 2) if case[f"类别{number}"]),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["用例"] for case in CASES])
def test_entitle_gives_what_the_office_expects(case: Case) -> None:
    book = default_book(date.fromisoformat(case["认定日"]))

    decision = entitle(_facts(case), PROGRAMMES[case["项目"]], book)

    given = (decision.granted, decision.amount_fen, decision.reason_code.label, decision.category)
    assert given == (
        case["应发"] == "是",
        parse_yuan(case["金额(元)"]),
        case["原因"],
        CATEGORIES[case["所凭类别"]],
    ), decision.why


def test_the_cases_cover_every_reason_and_programme() -> None:
    assert len(CASES) >= 40
    assert {case["原因"] for case in CASES} == {reason.label for reason in ReasonCode}
    assert {PROGRAMMES[case["项目"]] for case in CASES if case["应发"] == "是"} == set(Programme)
    assert {CATEGORIES[case["所凭类别"]] for case in CASES if case["应发"] == "是"} == {"", *Category}


def _pupil(stage: str, *claims: Claim, fee_fen: int | None = 79000, grade_year: int = 1) -> PupilFacts:
    return PupilFacts(stage, grade_year, "BOARDER", "rural", "", False, "ACTIVE", "GO", True, fee_fen, tuple(claims))


POOR = Claim("REGISTERED_POOR", policy_status="POOR")


def test_why_names_proof_amount_and_basis() -> None:
    decision = entitle(_pupil("JUNIOR", POOR, grade_year=8), "LIVING_ALLOWANCE", default_book())

    assert decision.why == (
        "建档立卡贫困家庭学生：本人在建档立卡名单中，身份证号和姓名一致，脱贫属性为未脱贫。"
        "义务教育家庭经济困难学生生活补助初中寄宿标准，每学期625.00元。"
        "依据：学生资助资金管理办法（财科教〔2019〕19号）。"
    )


def test_why_says_that_residence_alone_admits() -> None:
    decision = entitle(_pupil("VOCATIONAL", fee_fen=90000), "VOCATIONAL_TUITION_WAIVER", default_book())

    assert decision.category == ""
    assert "凭农村（含县镇）户口纳入，与困难类别无关" in decision.why
    assert "每学期900.00元" in decision.why


def test_why_of_an_expired_proof_names_both_days() -> None:
    expired = Claim("DISABLED_STUDENT", proof_state="VALID", valid_to=date(2019, 12, 31))

    decision = entitle(_pupil("PRIMARY", expired), "NUTRITION", default_book())

    assert "有效期至2019-12-31，认定日2020-02-01" in decision.why


def test_missing_fee_is_told_and_kept_in_the_facts() -> None:
    decision = entitle(_pupil("SENIOR", POOR, fee_fen=None), "SENIOR_FEE_WAIVER", default_book())

    assert not decision.granted
    assert decision.facts["lacks_amount"] is True
    assert "没有登记批准的收费标准" in decision.why


def test_own_row_outranks_the_household() -> None:
    outside = Claim("LOW_INCOME_ALLOWANCE", "RURAL", proof_state="VALID", is_covered_member=False)
    household = Claim("LOW_INCOME_ALLOWANCE", "RURAL", relation="HOUSEHOLD", proof_state="VALID")

    decision = entitle(_pupil("PRIMARY", household, outside), "LIVING_ALLOWANCE", default_book())

    assert decision.reason_code == ReasonCode.OUTSIDE_GUARANTEED_MEMBERS


def test_another_members_disability_says_nothing_of_the_pupil() -> None:
    sibling = Claim("DISABLED_STUDENT", relation="HOUSEHOLD", proof_state="VALID")

    decision = entitle(_pupil("PRIMARY", sibling), "NUTRITION", default_book())

    assert decision.reason_code == ReasonCode.NO_CATEGORY


def test_application_proves_no_registry_category() -> None:
    applied = Claim("REGISTERED_POOR", relation="APPLICATION", recognised=True, policy_status="POOR")

    decision = entitle(_pupil("PRIMARY", applied), "NUTRITION", default_book())

    assert decision.reason_code == ReasonCode.NO_CATEGORY


def test_parents_card_makes_a_child_of_disabled() -> None:
    parents = Claim("DISABLED_STUDENT", relation="CHILD_OF", proof_state="VALID")

    decision = entitle(_pupil("PRIMARY", parents), "LIVING_ALLOWANCE", default_book())

    assert (decision.granted, decision.category) == (True, "CHILD_OF_DISABLED")


def test_decision_keeps_the_ids_of_rule_and_standard() -> None:
    book = default_book()
    decision = entitle(_pupil("SENIOR", POOR), "SENIOR_GRANT", book)

    standard = next(one for one in book.standards if one.id == decision.standard_id)
    rule = next(one for one in book.rules if one.id == decision.rule_id)
    assert (standard.programme, standard.amount_fen, standard.tier) == ("SENIOR_GRANT", 120000, "FIRST")
    assert (rule.programme, rule.category, rule.tier) == ("SENIOR_GRANT", "REGISTERED_POOR", "FIRST")


@pytest.mark.parametrize(
    ("stage", "any_claim", "expected"),
    [
        ("PRESCHOOL", True, ("PRESCHOOL_AID",)),
        ("PRIMARY", True, ("NUTRITION", "LIVING_ALLOWANCE")),
        ("JUNIOR", True, ("NUTRITION", "LIVING_ALLOWANCE")),
        ("SPECIAL", True, ("NUTRITION", "LIVING_ALLOWANCE")),
        ("SENIOR", True, ("SENIOR_FEE_WAIVER", "SENIOR_GRANT")),
        ("VOCATIONAL", False, ("VOCATIONAL_TUITION_WAIVER", "VOCATIONAL_GRANT")),
        ("SENIOR", False, ()),
        ("PRIMARY", False, ()),
        ("", True, ()),
    ],
)
def test_programmes_considered(stage: str, any_claim: bool, expected: tuple[str, ...]) -> None:
    assert programmes_considered(_pupil(stage), any_claim) == expected
