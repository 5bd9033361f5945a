"""One-time codes by time, as every authenticator app shows them: pyotp does the arithmetic (RFC 6238), once is ours. Pure."""

from typing import Final

import pyotp
from pyotp.utils import strings_equal

STEP: Final = 30  # seconds
DRIFT: Final = 1  # steps that a phone's clock may be wrong by


def new_secret() -> str:
    """A fresh key of 160 bits, in base32 as apps take it."""
    return pyotp.random_base32()


def code_at(secret: str, step: int) -> str:
    """The code of one time step."""
    return pyotp.TOTP(secret, interval=STEP).generate_otp(step)


def step_of(secret: str, code: str, *, at: float, after: int = 0) -> int | None:
    """The time step that `code` belongs to, at `at` (seconds since 1970) or one step beside; None if it is wrong.

    A step up to `after`, the last one that was used, counts no more: a code is good once.
    """
    here, found = int(at) // STEP, None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if code.isascii() and strings_equal(code_at(secret, step), code) and step > after:
            found = step
    return found


def address(secret: str, username: str, issuer: str) -> str:
    """What the QR code says, for the app."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=username, issuer_name=issuer)
