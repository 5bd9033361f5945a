"""A failed payment is reissued once, to another account; an aborted reissue strands nobody."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.files import store
from aid_admin.lib.refusals import Refused
from aid_admin.office import invariants
from demo import bank as demo_bank
from disbursement.actions import bank, batches
from disbursement.models import DisbursementBatch, PaymentFile, PaymentLine
from disbursement.rules.states import BatchMode, PaymentState
from students.actions.accounts import reaffirm_accounts, verify_accounts
from students.models import BankAccount
from tests.factories import accounts, people, students

At = Callable[[str], str]


@pytest.fixture
def answered(county_at: At) -> tuple[DisbursementBatch, User]:
    """A sent batch of which the bank refused two lines."""
    county_at("batched")
    clerk = accounts.user(Role.FINANCE_CLERK)
    batch = DisbursementBatch.objects.filter(mode=BatchMode.ACCOUNT, bank="RCC").get()
    bank.take_payment_file(by=clerk, batch=batch.pk)
    bank.send_batches(by=clerk, batch=[batch.pk])
    refused = {str(line.account_no): "账户已销户" for line in batch.lines.order_by("line_no")[:2]}
    name, data = demo_bank.answer("RCC", store.read(PaymentFile.objects.get(batch=batch).stored_file), refused)
    bank.load_return(by=clerk, batch=batch.pk, data=data, name=name)
    assert batch.lines.filter(state=PaymentState.FAILED).count() >= 2
    return batch, clerk


def _give_another_account(batch: DisbursementBatch) -> set[int]:
    failed = list(batch.lines.filter(state=PaymentState.FAILED).select_related("student", "account"))
    proposer, verifier = (accounts.user(role, school="1141000001") for role in (Role.SCHOOL_CLERK, Role.SCHOOL_HEAD))
    for pupil in {line.student for line in failed}:
        BankAccount.objects.filter(student=pupil, ended_at=None).update(ended_at=timezone.now())
        students.account(pupil, proposed_by=proposer, verified_by=verifier, number=people.account_no(), version=9)
    return {line.roster_line_id for line in failed}


def test_refused_account_that_nobody_changed_is_not_tried_again(answered: tuple[DisbursementBatch, User]) -> None:
    batch, clerk = answered

    with pytest.raises(Refused, match="没有可以补发的明细"):
        batches.reissue(by=clerk, batch=batch.pk)


def test_refused_account_is_tried_again_once_clerk_and_head_say_it_is_usable(
    answered: tuple[DisbursementBatch, User],
) -> None:
    batch, clerk = answered
    failed = {line.pk: line for line in batch.lines.filter(state=PaymentState.FAILED)}
    for account in BankAccount.objects.filter(paymentline__in=failed).select_related("source_row__school").distinct():
        school = account.source_row.school.code
        by = accounts.user(Role.SCHOOL_CLERK, school=school)
        (proposed,) = reaffirm_accounts(by=by, account=[account.pk], reason="信用社已解冻")
        with pytest.raises(Refused, match="没有可以补发的明细"):
            batches.reissue(by=clerk, batch=batch.pk)
        verify_accounts(by=accounts.user(Role.SCHOOL_HEAD, school=school), account=[proposed.id])
        batches.reissue(by=clerk, batch=batch.pk)

    retries = PaymentLine.objects.filter(retry_of__batch=batch)
    assert {line.retry_of_id for line in retries} == set(failed)
    for line in retries:
        before = failed[line.retry_of_id]
        assert (line.account_no, line.payee_name) == (before.account_no, before.payee_name)
        assert line.account_id != before.account_id
    assert [check.sentence for check in invariants.run() if not check.ok] == []


def test_failed_lines_are_reissued_once(answered: tuple[DisbursementBatch, User]) -> None:
    batch, clerk = answered
    grants = _give_another_account(batch)

    (built,) = batches.reissue(by=clerk, batch=batch.pk)

    lines = PaymentLine.objects.filter(batch=built.id)
    assert set(lines.values_list("roster_line", flat=True)) == grants
    assert set(lines.values_list("retry_of__batch", flat=True)) == {batch.pk}
    with pytest.raises(Refused):
        batches.reissue(by=clerk, batch=batch.pk)
    assert batches.build_batches(by=clerk, semester="2020-spring") == []


def test_aborted_reissue_is_built_anew(answered: tuple[DisbursementBatch, User]) -> None:
    batch, clerk = answered
    grants = _give_another_account(batch)
    for _ in range(2):
        (built,) = batches.reissue(by=clerk, batch=batch.pk)
        batches.abort_batches(by=clerk, batch=[int(built.id)], reason="批次有误")

    (built,) = batches.reissue(by=clerk, batch=batch.pk)

    assert set(PaymentLine.objects.filter(batch=built.id).values_list("roster_line", flat=True)) == grants
    assert set(PaymentLine.objects.live().filter(roster_line__in=grants).values_list("batch", flat=True)) == {built.id}
    assert [check.sentence for check in invariants.run() if not check.ok] == []
