"""A draft loses doubtful lines; a locked batch goes back to whoever built it; credit cards are not paid to."""

from collections.abc import Callable

import pytest

from aid_admin.audit.models import AuditEvent
from aid_admin.county.models import BankBin
from aid_admin.lib.refusals import BadInput, Forbidden, Refused
from aid_admin.office import invariants
from disbursement.actions import bank, batches, doubts, taking_out
from disbursement.models import DisbursementBatch, TakenOut
from students.models import BankAccount
from tests.disbursement.builders import TERM
from tests.disbursement.money import drafted, fresh, line_of, person, released
from tests.factories import files, intake
from tests.refusing import refused

At = Callable[[str], str]


@pytest.fixture
def draft(county_at: At) -> DisbursementBatch:
    """A draft through a bank."""
    county_at("publicised")
    return drafted()


def _all_well() -> None:
    assert [check.sentence for check in invariants.run() if not check.ok] == []


def test_account_shared_across_batches_is_still_seen(draft: DisbursementBatch) -> None:
    """Taking one of two sharers out must not hide from either batch that both go to one account."""
    (shared,) = [found for found in doubts.findings_of(draft) if found.code == "ACCOUNT_SHARED"][:1]
    gone = line_of(draft, shared.subjects[-1])
    stays = line_of(draft, shared.subjects[0])
    assert gone.student_id != stays.student_id
    taking_out.take_out_lines(by=person("caiwu1"), line=[gone.pk], reason="与他人共用账户")
    taking_out.put_back_lines(by=person("caiwu1"), taken_out=[TakenOut.objects.get().pk], reason="已查实")

    (again,) = batches.build_batches(by=person("caiwu1"), semester=TERM, bank="RCC")

    for batch, other in ((DisbursementBatch.objects.get(pk=again.id), draft), (draft, again)):
        number = other.no if isinstance(other, DisbursementBatch) else DisbursementBatch.objects.get(pk=other.id).no
        told = [found.message for found in doubts.findings_of(batch) if found.code == "ACCOUNT_SHARED"]
        assert any(f"（批次{number}）" in message for message in told), told


@pytest.mark.parametrize("reviewed", [False, True])
def test_batch_given_back_is_a_draft_again_and_locked_anew(draft: DisbursementBatch, reviewed: bool) -> None:
    batches.lock_batches(by=person("caiwu1"), batch=[draft.pk])
    before = fresh(draft)
    if reviewed:
        batches.review_batches(by=person("shenpi1"), batch=[draft.pk])

    batches.give_back_batches(by=person("shenpi2"), batch=[draft.pk], reason="第3笔户名可疑")

    batch = fresh(draft)
    assert (batch.state, batch.line_count, batch.total_fen, batch.digest) == ("DRAFTED", None, None, "")
    assert (batch.locked_by, batch.reviewed_by) == (None, None)
    assert AuditEvent.objects.latest("seq").reason == "第3笔户名可疑"
    taking_out.take_out_lines(by=person("caiwu1"), line=[line_of(batch, 3).pk], reason="等学校核实")
    batches.lock_batches(by=person("caiwu1"), batch=[batch.pk])
    again = fresh(batch)
    assert again.line_count == before.line_count - 1
    assert again.total_fen < before.total_fen
    assert again.digest != before.digest
    _all_well()


def test_batch_is_given_back_by_an_approver_with_a_reason_before_its_release(draft: DisbursementBatch) -> None:
    approver = person("shenpi1")
    with pytest.raises(Refused, match="草稿"):
        batches.give_back_batches(by=approver, batch=[draft.pk], reason="可疑")
    batches.lock_batches(by=person("caiwu1"), batch=[draft.pk])
    with pytest.raises(BadInput, match="须写明原因"):
        batches.give_back_batches(by=approver, batch=[draft.pk], reason="")
    with pytest.raises(Forbidden):
        batches.give_back_batches(by=person("caiwu2"), batch=[draft.pk], reason="可疑")
    batches.review_batches(by=approver, batch=[draft.pk])
    batches.release_batches(by=person("shenpi2"), batch=[draft.pk])
    with pytest.raises(Refused, match="已放行"):
        batches.give_back_batches(by=approver, batch=[draft.pk], reason="可疑")


def test_frozen_sums_open_only_by_giving_the_batch_back_whole(draft: DisbursementBatch) -> None:
    batches.lock_batches(by=person("caiwu1"), batch=[draft.pk])
    update = f"UPDATE disbursement_disbursementbatch SET {{}} WHERE id = {draft.pk}"
    opened = "locked_by_id = NULL, line_count = NULL, total_fen = NULL, digest = ''"

    refused(update.format("line_count = NULL"), "batch_state_is_signed|Cannot update")
    refused(update.format("state = 'DRAFTED'"), "Cannot update")
    refused(update.format("state = 'DRAFTED', line_count = NULL, total_fen = 1, digest = ''"), "Cannot update")
    batches.give_back_batches(by=person("shenpi1"), batch=[draft.pk], reason="可疑")
    released(draft)
    refused(update.format(f"state = 'DRAFTED', reviewed_by_id = NULL, {opened}"), "Invalid transition|moves")


def test_credit_card_is_an_error_and_no_bank_of_its_own(draft: DisbursementBatch) -> None:
    line = line_of(draft, 1)
    number = str(line.account_no)
    BankBin.objects.filter(prefix=number[:6], length=len(number)).update(kind="CREDIT")

    codes = {finding.code for finding in doubts.findings_of(draft)}

    assert "CREDIT_CARD" in codes
    assert "CREDIT" not in batches.banks()
    with pytest.raises(Refused, match="是信用卡，不能用于发放"):
        batches.lock_batches(by=person("caiwu1"), batch=[draft.pk])
    assert BankAccount.objects.filter(pk=line.account_id).exists()


def test_credit_card_in_a_schools_list_is_refused(draft: DisbursementBatch) -> None:
    line = line_of(draft, 1)
    number = str(line.account_no)
    BankBin.objects.filter(prefix=number[:6], length=len(number)).update(kind="CREDIT")
    clerk = person(f"jingban-{line.school.code}")
    row = files.account_row(
        line.school.name, name=line.student.name, id_number=line.student.id_number, account_no=number
    )

    upload = intake.read(clerk, "accounts", files.sheet("accounts", [row]), school=line.school.code)

    assert (upload.accepted, upload.refused) == (0, 1)
    assert "是信用卡，不能用于发放" in upload.issues.get(level="error").message


def test_file_is_made_once_and_every_download_stands_in_the_batchs_history(draft: DisbursementBatch) -> None:
    batch, clerk = released(draft), person("caiwu1")
    with pytest.raises(Refused, match="还没有生成代发文件"):
        bank.take_payment_file(by=clerk, batch=batch.pk)
    made = bank.make_payment_file(by=clerk, batch=batch.pk)
    assert bank.make_payment_file(by=person("caiwu2"), batch=batch.pk) == made
    for _ in range(2):
        assert bank.take_payment_file(by=person("caiwu2"), batch=batch.pk) == made

    events = AuditEvent.objects.filter(object_type="disbursementbatch", object_id=str(batch.pk)).order_by("seq")
    of_the_file = events.filter(verb__in=["batch.file", "batch.download"])
    assert list(of_the_file.values_list("verb", "to_state", "actor_username", "count", "after_digest")) == [
        ("batch.file", "FILE_MADE", "caiwu1", batch.line_count, made.sha256),
        ("batch.download", "EXPORTED", "caiwu2", batch.line_count, made.sha256),
        ("batch.download", "EXPORTED", "caiwu2", batch.line_count, made.sha256),
    ]
