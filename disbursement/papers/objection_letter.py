"""异议处理结果告知书: what was objected, what was found, what was decided, and whom to ask; for who objected."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string

from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from disbursement.papers.paper import AID_CENTRE, Office, Paper, day
from disbursement.rules.publicity import is_anonymous

_DECISIONS: Final = {
    "SUSTAINED": "异议成立。该生退出本次公示名单，这一项资助不予发放；该生的其他资助和其他学生不受影响。",
    "DISMISSED": "异议不成立。该生这一项资助恢复办理，公示期满后按程序发放。",
}
# how many characters a line holds, and how many lines of the letter's own words go on one page and on two, by how
# close it is set, the widest first; measured
_ROOM: Final = {"": (27, 9, 31), "snug": (31, 15, 43), "tight": (36, 22, 59)}


@dataclass(frozen=True, slots=True)
class ObjectionLetter:
    """A decided objection as its row has it; `pupil` and the line's words are those that hung on the wall.

    `objector` is the name of who objected, "" where it was not told.
    """

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
    objector: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether it came without a name."""
        return is_anonymous(self.channel)

    @property
    def addressee(self) -> str:
        """Who objected, as told; of an objection without a name the letter is handed over all the same, or kept."""
        return self.objector or (f"匿名（由{self.school}留存备查）" if self.anonymous else "匿名")


def density(words: Iterable[str]) -> str:
    """How close a letter with these paragraphs is set: as wide as it goes on the fewest pages."""
    paragraphs = list(words)
    return min(_ROOM, key=lambda name: _pages(paragraphs, *_ROOM[name]))  # of equal ones the first, the widest


def _pages(paragraphs: Iterable[str], width: int, one: int, two: int) -> int:
    lines = _lines(paragraphs, width)
    return 1 if lines <= one else 2 if lines <= two else 3


def _opening(letter: ObjectionLetter) -> str:
    """As many characters as the first paragraph has."""
    named = (letter.period, letter.school, letter.group, letter.pupil, letter.programme, day(letter.received_on))
    return "".join(named) + "收到匿名对“”中（）提出的异议。经调查核实，现将处理结果告知如下。"


def _lines(paragraphs: Iterable[str], width: int) -> int:
    """How many lines they take; a Latin letter or a digit is half as wide, the first line of each is set in."""
    halves = (4 + sum(1 if sign.isascii() else 2 for sign in text) for text in paragraphs if text)
    return sum(-(-one // (2 * width)) for one in halves)


def objection_html(letter: ObjectionLetter) -> str:
    """The page before it is printed."""
    decision = _DECISIONS[letter.outcome]
    context: dict[str, Any] = {
        "letter": letter,
        "received": day(letter.received_on),
        "dated": day(letter.dated),
        "decision": decision,
        "density": density([_opening(letter), letter.text, letter.finding, decision, letter.office.address]),
    }
    return render_to_string("disbursement/papers/objection.html", context)


def objection_paper(letter: ObjectionLetter) -> Paper:
    """The letter as PDF."""
    return Paper(f"异议处理结果告知书-第{letter.number}号.pdf", MEDIA_TYPE, make_pdf(objection_html(letter)))
