"""States of a letter."""

from enum import StrEnum

from aid_admin.lib.states import Move


class LetterState(StrEnum):
    """A letter's life."""

    DRAWN_UP = "DRAWN_UP"
    PRINTED = "PRINTED"
    DELIVERED = "DELIVERED"
    RECEIPT_SIGNED = "RECEIPT_SIGNED"


LETTER_MOVES = {
    "print": Move(frozenset({LetterState.DRAWN_UP}), LetterState.PRINTED),
    "deliver": Move(frozenset({LetterState.PRINTED}), LetterState.DELIVERED),
    "sign": Move(frozenset({LetterState.DELIVERED}), LetterState.RECEIPT_SIGNED),
}
