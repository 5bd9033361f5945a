"""Who gets which programme, how much and why, by dated rows of data."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from eligibility.entitlement import wording
from eligibility.entitlement.book import Rulebook, covers
from eligibility.entitlement.claims import JudgedClaim, judge
from eligibility.entitlement.facts import AdmissionRule, Decision, Json, PupilFacts, Standard
from eligibility.rules import (
    PRIORITY,
    PROGRAMMES_OF_STAGE,
    REASON_ORDER,
    Category,
    Programme,
    ReasonCode,
    Relation,
    Variant,
)
from students.rules import LIVE_ROLLS, Residence, RollStatus, Stage, Standing

_STANDINGS = {
    Standing.CLAIMED_TWICE: ReasonCode.CLAIMED_TWICE,
    Standing.ENROLLED_NOT_ATTENDING: ReasonCode.NOT_ATTENDING,
    Standing.UNCONFIRMED: ReasonCode.ATTENDANCE_NOT_CONFIRMED,
}
_WITHOUT_CATEGORY = len(PRIORITY)
# a reason, and the claim that it is about
_Refusal = tuple[ReasonCode, JudgedClaim | None]


@dataclass(frozen=True, slots=True)
class _Offer:
    """One way in: a rule that admits, the standard it leads to, the claim that proves it."""

    rule: AdmissionRule
    standard: Standard
    amount_fen: int
    judged: JudgedClaim | None

    @property
    def rank(self) -> tuple[int, int]:
        """The highest amount first; on a tie the category of higher priority."""
        place = PRIORITY[self.judged.category] if self.judged else _WITHOUT_CATEGORY
        return -self.amount_fen, place


@dataclass(slots=True)
class _Findings:
    offers: list[_Offer] = field(default_factory=list)
    refusals: list[_Refusal] = field(default_factory=list)
    held_elsewhere: JudgedClaim | None = None
    lacks_amount: bool = False


def programmes_considered(facts: PupilFacts, any_claim: bool) -> tuple[str, ...]:
    """Return the programmes a pupil is considered for: those of the stage of the roll.

    `any_claim` says that a registry, certificate or application names the pupil or a parent;
    without one only vocational pupils are considered.
    """
    if not any_claim and facts.stage != Stage.VOCATIONAL:
        return ()
    return PROGRAMMES_OF_STAGE.get(facts.stage, ())


def entitle(facts: PupilFacts, programme: str, book: Rulebook) -> Decision:
    """Decide one programme for one pupil; the amount is in fen for one semester.

    A pupil gets the admitted category of the highest amount. A reason that waits for a person
    never hides a category that already grants. Reasons about categories that the programme does
    not admit are left out of account.
    """
    judged = _judged(facts, book)
    reason = _roll_reason(facts) or _year_reason(facts, programme, book)
    if reason:
        return _refuse(facts, programme, (reason, None), judged, book)
    found = _Findings()
    for one in judged:
        _weigh(one, facts, programme, book, found)
    _weigh_without_category(facts, programme, book, found)
    if found.offers:
        return _grant(facts, min(found.offers, key=lambda offer: offer.rank), judged)
    if found.refusals:
        first = min(found.refusals, key=lambda refusal: REASON_ORDER[refusal[0]])
        return _refuse(facts, programme, first, judged, book)
    if found.lacks_amount:
        return _no_amount(facts, programme, judged)
    if found.held_elsewhere:
        held = (ReasonCode.CATEGORY_NOT_ADMITTED, found.held_elsewhere)
        return _refuse(facts, programme, held, judged, book)
    return _refuse(facts, programme, (ReasonCode.NO_CATEGORY, None), judged, book)


def _judged(facts: PupilFacts, book: Rulebook) -> list[JudgedClaim]:
    """Judge all claims; where the pupil has an own row of a category, it alone speaks for it."""
    judged = [one for claim in facts.claims if (one := judge(claim, book.day))]
    own = {one.category for one in judged if one.claim.relation == Relation.SELF}
    return [one for one in judged if one.claim.relation != Relation.HOUSEHOLD or one.category not in own]


def _roll_reason(facts: PupilFacts) -> ReasonCode | None:
    """Tests 2 and 3 of the county review; a transfer that a person settled stands as GO."""
    if facts.roll_status is None or facts.standing == Standing.ATTENDING_NOT_ENROLLED:
        return ReasonCode.NOT_ENROLLED
    if facts.roll_status not in LIVE_ROLLS:
        return ReasonCode.ROLL_NOT_ACTIVE
    is_leaving = facts.roll_status == RollStatus.TRANSFER_UNDER_WAY and facts.standing != Standing.GO
    if is_leaving or facts.standing == Standing.TRANSFER:
        return ReasonCode.TRANSFER_UNDER_WAY
    return _STANDINGS.get(Standing(facts.standing))


def _year_reason(facts: PupilFacts, programme: str, book: Rulebook) -> ReasonCode | None:
    standards = book.standards_for(programme, facts.stage, facts.boarding)
    if standards and not any(covers(standard, facts.grade_year) for standard in standards):
        return ReasonCode.YEAR_LIMIT
    return None


def _weigh(one: JudgedClaim, facts: PupilFacts, programme: str, book: Rulebook, found: _Findings) -> None:
    """Turn one judged claim into an offer or a reason."""
    rules = book.rules_for(programme, one.category, facts.boarding)
    variant = one.claim.tier if one.category == Category.OTHER_DIFFICULTY else one.claim.variant
    rule = next((rule for rule in rules if rule.variant in ("", variant)), None)
    is_admitted = rule.admitted if rule else not variant and any(rule.admitted for rule in rules)
    if not is_admitted:
        if one.reason is None:
            found.held_elsewhere = _of_higher_priority(found.held_elsewhere, one)
    elif one.reason is not None:
        found.refusals.append((one.reason, one))
    elif rule is None:  # urban and rural differ here, and the claim does not say which it is
        found.refusals.append((ReasonCode.RESIDENCE_UNKNOWN, one))
    elif rule.inclusive_only and not facts.inclusive:
        found.refusals.append((ReasonCode.KINDERGARTEN_NOT_INCLUSIVE, one))
    else:
        _offer(rule, facts, book, one, found)


def _of_higher_priority(held: JudgedClaim | None, one: JudgedClaim) -> JudgedClaim:
    if held is None or PRIORITY[one.category] < PRIORITY[held.category]:
        return one
    return held


def _weigh_without_category(facts: PupilFacts, programme: str, book: Rulebook, found: _Findings) -> None:
    """Weigh what admits a pupil without any category: rural residence or a farming major."""
    grounds = {
        Variant.AGRICULTURAL_MAJOR.value: facts.is_agricultural,
        Variant.RURAL_RESIDENCE.value: facts.residence == Residence.RURAL,
    }
    for rule in book.rules_for(programme, "", facts.boarding):
        if not rule.admitted:
            continue
        if grounds.get(rule.variant):
            _offer(rule, facts, book, None, found)
        elif rule.variant == Variant.RURAL_RESIDENCE and not facts.residence:
            found.refusals.append((ReasonCode.RESIDENCE_UNKNOWN, None))


def _offer(
    rule: AdmissionRule, facts: PupilFacts, book: Rulebook, judged: JudgedClaim | None, found: _Findings
) -> None:
    for standard in book.standards_for(rule.programme, facts.stage, facts.boarding):
        if standard.tier == rule.tier and covers(standard, facts.grade_year):
            amount_fen = facts.fee_fen if standard.by_school_fee else standard.amount_fen
            if amount_fen:
                found.offers.append(_Offer(rule, standard, amount_fen, judged))
                return
    found.lacks_amount = True


def _grant(facts: PupilFacts, offer: _Offer, judged: Iterable[JudgedClaim]) -> Decision:
    return Decision(
        programme=offer.standard.programme,
        granted=True,
        amount_fen=offer.amount_fen,
        reason_code=ReasonCode.GRANTED,
        why=wording.granted(facts, offer.rule, offer.standard, offer.amount_fen, offer.judged),
        standard_id=offer.standard.id,
        rule_id=offer.rule.id,
        category=offer.judged.category if offer.judged else "",
        facts=_frozen(facts, judged),
    )


def _refuse(
    facts: PupilFacts,
    programme: str,
    refusal: _Refusal,
    judged: Iterable[JudgedClaim],
    book: Rulebook,
) -> Decision:
    reason, culprit = refusal
    why = wording.refused(facts, programme, reason, culprit, book.day)
    return _refusal(programme, reason, why, culprit, _frozen(facts, judged))


def _no_amount(facts: PupilFacts, programme: str, judged: Iterable[JudgedClaim]) -> Decision:
    frozen = _frozen(facts, judged) | {"lacks_amount": True}
    why = wording.without_amount(facts, programme)
    return _refusal(programme, ReasonCode.CATEGORY_NOT_ADMITTED, why, None, frozen)


def _refusal(
    programme: str, reason: ReasonCode, why: str, culprit: JudgedClaim | None, frozen: dict[str, Json]
) -> Decision:
    return Decision(
        programme=Programme(programme).value,
        granted=False,
        amount_fen=0,
        reason_code=reason,
        why=why,
        standard_id=None,
        rule_id=None,
        category=culprit.category if culprit else "",
        facts=frozen,
    )


def _frozen(facts: PupilFacts, judged: Iterable[JudgedClaim]) -> dict[str, Json]:
    """Keep what was decided upon, as JSON, so that the decision can be explained for ever."""
    return {
        "stage": facts.stage,
        "grade_year": facts.grade_year,
        "boarding": facts.boarding,
        "residence": facts.residence,
        "major_code": facts.major_code,
        "is_agricultural": facts.is_agricultural,
        "roll_status": facts.roll_status,
        "standing": facts.standing,
        "inclusive": facts.inclusive,
        "fee_fen": facts.fee_fen,
        "claims": [_frozen_claim(one) for one in judged],
        **({"second_roll": facts.second_roll} if facts.second_roll else {}),
    }


def _frozen_claim(one: JudgedClaim) -> Json:
    claim = one.claim
    return {
        "category": one.category,
        "variant": claim.variant,
        "relation": claim.relation,
        "verdict": claim.verdict,
        "policy_status": claim.policy_status,
        "proof_state": claim.proof_state,
        "valid_to": claim.valid_to.isoformat() if claim.valid_to else None,
        "is_covered_member": claim.is_covered_member,
        "tier": claim.tier,
        "reference": claim.reference,
        "reason": one.reason.value if one.reason else None,
    }
