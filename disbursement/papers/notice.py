"""公示: the list that a school posts. Only what may be shown stands in it (domain: Publicity)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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
    """One school's part of a publicity period; `digest` is that of the whole period's list."""

    title: str
    semester: str
    school: str
    started_on: date | None
    ends_on: date | None
    days: int
    workdays: int
    rows: Sequence[NoticeRow]
    digest: str
    office: Office = AID_CENTRE


def notice_html(notice: Notice) -> str:
    """The page before it is printed."""
    code = short_code(notice.digest)
    context = {
        "notice": notice,
        "since": day(notice.started_on),
        "until": day(notice.ends_on),
        "dated": day(notice.started_on),
        "count": len(notice.rows),
        "code": code,
        "qr": qr(f"{notice.title}\n{notice.school}\n名单校验码 {code}\nsha256 {notice.digest}") if code else "",
    }
    return render_to_string("disbursement/papers/notice.html", context)


def notice_paper(notice: Notice) -> Paper:
    """The school's notice as PDF."""
    return Paper(f"公示-{notice.school}-{notice.semester}.pdf", MEDIA_TYPE, make_pdf(notice_html(notice)))
