"""政策宣传栏: what a stage's families may claim, out of the standards in force, for the wall of a village or school."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string

from aid_admin.lib.pdf.printing import make_pdf
from disbursement.papers.paper import Office, day


@dataclass(frozen=True, slots=True)
class Offer:
    """One programme: its standards in words, who is admitted, how it is given, the documents behind it."""

    name: str
    standards: Sequence[str]
    categories: Sequence[str]
    way: str
    basis: Sequence[str]


@dataclass(frozen=True, slots=True)
class Poster:
    """A stage's poster for one place, by the standards in force on a day."""

    stage: str
    place: str
    semester: str
    in_force_on: date
    offers: Sequence[Offer]
    office: Office


def poster_html(poster: Poster) -> str:
    """The page before it is printed."""
    context = {"poster": poster, "dated": day(poster.in_force_on)}
    return render_to_string("archives/papers/poster.html", context)


def poster_pdf(poster: Poster) -> bytes:
    """The poster as PDF, one sheet of A4 (or enlarged to A3 when printed)."""
    return make_pdf(poster_html(poster))
