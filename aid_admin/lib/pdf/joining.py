"""Several PDF documents as one, and how many pages one has."""

import io
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter


def join(documents: Sequence[bytes]) -> bytes:
    """The documents' pages in order; a single document comes back as it is."""
    if len(documents) == 1:
        return documents[0]
    writer = PdfWriter()
    for document in documents:
        writer.append(PdfReader(io.BytesIO(document)), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def page_count(document: bytes) -> int:
    """The number of pages."""
    return len(PdfReader(io.BytesIO(document)).pages)
