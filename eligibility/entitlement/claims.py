"""Whether one claim proves its category on the day of reckoning, and if not, why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from eligibility.entitlement.facts import Claim
from eligibility.rules import (
    PASSING_VERDICTS,
    UNDECIDED_VERDICTS,
    Category,
    PolicyStatus,
    ProofState,
    ReasonCode,
    Relation,
    Verdict,
)

HOUSEHOLD_CATEGORIES = frozenset({Category.REGISTERED_POOR, Category.LOW_INCOME_ALLOWANCE})


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim, the category it is about, and the reason it does not count (None: it counts)."""

    claim: Claim
    category: str
    reason: ReasonCode | None


def judge(claim: Claim, day: date) -> JudgedClaim | None:
    """Judge a claim on the day of reckoning; None if it says nothing about this pupil."""
    category = _category(claim)
    if category is None:
        return None
    for reason, applies in CHECKS:
        if applies(claim, day):
            return JudgedClaim(claim, category, reason)
    return JudgedClaim(claim, category, None)


def _category(claim: Claim) -> str | None:
    """Name the category a claim is about.

    A parent's disability makes a CHILD_OF_DISABLED; of other people's rows only those of a
    household fact concern the pupil; an application proves OTHER_DIFFICULTY alone, once recognised.
    """
    if claim.verdict == Verdict.NOT_FOUND:
        return None
    if claim.relation == Relation.APPLICATION:
        is_proof = claim.category == Category.OTHER_DIFFICULTY and claim.recognised
        return claim.category if is_proof else None
    if claim.category == Category.OTHER_DIFFICULTY:
        return None
    if claim.relation == Relation.CHILD_OF and claim.category in (
        Category.DISABLED_STUDENT,
        Category.CHILD_OF_DISABLED,
    ):
        return Category.CHILD_OF_DISABLED
    if claim.relation == Relation.SELF or claim.category in HOUSEHOLD_CATEGORIES:
        return claim.category
    return None


def _is_undecided(claim: Claim, day: date) -> bool:
    if claim.relation == Relation.APPLICATION:
        return False
    return claim.verdict in UNDECIDED_VERDICTS or (
        claim.verdict not in PASSING_VERDICTS and claim.verdict != Verdict.HOUSEHOLD_MATCH
    )


def _is_status_unknown(claim: Claim, day: date) -> bool:
    if claim.category == Category.REGISTERED_POOR:
        return claim.policy_status in ("", PolicyStatus.UNKNOWN)
    return claim.category == Category.LOW_INCOME_ALLOWANCE and not claim.proof_state


def _is_frozen(claim: Claim, day: date) -> bool:
    return claim.proof_state == ProofState.FROZEN


def _is_household_only(claim: Claim, day: date) -> bool:
    if claim.verdict == Verdict.HOUSEHOLD_MATCH or claim.relation == Relation.HOUSEHOLD:
        return True
    if claim.relation == Relation.CHILD_OF:
        return claim.category in HOUSEHOLD_CATEGORIES
    return claim.category == Category.LOW_INCOME_ALLOWANCE and claim.is_covered_member is None


def _is_lifted(claim: Claim, day: date) -> bool:
    is_poor = claim.category == Category.REGISTERED_POOR
    return is_poor and claim.policy_status == PolicyStatus.LIFTED_WITHOUT_POLICY


def _is_outside(claim: Claim, day: date) -> bool:
    return claim.category == Category.LOW_INCOME_ALLOWANCE and claim.is_covered_member is False


def _is_stopped(claim: Claim, day: date) -> bool:
    return claim.proof_state == ProofState.STOPPED


def _is_expired(claim: Claim, day: date) -> bool:
    """A proof counts up to and on its last day."""
    is_past = claim.valid_to is not None and claim.valid_to < day
    return is_past or claim.proof_state == ProofState.EXPIRED


def _is_cancelled(claim: Claim, day: date) -> bool:
    return claim.proof_state == ProofState.CANCELLED


# in the order of ReasonCode: the first that applies is the claim's reason
CHECKS: tuple[tuple[ReasonCode, Callable[[Claim, date], bool]], ...] = (
    (ReasonCode.MATCH_UNDECIDED, _is_undecided),
    (ReasonCode.POLICY_STATUS_UNKNOWN, _is_status_unknown),
    (ReasonCode.PROOF_FROZEN, _is_frozen),
    (ReasonCode.HOUSEHOLD_ONLY, _is_household_only),
    (ReasonCode.LIFTED_WITHOUT_POLICY, _is_lifted),
    (ReasonCode.OUTSIDE_GUARANTEED_MEMBERS, _is_outside),
    (ReasonCode.ALLOWANCE_STOPPED, _is_stopped),
    (ReasonCode.PROOF_EXPIRED, _is_expired),
    (ReasonCode.PROOF_CANCELLED, _is_cancelled),
)
