import pytest

from disbursement.rules.payment import line_reference
from disbursement.rules.returns import ExpectedLine, ReturnCode, SentLines, match_return, payment_verb
from disbursement.rules.states import PAYMENT_MOVES, PaymentState

BATCH = "20201RCC001"
SENT = SentLines.of(
    BATCH,
    [
        ExpectedLine(1, "622991000000000018", 62500, "SENT", 11),
        ExpectedLine(2, "623059000000000027", 40000, "SENT", 12),
        ExpectedLine(3, "623059000000000027", 40000, "SENT", 13),
        ExpectedLine(4, "622991000000000034", 25000, "PAID", 14),
        ExpectedLine(5, "622991000000000042", 25000, "UNKNOWN", 15),
    ],
)


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
        (_ref(4), "622991000000000034", 25000, "SUCCESS", "DUPLICATE", 14),
        (_ref(4), "622991000000000034", 25000, "RETURNED_LATER", "MATCHED", 14),
        (_ref(5), "622991000000000042", 25000, "SUCCESS", "MATCHED", 15),
        (_ref(5), "622991000000000042", 25000, "UNKNOWN", "DUPLICATE", 15),
    ],
)
def test_match_return(line_ref: str | None, account_no: str, fen: int, code: str, match: str, line: int | None) -> None:
    found = match_return(line_ref, account_no, fen, code, SENT)

    assert found.match == match
    assert (found.line.reference if found.line else None) == line
    assert bool(found.why) == (match != "MATCHED")


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
