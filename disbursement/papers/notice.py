"""公示: the list that a school or a village posts. Only what may be shown stands in it (domain: Publicity)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string

from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from disbursement.papers.paper import AID_CENTRE, Office, Paper, day, qr, short_code


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


def notices_html(notices: Sequence[Notice]) -> str:
    """The pages before they are printed; every notice begins a page and counts its own from one."""
    return render_to_string("disbursement/papers/notice.html", {"papers": [_context(notice) for notice in notices]})


def _context(notice: Notice) -> dict[str, Any]:
    code = short_code(notice.digest)
    return {
        "notice": notice,
        "since": day(notice.started_on),
        "until": day(notice.ends_on),
        "dated": day(notice.started_on),
        "count": len(notice.rows),
        "code": code,
        "qr": qr(f"{notice.title}\n{notice.place}\n名单校验码 {code}\nsha256 {notice.digest}") if code else "",
    }


def notice_paper(notice: Notice) -> Paper:
    """The notice as PDF."""
    return Paper(f"公示-{notice.place}-{notice.title}.pdf", MEDIA_TYPE, make_pdf(notices_html([notice])))
