"""Money on its way, for tests: batches released and sent, the bank's answers, what a person decides about them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from aid_admin.accounts.models import User
from aid_admin.intake.models import Upload
from disbursement.actions import bank, batches, settling
from disbursement.banks import FileHeader, ReturnResult, profile_for, write_return_file
from disbursement.models import DisbursementBatch, PaymentLine, ReturnLine
from tests.disbursement.builders import TERM

OK = "交易成功"


def person(username: str) -> User:
    """One of the demo's people."""
    return User.objects.get(username=username)


def drafted(bank_code: str = "RCC") -> DisbursementBatch:
    """A draft of everything that may be paid through a bank."""
    batches.build_batches(by=person("caiwu1"), semester=TERM, bank=bank_code)
    return DisbursementBatch.objects.filter(bank=bank_code, state="DRAFTED").latest("pk")


def released(batch: DisbursementBatch) -> DisbursementBatch:
    """Locked, reviewed and released by three persons."""
    batches.lock_batches(by=person("caiwu1"), batch=[batch.pk])
    batches.review_batches(by=person("shenpi1"), batch=[batch.pk])
    batches.release_batches(by=person("shenpi2"), batch=[batch.pk])
    return fresh(batch)


def sent(batch: DisbursementBatch) -> DisbursementBatch:
    """With its file, taken and sent."""
    bank.make_payment_file(by=person("caiwu1"), batch=batch.pk)
    bank.take_payment_file(by=person("caiwu1"), batch=batch.pk)
    bank.send_batches(by=person("caiwu1"), batch=[batch.pk])
    return fresh(batch)


def fresh(row: Any) -> Any:
    """The row as it is now."""
    return type(row).objects.get(pk=row.pk)


def answer_file(batch: DisbursementBatch, said: Mapping[int, str], *, others: str | None = OK, note: str = "") -> bytes:
    """The bank's file: line number → its text; `others`: what it says of the rest, None: nothing.

    `note` makes a file of its own of what says the same (a blank line more).
    """
    wanted = [line for line in bank.file_lines(batch) if others is not None or line.line_no in said]
    results = [ReturnResult(line, said.get(line.line_no, others or "")) for line in wanted]
    total = sum(line.amount_fen for line in wanted)
    header = FileHeader(batch.no, date(2020, 6, 16), len(wanted), total)
    return write_return_file(profile_for(str(batch.bank)), header, results).data + note.encode()


def load(
    batch: DisbursementBatch, said: Mapping[int, str], *, others: str | None = OK, by: str = "caiwu1", note: str = ""
) -> Upload:
    """The bank's file, loaded."""
    data = answer_file(batch, said, others=others, note=note)
    upload, _ = bank.load_return(by=person(by), batch=batch.pk, data=data, name=f"HP{note.count(chr(10))}.txt")
    return Upload.objects.get(pk=upload.pk)


def line_of(batch: DisbursementBatch, number: int) -> PaymentLine:
    """A line by its number, as it is now."""
    return PaymentLine.objects.get(batch=batch, line_no=number)


def contradiction(batch: DisbursementBatch, number: int) -> ReturnLine:
    """The answer about that line that waits for a person."""
    return ReturnLine.objects.contradicting().get(batch=batch, payment_line__line_no=number)


def settle(answer: ReturnLine, verdict: str, by: str = "caiwu2") -> None:
    """A person decides."""
    settling.settle_answers(by=person(by), answer=[answer.pk], verdict=verdict, reason="联社清算岗电话答复")
