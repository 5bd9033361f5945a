"""What holds of every decision, whatever the facts."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.entitlement import Claim, Decision, PupilFacts, entitle, programmes_considered
from eligibility.rules import Category, PolicyStatus, ProofState, ReasonCode, Relation, Tier, Verdict
from students.rules import RollStatus, Stage, Standing
from tests.eligibility.rulebooks import default_book

DAYS = st.sampled_from([date(2020, 2, 1), date(2022, 2, 1), date(2024, 2, 1), date(2025, 9, 1)])

claims = st.builds(
    Claim,
    category=st.sampled_from(Category),
    variant=st.sampled_from(["", "RURAL", "URBAN"]),
    relation=st.sampled_from(Relation),
    verdict=st.sampled_from(Verdict),
    policy_status=st.sampled_from(["", *PolicyStatus]),
    proof_state=st.sampled_from(["", *ProofState]),
    valid_to=st.none() | st.dates(date(2019, 1, 1), date(2027, 1, 1)),
    is_covered_member=st.sampled_from([None, True, False]),
    tier=st.sampled_from(["", *Tier]),
    recognised=st.booleans(),
)
waiting_claims = st.builds(
    Claim,
    category=st.sampled_from([one for one in Category if one is not Category.OTHER_DIFFICULTY]),
    variant=st.sampled_from(["", "RURAL", "URBAN"]),
    verdict=st.sampled_from(["ID_MATCH_NAME_CONFLICT", "NAME_MATCH_ID_CONFLICT", "AMBIGUOUS", "HOUSEHOLD_MATCH"]),
    policy_status=st.sampled_from(PolicyStatus),
    proof_state=st.sampled_from(ProofState),
)


@st.composite
def pupils(draw: st.DrawFn, *, attending: bool = False) -> PupilFacts:
    return PupilFacts(
        stage=draw(st.sampled_from(Stage)),
        grade_year=draw(st.none() | st.integers(0, 9)),
        boarding=draw(st.sampled_from(["BOARDER", "DAY"])),
        residence=draw(st.sampled_from(["rural", "urban", ""])),
        major_code=draw(st.sampled_from(["", "010100", "091200"])),
        is_agricultural=draw(st.booleans()),
        roll_status="ACTIVE" if attending else draw(st.none() | st.sampled_from(RollStatus)),
        standing="GO" if attending else draw(st.sampled_from(Standing)),
        inclusive=draw(st.booleans()),
        fee_fen=draw(st.none() | st.sampled_from([79000, 70000, 90000])),
        claims=tuple(draw(st.lists(claims, max_size=3))),
    )


def _all(facts: PupilFacts, day: date) -> list[Decision]:
    return [entitle(facts, programme, default_book(day)) for programme in programmes_considered(facts, True)]


def _with(facts: PupilFacts, claim: Claim) -> PupilFacts:
    values = {name: getattr(facts, name) for name in PupilFacts.__slots__}
    return PupilFacts(**(values | {"claims": (*facts.claims, claim)}))


@settings(max_examples=300, deadline=None)
@given(pupils() | pupils(attending=True), DAYS)
def test_granted_amount_and_reason_agree(facts: PupilFacts, day: date) -> None:
    for decision in _all(facts, day):
        is_granted = decision.reason_code == ReasonCode.GRANTED
        assert decision.granted == (decision.amount_fen > 0) == is_granted
        assert (decision.standard_id is None) == (decision.rule_id is None) == (not is_granted)
        assert decision.why.endswith(("。", "）"))


@settings(max_examples=300, deadline=None)
@given(pupils() | pupils(attending=True), DAYS)
def test_amount_belongs_to_a_standard_in_force(facts: PupilFacts, day: date) -> None:
    standards = {standard.id: standard for standard in default_book(day).standards}
    for decision in _all(facts, day):
        if decision.standard_id is not None:
            standard = standards[decision.standard_id]
            assert standard.starts_on <= day
            assert standard.ends_on is None or day <= standard.ends_on
            assert (standard.programme, standard.stage) == (decision.programme, facts.stage)
            expected = facts.fee_fen if standard.by_school_fee else standard.amount_fen
            assert decision.amount_fen == expected


@settings(max_examples=300, deadline=None)
@given(pupils(attending=True), claims, DAYS)
def test_one_more_claim_never_lowers_the_amount(facts: PupilFacts, claim: Claim, day: date) -> None:
    before = _all(facts, day)
    after = _all(_with(facts, claim), day)

    assert all(b.amount_fen <= a.amount_fen for b, a in zip(before, after, strict=True))


@settings(max_examples=300, deadline=None)
@given(pupils(attending=True), waiting_claims, DAYS)
def test_waiting_claim_never_hides_a_granting_category(facts: PupilFacts, claim: Claim, day: date) -> None:
    for before, after in zip(_all(facts, day), _all(_with(facts, claim), day), strict=True):
        if before.granted:
            assert (after.amount_fen, after.category) == (before.amount_fen, before.category)


@settings(max_examples=200, deadline=None)
@given(pupils(attending=True), DAYS, st.randoms(use_true_random=False))
def test_order_of_claims_does_not_matter(facts: PupilFacts, day: date, random: object) -> None:
    shuffled = list(facts.claims)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    values = {name: getattr(facts, name) for name in PupilFacts.__slots__} | {"claims": tuple(shuffled)}

    for one, other in zip(_all(facts, day), _all(PupilFacts(**values), day), strict=True):
        assert (one.amount_fen, one.reason_code) == (other.amount_fen, other.reason_code)
