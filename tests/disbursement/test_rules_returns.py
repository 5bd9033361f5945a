from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disbursement.rules.payment import line_reference
from disbursement.rules.returns import (
    DOUBTFUL,
    MAY_HAVE_ARRIVED,
    Answer,
    ExpectedLine,
    Matched,
    ReturnCode,
    SentLines,
    contradicts,
    match_file,
    match_return,
    may_be_taken,
    payment_verb,
    taking_verb,
)
from disbursement.rules.states import PAYMENT_MOVES, PaymentState

BATCH = "20201RCC001"
SENT = SentLines.of(
    BATCH,
    [
        ExpectedLine(1, "622991000000000018", 62500, "SENT", 11),
        ExpectedLine(2, "623059000000000027", 40000, "SENT", 12),
        ExpectedLine(3, "623059000000000027", 40000, "SENT", 13),
        ExpectedLine(4, "622991000000000034", 25000, "PAID", 14, "SUCCESS"),
        ExpectedLine(5, "622991000000000042", 25000, "UNKNOWN", 15, "UNKNOWN"),
        ExpectedLine(6, "622991000000000059", 25000, "FAILED", 16, "NAME_MISMATCH"),
        ExpectedLine(7, "622991000000000067", 25000, "RETURNED_LATER", 17, "RETURNED_LATER"),
        ExpectedLine(8, "622991000000000075", 25000, "WAITING", 18),
    ],
)
NEWS = ("MATCHED", "UNCHANGED")


def _ref(line_no: int, batch_no: str = BATCH) -> str:
    return line_reference(batch_no, line_no)


@pytest.mark.parametrize(
    ("line_ref", "account_no", "fen", "code", "match", "line"),
    [
        (_ref(1), "622991000000000018", 62500, "SUCCESS", "MATCHED", 11),
        (_ref(3), "623059000000000027", 40000, "SUCCESS", "MATCHED", 13),
        (_ref(1), "6229 9100 0000 0000 18", 62500, "NAME_MISMATCH", "MATCHED", 11),
        (None, "622991000000000018", 62500, "SUCCESS", "MATCHED", 11),
        (None, "623059000000000027", 40000, "SUCCESS", "UNMATCHED", None),
        (None, "622991000000000018", 62501, "SUCCESS", "WRONG_AMOUNT", None),
        (None, "622991999999999999", 62500, "SUCCESS", "UNMATCHED", None),
        (_ref(1), "622991000000000018", 62501, "SUCCESS", "WRONG_AMOUNT", 11),
        (_ref(1), "623059000000000027", 62500, "SUCCESS", "UNMATCHED", 11),
        (_ref(9), "622991000000000018", 62500, "SUCCESS", "UNMATCHED", None),
        (_ref(1, "20201RCC002"), "622991000000000018", 62500, "SUCCESS", "OTHER_BATCH", None),
        (_ref(4), "622991000000000034", 25000, "SUCCESS", "UNCHANGED", 14),
        (_ref(4), "622991000000000034", 25000, "NAME_MISMATCH", "CONTRADICTS", 14),
        (_ref(4), "622991000000000034", 25000, "UNKNOWN", "CONTRADICTS", 14),
        (_ref(4), "622991000000000034", 25000, "RETURNED_LATER", "MATCHED", 14),
        (_ref(5), "622991000000000042", 25000, "SUCCESS", "MATCHED", 15),
        (_ref(5), "622991000000000042", 25000, "UNKNOWN", "UNCHANGED", 15),
        (_ref(5), "622991000000000042", 25000, "OTHER", "UNCHANGED", 15),
        (_ref(5), "622991000000000042", 25000, "NAME_MISMATCH", "MATCHED", 15),
        (_ref(6), "622991000000000059", 25000, "NAME_MISMATCH", "UNCHANGED", 16),
        (_ref(6), "622991000000000059", 25000, "SUCCESS", "CONTRADICTS", 16),
        (_ref(6), "622991000000000059", 25000, "ACCOUNT_CLOSED", "CONTRADICTS", 16),
        (_ref(6), "622991000000000059", 25000, "UNKNOWN", "CONTRADICTS", 16),
        (_ref(7), "622991000000000067", 25000, "RETURNED_LATER", "UNCHANGED", 17),
        (_ref(7), "622991000000000067", 25000, "ACCOUNT_CLOSED", "UNCHANGED", 17),
        (_ref(7), "622991000000000067", 25000, "SUCCESS", "CONTRADICTS", 17),
        (_ref(8), "622991000000000075", 25000, "SUCCESS", "UNMATCHED", 18),
    ],
)
def test_match_return(line_ref: str | None, account_no: str, fen: int, code: str, match: str, line: int | None) -> None:
    found = match_return(line_ref, account_no, fen, code, SENT)

    assert found.match == match
    assert (found.line.reference if found.line else None) == line
    assert bool(found.why) == bool(found.field) == (match not in NEWS)


@pytest.mark.parametrize(
    ("line", "account_no", "code", "words"),
    [
        (4, "622991000000000034", "NAME_MISMATCH", "与已登记结果不一致（已登记：成功；本文件：户名不符）"),
        (6, "622991000000000059", "SUCCESS", "与已登记结果不一致（已登记：户名不符；本文件：成功）"),
        (7, "622991000000000067", "SUCCESS", "与已登记结果不一致（已登记：成功后退汇；本文件：成功）"),
    ],
)
def test_contradiction_says_what_is_booked_and_what_the_file_says(
    line: int, account_no: str, code: str, words: str
) -> None:
    assert words in match_return(_ref(line), account_no, 25000, code, SENT).why


def _answers(*said: tuple[int, str]) -> list[Answer]:
    return [Answer(_ref(n), SENT.by_number[n].account_no, SENT.by_number[n].amount_fen, code) for n, code in said]


def _matches(found: Sequence[Matched]) -> list[str]:
    return [one.match for one in found]


def test_line_twice_in_a_file_with_one_result_is_booked_once() -> None:
    found = match_file(_answers((1, "SUCCESS"), (2, "SUCCESS"), (1, "SUCCESS")), SENT)

    assert _matches(found) == ["MATCHED", "MATCHED", "DUPLICATE"]
    assert "只登记第一次" in found[2].why


@pytest.mark.parametrize("line", [1, 4, 6])
def test_line_twice_in_a_file_with_two_results_is_not_booked_at_all(line: int) -> None:
    found = match_file(_answers((line, "SUCCESS"), (2, "SUCCESS"), (line, "NAME_MISMATCH")), SENT)

    assert _matches(found) == ["DUPLICATE", "MATCHED", "DUPLICATE"]
    assert "结果不同（成功、户名不符）" in found[0].why


STATES = st.sampled_from(["SENT", "UNKNOWN", "PAID", "FAILED", "RETURNED_LATER"])
CODES = st.sampled_from([code.value for code in ReturnCode])
RESULTS = {"PAID": ["SUCCESS"], "UNKNOWN": sorted(DOUBTFUL), "SENT": [""], "RETURNED_LATER": ["RETURNED_LATER"]}


@st.composite
def lines_and_files(draw: st.DrawFn) -> tuple[list[ExpectedLine], list[list[tuple[int, str]]]]:
    """Lines in whatever state they may be, and files that speak of them, of some twice."""
    lines = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        state = draw(STATES)
        failed = [code.value for code in ReturnCode if code not in MAY_HAVE_ARRIVED]
        code = draw(st.sampled_from(RESULTS.get(state, failed)))
        lines.append(ExpectedLine(number, f"62299100000000{number:04d}", 100 * number, state, number, code))
    said = st.tuples(st.integers(1, len(lines)), CODES)
    return lines, draw(st.lists(st.lists(said, max_size=8), min_size=1, max_size=4))


@given(lines_and_files())
def test_no_money_is_counted_twice_whatever_the_files_say(given_: tuple[list[ExpectedLine], list]) -> None:  # type: ignore[type-arg]
    lines, files = given_
    now = {line.line_no: line for line in lines}
    for said in files:
        sent = SentLines.of(BATCH, now.values())
        answers = [Answer(_ref(n), now[n].account_no, now[n].amount_fen, code) for n, code in said]
        booked: set[int] = set()
        for answer, found in zip(answers, match_file(answers, sent), strict=True):
            line = now[found.line.line_no] if found.line else None
            assert line is not None
            if found.match == "UNCHANGED":  # nothing about the money is left unsaid
                assert (line.state == "PAID") == (answer.code == "SUCCESS")
            if found.match != "MATCHED":
                continue
            assert line.line_no not in booked
            booked.add(line.line_no)
            # what is settled moves by itself in one way alone: paid, and given back by the bank
            assert line.state in ("SENT", "UNKNOWN") or (line.state, answer.code) == ("PAID", "RETURNED_LATER")
            verb = payment_verb(line.state, answer.code)
            assert verb is not None
            target = PAYMENT_MOVES[verb].target
            assert (target == "PAID") == (answer.code == "SUCCESS")
            now[line.line_no] = ExpectedLine(
                line.line_no, line.account_no, line.amount_fen, target, line.reference, answer.code
            )


@pytest.mark.parametrize("code", list(ReturnCode))
@pytest.mark.parametrize("state", ["PAID", "FAILED", "RETURNED_LATER"])
def test_taken_answer_leaves_nothing_that_contradicts_it(state: str, code: ReturnCode) -> None:
    booked = {"PAID": "SUCCESS", "FAILED": "NAME_MISMATCH", "RETURNED_LATER": "RETURNED_LATER"}[state]
    if payment_verb(state, code) or not contradicts(state, booked, code):
        return
    if not may_be_taken(code):
        assert code in DOUBTFUL
        return
    verb = taking_verb(state, code)
    if verb:
        assert state in PAYMENT_MOVES[verb].sources
    after = PAYMENT_MOVES[verb].target if verb else state
    assert (after == "PAID") == (code == "SUCCESS")
    assert not contradicts(after, code, code)


@pytest.mark.parametrize(
    ("state", "code", "verb"),
    [
        ("SENT", "SUCCESS", "pay"),
        ("SENT", "ACCOUNT_NOT_FOUND", "fail"),
        ("SENT", "RETURNED_LATER", "fail"),
        ("SENT", "UNKNOWN", "doubt"),
        ("SENT", "DUPLICATE", "doubt"),
        ("SENT", "OTHER", "doubt"),
        ("UNKNOWN", "SUCCESS", "pay"),
        ("UNKNOWN", "ACCOUNT_CLOSED", "fail"),
        ("UNKNOWN", "OTHER", None),
        ("PAID", "SUCCESS", None),
        ("PAID", "ACCOUNT_CLOSED", None),
        ("PAID", "RETURNED_LATER", "return_later"),
        ("FAILED", "SUCCESS", None),
        ("WAITING", "SUCCESS", None),
    ],
)
def test_what_an_answer_does_to_a_line(state: str, code: str, verb: str | None) -> None:
    assert payment_verb(state, code) == verb


@pytest.mark.parametrize("state", list(PaymentState))
def test_every_answer_is_a_permitted_move(state: PaymentState) -> None:
    for code in ReturnCode:
        verb = payment_verb(state, code)
        assert verb is None or state in PAYMENT_MOVES[verb].sources
