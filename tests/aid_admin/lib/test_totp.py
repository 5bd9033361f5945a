"""One-time codes against the examples of RFC 6238 (the last six of its eight digits)."""

import base64

import pytest

from aid_admin.lib import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_of_the_standard(at, code):
    assert totp.code_at(SECRET, at // 30) == code
    assert totp.step_of(SECRET, code, at=at) == at // 30


@pytest.mark.parametrize(("late", "good"), [(0, True), (30, True), (-30, True), (61, False), (-61, False)])
def test_a_clock_may_be_half_a_minute_wrong(late, good):
    assert (totp.step_of(SECRET, totp.code_at(SECRET, 1000), at=30_015 + late) == 1000) is good


def test_a_code_is_good_once():
    assert totp.step_of(SECRET, totp.code_at(SECRET, 1000), at=30_000, after=999) == 1000
    assert totp.step_of(SECRET, totp.code_at(SECRET, 1000), at=30_000, after=1000) is None


@pytest.mark.parametrize("code", ["", "28708", "２８７０８２", "287o82"])
def test_what_is_no_code(code):
    assert totp.step_of(SECRET, code, at=59) is None


def test_new_secrets_differ_and_go_into_the_address():
    secret = totp.new_secret()
    assert len(secret) == 32
    assert secret != totp.new_secret()
    assert totp.address(secret, "guanli1", "学生资助").startswith("otpauth://totp/%E5%AD%A6")
    assert f"secret={secret}&" in totp.address(secret, "guanli1", "x")
