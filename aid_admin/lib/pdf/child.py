"""The throw-away process that makes PDFs: JSON on stdin, a line of JSON and the PDFs on stdout.

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


def print_pdfs(pages: list[str], css: str, variant: str | None) -> list[bytes]:
    """A PDF of each page; pictures are data: addresses, every other address is refused.

    `variant`: None, or what WeasyPrint calls the archive's formats ("pdf/a-2b").
    """
    fetcher = URLFetcher(allowed_protocols=_OWN_PAGES, allow_redirects=False)
    fonts = FontConfiguration()
    sheet = CSS(string=css, font_config=fonts, url_fetcher=fetcher)
    return [
        HTML(string=page, url_fetcher=fetcher).write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant=variant)
        for page in pages
    ]


def main(parent: int) -> int:
    """Read the pages, answer with the length of each PDF and their bytes."""
    restrict(MEMORY_BYTES, CPU_SECONDS, parent)
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    asked = json.loads(sys.stdin.buffer.read())
    made = print_pdfs(asked["pages"], asked["css"], asked["variant"])
    sys.stdout.buffer.write(json.dumps({"bytes": [len(one) for one in made]}).encode() + b"\n" + b"".join(made))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
