"""一生一档 on paper: an index page and the semester's entries by stage of work, fit for long keeping (PDF/A-2b)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string

from aid_admin.lib import id_card
from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdfs
from archives.rules import TermDossier
from disbursement.papers.paper import Office, day

__all__ = ["MEDIA_TYPE", "dossier_html", "dossier_pdfs"]

_NUMERALS: Final = "一二三"


def dossier_html(dossier: TermDossier, office: Office, printed_on: date, pictures: Mapping[int, str]) -> str:
    """The document before it is printed; the identity number is masked. `pictures`: stored file → data: address."""
    chapters: list[dict[str, Any]] = []
    number = 0
    for numeral, chapter in zip(_NUMERALS, dossier.chapters, strict=True):
        entries = [
            (number + place, entry, pictures.get(entry.picture, "") if entry.picture else None)
            for place, entry in enumerate(chapter.entries, 1)
        ]
        number += len(entries)
        chapters.append({"title": f"{numeral}、{chapter.stage.label}", "entries": entries})
    context = {
        "dossier": dossier,
        "id_number": id_card.mask(dossier.id_number),
        "chapters": chapters,
        "count": number,
        "printed_on": day(printed_on),
        "office": office,
    }
    return render_to_string("archives/papers/dossier.html", context)


def dossier_pdfs(
    dossiers: Sequence[TermDossier], office: Office, printed_on: date, pictures: Mapping[int, str]
) -> list[bytes]:
    """A PDF/A document of each dossier with its photos and scans, made by one child process."""
    return make_pdfs([dossier_html(one, office, printed_on, pictures) for one in dossiers], archival=True)
