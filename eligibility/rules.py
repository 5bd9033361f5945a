"""The words of recognition: categories, verdicts, reasons and the states of an application."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Self

from aid_admin.lib.states import Move
from students.rules import Labelled, Stage

RULES_VERSION = "2020.2"  # changes whenever the same inputs may give another result


class Programme(Labelled):
    PRESCHOOL_AID = "PRESCHOOL_AID", "学前教育资助"
    NUTRITION = "NUTRITION", "义务教育营养改善计划"
    LIVING_ALLOWANCE = "LIVING_ALLOWANCE", "义务教育家庭经济困难学生生活补助"
    SENIOR_FEE_WAIVER = "SENIOR_FEE_WAIVER", "普通高中免学费、住宿费"
    SENIOR_GRANT = "SENIOR_GRANT", "普通高中国家助学金"
    VOCATIONAL_TUITION_WAIVER = "VOCATIONAL_TUITION_WAIVER", "中等职业学校免学费"
    VOCATIONAL_GRANT = "VOCATIONAL_GRANT", "中等职业学校国家助学金"


class PaymentMode(Labelled):
    """Cash goes to a person's account; a waiver goes to the school and never into a bank file."""

    ACCOUNT = "ACCOUNT", "发放到账户"
    FEE_WAIVER_TO_SCHOOL = "FEE_WAIVER_TO_SCHOOL", "学校减免"


_COMPULSORY = (Programme.NUTRITION, Programme.LIVING_ALLOWANCE)
PROGRAMMES_OF_STAGE: Mapping[str, tuple[Programme, ...]] = {
    Stage.PRESCHOOL: (Programme.PRESCHOOL_AID,),
    Stage.PRIMARY: _COMPULSORY,
    Stage.JUNIOR: _COMPULSORY,
    Stage.SPECIAL: _COMPULSORY,
    Stage.SENIOR: (Programme.SENIOR_FEE_WAIVER, Programme.SENIOR_GRANT),
    Stage.VOCATIONAL: (Programme.VOCATIONAL_TUITION_WAIVER, Programme.VOCATIONAL_GRANT),
}
WAIVERS = frozenset({Programme.SENIOR_FEE_WAIVER, Programme.VOCATIONAL_TUITION_WAIVER})


def payment_mode(programme: str) -> PaymentMode:
    """Return by which of the two routes a programme's money goes."""
    return PaymentMode.FEE_WAIVER_TO_SCHOOL if programme in WAIVERS else PaymentMode.ACCOUNT


class Category(Labelled):
    """Categories of difficulty, in the order of priority: the first held is the primary one."""

    REGISTERED_POOR = "REGISTERED_POOR", "建档立卡贫困家庭学生"
    EXTREME_POVERTY_SUPPORT = "EXTREME_POVERTY_SUPPORT", "特困救助供养学生"
    ORPHAN = "ORPHAN", "孤儿"
    DE_FACTO_UNATTENDED = "DE_FACTO_UNATTENDED", "事实无人抚养儿童"
    LOW_INCOME_ALLOWANCE = "LOW_INCOME_ALLOWANCE", "最低生活保障家庭学生"
    DISABLED_STUDENT = "DISABLED_STUDENT", "残疾学生"
    CHILD_OF_DISABLED = "CHILD_OF_DISABLED", "残疾人子女"
    CHILD_OF_MARTYR = "CHILD_OF_MARTYR", "烈士子女"
    OTHER_DIFFICULTY = "OTHER_DIFFICULTY", "其他家庭经济困难学生"


PRIORITY: Mapping[str, int] = {category: place for place, category in enumerate(Category)}


def primary_category(categories: Collection[str]) -> Category | None:
    """Return the category of highest priority, under which a pupil is counted once."""
    return Category(min(categories, key=PRIORITY.__getitem__)) if categories else None


class Variant(Labelled):
    """What a category rule can tell apart besides the category itself."""

    RURAL = "RURAL", "农村低保"
    URBAN = "URBAN", "城市低保"
    RURAL_RESIDENCE = "RURAL_RESIDENCE", "农村（含县镇）户口"
    AGRICULTURAL_MAJOR = "AGRICULTURAL_MAJOR", "涉农专业"


class Tier(Labelled):
    """Degree of difficulty, as recognised (教财〔2018〕16号)."""

    SPECIAL = "SPECIAL", "特别困难"
    MODERATE = "MODERATE", "比较困难"
    GENERAL = "GENERAL", "一般困难"


class Band(Labelled):
    """Step of a standard that has several amounts."""

    FIRST = "FIRST", "一档"
    SECOND = "SECOND", "二档"
    THIRD = "THIRD", "三档"


class Relation(Labelled):
    """By which row a pupil was found: the own one, the household's, a parent's, an application."""

    SELF = "SELF", "本人"
    HOUSEHOLD = "HOUSEHOLD", "同户家庭成员"
    CHILD_OF = "CHILD_OF", "父母"
    APPLICATION = "APPLICATION", "认定申请"


class Verdict(Labelled):
    """What the comparison of one pupil with one registry row came to."""

    MATCHED = "MATCHED", "身份证号和姓名一致"
    MATCHED_NAME_VARIANT = "MATCHED_NAME_VARIANT", "身份证号一致，姓名写法不同"
    ID_MATCH_NAME_CONFLICT = "ID_MATCH_NAME_CONFLICT", "身份证号一致，姓名不符"
    NAME_MATCH_ID_CONFLICT = "NAME_MATCH_ID_CONFLICT", "姓名一致，身份证号不符"
    HOUSEHOLD_MATCH = "HOUSEHOLD_MATCH", "只找到同户家庭成员"
    AMBIGUOUS = "AMBIGUOUS", "对应多人，无法确定"
    NOT_FOUND = "NOT_FOUND", "未找到"


PASSING_VERDICTS = frozenset({Verdict.MATCHED, Verdict.MATCHED_NAME_VARIANT})
UNDECIDED_VERDICTS = frozenset({Verdict.ID_MATCH_NAME_CONFLICT, Verdict.NAME_MATCH_ID_CONFLICT, Verdict.AMBIGUOUS})


class PolicyStatus(Labelled):
    """脱贫属性 of a household in the poverty registry; an unknown value waits for a person."""

    POOR = "POOR", "未脱贫"
    LIFTED_WITH_POLICY = "LIFTED_WITH_POLICY", "已脱贫（享受政策）"
    LIFTED_WITHOUT_POLICY = "LIFTED_WITHOUT_POLICY", "已脱贫（不享受政策）"
    RETURNED = "RETURNED", "返贫"
    PRE_LIFTED = "PRE_LIFTED", "预脱贫"
    UNKNOWN = "UNKNOWN", "不明"


class ProofState(Labelled):
    VALID = "VALID", "有效"
    CANCELLED = "CANCELLED", "注销"
    FROZEN = "FROZEN", "冻结"
    EXPIRED = "EXPIRED", "过期"
    STOPPED = "STOPPED", "停保"


class ReasonCode(StrEnum):
    """Why a pupil gets a programme or not; among refusals the first that applies, in this order."""

    label: str
    sentence: str

    def __new__(cls, value: str, label: str = "", sentence: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.sentence = sentence
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of code and label, as model and form fields take them."""
        return [(member.value, member.label) for member in cls]

    GRANTED = "GRANTED", "予以资助", "符合条件，予以资助。"
    NOT_ENROLLED = "NOT_ENROLLED", "无本县学籍", "在本县没有学籍，请学校先办理学籍转接。"
    ROLL_NOT_ACTIVE = "ROLL_NOT_ACTIVE", "学籍不在校", "学籍状态不是在校，本学期不予资助。"
    TRANSFER_UNDER_WAY = "TRANSFER_UNDER_WAY", "转学办理中", "转学正在办理，请数据专员确认由哪所学校资助。"
    CLAIMED_TWICE = (
        "CLAIMED_TWICE",
        "两处登记",
        "有两所学校或两份学籍登记该生，请数据专员确认由哪所学校资助。",
    )
    NOT_ATTENDING = "NOT_ATTENDING", "在籍不在校", "学校确认不在校就读，本学期不在本县资助。"
    ATTENDANCE_NOT_CONFIRMED = (
        "ATTENDANCE_NOT_CONFIRMED",
        "在校未确认",
        "学校的在校确认表中没有该生，请学校确认是否在校就读。",
    )
    YEAR_LIMIT = "YEAR_LIMIT", "年级不在范围", "所在年级不在该项目的资助年级内。"
    RESIDENCE_UNKNOWN = "RESIDENCE_UNKNOWN", "户口性质不明", "户口性质或低保类别（城市、农村）不明，请核实。"
    MATCH_UNDECIDED = "MATCH_UNDECIDED", "比对待确认", "与部门名单的比对结果待人工确认。"
    POLICY_STATUS_UNKNOWN = (
        "POLICY_STATUS_UNKNOWN",
        "政策状态不明",
        "脱贫属性或保障状态不明，请向主管部门核实。",
    )
    PROOF_FROZEN = "PROOF_FROZEN", "证件冻结", "证件处于冻结状态，请向发证部门核实。"
    HOUSEHOLD_ONLY = "HOUSEHOLD_ONLY", "仅户内匹配", "名单中只有同户家庭成员，本人是否在内待人工确认。"
    LIFTED_WITHOUT_POLICY = "LIFTED_WITHOUT_POLICY", "脱贫不享受政策", "家庭已脱贫且不再享受政策。"
    OUTSIDE_GUARANTEED_MEMBERS = (
        "OUTSIDE_GUARANTEED_MEMBERS",
        "非保障对象",
        "家庭享受低保，但本人不是保障对象。",
    )
    ALLOWANCE_STOPPED = "ALLOWANCE_STOPPED", "已停保", "保障已停止。"
    PROOF_EXPIRED = "PROOF_EXPIRED", "证件过期", "证件在认定日已过有效期。"
    PROOF_CANCELLED = "PROOF_CANCELLED", "证件注销", "证件已注销。"
    KINDERGARTEN_NOT_INCLUSIVE = (
        "KINDERGARTEN_NOT_INCLUSIVE",
        "非普惠园",
        "所在幼儿园不是普惠性幼儿园，该类别不予资助。",
    )
    CATEGORY_NOT_ADMITTED = "CATEGORY_NOT_ADMITTED", "类别不在范围", "所属困难类别不在该项目的资助范围内。"
    NO_CATEGORY = "NO_CATEGORY", "无困难类别", "没有已确认的困难类别。"


REASON_ORDER: Mapping[str, int] = {reason: place for place, reason in enumerate(ReasonCode)}
WAITING_REASONS = frozenset(
    {
        ReasonCode.TRANSFER_UNDER_WAY,
        ReasonCode.CLAIMED_TWICE,
        ReasonCode.ATTENDANCE_NOT_CONFIRMED,
        ReasonCode.POLICY_STATUS_UNKNOWN,
        ReasonCode.HOUSEHOLD_ONLY,
        ReasonCode.PROOF_FROZEN,
        ReasonCode.MATCH_UNDECIDED,
        ReasonCode.RESIDENCE_UNKNOWN,
    }
)


def waits(reason: str) -> bool:
    """Say whether a reason is a question to a person rather than a refusal."""
    return reason in WAITING_REASONS


class CoverageOutcome(Labelled):
    AIDED = "AIDED", "已资助"
    NOT_ELIGIBLE = "NOT_ELIGIBLE", "不符合条件"
    OUT_OF_ROLLS = "OUT_OF_ROLLS", "不在本县学籍内"
    UNKNOWN = "UNKNOWN", "去向不明"


class CoverageReason(Labelled):
    """Where a registry child of 3 to 20 is who is on no roll of the county."""

    OUT_OF_COUNTY = "OUT_OF_COUNTY", "在外县就读"
    NOT_YET_KINDERGARTEN = "NOT_YET_KINDERGARTEN", "尚未入园"
    GRADUATED = "GRADUATED", "已毕业"
    UNIVERSITY = "UNIVERSITY", "在读大学"
    WORKING = "WORKING", "已务工"
    ARMY = "ARMY", "已参军"
    SEVERE_DISABILITY_HOME_TEACHING = "SEVERE_DISABILITY_HOME_TEACHING", "重度残疾送教上门"
    DROPPED_OUT = "DROPPED_OUT", "辍学（须上报控辍保学）"
    MOVED_AWAY = "MOVED_AWAY", "户口迁出"
    DECEASED = "DECEASED", "死亡"
    DATA_ERROR = "DATA_ERROR", "名单数据有误"
    UNKNOWN = "UNKNOWN", "去向不明，待追踪"


def coverage_outcome(
    *, on_roll: bool, granted: Sequence[str], refusals: Collection[str], settled: str = ""
) -> tuple[CoverageOutcome, str]:
    """Say how a registry child ends, and by which reason code; a roll counts even if not active.

    `granted` are the programmes he gets, `refusals` the reason codes of those he does not get,
    `settled` the coverage reason that a person gave for a child on no roll.
    """
    if granted:
        return CoverageOutcome.AIDED, ReasonCode.GRANTED
    if on_roll:
        reason = min(refusals, key=REASON_ORDER.__getitem__, default=ReasonCode.NO_CATEGORY)
        return CoverageOutcome.NOT_ELIGIBLE, reason
    if settled and settled != CoverageReason.UNKNOWN:
        return CoverageOutcome.OUT_OF_ROLLS, settled
    return CoverageOutcome.UNKNOWN, CoverageReason.UNKNOWN


class ApplicationState(Labelled):
    DRAFT = "DRAFT", "草稿"
    SUBMITTED = "SUBMITTED", "已提交"
    SCHOOL_REVIEWED = "SCHOOL_REVIEWED", "学校已评议"
    RECOGNISED = "RECOGNISED", "已认定"
    RETURNED = "RETURNED", "已退回"
    REJECTED = "REJECTED", "不予认定"


class ApplicationReturn(Labelled):
    """Why an application goes back to its school; words may go with it."""

    NO_COMMITMENT = "NO_COMMITMENT", "没有个人承诺签字"
    PAPERS_MISSING = "PAPERS_MISSING", "证明材料不全"
    FACTS_WRONG = "FACTS_WRONG", "家庭情况填写有误"
    CATEGORY_WRONG = "CATEGORY_WRONG", "申请类别与证明不符"
    TIER_UNFOUNDED = "TIER_UNFOUNDED", "推荐档次理由不足"
    OTHER = "OTHER", "其他"


class ApplicationRejection(Labelled):
    """Why an application is turned down; words may go with it."""

    NOT_DIFFICULT = "NOT_DIFFICULT", "家庭经济情况不符合认定条件"
    FACTS_UNTRUE = "FACTS_UNTRUE", "申请情况不属实"
    RECOGNISED_ELSEWHERE = "RECOGNISED_ELSEWHERE", "已由部门名单认定，不用申请"
    OTHER = "OTHER", "其他"


_OPEN = frozenset({ApplicationState.SUBMITTED.value, ApplicationState.SCHOOL_REVIEWED.value})
MOVES: dict[str, Move] = {
    "submit": Move(
        frozenset({ApplicationState.DRAFT.value, ApplicationState.RETURNED.value}), ApplicationState.SUBMITTED
    ),
    "review": Move(frozenset({ApplicationState.SUBMITTED.value}), ApplicationState.SCHOOL_REVIEWED),
    "recognise": Move(frozenset({ApplicationState.SCHOOL_REVIEWED.value}), ApplicationState.RECOGNISED),
    "return": Move(_OPEN, ApplicationState.RETURNED),
    "reject": Move(_OPEN, ApplicationState.REJECTED),
}
