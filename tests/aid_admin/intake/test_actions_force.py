"""In force, undone, restored, given up: who may, what stands in the way, and what comes back."""

import pytest

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.audit.models import AuditEvent
from aid_admin.intake.actions import force
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.rules import UploadState
from aid_admin.jobs.models import Job
from aid_admin.lib.refusals import Forbidden, Refused
from students.models import BankAccount
from tests.factories import accounts, county, files, intake, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return accounts.user(Role.REGISTRY_OFFICER)


@pytest.fixture
def school():
    return county.school()


def roll(school, officer: User) -> Upload:
    row = files.roll_row(school.code, name=people.name(), id_number=people.id_number())
    return intake.in_force(officer, "roll", files.sheet("roll", [row]))


def orphan() -> bytes:
    return files.sheet("orphans", [{"name": people.name(), "id_number": people.id_number(), "cert_no": "GE1"}])


def now(kind: str = "roll") -> list[int]:
    return list(InForce.objects.filter(kind=kind, until=None).values_list("upload", flat=True))


def test_restored_upload_is_in_force_again_with_all_that_follows(school) -> None:
    officer, clerk = accounts.user(Role.REGISTRY_OFFICER), accounts.user(Role.SCHOOL_CLERK, school=school.code)
    name, number = people.name(), people.id_number()
    intake.in_force(officer, "roll", files.sheet("roll", [files.roll_row(school.code, name=name, id_number=number)]))
    row = files.account_row(school.name, name=name, id_number=number, account_no="504120660000000001")
    upload = intake.in_force(clerk, "accounts", files.sheet("accounts", [row]))
    force.undo_upload(by=clerk, upload=upload.pk, reason="发错了")
    assert (now("accounts"), BankAccount.objects.filter(ended_at=None).count()) == ([], 0)

    force.restore_upload(by=clerk, upload=upload.pk, reason="没有错")

    assert (now("accounts"), BankAccount.objects.filter(ended_at=None).count()) == ([upload.pk], 1)
    event = AuditEvent.objects.filter(verb="upload.restore").get()
    assert (event.to_state, event.reason, event.actor_username) == ("IN_FORCE", "没有错", clerk.username)


def test_restored_upload_replaces_the_earlier_one_that_had_come_back(school, officer: User) -> None:
    first, second = roll(school, officer), roll(school, officer)
    moved = force.undo_upload(by=officer, upload=second.pk, reason="发错了")
    assert [(m.id, m.to_state) for m in moved] == [(second.pk, "UNDONE"), (first.pk, "IN_FORCE")]

    force.restore_upload(by=officer, upload=second.pk, reason="没有错")

    assert now() == [second.pk]
    force.undo_upload(by=officer, upload=second.pk, reason="还是错")
    assert now() == [first.pk]


def test_restore_never_pushes_a_later_upload_aside(school, officer: User) -> None:
    first, second = roll(school, officer), roll(school, officer)
    with pytest.raises(Refused, match=f"第 {second.pk} 号正在生效"):
        force.restore_upload(by=officer, upload=first.pk)
    assert now() == [second.pk]


def test_undo_brings_back_only_what_was_replaced(school, officer: User) -> None:
    first, second = roll(school, officer), roll(school, officer)
    force.undo_upload(by=officer, upload=second.pk)
    moved = force.undo_upload(by=officer, upload=first.pk)
    assert (len(moved), now()) == (1, [])  # not the second, which was undone by a person

    third = roll(school, officer)
    force.undo_upload(by=officer, upload=third.pk)
    assert now() == []  # it had replaced nothing


@pytest.mark.parametrize("state", ["in force", "read", "discarded"])
def test_restore_of_what_was_not_undone(school, officer: User, state: str) -> None:
    row = files.roll_row(school.code, name=people.name(), id_number=people.id_number())
    upload = intake.read(officer, "roll", files.sheet("roll", [row]))
    if state == "in force":
        force.commit_upload(by=officer, upload=upload.pk)
    if state == "discarded":
        force.discard_upload(by=officer, upload=upload.pk)
    with pytest.raises(Refused, match="当前不是已停用"):
        force.restore_upload(by=officer, upload=upload.pk)


def test_registry_is_restored_by_another_officer_than_the_one_who_committed(officer: User) -> None:
    upload = intake.in_force(officer, "orphans", orphan())
    force.undo_upload(by=officer, upload=upload.pk, reason="旧数据")
    with pytest.raises(Refused, match="另一名数据专员"):
        force.restore_upload(by=officer, upload=upload.pk)
    other = accounts.user(Role.REGISTRY_OFFICER)

    force.restore_upload(by=other, upload=upload.pk, reason="是新的")

    term = InForce.objects.get(kind="orphans", until=None)
    assert (term.proposed_by, term.confirmed_by) == (officer, other)


def test_registry_that_was_declined_can_be_put_in_force_after_all(officer: User) -> None:
    upload, other = intake.read(officer, "orphans", orphan()), accounts.user(Role.REGISTRY_OFFICER)
    force.commit_upload(by=officer, upload=upload.pk)
    force.decline_upload(by=other, upload=upload.pk, reason="没有盖章")
    force.restore_upload(by=other, upload=upload.pk, reason="补盖了章")
    assert now("orphans") == [upload.pk]


def test_late_pupil_is_not_restored_by_the_school(school, officer: User) -> None:
    clerk = accounts.user(Role.SCHOOL_CLERK, school=school.code)
    upload = intake.read(officer, "orphans", orphan())
    Upload.objects.filter(pk=upload.pk).update(kind="late", school=school)
    force.commit_upload(by=accounts.user(Role.SCHOOL_CLERK, school=school.code), upload=upload.pk)
    force.activate_upload(by=officer, upload=upload.pk)
    force.undo_upload(by=officer, upload=upload.pk)
    with pytest.raises(Forbidden, match="由数据专员恢复"):
        force.restore_upload(by=clerk, upload=upload.pk)
    force.restore_upload(by=officer, upload=upload.pk)
    assert now("late") == [upload.pk]


def test_discarded_upload_is_refused_with_the_reason_and_may_be_sent_anew(school, officer: User) -> None:
    data = files.sheet("roll", [files.roll_row(school.code, name=people.name(), id_number=people.id_number())])
    upload = intake.read(officer, "roll", data)
    force.discard_upload(by=officer, upload=upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.message[:2]) == (UploadState.REFUSED, "放弃")
    assert AuditEvent.objects.get(verb="upload.discard").reason == "放弃"
    with pytest.raises(Refused, match="没有被接收"):
        force.commit_upload(by=officer, upload=upload.pk)
    assert intake.read(officer, "roll", data).pk > upload.pk


def test_discard_of_what_is_committed_or_being_read(school, officer: User) -> None:
    upload = roll(school, officer)
    with pytest.raises(Refused, match="已经提交，不能放弃"):
        force.discard_upload(by=officer, upload=upload.pk)
    waiting = intake.staged(officer, "orphans", orphan())
    with pytest.raises(Refused, match="还在读取"):
        force.discard_upload(by=officer, upload=waiting.pk)
    Job.objects.filter(pk=intake.job_of(waiting).pk).update(state="QUARANTINED")
    force.discard_upload(by=officer, upload=waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.read_at is not None) == (UploadState.REFUSED, True)


@pytest.mark.parametrize("act", [force.restore_upload, force.discard_upload])
def test_senders_alone_restore_and_discard(officer: User, act) -> None:
    upload = intake.read(officer, "orphans", orphan())
    with pytest.raises(Forbidden):
        act(by=accounts.user(Role.APPROVER), upload=upload.pk)
    with pytest.raises(Forbidden, match="您的岗位不处理"):
        act(by=accounts.user(Role.FINANCE_CLERK), upload=upload.pk)


def test_successor_is_one_that_holds_the_slot_or_waits_for_it(school, officer: User) -> None:
    older = intake.read(
        officer, "roll", files.sheet("roll", [files.roll_row(school.code, name="王一", id_number=people.id_number())])
    )
    newer = roll(school, officer)

    def successor(upload: Upload) -> int | None:
        return Upload.objects.with_successor().get(pk=upload.pk).successor

    assert (successor(older), successor(newer)) == (newer.pk, None)
    force.undo_upload(by=officer, upload=newer.pk)
    assert successor(older) is None
    first = intake.read(officer, "orphans", orphan())
    second = intake.read(officer, "orphans", orphan())
    force.commit_upload(by=officer, upload=second.pk)
    assert successor(first) == second.pk  # waits for the second person


def test_lists_that_add_have_no_successor(school) -> None:
    clerk, officer = accounts.user(Role.SCHOOL_CLERK, school=school.code), accounts.user(Role.REGISTRY_OFFICER)
    rows = []
    for place in range(2):
        name, number = people.name(), people.id_number()
        intake.in_force(
            officer, "roll", files.sheet("roll", [files.roll_row(school.code, name=name, id_number=number)])
        )
        rows.append(
            files.account_row(school.name, name=name, id_number=number, account_no=f"50412066000000000{place + 1}")
        )
    first, second = (intake.read(clerk, "accounts", files.sheet("accounts", [row])) for row in rows)
    force.commit_upload(by=clerk, upload=second.pk)
    assert Upload.objects.with_successor().get(pk=first.pk).successor is None
    assert first.holder() is None
