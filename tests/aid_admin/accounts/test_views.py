"""Login, lockout and the own password."""

import pytest
from django.test import Client

from aid_admin.accounts.actions import operator, reset_password
from aid_admin.audit.models import AuditEvent
from tests.aid_admin.conftest import PASSWORD

NEW = "xin-mima-2020-chang"


def test_anonymous_is_sent_to_login(db):
    answer = Client().get("/uploads/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login/?next=/uploads/"


def test_login_page_opens_without_login(db):
    answer = Client().get("/login/")
    assert answer.status_code == 200
    assert "用户名" in answer.content.decode()


def test_login_right(staff):
    staff("auditor", username="shenji")
    answer = Client().post("/login/", {"username": "shenji", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_login_wrong_password_says_no_more_than_needed(staff):
    staff("auditor", username="shenji")
    wrong = Client().post("/login/", {"username": "shenji", "password": "x"}).content.decode()
    unknown = Client().post("/login/", {"username": "nobody", "password": "x"}).content.decode()
    assert "用户名或密码不对" in wrong
    assert "用户名或密码不对" in unknown


def test_login_locked_after_five(staff):
    staff("auditor", username="shenji")
    client = Client()
    for _ in range(5):
        answer = client.post("/login/", {"username": "shenji", "password": "x"})
    assert answer.status_code == 429
    assert "登录已暂时锁定" in answer.content.decode()
    assert client.post("/login/", {"username": "shenji", "password": PASSWORD}).status_code == 429


def test_login_part_of_a_page_reloads_the_whole(db):
    answer = Client().get("/jobs/1/progress/", headers={"HX-Request": "true"}, follow=True)
    assert answer.headers["HX-Refresh"] == "true"


def test_logout_needs_post(staff, log_in):
    client = log_in(staff("auditor"))
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_password_changed(staff, log_in):
    client = log_in(staff("auditor", username="shenji"))
    answer = client.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 302
    assert client.get("/").status_code == 200
    assert AuditEvent.objects.filter(verb="user.password", actor_username="shenji").count() == 1
    assert Client().post("/login/", {"username": "shenji", "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"old": "falsch", "new": NEW, "again": NEW}, "原密码不正确"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, "两次输入的新密码不一样"),
        ({"old": PASSWORD, "new": "kurz", "again": "kurz"}, "12"),
        ({}, "这个字段是必填项"),
    ],
)
def test_password_refused_beside_the_form(staff, log_in, given, sentence):
    user = staff("auditor")
    answer = log_in(user).post("/password/", given)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_first_password_must_be_changed(staff, log_in):
    user = staff("auditor")
    password = reset_password(by=operator(), username=user.username)
    client = Client()
    client.post("/login/", {"username": user.username, "password": password})
    assert client.get("/").headers["Location"] == "/password/"
    assert "一次性密码" in client.get("/password/").content.decode()
