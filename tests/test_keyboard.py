"""Keys in a list pick rows and open dialogs; none of them carries a deed out by itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from archives.models import NoticeLetter
from tests.browsing import CHROMIUM, Office, open_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"LEFT OUT: the browser run ({CHROMIUM} is missing)"),
]


@pytest.fixture
def office(static_folder: None, county_at: Any, live_server: Any, tmp_path: Path) -> Iterator[Office]:
    """A browser before the live server of the small county at its semester's end."""
    county_at("archived")
    with open_browser() as browser:
        office = Office(browser, live_server.url, tmp_path / "shots")
        yield office
        assert office.complaints == []


def test_enter_on_a_picked_row_does_not_pass_the_dialog_by(office: Office) -> None:
    clerk = office.person("jingban-3141000003")
    clerk.go("告知书")
    sent: list[str] = []
    clerk.page.on("request", lambda request: sent.append(request.method))
    before = NoticeLetter.objects.filter(state="DRAWN_UP").count()
    clerk.page.keyboard.press("j")
    box = clerk.page.locator("tr.is-current input[type=checkbox]")
    box.focus()
    clerk.page.keyboard.press("Space")
    expect(box).to_be_checked()
    clerk.page.keyboard.press("Enter")
    clerk.page.wait_for_timeout(300)
    assert "POST" not in sent
    expect(box).to_be_checked()
    assert NoticeLetter.objects.filter(state="DRAWN_UP").count() == before > 0


def test_help_explains_the_page_and_leaves_its_deeds_alone(office: Office) -> None:
    reviewer = office.person("chushen1")
    reviewer.go("应助结果")
    page = reviewer.page
    page.get_by_role("link", name="帮助").click()
    told = page.locator("dialog#help-term")
    expect(told).to_be_visible()
    expect(told).to_contain_text("个人信息保护法")
    expect(told).to_contain_text("符合条件，按核定金额资助")
    told.get_by_role("button", name="知道了").click()
    page.locator("thead th", has_text="金额（元）").click()
    expect(told).to_contain_text("精确到分")
    told.get_by_role("button", name="知道了").click()
    page.get_by_role("button", name="重新核定").click()
    expect(page.locator("dialog#do-entitle")).to_be_visible()
