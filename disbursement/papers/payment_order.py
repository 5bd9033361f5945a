"""拨付单: what leaves in one batch, in figures and in words, with three signatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string

from aid_admin.lib.money import in_words, yuan_comma
from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from disbursement.papers.paper import AID_CENTRE, Office, Paper, day


@dataclass(frozen=True, slots=True)
class SumLine:
    """Persons, person-times and fen of one programme or school."""

    name: str
    persons: int
    person_times: int
    amount_fen: int

    @property
    def amount(self) -> str:
        """Yuan as printed."""
        return yuan_comma(self.amount_fen)


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A batch and its hands; `file_sha256` is empty while no file was made, and for waivers."""

    batch_no: str
    semester: str
    way: str
    bank: str
    state: str
    made_on: date
    persons: int
    line_count: int
    total_fen: int
    by_programme: Sequence[SumLine]
    by_school: Sequence[SumLine]
    built_by: str = ""
    reviewed_by: str = ""
    released_by: str = ""
    digest: str = ""
    file_name: str = ""
    file_sha256: str = ""
    office: Office = AID_CENTRE


def payment_order_html(order: PaymentOrder) -> str:
    """The page before it is printed. Raises ValueError if the parts do not sum up to the whole."""
    for part in (order.by_programme, order.by_school):
        if (sum(x.person_times for x in part), sum(x.amount_fen for x in part)) != (order.line_count, order.total_fen):
            raise ValueError("the summary does not come to the batch's total")
    context = {
        "order": order,
        "made_on": day(order.made_on),
        "total": yuan_comma(order.total_fen),
        "words": in_words(order.total_fen),
    }
    return render_to_string("disbursement/papers/payment_order.html", context)


def payment_order_paper(order: PaymentOrder) -> Paper:
    """The order as PDF."""
    return Paper(f"拨付单-{order.batch_no}.pdf", MEDIA_TYPE, make_pdf(payment_order_html(order)))
