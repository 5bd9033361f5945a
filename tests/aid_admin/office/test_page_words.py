"""Every column of a list and every state of an object is explained in place."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import resolve

from aid_admin.intake.rules import STANDING_NAMES
from aid_admin.office import page_guides, page_words
from aid_admin.office.menu import MENU
from aid_admin.office.templatetags.office import status_tag
from tests.disbursement.builders import enter

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
HEADING = re.compile(r'<th scope="col"[^>]*>(.*?)</th>', re.S)
NOISE = re.compile(r"\{%.*?%\}|<[^>]+>|\{#.*?#\}", re.S)
# no column of a list: parts of sample pages, and headings that the page computes
LEFT_OUT = {"组成", ""}


def _headings() -> dict[str, str]:
    found = {}
    for path in (path for path in TEMPLATES.glob("*/*.html") if path.parent.name != "admin"):
        for raw in HEADING.findall(path.read_text(encoding="utf-8")):
            word = NOISE.sub("|", raw).strip("| ").split("|")[0]
            if "{{" not in word:
                found[word.partition("（系统")[0].strip()] = path.name
    return found


def test_every_column_of_every_page_is_explained() -> None:
    headings = _headings()
    assert len(headings) > 150
    assert {
        word: where for word, where in headings.items() if word not in LEFT_OUT and not page_words.column(word)
    } == {}


def test_every_state_that_is_stored_is_explained() -> None:
    labels = set(STANDING_NAMES.values())
    for model in apps.get_models():
        for field in model._meta.fields:
            if (
                field.name in ("state", "standing", "verdict", "outcome")
                and field.flatchoices
                and model.__name__ != "Run"
            ):
                labels |= {str(label) for _, label in field.flatchoices}
    assert len(labels) > 50
    assert sorted(label for label in labels if not page_words.state(label)) == []


def test_every_page_of_the_menu_says_what_to_do_there() -> None:
    entries = [
        entry.path for _, group in MENU for entry in group if entry.path not in ("/admin/", "/office/components/")
    ]
    assert len(entries) > 25
    assert [path for path in entries if not page_guides.guide(resolve(path).view_name)] == []


def test_guides_name_only_what_stands_on_pages() -> None:
    sources = [
        *TEMPLATES.rglob("*.html"),
        *(p for p in ROOT.glob("*/**/*.py") if {"views", "rules"} & {*p.parts, p.stem}),
    ]
    written = "".join(path.read_text(encoding="utf-8") for path in sources if "tests" not in path.parts)
    named = {word for text in page_guides.GUIDES.values() for word in re.findall("“(.+?)”", text)}
    assert len(named) > 30
    # alone between quotes or tags, as a button, a state or a link is written
    assert [word for word in named if not re.search(rf"""["'>}}]{word}["'<{{（]""", written)] == []
    assert [route for route in page_guides.GUIDES if route not in _routes()] == []


def _routes() -> set[str]:
    lines = (ROOT / "tests" / "routes.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if line.strip()}


def test_explanation_hangs_on_the_state() -> None:
    assert 'title="学校已上报，' in status_tag("SUBMITTED", "已上报")
    assert "title" not in status_tag("X", "没有这个状态")


@pytest.mark.usefixtures("static_folder")
def test_page_explains_what_stands_on_it(small_county) -> None:
    client = enter("chushen1")
    text = client.get(
        "/help/page/", {"c": ["身份证号", "上传时间（系统时间）", "没有这列"], "s": ["已上报", "已上报"]}
    ).content.decode()
    assert "个人信息保护法" in text
    assert "上传的时间" in text
    assert "没有这列" not in text
    tabs = client.get("/help/page/", {"c": ["将去除3", "0行有错误", "SHA-256"]}).content.decode()
    assert all(word in tabs for word in ("<dt>将去除</dt>", "<dt>行有错误</dt>", "<dt>SHA-256</dt>"))
    assert text.count("学校已上报") == 1
    guided = client.get("/help/page/", {"route": "office:home"}).content.decode()
    assert "这一页怎么用" in guided
    assert page_guides.guide("office:home") in guided
    assert "没有另外的说明" in client.get("/help/page/", {"c": "<b>"}).content.decode()
