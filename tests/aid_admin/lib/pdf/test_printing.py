"""The printing child: what it prints, what it refuses to fetch, what its death becomes."""

import io
import sys

import pytest
from pypdf import PdfReader

from aid_admin.lib.pdf import printing
from aid_admin.lib.refusals import Refused


def text_of(data: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_make_pdf_prints_rare_characters_of_names():
    made = printing.make_pdf("<p>王玥珺、赵璟瑀、龚堃</p>")
    assert made.startswith(b"%PDF-")
    assert "王玥珺、赵璟瑀、龚堃" in text_of(made)


def test_make_pdf_fetches_nothing_but_data_addresses(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密内容")
    page = f'<p>正文</p><iframe src="{secret.as_uri()}"></iframe><object data="{secret.as_uri()}"></object>'
    css = f'@import url("{secret.as_uri()}"); p {{ color: black }}'
    made = printing.make_pdf(page, css)
    assert "正文" in text_of(made)
    assert "秘密内容" not in text_of(made)
    assert not list(PdfReader(io.BytesIO(made)).attachments)


def test_make_pdf_attaches_no_file_of_the_server(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密内容")
    page = f'<link rel="attachment" href="{secret.as_uri()}"><a rel="attachment" href="{secret.as_uri()}">附件</a>'
    made = printing.make_pdf(page)
    assert "秘密内容".encode() not in made
    assert not list(PdfReader(io.BytesIO(made)).attachments)


def test_make_pdf_without_pango_says_what_to_install(monkeypatch, tmp_path):
    (tmp_path / "weasyprint").mkdir()
    (tmp_path / "weasyprint" / "__init__.py").write_text("raise OSError('cannot load library libpango')")
    environment = printing._environment()
    path = {"PYTHONPATH": f"{tmp_path}:{environment['PYTHONPATH']}"}
    monkeypatch.setattr(printing, "_environment", lambda: environment | path)
    with pytest.raises(Refused, match="libpango"):
        printing.make_pdf("<p>正文</p>")


def test_make_pdf_of_a_dying_child_is_a_refusal(monkeypatch, tmp_path):
    (tmp_path / "weasyprint").mkdir()
    (tmp_path / "weasyprint" / "__init__.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    environment = printing._environment()
    path = {"PYTHONPATH": f"{tmp_path}:{environment['PYTHONPATH']}"}
    monkeypatch.setattr(printing, "_environment", lambda: environment | path)
    with pytest.raises(Refused, match="PDF 没有生成成功"):
        printing.make_pdf("<p>正文</p>")


def test_the_parent_loads_no_font_library():
    assert "weasyprint" not in sys.modules


def test_the_child_gets_nothing_of_the_parents_environment(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    assert "secret" not in str(printing._environment())
