"""Money never goes to somebody unknown; an account that the bank takes again is verified by the head once more."""

import pytest
from django.utils import timezone

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.audit.models import AuditEvent
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from aid_admin.lib.sheets.columns import Status, TableRow
from students.actions.accounts import reaffirm_accounts, refuse_unknown, seal_of, verify_accounts
from students.models import BankAccount, Student
from tests.conftest import SmallCounty
from tests.factories import accounts, students
from tests.refusing import refused

SCHOOL = "1141000001"


def test_refuse_unknown_refuses_who_is_on_no_roll_and_nobody_else(small_county):
    known = Student.objects.first()
    rows = [
        TableRow("表", 2, Status.ACCEPTED, {"id_number": known.id_number, "name": known.name}),
        TableRow("表", 3, Status.ACCEPTED, {"id_number": "11010519491231002X", "name": "李某"}),
        TableRow("表", 4, Status.IGNORED, {"ignored": "合计"}),
    ]
    refuse_unknown(None, rows, "身份证号")
    assert [row.status for row in rows] == [Status.ACCEPTED, Status.REFUSED, Status.IGNORED]
    assert [issue.code for issue in rows[1].issues] == ["UNKNOWN_STUDENT"]
    assert "第 3 行：李某的身份证号不在本县学籍中" in rows[1].issues[0].message


@pytest.fixture
def in_use(small_county: SmallCounty) -> BankAccount:
    """A school's account in use."""
    found = BankAccount.objects.usable().filter(source_row__school__code=SCHOOL).order_by("pk").first()
    assert found is not None
    return found


def _hand(role: Role, school: str = SCHOOL) -> User:
    return accounts.user(role, school=school)


def test_reaffirmed_account_is_a_new_version_with_the_same_facts_that_the_head_verifies(in_use: BankAccount) -> None:
    (moved,) = reaffirm_accounts(by=_hand(Role.SCHOOL_CLERK), account=[in_use.pk], reason="已解冻，家长有回执")
    made = BankAccount.objects.get(pk=moved.id)
    facts = ("student_id", "holder_name", "holder_relation", "holder_id", "account_no", "kind", "bank", "branch")
    assert [getattr(made, name) for name in facts] == [getattr(in_use, name) for name in facts]
    assert (made.version, made.reason, made.is_usable) == (in_use.version + 1, "已解冻，家长有回执", False)
    assert bytes(made.seal) == seal_of(made)
    assert AuditEvent.objects.filter(verb="account.reaffirm", object_id=str(made.pk), school_code=SCHOOL).count() == 1

    verify_accounts(by=_hand(Role.SCHOOL_HEAD), account=[made.pk])

    in_use.refresh_from_db()
    made.refresh_from_db()
    assert (in_use.is_usable, made.is_usable) == (False, True)


def test_account_is_not_reaffirmed_twice(in_use: BankAccount) -> None:
    clerk = _hand(Role.SCHOOL_CLERK)
    reaffirm_accounts(by=clerk, account=[in_use.pk], reason="已解冻")
    with pytest.raises(Refused, match="已有待核对的账户，请负责人先核对"):
        reaffirm_accounts(by=clerk, account=[in_use.pk], reason="已解冻")


def test_account_that_is_not_in_use_is_not_reaffirmed(in_use: BankAccount) -> None:
    BankAccount.objects.filter(pk=in_use.pk).update(ended_at=timezone.now())
    with pytest.raises(Refused, match="没有在用，不能申明恢复"):
        reaffirm_accounts(by=_hand(Role.SCHOOL_CLERK), account=[in_use.pk], reason="已解冻")


def test_reaffirming_needs_a_reason_and_a_clerk_of_the_school(in_use: BankAccount) -> None:
    with pytest.raises(BadInput, match="请写明账户是怎样恢复的"):
        reaffirm_accounts(by=_hand(Role.SCHOOL_CLERK), account=[in_use.pk], reason=" ")
    with pytest.raises(Forbidden):
        reaffirm_accounts(by=_hand(Role.SCHOOL_HEAD), account=[in_use.pk], reason="已解冻")
    with pytest.raises(NotFound):
        reaffirm_accounts(by=_hand(Role.SCHOOL_CLERK, "3141000003"), account=[in_use.pk], reason="已解冻")


def test_reason_of_a_version_is_one_of_its_facts(in_use: BankAccount) -> None:
    (moved,) = reaffirm_accounts(by=_hand(Role.SCHOOL_CLERK), account=[in_use.pk], reason="已解冻")
    refused(f"UPDATE students_bankaccount SET reason = '别的' WHERE id = {moved.id}", "facts|Cannot update")


def _proposed(like: BankAccount, number: str, version: int) -> BankAccount:
    return students.account(
        like.student, proposed_by=_hand(Role.SCHOOL_CLERK), number=number, version=version, source_row=like.source_row
    )


def test_newer_proposal_that_is_verified_ends_the_older_ones(in_use: BankAccount) -> None:
    older, newer, newest = (_proposed(in_use, f"62158510000009999{n}", n) for n in (7, 8, 9))
    verify_accounts(by=_hand(Role.SCHOOL_HEAD), account=[newer.pk])
    for one in (in_use, older, newer, newest):
        one.refresh_from_db()
    assert [one.ended_at is None for one in (in_use, older, newer, newest)] == [False, False, True, True]
    assert [one.is_usable for one in (older, newer, newest)] == [False, True, False]


def test_two_proposals_of_one_pupil_are_not_verified_together(in_use: BankAccount) -> None:
    both = [_proposed(in_use, f"62158510000009999{n}", n).pk for n in (7, 8)]
    with pytest.raises(Refused, match="有几个待核对的账户，请只选正确的一个"):
        verify_accounts(by=_hand(Role.SCHOOL_HEAD), account=both)
