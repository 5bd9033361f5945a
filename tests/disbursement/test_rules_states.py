"""The tables of moves, against the states that architecture §5 lists."""

import pytest

from aid_admin.lib.states import Move
from disbursement.rules.states import (
    BATCH_MOVES,
    LINE_MOVES,
    PAYMENT_MOVES,
    PERIOD_MOVES,
    ROSTER_HANDS,
    ROSTER_MOVES,
    BatchState,
    LineStatus,
    PaymentState,
    PeriodState,
    RosterState,
    close_verb,
    return_verb,
    withdraw_verb,
)

TABLES = [
    (ROSTER_MOVES, RosterState, "DRAFT", ["submit", "review", "approve", "confirm"], "CONFIRMED"),
    (PERIOD_MOVES, PeriodState, "PLANNED", ["start", "end"], "ENDED"),
    (BATCH_MOVES, BatchState, "DRAFTED", ["lock", "review", "release", "send", "close"], "CLOSED"),
    (BATCH_MOVES, BatchState, "DRAFTED", ["lock", "review", "release", "close_waiver"], "CLOSED"),
    (BATCH_MOVES, BatchState, "DRAFTED", ["lock", "review", "give_back", "lock", "give_back"], "DRAFTED"),
    (PAYMENT_MOVES, PaymentState, "WAITING", ["send", "doubt", "pay", "return_later"], "RETURNED_LATER"),
    (PAYMENT_MOVES, PaymentState, "WAITING", ["send", "fail", "correct", "return_later", "correct"], "PAID"),
    (LINE_MOVES, LineStatus, "PROPOSED", ["accept", "hold", "release", "withdraw"], "WITHDRAWN"),
]


@pytest.mark.parametrize(("moves", "states", "state", "verbs", "last"), TABLES)
def test_path_through_the_states(
    moves: dict[str, Move], states: type[RosterState], state: str, verbs: list[str], last: str
) -> None:
    for verb in verbs:
        assert state in moves[verb].sources, verb
        state = moves[verb].target
    assert state == last
    named = {one for move in moves.values() for one in (*move.sources, move.target)}
    assert named == set(states)


@pytest.mark.parametrize(
    ("moves", "finals"),
    [
        (ROSTER_MOVES, {"VOIDED"}),
        (PERIOD_MOVES, {"ENDED", "ABORTED"}),
        (BATCH_MOVES, {"CLOSED", "ABORTED"}),
        (PAYMENT_MOVES, set()),  # the bank may say otherwise later, and a person take its word
        (LINE_MOVES, {"WITHDRAWN"}),
    ],
)
def test_nothing_leads_out_of_a_final_state(moves: dict[str, Move], finals: set[str]) -> None:
    targets = {move.target for move in moves.values()}
    sources = set().union(*(move.sources for move in moves.values()))
    assert targets - sources == finals


def test_sent_batch_cannot_be_aborted() -> None:
    assert "SENT" not in BATCH_MOVES["abort"].sources
    assert close_verb("WAIVER") == "close_waiver"
    assert close_verb("ACCOUNT") == "close"


@pytest.mark.parametrize(
    ("state", "target", "verb"),
    [
        ("APPROVED", "DRAFT", "return_to_draft"),
        ("APPROVED", "REVIEWED", "return_to_reviewed"),
        ("REVIEWED", "SUBMITTED", "return_to_submitted"),
        ("SUBMITTED", "DRAFT", "return_to_draft"),
        ("SUBMITTED", "REVIEWED", None),
        ("CONFIRMED", "DRAFT", None),
        ("DRAFT", "DRAFT", None),
        ("APPROVED", "CONFIRMED", None),
    ],
)
def test_return_leads_back_to_a_named_earlier_state(state: str, target: str, verb: str | None) -> None:
    assert return_verb(state, target) == verb
    if verb:
        assert ROSTER_MOVES[verb].target == target


@pytest.mark.parametrize("decision", ["submit", "review", "approve", "confirm"])
def test_withdrawal_undoes_exactly_the_last_decision(decision: str) -> None:
    move = ROSTER_MOVES[decision]
    verb = withdraw_verb(move.target)

    assert verb is not None
    assert ROSTER_MOVES[verb].sources == frozenset({move.target})
    assert {ROSTER_MOVES[verb].target} == move.sources
    assert move.target in ROSTER_HANDS


def test_draft_has_no_decision_to_withdraw() -> None:
    assert withdraw_verb("DRAFT") is None
