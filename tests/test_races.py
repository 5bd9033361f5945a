"""Two people at the same moment: one wins, the other is told, and the database has the last word."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from aid_admin.accounts.rules import Role
from aid_admin.audit import chain
from aid_admin.db import bulk
from aid_admin.files import store
from aid_admin.intake.actions import force, staging
from aid_admin.intake.models import InForce, Upload
from aid_admin.lib.refusals import Refused
from aid_admin.office import invariants
from demo import bank as demo_bank
from disbursement.actions import bank, batches, drafting, publicity, rosters
from disbursement.models import (
    DisbursementBatch,
    PaymentFile,
    PaymentLine,
    PublicityPeriod,
    ReturnLine,
    Roster,
    RosterLine,
)
from disbursement.rules.states import BatchMode, PaymentState, RosterState
from eligibility.actions.compare import compare
from eligibility.actions.entitle import entitle, newest_run
from eligibility.models import Run
from students.actions.accounts import reaffirm_accounts
from students.models import BankAccount, Placement, Student
from tests.conftest import SmallCounty
from tests.factories import accounts, county, files, intake, people
from tests.racing import at_once, refusals

TERM = "2020-spring"
At = Callable[[str], str]


def _all_well() -> None:
    assert [check.sentence for check in invariants.run() if not check.ok] == []
    assert chain.verify()[1] is None


def _reviewed(county_at: At) -> list[int]:
    county_at("rostered")
    ids = list(Roster.objects.filter(state=RosterState.SUBMITTED).order_by("pk").values_list("pk", flat=True))
    rosters.review_rosters(by=accounts.user(Role.REVIEWER), roster=ids)
    return ids


def test_eight_approve_the_same_rosters(county_at: At) -> None:
    ids = _reviewed(county_at)
    approvers = [accounts.user(Role.APPROVER) for _ in range(8)]

    results = at_once(*[lambda by=by: rosters.approve_rosters(by=by, roster=ids) for by in approvers])

    assert len(refusals(results)) == 7
    assert all(type(problem) is Refused for problem in refusals(results))
    assert set(Roster.objects.values_list("state", flat=True)) == {RosterState.APPROVED}
    assert Roster.objects.values("approved_by").distinct().count() == 1
    _all_well()


def test_one_approves_while_another_returns(county_at: At) -> None:
    first = _reviewed(county_at)[0]
    one, other = accounts.user(Role.APPROVER), accounts.user(Role.APPROVER)

    results = at_once(
        lambda: rosters.approve_rosters(by=one, roster=[first]),
        lambda: rosters.return_rosters(by=other, roster=[first], reason_code="DATA_WRONG", reason="年级有误"),
    )

    state = Roster.objects.get(pk=first).state
    approved = not isinstance(results[0], Exception)
    if state == RosterState.APPROVED:
        assert approved and isinstance(results[1], Refused)  # noqa: PT018
    else:  # returned, either instead of the approval or after it
        assert state == RosterState.DRAFT
        assert approved or isinstance(results[0], Refused)
    _all_well()


def test_four_draft_at_once(county_at: At) -> None:
    county_at("compared")
    entitle(by=accounts.user(Role.REVIEWER), semester=TERM)
    reviewers = [accounts.user(Role.REVIEWER) for _ in range(4)]

    results = at_once(*[lambda by=by: drafting.draft_rosters(by=by, semester=TERM) for by in reviewers])

    assert refusals(results) == []
    assert len({tuple(moved.id for moved in drafted) for drafted in results}) == 1
    assert Roster.objects.values("prepared_by").distinct().count() == 1
    _all_well()


def test_two_review_rosters_that_name_the_same_pupil(county_at: At) -> None:
    county_at("rostered")
    line, other = _twice_on_rosters()
    reviewers = [accounts.user(Role.REVIEWER) for _ in range(2)]
    both = [line.roster_id, other.roster_id]

    results = at_once(
        *[
            lambda by=by, pk=pk: rosters.review_rosters(by=by, roster=[pk])
            for by, pk in zip(reviewers, both, strict=True)
        ]
    )

    assert refusals(results) == []
    found = RosterLine.objects.filter(pk__in=[line.pk, other.pk]).values_list("state", "refusal")
    assert sorted(found) == [("ACCEPTED", ""), ("REFUSED", "ALREADY_GRANTED")]
    _all_well()


def _twice_on_rosters() -> tuple[RosterLine, RosterLine]:
    """A pupil on a submitted roster, and on another school's roster of the same programme since."""
    line = RosterLine.objects.filter(kind="RIGHT", roster__state=RosterState.SUBMITTED).order_by("pk").first()
    assert line is not None
    others = Roster.objects.filter(programme=line.programme, state=RosterState.SUBMITTED)
    elsewhere = others.exclude(pk=line.roster_id).exclude(lines__student=line.student).order_by("pk").first()
    assert elsewhere is not None
    facts = {
        name: getattr(line, name) for name in ("student", "semester", "programme", "entitlement", "kind", "amount_fen")
    }
    return line, RosterLine.objects.create(roster=elsewhere, **facts)


def test_two_plan_the_same_rosters(county_at: At) -> None:
    county_at("approved")
    officers = [accounts.user(Role.PUBLICITY_OFFICER) for _ in range(2)]

    results = at_once(*[lambda by=by: publicity.plan_period(by=by, semester=TERM) for by in officers])

    assert [type(problem) for problem in refusals(results)] == [Refused]
    assert PublicityPeriod.objects.count() == 1
    assert set(Roster.objects.values_list("period", flat=True)) == {PublicityPeriod.objects.get().pk}
    _all_well()


def test_one_plans_while_another_returns(county_at: At) -> None:
    county_at("approved")
    officer, approver = accounts.user(Role.PUBLICITY_OFFICER), accounts.user(Role.APPROVER)
    first = Roster.objects.filter(state=RosterState.APPROVED).order_by("pk").values_list("pk", flat=True)[0]

    results = at_once(
        lambda: publicity.plan_period(by=officer, semester=TERM, roster=[first]),
        lambda: rosters.return_rosters(by=approver, roster=[first], reason_code="DATA_WRONG", reason="年级有误"),
    )

    assert [type(problem) for problem in refusals(results)] == [Refused]
    roster = Roster.objects.get(pk=first)
    assert (roster.state == RosterState.APPROVED) is (roster.period_id is not None)
    _all_well()


def test_four_build_batches_at_once(county_at: At) -> None:
    county_at("publicised")
    clerks = [accounts.user(Role.FINANCE_CLERK) for _ in range(4)]

    results = at_once(*[lambda by=by: batches.build_batches(by=by, semester=TERM) for by in clerks])

    assert refusals(results) == []
    assert sorted(bool(built) for built in results) == [False, False, False, True]
    _each_grant_once()


def _each_grant_once() -> None:
    paid = list(PaymentLine.objects.values_list("roster_line", flat=True))
    assert len(paid) == len(set(paid))
    payable = RosterLine.objects.filter(state="ACCEPTED", roster__state=RosterState.CONFIRMED)
    left_out = payable.exclude(pk__in=paid).filter(
        student__accounts__verified_by__isnull=False, student__accounts__ended_at=None
    )
    assert paid
    assert not left_out.exists()
    _all_well()


def test_without_the_lock_the_table_still_lets_nobody_be_paid_twice(
    county_at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    county_at("publicised")
    clerks = [accounts.user(Role.FINANCE_CLERK) for _ in range(4)]
    real = bulk.execute
    monkeypatch.setattr(batches.bulk, "execute", lambda sql, *rest: 0 if "advisory" in sql else real(sql, *rest))

    results = at_once(*[lambda by=by: batches.build_batches(by=by, semester=TERM) for by in clerks])

    assert all(isinstance(problem, DatabaseError) for problem in refusals(results))
    assert any(built and not isinstance(built, Exception) for built in results)
    _each_grant_once()


def test_two_raw_payments_of_one_grant(county_at: At) -> None:
    county_at("batched")
    line = PaymentLine.objects.filter(batch__mode=BatchMode.ACCOUNT).order_by("pk").first()
    assert line is not None
    bulk.execute("SET session_replication_role = replica")
    PaymentLine.objects.filter(pk=line.pk).delete()
    DisbursementBatch.objects.update(state="DRAFTED")
    bulk.execute("SET session_replication_role = origin")
    names = [
        field.column for field in PaymentLine._meta.concrete_fields if field.name not in ("id", "created_at", "line_no")
    ]

    def pay(number: int) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            values = [line.__dict__.get(name) for name in names]
            marks = ", ".join(["%s"] * len(names))
            values[names.index("account_no")] = _sealed(line)
            cursor.execute(
                f"INSERT INTO disbursement_paymentline (line_no, {', '.join(names)}) VALUES (%s, {marks})",
                [number, *values],
            )
            return int(cursor.rowcount)

    results = at_once(lambda: pay(9001), lambda: pay(9002))

    assert [type(problem) for problem in refusals(results)] == [IntegrityError]
    assert "one_live_payment" in str(refusals(results)[0])
    assert PaymentLine.objects.filter(roster_line=line.roster_line_id).count() == 1


def _sealed(line: PaymentLine) -> Any:
    field = PaymentLine._meta.get_field("account_no")
    return field.get_prep_value(line.account_no)


def test_two_release_a_batch(county_at: At) -> None:
    county_at("publicised")
    batches.build_batches(by=(clerk := accounts.user(Role.FINANCE_CLERK)), semester=TERM, mode="ACCOUNT")
    ids = list(DisbursementBatch.objects.values_list("pk", flat=True))
    batches.lock_batches(by=clerk, batch=ids)
    batches.review_batches(by=accounts.user(Role.FINANCE_APPROVER), batch=ids)
    approvers = [accounts.user(Role.FINANCE_APPROVER) for _ in range(4)]

    results = at_once(*[lambda by=by: batches.release_batches(by=by, batch=ids) for by in approvers])

    assert [type(problem) for problem in refusals(results)] == [Refused] * 3
    files = at_once(*[lambda pk=pk: bank.make_payment_file(by=clerk, batch=pk).sha256 for pk in [ids[0]] * 4])
    assert len(set(files)) == 1
    assert PaymentFile.objects.filter(batch=ids[0]).count() == 1
    _all_well()


def test_return_file_is_loaded_by_two(county_at: At) -> None:
    county_at("batched")
    clerks = [accounts.user(Role.FINANCE_CLERK) for _ in range(4)]
    batch = DisbursementBatch.objects.filter(mode=BatchMode.ACCOUNT).order_by("pk").first()
    assert batch is not None
    bank.take_payment_file(by=clerks[0], batch=batch.pk)
    bank.send_batches(by=clerks[0], batch=[batch.pk])
    file = PaymentFile.objects.get(batch=batch)
    name, data = demo_bank.answer(batch.bank or "", store.read(file.stored_file), {})

    results = at_once(*[lambda by=by: bank.load_return(by=by, batch=batch.pk, data=data, name=name) for by in clerks])

    assert refusals(results) == []
    assert sorted(already for _, already in results) == [False, True, True, True]
    assert ReturnLine.objects.count() == batch.line_count
    assert set(batch.lines.values_list("state", flat=True)) == {PaymentState.PAID}
    _all_well()


def test_account_is_reaffirmed_by_two_while_a_list_changes_it(county_at: At) -> None:
    county_at("batched")
    account = BankAccount.objects.usable().select_related("student", "source_row__school").order_by("pk")[0]
    school = account.source_row.school
    clerks = [accounts.user(Role.SCHOOL_CLERK, school=school.code) for _ in range(3)]
    row = files.account_row(
        school.name, name=account.student.name, id_number=account.student.id_number, account_no=people.account_no()
    )
    upload = intake.read(clerks[2], "accounts", files.sheet("accounts", [row]), school=school.code)

    results = at_once(
        *[lambda by=by: reaffirm_accounts(by=by, account=[account.pk], reason="已解冻") for by in clerks[:2]],
        lambda: force.commit_upload(by=clerks[2], upload=upload.pk),
    )

    assert all(type(problem) is Refused for problem in refusals(results))
    versions = list(BankAccount.objects.filter(student=account.student).values_list("version", flat=True))
    assert len(versions) == 1 + len(results) - len(refusals(results))
    _all_well()


def test_upload_is_committed_by_two(committed: str) -> None:
    school = county.school()
    officers = [accounts.user(Role.REGISTRY_OFFICER) for _ in range(4)]
    rows = [files.roll_row(school.code, name=people.name(), id_number=people.id_number()) for _ in range(30)]
    upload = intake.read(officers[0], "roll", files.sheet("roll", rows))

    results = at_once(*[lambda by=by: force.commit_upload(by=by, upload=upload.pk) for by in officers])

    assert [type(problem) for problem in refusals(results)] == [Refused] * 3
    assert InForce.objects.count() == 1
    assert Student.objects.count() == 30
    assert chain.verify()[1] is None


def test_two_uploads_of_one_slot_are_committed_at_once(committed: str) -> None:
    school = county.school()
    officers = [accounts.user(Role.REGISTRY_OFFICER) for _ in range(2)]
    uploads = [
        intake.read(
            by,
            "roll",
            files.sheet("roll", [files.roll_row(school.code, name=people.name(), id_number=people.id_number())]),
        )
        for by in officers
    ]

    results = at_once(
        *[
            lambda by=by, pk=upload.pk: force.commit_upload(by=by, upload=pk)
            for by, upload in zip(officers, uploads, strict=True)
        ]
    )

    assert all(isinstance(problem, Refused) for problem in refusals(results))
    assert InForce.objects.filter(until=None).count() == 1


def test_same_file_is_sent_by_four_at_once(committed: str) -> None:
    school = county.school()
    officers = [accounts.user(Role.REGISTRY_OFFICER) for _ in range(4)]
    data = files.sheet("roll", [files.roll_row(school.code, name=people.name(), id_number=people.id_number())])

    results = at_once(
        *[lambda by=by: staging.stage_upload(by=by, kind="roll", data=data, name="x.xlsx") for by in officers]
    )

    assert refusals(results) == []
    assert sorted(already for _, already in results) == [False, True, True, True]
    assert Upload.objects.count() == 1


def test_registry_is_activated_by_two(committed: str) -> None:
    first, *others = [accounts.user(Role.REGISTRY_OFFICER) for _ in range(5)]
    row = {"township": "高村镇", "name": people.name(), "id_number": people.id_number(), "policy_text": "未脱贫"}
    upload = intake.read(first, "poverty", files.sheet("poverty", [row]))
    force.commit_upload(by=first, upload=upload.pk)

    results = at_once(*[lambda by=by: force.activate_upload(by=by, upload=upload.pk) for by in others])

    assert [type(problem) for problem in refusals(results)] == [Refused] * 3
    assert InForce.objects.filter(upload=upload).count() == 1


def test_comparison_and_entitlement_are_run_by_three(county_at: At) -> None:
    county_at("imported")
    officers = [accounts.user(Role.REGISTRY_OFFICER) for _ in range(3)]
    reviewers = [accounts.user(Role.REVIEWER) for _ in range(3)]

    compared = at_once(*[lambda by=by: compare(by=by, semester=TERM)[0].id for by in officers])
    entitled = at_once(*[lambda by=by: entitle(by=by, semester=TERM)[0].id for by in reviewers])

    assert len(set(compared)) == len(set(entitled)) == 1
    assert Run.objects.count() == 2


def test_undone_upload_leads_back_to_the_earlier_runs(county_at: At) -> None:
    county_at("compared")
    officer, reviewer = accounts.user(Role.REGISTRY_OFFICER), accounts.user(Role.REVIEWER)
    before = compare(by=officer, semester=TERM)[0].id
    entitled = entitle(by=reviewer, semester=TERM)[0].id
    placements = _placements()
    roll = Upload.objects.filter(kind="roll", part="VOCATIONAL").get()
    force.undo_upload(by=officer, upload=roll.pk, reason="试试")
    assert compare(by=officer, semester=TERM)[0].id != before
    assert entitle(by=reviewer, semester=TERM)[0].id != entitled
    assert (without := _placements()) != placements

    again = InForce.objects.filter(upload=roll).latest("pk")
    bulk.execute(
        """INSERT INTO intake_inforce (semester_id, kind, part, upload_id, since, proposed_by_id, reason)
           SELECT semester_id, kind, part, upload_id, now(), proposed_by_id, '' FROM intake_inforce WHERE id = %s""",
        [again.pk],
    )

    assert compare(by=officer, semester=TERM)[0].id == before
    assert _placements() == placements
    assert entitle(by=reviewer, semester=TERM)[0].id == entitled
    assert newest_run(county.semester()) == Run.objects.get(pk=entitled)

    force.undo_upload(by=officer, upload=roll.pk, reason="再试")
    assert compare(by=officer, semester=TERM)[0].id != before
    assert _placements() == without


def _placements() -> list[Any]:
    return list(Placement.objects.order_by("student").values_list("student", "school", "stage", "standing"))


def test_small_county_is_left_as_it_was(small_county: SmallCounty) -> None:
    _all_well()
