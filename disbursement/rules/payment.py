"""What a payment line freezes: its payee, its number, its reference, the order of its seal."""

import re
from dataclasses import dataclass

from aid_admin.lib.refusals import Refused
from aid_admin.lib.semester import of
from disbursement.rules.states import BatchMode


@dataclass(frozen=True, slots=True)
class Account:
    """A pupil's account as verified; `is_usable` says verified, not ended, and past its waiting time."""

    holder_name: str
    holder_relation: str
    account_no: str
    is_usable: bool
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class Payee:
    """To whom a line goes: an account's holder, or the school for a waiver (then no account)."""

    name: str
    relation: str
    account_no: str | None
    account_reference: int | None


class NoUsableAccount(Refused):
    """The pupil has no verified account to be paid to."""


def freeze_payee(*, mode: str, pupil_name: str, school_name: str, account: Account | None) -> Payee:
    """Return what a payment line keeps of its payee for ever; raises NoUsableAccount."""
    if mode == BatchMode.WAIVER:
        return Payee(school_name, "学校", None, None)
    if account is None or not account.is_usable:
        raise NoUsableAccount(f"{pupil_name}没有已核实的银行账户，请学校先登记并核实账户。")
    return Payee(account.holder_name, account.holder_relation, account.account_no, account.reference)


# The order is part of the seal: a field is never moved or removed, a new one makes a new version.
SEAL_VERSION = "payment-line/1"
SEALED_FIELDS = (
    "batch_no",
    "line_no",
    "roster_line",
    "student",
    "school",
    "programme",
    "payee_name",
    "payee_relation",
    "account_no",
    "amount_fen",
    "standard",
)


@dataclass(frozen=True, slots=True)
class SealedPayment:
    """The facts of a payment line that its seal covers; references are database ids."""

    batch_no: str
    line_no: int
    roster_line: int
    student: int
    school: str
    programme: str
    payee_name: str
    payee_relation: str
    account_no: str | None
    amount_fen: int
    standard: int


def seal_fields(payment: SealedPayment) -> tuple[str | int | None, ...]:
    """Return what `Keyring.mac` is to cover, in its fixed order."""
    values: tuple[str | int | None, ...] = tuple(getattr(payment, name) for name in SEALED_FIELDS)
    return (SEAL_VERSION, *values)


# year, 1 spring or 2 autumn, the bank's three letters or FEE for a waiver, a number of three digits
_BATCH_NO = r"\d{5}[A-Z]{3}\d{3}"
_LINE_REF = re.compile(rf"({_BATCH_NO})(\d{{5}})(\d{{2}})")
_WAIVER_LETTERS = "FEE"


def batch_number(semester: str, bank: str | None, serial: int) -> str:
    """Number a batch, e.g. 20201CCB001; raises ValueError if it does not fit."""
    when = of(semester)
    number = f"{when.year}{when.half}{bank or _WAIVER_LETTERS}{serial:03d}"
    if not re.fullmatch(_BATCH_NO, number):
        raise ValueError(f"批次号不合规则：{number}")
    return number


@dataclass(frozen=True, slots=True)
class LineReference:
    batch_no: str
    line_no: int


def line_reference(batch_no: str, line_no: int) -> str:
    """Write the reference that goes through the bank and back, with two check digits."""
    body = f"{batch_no}{line_no:05d}"
    if not _LINE_REF.fullmatch(f"{body}00"):
        raise ValueError(f"批次号或行号不合规则：{batch_no} {line_no}")
    return f"{body}{98 - _remainder(f'{body}00'):02d}"


def parse_line_reference(text: str | None) -> LineReference | None:
    """Read a reference out of a bank's remark; None if there is none or its check digits are wrong."""
    for match in _LINE_REF.finditer("".join((text or "").split()).upper()):
        if _remainder(match[0]) == 1:
            return LineReference(match[1], int(match[2]))
    return None


def _remainder(text: str) -> int:
    """ISO 7064 mod 97-10, letters as 10 to 35: finds every wrong character and every swap."""
    return int("".join(str(int(character, 36)) for character in text)) % 97
