"""A session that is gone, a stale form, an address that takes no GET: each is told in Chinese, with a way back."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.aid_admin.conftest import PASSWORD

HTML = {"Accept": "text/html,application/xhtml+xml"}
HERE = "http://testserver"


def test_post_without_a_session_is_told_and_comes_back_to_its_page(db) -> None:
    answer = Client().post("/uploads/5/commit/", headers={"Referer": f"{HERE}/uploads/5/?tab=rows"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login/?next=%2Fuploads%2F5%2F%3Ftab%3Drows&lost=1"
    text = Client().get(answer.headers["Location"]).content.decode()
    assert "登录已失效，刚才的操作没有提交。请重新登录" in text
    assert 'value="/uploads/5/?tab=rows"' in text
    assert "data-lost" in text


def test_page_asked_for_without_a_session_is_no_lost_work(db) -> None:
    answer = Client().get("/uploads/5/")
    assert answer.headers["Location"] == "/login/?next=/uploads/5/"
    assert "data-lost" not in Client().get(answer.headers["Location"]).content.decode()


@pytest.mark.parametrize(
    "came_from", ["https://elsewhere.example/x", "//elsewhere.example/", "", "javascript:alert(1)"]
)
def test_lost_session_never_leads_outside(db, came_from: str) -> None:
    answer = Client().post("/uploads/5/commit/", headers={"Referer": came_from})
    assert answer.headers["Location"] == "/login/?next=%2F&lost=1"


def test_part_of_a_page_sends_the_whole_page_to_the_login(db) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"{HERE}/students/7/"}
    answer = Client().post("/reveal/student.id_number/7/", headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/login/?next=%2Fstudents%2F7%2F&lost=1")


def test_wrong_password_keeps_the_notice_and_the_right_one_leads_back(staff) -> None:
    staff("auditor", username="shenji")
    client, given = Client(), {"username": "shenji", "next": "/jobs/?page=2", "lost": "1"}
    text = client.post("/login/", given | {"password": "x"}).content.decode()
    assert "用户名或密码不对" in text
    assert "data-lost" in text
    assert client.post("/login/", given | {"password": PASSWORD}).headers["Location"] == "/jobs/?page=2"


def test_stale_form_leads_back_to_its_page(staff, log_in) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff("auditor"), backend="aid_admin.accounts.backend.PostsBackend")
    answer = client.post("/semester/", {"semester": "2020-spring"}, headers={"Referer": f"{HERE}/jobs/"})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "刚才的操作没有提交" in text
    assert 'href="/jobs/">回到刚才的页面' in text


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/semester/", "/"),
        ("/audit/verify/", "/audit/"),
        ("/uploads/7/marked/file/", "/uploads/7/marked/"),
        ("/reports/export/", "/reports/"),
        ("/uploads/7/mark/", "/uploads/7/"),
    ],
)
def test_address_of_a_button_opened_by_hand_has_a_page_with_a_way_back(staff, log_in, path: str, back: str) -> None:
    answer = log_in(staff("auditor")).get(path, headers=HTML)
    text = answer.content.decode()
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "这个地址是页面上的按钮用的，不能直接打开" in text
    assert f'href="{back}">' in text
    assert "<h1>不能直接打开</h1>" in text
    assert "default-src" in answer.headers["Content-Security-Policy"]


def test_page_that_takes_nothing_says_so(staff, log_in) -> None:
    text = log_in(staff("auditor")).post("/jobs/", headers=HTML).content.decode()
    assert "这个页面只供查看" in text


def test_programs_get_the_bare_answer(staff, log_in) -> None:
    assert log_in(staff("auditor")).get("/semester/").content == b""
    assert Client().post("/healthz", headers=HTML).status_code == 405


def test_typed_text_is_kept_for_the_same_person_only_and_never_passwords_or_files() -> None:
    script = (Path(settings.BASE_DIR) / "static" / "office" / "office.js").read_text(encoding="utf-8")
    kept = script.split("var KEPT")[1].split("// ---- picking rows")[0]
    assert "sessionStorage" in kept
    assert "localStorage" not in kept
    assert re.search(r":not\(|!field\.matches\(\"\[type=password\], \[type=file\], \[type=hidden\]", kept)
    assert 'typed.who !== body.getAttribute("data-user")' in kept


def test_pages_name_their_person_for_the_script(staff, log_in) -> None:
    assert 'data-user="shenji"' in log_in(staff("auditor", username="shenji")).get("/jobs/").content.decode()
    assert "data-user" not in Client().get("/login/").content.decode()
