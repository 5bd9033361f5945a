import pytest

from eligibility.rules import (
    MOVES,
    WAITING_REASONS,
    ApplicationState,
    Category,
    CoverageReason,
    ReasonCode,
    Verdict,
    coverage_outcome,
    payment_mode,
    primary_category,
    waits,
)

# the rules of spring 2020, copied out by hand
REASONS = [
    "GRANTED",
    "NOT_ENROLLED",
    "ROLL_NOT_ACTIVE",
    "TRANSFER_UNDER_WAY",
    "CLAIMED_TWICE",
    "NOT_ATTENDING",
    "ATTENDANCE_NOT_CONFIRMED",
    "YEAR_LIMIT",
    "RESIDENCE_UNKNOWN",
    "MATCH_UNDECIDED",
    "POLICY_STATUS_UNKNOWN",
    "PROOF_FROZEN",
    "HOUSEHOLD_ONLY",
    "LIFTED_WITHOUT_POLICY",
    "OUTSIDE_GUARANTEED_MEMBERS",
    "ALLOWANCE_STOPPED",
    "PROOF_EXPIRED",
    "PROOF_CANCELLED",
    "KINDERGARTEN_NOT_INCLUSIVE",
    "CATEGORY_NOT_ADMITTED",
    "NO_CATEGORY",
]
WAITING = [
    "TRANSFER_UNDER_WAY",
    "CLAIMED_TWICE",
    "ATTENDANCE_NOT_CONFIRMED",
    "POLICY_STATUS_UNKNOWN",
    "HOUSEHOLD_ONLY",
    "PROOF_FROZEN",
    "MATCH_UNDECIDED",
    "RESIDENCE_UNKNOWN",
]
VERDICTS = [
    "MATCHED",
    "MATCHED_NAME_VARIANT",
    "ID_MATCH_NAME_CONFLICT",
    "NAME_MATCH_ID_CONFLICT",
    "HOUSEHOLD_MATCH",
    "AMBIGUOUS",
    "NOT_FOUND",
]
GONE = [
    "OUT_OF_COUNTY",
    "NOT_YET_KINDERGARTEN",
    "GRADUATED",
    "UNIVERSITY",
    "WORKING",
    "ARMY",
    "SEVERE_DISABILITY_HOME_TEACHING",
    "DROPPED_OUT",
    "MOVED_AWAY",
    "DECEASED",
    "DATA_ERROR",
    "UNKNOWN",
]


def test_codes_are_those_published() -> None:
    assert list(ReasonCode) == REASONS
    assert set(WAITING) == WAITING_REASONS
    assert list(Verdict) == VERDICTS
    assert list(CoverageReason) == GONE


def test_each_reason_has_a_sentence() -> None:
    assert all(reason.sentence.endswith("。") and reason.label for reason in ReasonCode)
    assert len({reason.sentence for reason in ReasonCode}) == len(ReasonCode)


def test_waits_only_for_questions_to_a_person() -> None:
    assert waits("PROOF_FROZEN")
    assert not waits("PROOF_EXPIRED")
    assert not waits("GRANTED")


def test_primary_category_is_the_first_in_order() -> None:
    assert primary_category(["DISABLED_STUDENT", "REGISTERED_POOR", "ORPHAN"]) is Category.REGISTERED_POOR
    assert primary_category(["OTHER_DIFFICULTY", "CHILD_OF_MARTYR"]) is Category.CHILD_OF_MARTYR
    assert primary_category([]) is None


def test_only_the_two_fee_programmes_are_waivers() -> None:
    assert payment_mode("SENIOR_FEE_WAIVER") == "FEE_WAIVER_TO_SCHOOL"
    assert payment_mode("VOCATIONAL_TUITION_WAIVER") == "FEE_WAIVER_TO_SCHOOL"
    assert payment_mode("SENIOR_GRANT") == "ACCOUNT"
    assert payment_mode("PRESCHOOL_AID") == "ACCOUNT"


@pytest.mark.parametrize(
    ("on_roll", "granted", "refusals", "settled", "outcome"),
    [
        (True, ["NUTRITION"], ["NO_CATEGORY"], "", ("AIDED", "GRANTED")),
        (True, [], ["NO_CATEGORY", "ROLL_NOT_ACTIVE"], "", ("NOT_ELIGIBLE", "ROLL_NOT_ACTIVE")),
        (True, [], [], "", ("NOT_ELIGIBLE", "NO_CATEGORY")),
        (False, [], [], "UNIVERSITY", ("OUT_OF_ROLLS", "UNIVERSITY")),
        (False, [], [], "UNKNOWN", ("UNKNOWN", "UNKNOWN")),
        (False, [], [], "", ("UNKNOWN", "UNKNOWN")),
    ],
)
def test_coverage_outcome(
    on_roll: bool, granted: list[str], refusals: list[str], settled: str, outcome: tuple[str, str]
) -> None:
    assert coverage_outcome(on_roll=on_roll, granted=granted, refusals=refusals, settled=settled) == outcome


def test_application_moves_lead_from_draft_to_a_decision() -> None:
    path = [MOVES[verb] for verb in ("submit", "review", "recognise")]
    state = ApplicationState.DRAFT.value
    for move in path:
        assert state in move.sources
        state = move.target
    assert state == "RECOGNISED"
    assert not any(state in move.sources for move in MOVES.values())
    assert MOVES["return"].target in MOVES["submit"].sources
    assert "REJECTED" not in frozenset().union(*(move.sources for move in MOVES.values()))
