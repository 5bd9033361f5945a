"""The second factor: off by default; set up at the first login, asked for at each, locked, never good twice."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from aid_admin.accounts import actions
from aid_admin.accounts.models import User
from aid_admin.audit.models import AuditEvent
from aid_admin.lib import totp
from aid_admin.lib.refusals import BadInput, Forbidden, Refused
from tests.aid_admin.conftest import PASSWORD


@pytest.fixture
def approver(staff) -> User:
    return staff("finance_approver", username="shenpi")


@pytest.fixture
def asked(settings) -> None:
    settings.AID_SECOND_FACTOR = True


def password(user: User) -> Client:
    client = Client()
    assert client.post("/login/", {"username": user.username, "password": PASSWORD}).status_code == 302
    return client


def code(secret: str) -> str:
    return totp.code_at(secret, int(timezone.now().timestamp()) // totp.STEP)


def with_app(user: User) -> str:
    secret = totp.new_secret()
    actions.set_up_factor(by=user, secret=secret, code=code(secret))
    return secret


def send(client: Client, text: str, **more: str):
    return client.post("/login/code/", {"code": text} | more)


def test_nothing_is_asked_for_unless_switched_on(approver):
    client = password(approver)
    assert client.get("/batches/").status_code == 200
    assert client.get("/login/code/").headers["Location"] == "/"
    assert client.get("/login/factor/").headers["Location"] == "/login/code/"


def test_roles_without_it_are_not_asked(asked, staff):
    assert password(staff("reviewer")).get("/rosters/").status_code == 200


def test_first_login_sets_up_the_app(asked, approver):
    client = password(approver)
    answer = client.get("/batches/?state=LOCKED")
    assert answer.headers["Location"] == "/login/code/?next=%2Fbatches%2F%3Fstate%3DLOCKED"
    assert client.post("/batches/").headers["Location"] == "/login/code/?next=%2F"
    assert client.get("/login/code/").headers["Location"] == "/login/factor/"
    text = client.get("/login/factor/").content.decode()
    assert 'src="data:image/svg+xml' in text
    secret = "".join(re.search(r'class="mono">([A-Z2-7 ]+)<', text)[1].split())
    wrong = client.post("/login/factor/", {"code": "000000"}).content.decode()
    assert "动态口令不对" in wrong
    assert "".join(re.search(r'class="mono">([A-Z2-7 ]+)<', wrong)[1].split()) == secret, "the key scanned stays"
    assert client.get("/batches/").status_code == 302
    answer = client.post("/login/factor/", {"code": f"{code(secret)[:3]} {code(secret)[3:]}"})
    assert answer.headers["Location"] == "/"
    assert client.get("/batches/").status_code == 200
    approver.refresh_from_db()
    assert approver.totp_secret == secret
    assert client.get("/login/factor/").status_code == 302
    with pytest.raises(Refused, match="已经设置过"):
        with_app(approver)


def test_every_login_asks_and_goes_on_to_the_page(asked, approver):
    secret = with_app(approver)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        client = password(approver)
        assert client.get("/batches/").status_code == 302
        assert "输入动态口令" in client.get("/login/code/").content.decode()
        assert send(client, code(secret), next="https://evil.example/").headers["Location"] == "/"
        assert client.get("/batches/").status_code == 200
        again = password(approver)
        assert "已经用过" in send(again, code(secret)).content.decode(), "nobody who looked on can use it"
        assert again.get("/batches/").status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
        assert send(again, code(secret), next="/batches/").headers["Location"] == "/batches/"
        assert send(password(approver), "123").status_code == 200


def test_wrong_codes_lock_also_over_new_logins(asked, approver):
    secret = with_app(approver)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        for _ in range(5):
            assert send(password(approver), "000000").status_code == 200
        client = password(approver)
        assert "已锁定 15 分钟" in send(client, code(secret)).content.decode()
        assert client.get("/batches/").status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=18), tick=False):
        assert send(password(approver), code(secret)).status_code == 302
    states = list(AuditEvent.objects.filter(verb="factor.check").order_by("seq").values_list("to_state", flat=True))
    assert states == ["FACTOR_WRONG"] * 4 + ["FACTOR_LOCKED", "FACTOR_RIGHT"]


def test_administrator_resets_and_the_session_ends(asked, approver, staff):
    secret, admin = with_app(approver), staff("system_admin", username="guanli")
    own = with_app(admin)
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        client, boss = password(approver), password(admin)
        send(client, code(secret))
        send(boss, code(own))
        page = f"/users/{approver.pk}/"
        assert "重置动态口令" in boss.get(page).content.decode()
        answer = boss.post(page, {"do": "reset_factor", "reset_factor-reason": "换手机"})
        assert answer.status_code == 302
        assert client.get("/batches/").headers["Location"].startswith("/login/?")
        assert "重置动态口令" not in boss.get(page).content.decode().split("经过</h2>")[0]
        assert password(approver).get("/login/code/").headers["Location"] == "/login/factor/"
    with pytest.raises(Refused, match="还没有设置"):
        actions.reset_factor(by=admin, username=approver.username, reason="再来")
    with pytest.raises(Forbidden):
        actions.reset_factor(by=approver, username="guanli", reason="x")


def test_secret_is_sealed_and_must_work(approver):
    with pytest.raises(BadInput):
        actions.set_up_factor(by=approver, secret=totp.new_secret(), code="000000")
    secret = with_app(approver)
    sealed = User.objects.extra(select={"raw": "totp_secret"}).get(pk=approver.pk).raw
    assert secret.encode() not in bytes(sealed)
