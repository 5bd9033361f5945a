"""The throw-away process that makes one PDF: JSON on stdin, a line of JSON and the PDF on stdout.

Nothing but this module imports WeasyPrint, so that the web process loads no font library.
"""

import json
import logging
import sys
from typing import Final

from aid_admin.lib.confinement import restrict
from aid_admin.lib.pdf.limits import CPU_SECONDS, MEMORY_BYTES, NO_PANGO

try:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher
except OSError:  # Pango, or a library that it needs, is not installed
    sys.exit(NO_PANGO)

_OWN_PAGES: Final = frozenset({"data"})


def print_pdf(html: str, css: str) -> bytes:
    """The PDF of a page whose pictures are data: addresses; every other address is refused."""
    fetcher = URLFetcher(allowed_protocols=_OWN_PAGES, allow_redirects=False)
    fonts = FontConfiguration()
    sheet = CSS(string=css, font_config=fonts, url_fetcher=fetcher)
    document = HTML(string=html, url_fetcher=fetcher)
    made: bytes = document.write_pdf(stylesheets=[sheet], font_config=fonts)
    return made


def main(parent: int) -> int:
    """Read the page, answer with its length and its bytes."""
    restrict(MEMORY_BYTES, CPU_SECONDS, parent)
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    page = json.loads(sys.stdin.buffer.read())
    made = print_pdf(page["html"], page["css"])
    sys.stdout.buffer.write(json.dumps({"bytes": len(made)}).encode() + b"\n" + made)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
