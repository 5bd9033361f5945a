"""A session that ended in another tab: what was typed is there again after the login, for the same person alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from demo.loading.staff import PASSWORD
from tests.browsing import CHROMIUM, Office, Person, open_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"LEFT OUT: the browser run ({CHROMIUM} is missing)"),
]
WORDS = "报错了班级，家长来电核实过"


@pytest.fixture
def office(static_folder: None, county_at: Any, live_server: Any, tmp_path: Path) -> Iterator[Office]:
    """A browser before the live server of the small county at its semester's end."""
    county_at("archived")
    with open_browser() as browser:
        office = Office(browser, live_server.url, tmp_path / "shots")
        yield office
        assert office.complaints == []


def log_in(page: Page, username: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def in_another_tab(person: Person, then: Callable[[Page], None] = lambda page: None) -> None:
    """Log out there, and perhaps in again as somebody else."""
    other = person.page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="退出").click()
    expect(other.get_by_label("用户名")).to_be_visible()
    then(other)
    other.close()


def open_undo(clerk: Person) -> None:
    """The dialog of an upload in force, with the reason typed."""
    clerk.go("数据导入")
    clerk.follow("银行账号")
    clerk.press("撤销")
    clerk.page.get_by_role("dialog").get_by_label("原因").fill(WORDS)


def test_typed_words_come_back_to_the_same_person(office: Office) -> None:
    clerk = office.person("jingban-3141000003")
    open_undo(clerk)
    page = clerk.page.url
    in_another_tab(clerk)
    clerk.press("确认撤销")
    expect(clerk.page.get_by_text("登录已失效，刚才的操作没有提交")).to_be_visible()
    clerk.shot("session-lost")
    log_in(clerk.page, clerk.username)
    expect(clerk.page).to_have_url(page)
    expect(clerk.page.get_by_role("dialog").get_by_label("原因")).to_have_value(WORDS)
    clerk.shot("session-back")
    clerk.page.reload()
    expect(clerk.page.get_by_role("dialog")).to_have_count(0)


def test_typed_words_are_not_shown_to_another_person(office: Office) -> None:
    clerk = office.person("jingban-3141000003")
    open_undo(clerk)
    in_another_tab(clerk)
    clerk.press("确认撤销")
    log_in(clerk.page, "fuze-3141000003")
    expect(clerk.page.get_by_role("heading", level=1)).to_be_visible()
    assert WORDS not in clerk.page.content()
    assert clerk.page.evaluate("sessionStorage.getItem('typed')") is None


def test_words_that_were_sent_are_forgotten(office: Office) -> None:
    clerk = office.person("jingban-3141000003")
    open_undo(clerk)
    clerk.press("确认撤销")
    expect(clerk.page.locator("#messages .notice, dialog .notice").first).to_be_visible()
    assert clerk.page.evaluate("sessionStorage.getItem('typed')") is None
