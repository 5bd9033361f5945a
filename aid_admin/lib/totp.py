"""One-time codes by time (RFC 6238 as every authenticator app does it: SHA-1, six digits, thirty seconds). Pure."""

import base64
import hmac
import secrets
from typing import Final
from urllib.parse import quote

STEP: Final = 30  # seconds
DRIFT: Final = 1  # steps that a phone's clock may be wrong by
DIGITS: Final = 6


def new_secret() -> str:
    """A fresh key of 160 bits, in base32 as apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one time step (RFC 4226)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: str, code: str, *, at: float, after: int = 0) -> int | None:
    """The time step that `code` belongs to, at `at` (seconds since 1970) or one step beside; None if it is wrong.

    A step up to `after`, the last one that was used, counts no more: a code is good once.
    """
    here, found = int(at) // STEP, None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def address(secret: str, username: str, issuer: str) -> str:
    """What the QR code says, for the app."""
    label = quote(f"{issuer}:{username}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&digits={DIGITS}&period={STEP}"
