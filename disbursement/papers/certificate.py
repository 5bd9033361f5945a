"""公示结果证明: that a school's list hung its time, what the photos showed and what was objected; no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string

from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from disbursement.papers.paper import AID_CENTRE, Office, Paper, day, qr, short_code


@dataclass(frozen=True, slots=True)
class CheckedPhoto:
    """One of the two photos: when it was sent in and who found it good."""

    moment: str
    sent_on: date | None
    checked_by: str


@dataclass(frozen=True, slots=True)
class Objections:
    """How many were received, and what became of them."""

    received: int = 0
    sustained: int = 0
    dismissed: int = 0

    @property
    def open(self) -> int:
        """Those without a decision."""
        return self.received - self.sustained - self.dismissed


@dataclass(frozen=True, slots=True)
class Certificate:
    """One school's part of an ended period; numbers only."""

    title: str
    semester: str
    school: str
    started_on: date
    ended_on: date
    days: int
    workdays: int
    least_days: int
    least_workdays: int
    persons: int
    person_times: int
    digest: str
    photos: tuple[CheckedPhoto, ...]
    objections: Objections
    dated: date
    office: Office = AID_CENTRE
    announced_until: date | None = None  # what the notice said; it may hang longer


def certificates_html(certificates: Sequence[Certificate]) -> str:
    """The pages before they are printed, one a certificate."""
    papers = [_context(certificate) for certificate in certificates]
    return render_to_string("disbursement/papers/certificate.html", {"papers": papers})


def _context(certificate: Certificate) -> dict[str, Any]:
    code = short_code(certificate.digest)
    announced = certificate.announced_until
    return {
        "paper": certificate,
        "announced": day(announced) if announced and announced != certificate.ended_on else "",
        "since": day(certificate.started_on),
        "until": day(certificate.ended_on),
        "dated": day(certificate.dated),
        "photos": [(photo, day(photo.sent_on) if photo.sent_on else "") for photo in certificate.photos],
        "code": code,
        "qr": qr(f"{certificate.title}\n{certificate.school}\n公示结果证明 {code}\nsha256 {certificate.digest}"),
    }


def certificate_paper(certificate: Certificate) -> Paper:
    """The certificate as PDF."""
    name = f"公示结果证明-{certificate.school}-{certificate.title}.pdf"
    return Paper(name, MEDIA_TYPE, make_pdf(certificates_html([certificate])))
