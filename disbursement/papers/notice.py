"""公示: the list that a school or a village posts. Only what may be shown stands in it (domain: Publicity)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string

from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from disbursement.papers.paper import AID_CENTRE, Office, Paper, day, qr, short_code

TOGETHER: Final = 5  # rows at the end of a list that stay on one page with its foot
# how many rows go on one page, on two and on each further one, by how close they are set, the widest first; measured,
# with room for a title of three lines
_ROOM: Final = {"": (3, 31, 28), "snug": (11, 42, 31), "tight": (20, 58, 38)}


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One pupil and programme: the six columns that may be public, and no field for anything else."""

    position: int
    school: str
    grade: str
    class_name: str
    name: str
    programme: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One school's or village's part of a publicity period; `digest` is that of the whole period's list.

    `place` names the school or the village; the rows of a village are of many schools and name theirs.
    """

    title: str
    semester: str
    place: str
    started_on: date | None
    ends_on: date | None
    days: int
    workdays: int
    rows: Sequence[NoticeRow]
    digest: str
    office: Office = AID_CENTRE
    of_village: bool = False
    persons: int | None = None  # how many pupils the rows are of; one with two programmes has two rows
    taken_off: int = 0  # rows of the fixed list that are not printed any more: their objections were sustained
    photos_due: tuple[date, date] | None = None  # of a school's notice: by when its two photos are due


def notices_html(notices: Sequence[Notice]) -> str:
    """The pages before they are printed; every notice begins a page and counts its own from one."""
    return render_to_string("disbursement/papers/notice.html", {"papers": [_context(notice) for notice in notices]})


def density(rows: int) -> str:
    """How close a notice is set: as wide as it goes on the fewest pages."""
    return min(_ROOM, key=lambda name: _pages(rows, *_ROOM[name]))  # of equal ones the first, which is the widest


def _pages(rows: int, one: int, two: int, more: int) -> int:
    return 1 if rows <= one else 2 + max(0, -(-(rows - two) // more))


def _context(notice: Notice) -> dict[str, Any]:
    code = short_code(notice.digest)
    return {
        "notice": notice,
        "density": density(len(notice.rows)),
        "tail": max(len(notice.rows) - TOGETHER + 1, 1),
        "photos_due": [day(one) for one in notice.photos_due or ()],
        "since": day(notice.started_on),
        "until": day(notice.ends_on),
        "dated": day(notice.started_on),
        "count": len(notice.rows) + notice.taken_off,
        "code": code,
        "qr": qr(f"{notice.title}\n{notice.place}\n名单校验码 {code}\nsha256 {notice.digest}") if code else "",
    }


def notice_name(place: str, title: str) -> str:
    """The notice's file, by which the audit trail knows it."""
    return f"公示-{place}-{title}.pdf"


def notice_paper(notice: Notice) -> Paper:
    """The notice as PDF."""
    return Paper(notice_name(notice.place, notice.title), MEDIA_TYPE, make_pdf(notices_html([notice])))
