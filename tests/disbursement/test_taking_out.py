"""Doubtful lines leave a draft, wait until the school has answered or finance puts them back, and are paid once."""

from collections.abc import Callable

import pytest

from aid_admin.accounts.actions import operator
from aid_admin.audit.models import AuditEvent
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from aid_admin.office import invariants
from disbursement.actions import batches, doubts, taking_out
from disbursement.models import DisbursementBatch, PaymentLine, RosterLine, TakenOut
from students.actions.accounts import reaffirm_accounts, verify_accounts
from tests.disbursement.builders import TERM, do, done, enter
from tests.disbursement.money import drafted, line_of, load, person, released, sent
from tests.refusing import refused

At = Callable[[str], str]
WHY = "户名不是监护人"


@pytest.fixture
def draft(county_at: At) -> DisbursementBatch:
    """A draft through a bank."""
    county_at("publicised")
    return drafted()


@pytest.fixture
def gone(draft: DisbursementBatch) -> PaymentLine:
    """Its third line, taken out."""
    line = line_of(draft, 3)
    taking_out.take_out_lines(by=person("caiwu1"), line=[line.pk], reason=WHY)
    return line


def _payable(line: PaymentLine) -> bool:
    return bool(RosterLine.objects.payable().filter(pk=line.roster_line_id).exists())


def _built() -> set[int]:
    """Roster lines of the batches that can be built now."""
    made = batches.build_batches(by=person("caiwu2"), semester=TERM, bank="RCC")
    return set(PaymentLine.objects.filter(batch__in=[one.id for one in made]).values_list("roster_line", flat=True))


def _warnings() -> list[str]:
    batch = DisbursementBatch.objects.filter(bank="RCC").latest("pk")
    return [found.message for found in doubts.findings_of(batch) if found.code == "TAKEN_OUT_BEFORE"]


def test_others_stay_with_their_numbers_and_are_paid(draft: DisbursementBatch) -> None:
    line, before = line_of(draft, 3), draft.lines.count()

    (moved,) = taking_out.take_out_lines(by=person("caiwu1"), line=[line.pk], reason=WHY)

    assert moved.amount_fen == line.amount_fen
    assert draft.lines.count() == before - 1
    assert not draft.lines.filter(line_no=3).exists()
    assert AuditEvent.objects.latest("seq").reason == f"第3笔：{WHY}"
    batch = sent(released(draft))
    assert batch.line_count == before - 1
    load(batch, {})
    assert set(batch.lines.values_list("state", flat=True)) == {"PAID"}
    assert not _payable(line)
    assert _built() == set()
    assert [check.sentence for check in invariants.run() if not check.ok] == []


def test_account_verified_anew_ends_the_doubt_and_the_releaser_is_told(gone: PaymentLine) -> None:
    account = gone.account
    assert account is not None
    code = account.source_row.school.code
    clerk, head = person(f"jingban-{code}"), person(f"fuze-{code}")

    (proposed,) = reaffirm_accounts(by=clerk, account=[account.pk], reason="户名是祖母，已看户口簿")
    assert not _payable(gone)
    verify_accounts(by=head, account=[proposed.id])

    assert not TakenOut.objects.waiting().exists()
    assert _built() == {gone.roster_line_id}
    (told,) = _warnings()
    assert f"曾从{gone.batch}移出：{WHY}；此后账户已重新核对" in told
    with pytest.raises(Refused, match="已重新核对账户"):
        taking_out.put_back_lines(by=person("caiwu1"), taken_out=[TakenOut.objects.get().pk], reason="已查实")


def test_line_put_back_is_built_as_it_was(gone: PaymentLine) -> None:
    doubt = TakenOut.objects.get()
    for by, reason, problem in (("caiwu1", " ", BadInput), ("shenpi1", "已查实", Forbidden)):
        with pytest.raises(problem):
            taking_out.put_back_lines(by=person(by), taken_out=[doubt.pk], reason=reason)

    taking_out.put_back_lines(by=person("caiwu2"), taken_out=[doubt.pk], reason="电话核实是祖父")

    assert _built() == {gone.roster_line_id}
    (told,) = _warnings()
    assert f"移出：{WHY}；后放回：电话核实是祖父" in told
    with pytest.raises(Refused, match="已经放回"):
        taking_out.put_back_lines(by=person("caiwu1"), taken_out=[doubt.pk], reason="再放")


def test_doubt_is_kept(gone: PaymentLine) -> None:
    refused("DELETE FROM disbursement_takenout", "Cannot delete")
    refused("UPDATE disbursement_takenout SET reason = '没有'", "Cannot update")
    refused(f"UPDATE disbursement_takenout SET put_back_by_id = {operator().pk}", "put_back_has_a_reason")


def test_line_is_taken_out_by_the_clerk_with_a_reason_and_only_from_a_draft(draft: DisbursementBatch) -> None:
    line = line_of(draft, 1).pk
    with pytest.raises(BadInput, match="须写明原因"):
        taking_out.take_out_lines(by=person("caiwu1"), line=[line], reason=" ")
    with pytest.raises(Forbidden):
        taking_out.take_out_lines(by=person("shenpi1"), line=[line], reason="可疑")
    with pytest.raises(NotFound):
        taking_out.take_out_lines(by=person("caiwu1"), line=[0], reason="可疑")
    with pytest.raises(Refused, match="请直接中止批次"):
        everything = list(draft.lines.values_list("pk", flat=True))
        taking_out.take_out_lines(by=person("caiwu1"), line=everything, reason="可疑")
    batches.lock_batches(by=person("caiwu1"), batch=[draft.pk])
    with pytest.raises(Refused, match="先退回经办"):
        taking_out.take_out_lines(by=person("caiwu1"), line=[line], reason="可疑")
    assert draft.lines.filter(pk=line).exists()


@pytest.mark.usefixtures("pages")
def test_school_is_asked_and_finance_sees_what_waits(gone: PaymentLine) -> None:
    code = gone.school.code
    clerk, finance = enter(f"jingban-{code}"), enter("caiwu1")
    assert "/accounts/?verified=doubted" in clerk.get("/").content.decode()
    listed = clerk.get("/accounts/?verified=doubted").content.decode()
    assert gone.student.name in listed
    assert f"财务移出：{WHY}" in listed
    stranger = enter("jingban-1141000001" if code != "1141000001" else "jingban-3141000003")
    assert WHY not in stranger.get("/accounts/?verified=doubted").content.decode()

    assert "移出的明细待核实" in finance.get("/").content.decode()
    page = finance.get("/batches/build/").content.decode()
    assert gone.student.name in page
    assert WHY in page
    doubt = TakenOut.objects.get().pk
    assert "请写明怎样查实的" in do(finance, "/batches/build/", "put_back", [doubt]).content.decode()
    done(finance, "/batches/build/", "put_back", [doubt], reason="电话核实是祖父")
    assert "移出待核实" not in finance.get("/batches/build/").content.decode()
    assert "/accounts/?verified=doubted" not in clerk.get("/").content.decode()
