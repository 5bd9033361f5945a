"""发放明细表: what one school's pupils got in a batch, for the school to check and to stamp."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string

from aid_admin.lib.money import in_words, yuan, yuan_comma
from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from disbursement.papers.paper import AID_CENTRE, Office, Paper, day

_TAIL: Final = 4


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment; `account_no` in clear, of which the paper shows the last digits; `result` in words."""

    student: int
    grade: str
    class_name: str
    name: str
    programme: str
    payee: str
    account_no: str
    amount_fen: int
    result: str


@dataclass(frozen=True, slots=True)
class PaymentList:
    """One school's part of a batch that goes through a bank."""

    batch_no: str
    bank: str
    school: str
    semester: str
    state: str
    printed_on: date
    rows: Sequence[PaymentRow]
    digest: str = ""
    office: Office = AID_CENTRE


def payment_list_html(lists: Sequence[PaymentList]) -> str:
    """The lists before they are printed, each from a page of its own."""
    copies = [_copy(listed) for listed in lists]
    return render_to_string("disbursement/papers/payment_list.html", {"copies": copies})


def _copy(listed: PaymentList) -> dict[str, Any]:
    """What is printed: of an account only its last four digits."""
    total = sum(row.amount_fen for row in listed.rows)
    return {
        "listed": listed,
        "lines": [{"row": row, "tail": row.account_no[-_TAIL:], "amount": yuan(row.amount_fen)} for row in listed.rows],
        "persons": len({row.student for row in listed.rows}),
        "count": len(listed.rows),
        "total": yuan_comma(total),
        "words": in_words(total),
        "printed_on": day(listed.printed_on),
    }


def payment_list_paper(listed: PaymentList) -> Paper:
    """The school's list as PDF."""
    name = f"发放明细-{listed.batch_no}-{listed.school}.pdf"
    return Paper(name, MEDIA_TYPE, make_pdf(payment_list_html([listed])))
