"""河南省家庭经济困难学生认定申请表: filled in from what the school sent, or blank to be handed out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string

from aid_admin.lib import id_card
from aid_admin.lib.pdf.printing import make_pdf
from disbursement.papers.paper import Office

MEMBER_ROWS = 6


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the family, as the form shows it."""

    name: str = ""
    age: str = ""
    relation: str = ""
    employer: str = ""
    occupation: str = ""
    income: str = ""
    health: str = ""


@dataclass(frozen=True, slots=True)
class ApplicationForm:
    """One form; the empty one is handed out. Numbers are given whole and printed masked.

    What the school's sheet does not carry (民族, 邮编) is left to be filled in by hand.
    """

    school: str = ""
    grade: str = ""
    class_name: str = ""
    name: str = ""
    sex: str = ""
    born: str = ""
    ethnic_group: str = ""
    id_number: str = ""
    enrolment_no: str = ""
    cert_no: str = ""
    postcode: str = ""
    residence: str = ""
    household_size: str = ""
    address: str = ""
    phone: str = ""
    members: Sequence[Member] = ()
    category: str = ""
    income: str = ""
    factors: str = ""
    committed: bool = False
    applied_on: str = ""
    recommended: str = ""
    reason: str = ""
    recognised: str = ""
    decision: str = ""
    categories: Sequence[str] = ()
    office: Office = field(default_factory=Office)


def masked_enrolment_no(number: str) -> str:
    """A 学籍号 fit for paper: after its letter most are the pupil's identity number."""
    return f"{number[:1]}{id_card.mask(number[1:])}" if number else ""


def application_html(form: ApplicationForm) -> str:
    """The page before it is printed."""
    blank = [Member()] * max(0, MEMBER_ROWS - len(form.members))
    context = {
        "form": form,
        "members": [*form.members[:MEMBER_ROWS], *blank],
        "id_number": id_card.mask(form.id_number) if form.id_number else "",
        "enrolment_no": masked_enrolment_no(form.enrolment_no),
        "cert_no": f"{'*' * max(len(form.cert_no) - 4, 0)}{form.cert_no[-4:]}",
        "categories": [(name, name == form.category) for name in form.categories],
    }
    return render_to_string("archives/papers/application.html", context)


def application_pdf(form: ApplicationForm) -> bytes:
    """The form as PDF."""
    return make_pdf(application_html(form))
