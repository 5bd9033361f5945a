"""A later file that contradicts what is booked: flagged, never booked alone, settled by another person."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from aid_admin.accounts.rules import Role
from aid_admin.audit.models import AuditEvent
from aid_admin.county import calendar
from aid_admin.lib.refusals import BadInput, Refused
from aid_admin.office import invariants
from aid_admin.office.waiting import waiting_for
from disbursement.actions import bank, batches, settling
from disbursement.models import DisbursementBatch, PaymentLine, ReturnDecision, ReturnLine
from eligibility.pins import runs_shown
from students.models import BankAccount
from tests.disbursement.builders import TERM
from tests.disbursement.money import contradiction, drafted, fresh, line_of, load, person, released, sent, settle
from tests.factories import accounts, people, students
from tests.refusing import refused

At = Callable[[str], str]


@pytest.fixture
def batch(county_at: At) -> DisbursementBatch:
    """A sent batch of which everything arrived but line 2."""
    county_at("publicised")
    made = sent(released(drafted()))
    load(made, {2: "户名不符"})
    return made


def _all_well() -> None:
    assert [check.sentence for check in invariants.run() if not check.ok] == []


def test_later_failure_of_a_paid_line_is_flagged_and_not_booked(batch: DisbursementBatch) -> None:
    before = line_of(batch, 5)

    upload = load(batch, {2: "户名不符", 5: "户名不符"})

    assert (upload.rows, upload.accepted, upload.refused) == (1, 0, 1)
    assert upload.ignored == batch.line_count - 1
    (issue,) = upload.issues.all()
    assert (issue.level, issue.code, issue.column) == ("error", "CONTRADICTS", "处理结果")
    assert issue.message.startswith("第5笔与已登记结果不一致（已登记：成功；本文件：户名不符）")
    after = line_of(batch, 5)
    assert (after.state, after.code, after.settled_on) == ("PAID", "SUCCESS", before.settled_on)
    _all_well()


def test_taken_failure_becomes_returned_later_and_is_reissued(batch: DisbursementBatch) -> None:
    load(batch, {2: "户名不符", 5: "已销户"})

    settle(contradiction(batch, 5), "TAKEN")

    line = line_of(batch, 5)
    assert (line.state, line.code) == ("RETURNED_LATER", "ACCOUNT_CLOSED")
    assert not ReturnLine.objects.contradicting().exists()
    event = AuditEvent.objects.filter(verb="batch.settle").latest("seq")
    assert event.object_type == "disbursementbatch"
    assert event.reason == "第5笔回盘“已销户”，以本文件为准：联社清算岗电话答复"
    _another_account(line)
    (built,) = batches.reissue(by=person("caiwu1"), batch=batch.pk)
    assert set(PaymentLine.objects.filter(batch=built.id).values_list("retry_of", flat=True)) == {line.pk}
    _all_well()


def _another_account(line: PaymentLine) -> None:
    school = line.school.code
    proposer, verifier = (accounts.user(role, school=school) for role in (Role.SCHOOL_CLERK, Role.SCHOOL_HEAD))
    BankAccount.objects.filter(student=line.student_id, ended_at=None).update(ended_at=timezone.now())
    students.account(line.student, proposed_by=proposer, verified_by=verifier, number=people.account_no(), version=9)


def test_kept_result_stays_and_the_answer_waits_no_longer(batch: DisbursementBatch) -> None:
    load(batch, {2: "户名不符", 5: "已销户"})

    settle(contradiction(batch, 5), "KEPT")

    assert line_of(batch, 5).state == "PAID"
    assert not ReturnLine.objects.contradicting().exists()
    _all_well()


def test_failure_that_may_have_arrived_is_not_paid_again_until_it_is_settled(batch: DisbursementBatch) -> None:
    _another_account(line_of(batch, 2))
    load(batch, {}, others="交易成功")
    assert line_of(batch, 2).state == "FAILED"

    with pytest.raises(Refused, match="没有可以补发的明细"):
        batches.reissue(by=person("caiwu1"), batch=batch.pk)
    settle(contradiction(batch, 2), "KEPT")
    assert len(batches.reissue(by=person("caiwu1"), batch=batch.pk)) == 1
    _all_well()


def test_taken_success_of_a_failed_line_counts_as_paid_once(batch: DisbursementBatch) -> None:
    _another_account(line_of(batch, 2))
    load(batch, {}, others="交易成功")

    settle(contradiction(batch, 2), "TAKEN")

    line = line_of(batch, 2)
    assert (line.state, line.code) == ("PAID", "SUCCESS")
    with pytest.raises(Refused, match="没有可以补发的明细"):
        batches.reissue(by=person("caiwu1"), batch=batch.pk)
    assert batches.build_batches(by=person("caiwu1"), semester=TERM, bank="RCC") == []
    _all_well()


def test_reissue_that_is_under_way_is_stopped_when_the_first_may_have_arrived(batch: DisbursementBatch) -> None:
    _another_account(line_of(batch, 2))
    (built,) = batches.reissue(by=person("caiwu1"), batch=batch.pk)
    again = DisbursementBatch.objects.get(pk=built.id)
    batches.lock_batches(by=person("caiwu1"), batch=[again.pk])
    batches.review_batches(by=person("shenpi1"), batch=[again.pk])
    load(batch, {}, others="交易成功")

    with pytest.raises(Refused, match="可能已经到账"):
        batches.release_batches(by=person("shenpi2"), batch=[again.pk])
    with pytest.raises(Refused, match=r"已补发（批次.*，待发放），还没有送银行"):
        settle(contradiction(batch, 2), "TAKEN")
    batches.abort_batches(by=person("shenpi1"), batch=[again.pk], reason="原来的已到账")
    settle(contradiction(batch, 2), "TAKEN")
    assert line_of(batch, 2).state == "PAID"
    _all_well()


def test_released_reissue_gets_no_file_and_is_not_sent_while_in_doubt(batch: DisbursementBatch) -> None:
    _another_account(line_of(batch, 2))
    (built,) = batches.reissue(by=person("caiwu1"), batch=batch.pk)
    again = released(DisbursementBatch.objects.get(pk=built.id))
    load(batch, {}, others="交易成功")
    clerk = person("caiwu1")
    with pytest.raises(Refused, match="核定前不能生成代发文件"):
        bank.make_payment_file(by=clerk, batch=again.pk)

    settle(contradiction(batch, 2), "KEPT")
    bank.make_payment_file(by=clerk, batch=again.pk)
    bank.take_payment_file(by=clerk, batch=again.pk)
    load(batch, {2: "处理中"}, others=None)
    with pytest.raises(Refused, match="核定前不能送银行"):
        bank.send_batches(by=clerk, batch=[again.pk])
    assert fresh(again).state == "RELEASED"


def test_both_paid_is_told_and_mended_only_by_a_return(batch: DisbursementBatch) -> None:
    _another_account(line_of(batch, 2))
    (built,) = batches.reissue(by=person("caiwu1"), batch=batch.pk)
    again = sent(released(DisbursementBatch.objects.get(pk=built.id)))
    load(again, {})
    load(batch, {}, others="交易成功")

    with pytest.raises(Refused, match="可能重复发放"):
        settle(contradiction(batch, 2), "TAKEN")
    load(again, {1: "退汇"}, note="\n")
    settle(contradiction(batch, 2), "TAKEN")
    grant = line_of(batch, 2).roster_line_id
    assert sorted(PaymentLine.objects.filter(roster_line=grant).values_list("state", flat=True)) == [
        "PAID", "RETURNED_LATER",
    ]  # fmt: skip
    _all_well()


def test_answer_in_doubt_cannot_be_taken(batch: DisbursementBatch) -> None:
    load(batch, {2: "户名不符", 5: "处理中"})
    with pytest.raises(Refused, match="没有说明钱是否到账"):
        settle(contradiction(batch, 5), "TAKEN")
    assert not ReturnDecision.objects.exists()


def test_other_reason_of_a_failure_is_taken_over(batch: DisbursementBatch) -> None:
    load(batch, {2: "已销户"})
    settle(contradiction(batch, 2), "TAKEN")
    assert (line_of(batch, 2).state, line_of(batch, 2).code) == ("FAILED", "ACCOUNT_CLOSED")
    _all_well()


def test_whoever_loaded_the_file_does_not_settle_it_nor_does_raw_sql(batch: DisbursementBatch) -> None:
    load(batch, {2: "户名不符", 5: "户名不符"}, by="caiwu1")
    answer = contradiction(batch, 5)
    with pytest.raises(Refused, match="另一名财务人员"):
        settle(answer, "TAKEN", by="caiwu1")
    clerk = person("caiwu1").pk
    refused(
        f"""INSERT INTO disbursement_returndecision (return_line_id, verdict, reason, by_id, decided_on)
            VALUES ({answer.pk}, 'TAKEN', 'x', {clerk}, '2020-06-16')""",
        "does not settle what it contradicts",
    )
    refused(
        f"UPDATE disbursement_paymentline SET state = 'PAID', code = 'SUCCESS' WHERE id = {line_of(batch, 2).pk}",
        "settled answer of the bank",
    )
    settle(answer, "KEPT", by="shenpi1")
    refused("UPDATE disbursement_returndecision SET verdict = 'TAKEN'", "kept")


def test_answer_is_settled_once_with_a_reason_and_a_known_verdict(batch: DisbursementBatch) -> None:
    load(batch, {2: "户名不符", 5: "户名不符"})
    answer = contradiction(batch, 5)
    for verdict, reason in (("TAKEN", " "), ("WHATEVER", "查过")):
        with pytest.raises(BadInput):
            settling.settle_answers(by=person("caiwu2"), answer=[answer.pk], verdict=verdict, reason=reason)
    settle(answer, "TAKEN")
    with pytest.raises(Refused, match="已经核定过"):
        settle(answer, "KEPT")


def test_batch_is_not_closed_before_its_contradictions_are_settled(batch: DisbursementBatch) -> None:
    load(batch, {2: "户名不符", 5: "户名不符"})
    with pytest.raises(Refused, match="1 笔回盘与已登记结果不一致"):
        batches.close_batches(by=person("caiwu1"), batch=[batch.pk])
    settle(contradiction(batch, 5), "KEPT")
    batches.close_batches(by=person("caiwu1"), batch=[batch.pk])


def test_contradiction_waits_at_the_desks_of_finance_but_not_of_who_loaded_it(batch: DisbursementBatch) -> None:
    load(batch, {2: "户名不符", 5: "户名不符"}, by="caiwu1")
    term = calendar.semester(TERM)

    def told(username: str) -> list[int]:
        lines = waiting_for(person(username), term, calendar.business_date(), runs_shown(term))
        return [line.count for line in lines if line.title == "回盘与已登记结果不一致"]

    assert [told(name) for name in ("caiwu1", "caiwu2", "shenpi1", "fushen1")] == [[], [1], [1], []]
    settle(contradiction(batch, 5), "KEPT")
    assert told("caiwu2") == []
