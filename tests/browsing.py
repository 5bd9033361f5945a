"""People at their browsers: each logs in for himself, clicks, and keeps what the browser complains of."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import Browser, Download, Error, Locator, Page, Response, expect, sync_playwright

from aid_admin.intake.models import Upload
from aid_admin.jobs import queue
from demo.loading.staff import PASSWORD
from tests.browser_files import last_column
from tests.disbursement.builders import photo

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SCREEN = {"width": 1366, "height": 768}
PATIENCE_MS = 40_000
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']"
RUN = (
    f"axe.run(document, {{runOnly: {RULES}}})"
    ".then(r => r.violations.map(v => v.id + ' ×' + v.nodes.length + ' ' + v.nodes[0].html.slice(0, 160)))"
)
expect.set_options(timeout=PATIENCE_MS)


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page that is shown: rule, number of places, the first of them."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN)
    return found


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Debian's Chromium, before the database that Django's connections lead to now.

    Playwright's loop runs in this thread, and inside it Django keeps connections apart from those outside: what
    an earlier browser left there leads to a database that is gone.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        connections.close_all()
        cache.clear()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
            connections.close_all()


class Office:
    """The server, one browser, and a numbered screenshot of every page that is looked at."""

    def __init__(self, browser: Browser, url: str, shots: Path) -> None:
        self.browser, self.url, self.shots = browser, url, shots
        self.complaints: list[str] = []
        self._people: dict[str, Person] = {}
        self._taken = 0
        shots.mkdir(parents=True, exist_ok=True)

    def person(self, username: str) -> "Person":
        """The person at his own browser window, logged in by the login page."""
        if username not in self._people:
            self._people[username] = Person(self, username)
        return self._people[username]

    def shoot(self, page: Page, name: str) -> None:
        """Keep what the window shows."""
        self._taken += 1
        page.bring_to_front()
        path = self.shots / f"{self._taken:02d}-{name}.png"
        for _ in range(3):
            try:
                page.screenshot(path=path, animations="disabled")
            except Error:  # a busy machine: the picture is not what is tested, so the third failure is let pass
                page.wait_for_timeout(1000)
            else:
                return


class Person:
    """One member of staff and the window in front of him."""

    def __init__(self, office: Office, username: str) -> None:
        self.office, self.username = office, username
        context = office.browser.new_context(
            viewport=SCREEN, base_url=office.url, locale="zh-CN", accept_downloads=True
        )
        context.set_default_timeout(PATIENCE_MS)
        self.page = context.new_page()
        self._listen()
        self.page.goto("/login/")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.press("登录")
        expect(self.page.get_by_role("heading", name="待办事项")).to_be_visible()

    def _listen(self) -> None:
        note = self.office.complaints.append
        who = self.username
        self.page.on("console", lambda m: note(f"{who}: {m.text}") if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: note(f"{who}: {error}"))
        own = (self.office.url, f"blob:{self.office.url}")  # a photo is shown before it is sent
        self.page.on("request", lambda r: None if r.url.startswith(own) else note(f"{who}: {r.url}"))
        self.page.on("response", lambda r: note(f"{who}: {r.status} {r.url}") if r.status >= 500 else None)

    def shot(self, name: str) -> None:
        """A screenshot of the window."""
        self.office.shoot(self.page, name)

    def go(self, menu: str) -> None:
        """Choose an entry of the side bar."""
        entry = self.page.get_by_role("navigation", name="主菜单").get_by_role("link", name=re.compile(rf"^{menu}"))
        entry.click()
        expect(entry).to_have_attribute("aria-current", "page")

    def home(self) -> None:
        """The first page, as it is now."""
        self.go("待办事项")
        self.shot(f"home-{self.username}")

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Click a link in the page."""
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press a button by its words."""
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def press_first(self, name: str) -> None:
        """Press the first of several buttons whose words begin so."""
        self.page.get_by_role("main").get_by_role("button", name=re.compile(f"^{name}")).first.click()

    def do(self, deed: str, *ticked: str, **fields: str) -> None:
        """Press a deed's button, tick and fill in its dialog by label, confirm."""
        self.press(deed)
        dialog = self.page.get_by_role("dialog")
        for label in ticked:
            dialog.get_by_label(label).check()
        for label, value in fields.items():
            field = dialog.get_by_label(label)
            choosing = field.evaluate("field => field.tagName") == "SELECT"
            field.select_option(label=value) if choosing else field.fill(value)
        self.press(deed if deed.startswith("确认") else f"确认{deed}", within=dialog)

    def pick(self, *names: str) -> None:
        """Tick the rows that have these words."""
        for name in names:
            self.row(name).get_by_role("checkbox").check()

    def pick_all(self) -> None:
        """Tick the box in the table's head."""
        self.page.locator("[data-pick-all]").check()

    def row(self, text: str) -> Locator:
        """The row of a list that has this text."""
        return self.page.get_by_role("row").filter(has_text=text).first

    def sees(self, *texts: str) -> None:
        """The page's body has these words."""
        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def told(self, text: str) -> None:
        """The green notice says so."""
        expect(self.page.locator("#messages .notice.is-good")).to_contain_text(text)

    @contextmanager
    def downloading(self) -> Iterator[list[bytes]]:
        """The file that the block's click gives, in the list after the block."""
        got: list[bytes] = []
        with self.page.expect_download() as waiting:
            yield got
        download: Download = waiting.value
        got.append(Path(download.path()).read_bytes())

    def refused(self, address: str, status: int) -> None:
        """Typing in an address is answered by that status, which the browser notes and nothing more."""
        before = len(self.office.complaints)
        with self.page.expect_console_message(lambda message: f"status of {status}" in message.text):
            answer: Response | None = self.page.goto(address)
        assert answer is not None
        assert answer.status == status
        told = self.office.complaints[before:]
        assert all(f"status of {status}" in line for line in told), told
        del self.office.complaints[before:]


def send(clerk: Person, name: str, data: bytes) -> Upload:
    """Choose the file, send it, see it being read, work the job, see the preview."""
    clerk.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": XLSX, "buffer": data})
    clerk.sees(f"已选择：{name}")
    clerk.shot("upload-send")
    clerk.press("上传并检查")
    clerk.sees("正在读取和检查")
    clerk.shot("upload-reading")
    queue.work_all()
    clerk.sees("数据行")
    return Upload.objects.latest("pk")


def marked_workbook(clerk: Person) -> None:
    """The clerk's own file with the faults marked in it."""
    clerk.press("生成带标注的原表")
    clerk.sees("正在生成带标注的原表")
    queue.work_all()
    button = clerk.page.get_by_role("button", name="下载带标注的原表")
    expect(button).to_be_visible()
    with clerk.downloading() as files:
        button.click()
    reasons = last_column(files[0])
    assert any("校验不符" in reason for reason in reasons), reasons


def photograph(clerk: Person, moment: str) -> None:
    """The clerk's photo of the posted notice."""
    clerk.go("公示管理")
    clerk.page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    clerk.page.get_by_label(f"{moment}照片", exact=True).set_input_files(
        {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": photo().read()}
    )
    clerk.sees("照片.jpg")
    clerk.shot(f"photo-{moment}")
    clerk.press(f"上传{moment}照片")
    clerk.sees("待核查")
    clerk.shot(f"photo-{moment}-sent")


def photograph_by_phone(office: Office, clerk: Person, moment: str) -> None:
    """The clerk's screen shows a code, the phone behind it sends the photo, the screen goes on by itself."""
    clerk.go("公示管理")
    clerk.page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    clerk.follow(f"手机拍照：{moment}照片")
    clerk.sees("扫这个二维码")
    clerk.shot(f"phone-code-{moment}")
    assert violations(clerk.page) == []
    clerk.page.locator("summary", has_text="仍然显示二维码").click()  # of use here: the phone is on this machine
    assert violations(clerk.page) == []
    address = clerk.page.locator(".qr-box .mono").text_content() or ""
    phone = office.browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN").new_page()
    phone.goto(address)
    office.shoot(phone, f"phone-{moment}-390")
    phone.get_by_label("照片").set_input_files(
        {"name": "手机.jpg", "mimeType": "image/jpeg", "buffer": photo(size=(120, 90)).read()}
    )
    phone.get_by_role("button", name="上传").click()
    expect(phone.get_by_role("heading", name="照片已上传")).to_be_visible()
    office.shoot(phone, f"phone-{moment}-sent-390")
    phone.context.close()
    clerk.told(f"{moment}照片已收到")
