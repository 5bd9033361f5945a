"""WCAG 2.2 A and AA on every page, judged by axe-core in a real browser; phone pages at 390 pixels too."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from demo.loading.staff import PASSWORD
from tests.browsing import CHROMIUM, open_browser, violations
from tests.routes import Objects, names
from tests.test_routes import LETTERS, A, table

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"LEFT OUT: the browser run ({CHROMIUM} is missing)"),
]
ON_A_PHONE = {
    "archives:visit_pick",
    "archives:visit_add",
    "archives:visit",
    "disbursement:period",
    "disbursement:photo_from_phone",
    "office:home",
}
# answers that are no page of their own: parts of pages, files, pictures, the JSON of health
NO_PAGE = re.compile(
    r"healthz|help_term|help_page|reveal|progress$|marked|template|photo$|proof|scan_file|batch_look|submit_look|receipt|accounts:log"
)


@pytest.fixture
def pages(static_folder: None, county_at: Any, live_server: Any) -> Iterator[Any]:
    """A browser before the live server of the driven county."""
    county_at("archived")
    with open_browser() as browser:
        yield browser, live_server.url


def _enter(browser: Any, url: str, letter: str, width: int) -> Page:
    page: Page = browser.new_context(base_url=url, viewport={"width": width, "height": 768}).new_page()
    page.goto("/login/")
    page.fill("[name=username]", LETTERS[letter])
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    return page


def _violations(page: Page, address: str) -> list[str]:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, f"{address} {answer.status}"
    return [f"{address}: {text}" for text in violations(page)]


def test_every_page_is_accessible(pages: Any) -> None:
    browser, url = pages
    here = Objects(A)
    people: dict[tuple[str, int], Page] = {}
    found: list[str] = []
    looked = 0
    for name, takes in names():
        letters = [letter for letter, status in table()[name][0].items() if status == 200]
        if not letters or NO_PAGE.search(name):
            continue
        address = reverse(name, kwargs=here.kwargs(name) if takes else {})
        for width in (1366, 390) if name in ON_A_PHONE else (1366,):
            who = (letters[0], width)
            if who not in people:
                people[who] = _enter(browser, url, *who)
            found += _violations(people[who], address)
            looked += 1
    assert looked > 50
    assert found == []
    login = browser.new_context(base_url=url).new_page()
    assert _violations(login, "/login/") == []
