"""异议处理结果告知书: what was objected, what was found, what was decided, and whom to ask; for who objected."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string

from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from disbursement.papers.paper import AID_CENTRE, Office, Paper, day

_DECISIONS: Final = {
    "SUSTAINED": "异议成立。该生退出本次公示名单，这一项资助不予发放；该生的其他资助和其他学生不受影响。",
    "DISMISSED": "异议不成立。该生这一项资助恢复办理，公示期满后按程序发放。",
}


@dataclass(frozen=True, slots=True)
class ObjectionLetter:
    """A decided objection as its row has it; `pupil` and the line's words are those that hung on the wall."""

    number: int
    period: str
    school: str
    group: str
    pupil: str
    programme: str
    channel: str
    received_on: date
    text: str
    outcome: str
    finding: str
    dated: date
    office: Office = AID_CENTRE

    @property
    def addressee(self) -> str:
        """Who objected is not kept by name: the letter is handed to whoever it was, or kept at the school."""
        return f"{self.school}（匿名异议，由学校留存备查）" if self.channel == "匿名" else "异议提出人"


def objection_html(letter: ObjectionLetter) -> str:
    """The page before it is printed."""
    context: dict[str, Any] = {
        "letter": letter,
        "received": day(letter.received_on),
        "dated": day(letter.dated),
        "decision": _DECISIONS[letter.outcome],
    }
    return render_to_string("disbursement/papers/objection.html", context)


def objection_paper(letter: ObjectionLetter) -> Paper:
    """The letter as PDF."""
    return Paper(f"异议处理结果告知书-第{letter.number}号.pdf", MEDIA_TYPE, make_pdf(objection_html(letter)))
