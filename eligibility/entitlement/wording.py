"""The Chinese sentence that tells a clerk why a pupil gets an amount, or does not."""

from datetime import date

from aid_admin.lib.money import yuan_comma
from eligibility.entitlement.claims import JudgedClaim
from eligibility.entitlement.facts import AdmissionRule, Claim, PupilFacts, Standard
from eligibility.rules import (
    Band,
    Category,
    PaymentMode,
    PolicyStatus,
    Programme,
    ProofState,
    ReasonCode,
    Relation,
    Tier,
    Variant,
    Verdict,
    payment_mode,
)
from students.rules import Boarding, RollStatus, Stage

_SOURCES = {
    Category.REGISTERED_POOR: "建档立卡名单",
    Category.EXTREME_POVERTY_SUPPORT: "特困供养名单",
    Category.ORPHAN: "孤儿名单",
    Category.DE_FACTO_UNATTENDED: "事实无人抚养儿童名单",
    Category.LOW_INCOME_ALLOWANCE: "低保名单",
    Category.DISABLED_STUDENT: "残疾人证名单",
    Category.CHILD_OF_DISABLED: "残疾人证名单",
    Category.CHILD_OF_MARTYR: "烈士子女名单",
}


def granted(
    facts: PupilFacts, rule: AdmissionRule, standard: Standard, amount_fen: int, judged: JudgedClaim | None
) -> str:
    """Name the proof, the standard with its amount per semester, and the document it rests on."""
    ground = _proof(judged) if judged else _ground_without_category(rule)
    return f"{ground}。{_standard(facts, standard, amount_fen)}。依据：{standard.basis_doc}。"


def refused(facts: PupilFacts, programme: str, reason: ReasonCode, judged: JudgedClaim | None, day: date) -> str:
    """Say what stands against the programme, with the facts of the claim concerned."""
    detail = _roll_detail(facts, reason) or (_claim_detail(judged, day) if judged else "")
    name = Programme(programme).label
    return f"{name}：{reason.sentence}" + (f"（{detail}）" if detail else "")


def without_amount(facts: PupilFacts, programme: str) -> str:
    """Say that a pupil would be admitted, but no amount is on record."""
    name = Programme(programme).label
    if facts.fee_fen is None and payment_mode(programme) is PaymentMode.FEE_WAIVER_TO_SCHOOL:
        what = f"专业{facts.major_code}" if facts.major_code else "所在学校"
        return f"{name}：{what}没有登记批准的收费标准，金额无法确定，请先登记收费标准再重新认定。"
    return f"{name}：认定日没有适用的资助标准，金额无法确定，请先维护资助标准再重新认定。"


def _proof(judged: JudgedClaim) -> str:
    claim, label = judged.claim, _category_label(judged)
    if claim.relation == Relation.APPLICATION:
        tier = f"为{Tier(claim.tier).label}" if claim.tier else ""
        return f"{label}：家庭经济困难申请已认定{tier}"
    found = Verdict(claim.verdict).label
    if judged.category == Category.CHILD_OF_DISABLED:
        return f"{label}：父亲或母亲持有有效残疾人证，{found}"
    extra = _status(claim)
    source = _SOURCES[Category(judged.category)]
    return f"{label}：本人在{source}中，{found}" + (f"，{extra}" if extra else "")


def _category_label(judged: JudgedClaim) -> str:
    label = Category(judged.category).label
    variant = judged.claim.variant
    return f"{label}（{Variant(variant).label}）" if variant else label


def _status(claim: Claim) -> str:
    words = []
    if claim.policy_status:
        words.append(f"脱贫属性为{PolicyStatus(claim.policy_status).label}")
    if claim.is_covered_member:
        words.append("是保障对象")
    if claim.valid_to:
        words.append(f"有效期至{claim.valid_to.isoformat()}")
    return "，".join(words)


def _ground_without_category(rule: AdmissionRule) -> str:
    return f"凭{Variant(rule.variant).label}纳入，与困难类别无关"


def _standard(facts: PupilFacts, standard: Standard, amount_fen: int) -> str:
    name = Programme(standard.programme).label
    money = f"每学期{yuan_comma(amount_fen)}元"
    if standard.by_school_fee:
        return f"{name}按学校批准的收费标准减免，{money}"
    boarding = Boarding(standard.boarding).label if standard.boarding else ""
    band = Band(standard.tier).label if standard.tier else ""
    return f"{name}{Stage(facts.stage).label}{boarding}{band}标准，{money}"


def _roll_detail(facts: PupilFacts, reason: ReasonCode) -> str:
    if reason is ReasonCode.ROLL_NOT_ACTIVE and facts.roll_status:
        return f"学籍状态：{RollStatus(facts.roll_status).label}"
    if reason is ReasonCode.YEAR_LIMIT:
        return "年级无法识别" if facts.grade_year is None else f"现为第{facts.grade_year}年级"
    return ""


def _claim_detail(judged: JudgedClaim, day: date) -> str:
    claim, label = judged.claim, _category_label(judged)
    if judged.reason is ReasonCode.MATCH_UNDECIDED and claim.verdict:
        return f"{label}：{Verdict(claim.verdict).label}"
    if judged.reason is ReasonCode.POLICY_STATUS_UNKNOWN:
        return f"{label}：名单中的状态为空或不认识"
    if judged.reason is ReasonCode.PROOF_EXPIRED and claim.valid_to:
        return f"{label}：有效期至{claim.valid_to.isoformat()}，认定日{day.isoformat()}"
    if judged.reason is not None and claim.proof_state:
        return f"{label}：证件或保障状态为{ProofState(claim.proof_state).label}"
    return label
