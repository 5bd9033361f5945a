"""减免清单: what one school does not collect from its pupils in a waiver batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string

from aid_admin.lib import id_card
from aid_admin.lib.money import in_words, yuan, yuan_comma
from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from disbursement.papers.paper import AID_CENTRE, Office, Paper, day


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """One pupil's waived fee."""

    grade: str
    class_name: str
    name: str
    id_number: str
    programme: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class WaiverList:
    """One school's part of a waiver batch."""

    batch_no: str
    school: str
    semester: str
    state: str
    made_on: date
    rows: Sequence[WaiverRow]
    digest: str = ""
    office: Office = AID_CENTRE


def waiver_html(waivers: Sequence[WaiverList]) -> str:
    """The lists before they are printed, each from a page of its own."""
    return render_to_string("disbursement/papers/waiver.html", {"copies": [_copy(waiver) for waiver in waivers]})


def _copy(waiver: WaiverList) -> dict[str, Any]:
    """What is printed: identity numbers stay masked."""
    total = sum(row.amount_fen for row in waiver.rows)
    lines = [
        {"row": row, "id_number": id_card.mask(row.id_number), "amount": yuan(row.amount_fen)} for row in waiver.rows
    ]
    return {
        "waiver": waiver,
        "lines": lines,
        "count": len(lines),
        "total": yuan_comma(total),
        "words": in_words(total),
        "made_on": day(waiver.made_on),
    }


def waiver_paper(waiver: WaiverList) -> Paper:
    """The school's list as PDF."""
    return Paper(f"减免清单-{waiver.batch_no}-{waiver.school}.pdf", MEDIA_TYPE, make_pdf(waiver_html([waiver])))
