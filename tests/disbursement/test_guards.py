"""Money's guards hold against raw SQL: whatever the code forgets, the database refuses."""

import pytest

from tests.conftest import SmallCounty
from tests.refusing import accepted, refused
from tests.tampering import tamper

_ROSTER = "(SELECT min(id) FROM disbursement_roster WHERE state = 'CONFIRMED')"
_GRANT = "(SELECT min(id) FROM disbursement_rosterline WHERE state = 'ACCEPTED')"
_REFUSED_LINE = "(SELECT min(id) FROM disbursement_rosterline WHERE state = 'REFUSED')"
_BATCH = "(SELECT min(id) FROM disbursement_disbursementbatch WHERE mode = 'ACCOUNT')"
_PAID = f"(SELECT min(id) FROM disbursement_paymentline WHERE state = 'PAID' AND batch_id = {_BATCH})"
_LINE_COLUMNS = """roster_id, student_id, semester_id, programme_id, entitlement_id, kind, amount_fen, category, grade,
                   class_name, state, reason_code, explanation, refusal"""
_PAYMENT_COLUMNS = """batch_id, roster_line_id, student_id, school_id, programme_id, payee_name, payee_relation,
                      account_id, account_no, amount_fen, standard_id, code, seal"""

REFUSED = {
    # four eyes
    "approve what one prepared": (
        f"UPDATE disbursement_roster SET approved_by_id = prepared_by_id WHERE id = {_ROSTER}", "roster_persons_differ"),
    "review what one submitted": (
        f"UPDATE disbursement_roster SET reviewed_by_id = submitted_by_id WHERE id = {_ROSTER}", "roster_persons_differ"),
    "approve what one reviewed": (
        f"UPDATE disbursement_roster SET approved_by_id = reviewed_by_id WHERE id = {_ROSTER}", "roster_persons_differ"),
    "approved by nobody": (
        f"UPDATE disbursement_roster SET approved_by_id = NULL WHERE id = {_ROSTER}", "roster_state_is_signed"),
    "release what one built": (
        f"UPDATE disbursement_disbursementbatch SET released_by_id = built_by_id WHERE id = {_BATCH}", "batch_persons_differ"),
    "release what one reviewed": (
        f"UPDATE disbursement_disbursementbatch SET released_by_id = reviewed_by_id WHERE id = {_BATCH}", "batch_persons_differ"),
    "abort what one released": (
        f"UPDATE disbursement_disbursementbatch SET aborted_by_id = released_by_id WHERE id = {_BATCH}",
        "released_batch_aborted_by_another"),
    "another builder": (
        f"UPDATE disbursement_disbursementbatch SET built_by_id = reviewed_by_id WHERE id = {_BATCH}", "facts|persons_differ"),
    "check the own photo": (
        "UPDATE disbursement_publicityevidence SET checked_by_id = by_id", "photo_checked_by_another"),
    "decide the objection one registered": (
        "UPDATE disbursement_objection SET decided_by_id = registered_by_id", "objection_decided_by_another"),
    # one grant, one payment
    "second grant": (
        f"""INSERT INTO disbursement_rosterline ({_LINE_COLUMNS})
            SELECT (SELECT max(id) FROM disbursement_roster), {_LINE_COLUMNS.partition(",")[2]}
              FROM disbursement_rosterline WHERE id = {_GRANT}""", "one_grant"),
    "second live payment": (
        f"""INSERT INTO disbursement_paymentline ({_PAYMENT_COLUMNS}, line_no, state)
            SELECT {_PAYMENT_COLUMNS.replace("batch_id", "(SELECT max(id) FROM disbursement_disbursementbatch)", 1)}, 9999, 'WAITING'
              FROM disbursement_paymentline WHERE id = {_PAID}""", "one_live_payment|locked batch"),
    "grant without entitlement": (
        f"""INSERT INTO disbursement_rosterline ({_LINE_COLUMNS})
            SELECT {_LINE_COLUMNS.replace("entitlement_id", "NULL").replace("kind", "'RIGHT'")}
              FROM disbursement_rosterline WHERE id = {_REFUSED_LINE}""", "amount of its entitlement|grant_rests"),
    "line with another amount than entitled": (
        f"""INSERT INTO disbursement_rosterline ({_LINE_COLUMNS})
            SELECT {_LINE_COLUMNS.replace("amount_fen", "amount_fen + 100")}
              FROM disbursement_rosterline WHERE id = {_GRANT}""", "amount of its entitlement"),
    # frozen facts
    "edit an approved amount": (
        f"UPDATE disbursement_rosterline SET amount_fen = amount_fen + 100 WHERE id = {_GRANT}", "facts"),
    "give the grant to another pupil": (
        f"UPDATE disbursement_rosterline SET student_id = student_id + 1 WHERE id = {_GRANT}", "facts"),
    "delete a grant": (f"DELETE FROM disbursement_rosterline WHERE id = {_GRANT}", "kept|foreign key"),
    "edit a payment's amount": (
        f"UPDATE disbursement_paymentline SET amount_fen = amount_fen + 1 WHERE id = {_PAID}", "facts"),
    "edit a payment's account": (
        f"UPDATE disbursement_paymentline SET account_no = '\\x01' WHERE id = {_PAID}", "facts"),
    "delete a line of a locked batch": (f"DELETE FROM disbursement_paymentline WHERE id = {_PAID}", "locked batch"),
    "edit a locked total": (
        f"UPDATE disbursement_disbursementbatch SET total_fen = total_fen + 1 WHERE id = {_BATCH}", "frozen_sums"),
    "edit a payment file": ("UPDATE disbursement_paymentfile SET sha256 = 'f'", "kept"),
    "delete a payment file": ("DELETE FROM disbursement_paymentfile", "kept"),
    "edit what a school filed": ("UPDATE disbursement_filedline SET amount_fen = amount_fen + 1", "written_once"),
    "edit a bank's answer": ("UPDATE disbursement_returnline SET code = 'SUCCESS'", "written_once"),
    "edit a publicised name": ("UPDATE disbursement_publicityline SET name = '某某'", "written_once"),
    "delete a publicised line": ("DELETE FROM disbursement_publicityline", "kept"),
    # forbidden jumps
    "roster back from confirmed to draft": (
        f"UPDATE disbursement_roster SET state = 'DRAFT' WHERE id = {_ROSTER}", "moves"),
    "refused line becomes a grant": (
        f"UPDATE disbursement_rosterline SET state = 'ACCEPTED' WHERE id = {_REFUSED_LINE}", "moves|grant_rests"),
    "closed batch is sent again": (
        f"UPDATE disbursement_disbursementbatch SET state = 'SENT' WHERE id = {_BATCH}", "moves"),
    "paid line waits again": (f"UPDATE disbursement_paymentline SET state = 'WAITING' WHERE id = {_PAID}", "moves"),
    "failed line is paid": (
        "UPDATE disbursement_paymentline SET state = 'PAID' WHERE state = 'FAILED'", "settled answer of the bank"),
    "ended period runs again": ("UPDATE disbursement_publicityperiod SET state = 'RUNNING'", "moves"),
    # what the rows rest on
    "edit an entitlement": ("UPDATE eligibility_entitlement SET amount_fen = amount_fen + 1 WHERE granted", "insert_only"),
    "delete an entitlement": ("DELETE FROM eligibility_entitlement WHERE NOT granted", "insert_only"),
    "edit a standard in use": (
        "UPDATE eligibility_aidstandard SET amount_fen = amount_fen + 1 WHERE NOT by_school_fee", "dated row"),
    "edit a category rule in use": ("UPDATE eligibility_categoryrule SET admitted = NOT admitted", "dated row"),
    "edit a run": ("UPDATE eligibility_run SET result_digest = 'f'", "done_is_final"),
    "edit a registry's row": ("UPDATE eligibility_registryrecord SET name = '某某'", "written_once"),
    "recognise without a person": (
        "UPDATE eligibility_aidapplication SET decided_by_id = NULL WHERE state = 'RECOGNISED'", "recognised_by_somebody"),
    "recognise what one entered": (
        "UPDATE eligibility_aidapplication SET decided_by_id = entered_by_id", "application_persons_differ"),
}  # fmt: skip


@pytest.mark.parametrize("deed", list(REFUSED))
def test_raw_sql_is_refused(small_county: SmallCounty, deed: str) -> None:
    refused(*REFUSED[deed])


def test_whoever_approved_a_roster_does_not_release_its_money(small_county: SmallCounty) -> None:
    tamper(f"UPDATE disbursement_disbursementbatch SET state = 'REVIEWED', released_by_id = NULL WHERE id = {_BATCH}")
    approver = "(SELECT min(approved_by_id) FROM disbursement_roster)"

    refused(
        f"UPDATE disbursement_disbursementbatch SET state = 'RELEASED', released_by_id = {approver} WHERE id = {_BATCH}",
        "had a hand in a roster",
    )
    reviewers = "(SELECT reviewed_by_id FROM disbursement_disbursementbatch WHERE mode = 'WAIVER')"
    stranger = (
        f"(SELECT user_id FROM accounts_roleassignment WHERE role = 'auditor' AND user_id <> {reviewers} LIMIT 1)"
    )
    assert accepted(
        f"UPDATE disbursement_disbursementbatch SET state = 'RELEASED', released_by_id = {stranger} WHERE id = {_BATCH}"
    )


def test_batch_is_locked_only_with_the_sums_of_its_lines(small_county: SmallCounty) -> None:
    scene = "state = 'DRAFTED', locked_by_id = NULL, reviewed_by_id = NULL, released_by_id = NULL, line_count = NULL, total_fen = NULL"
    tamper(f"UPDATE disbursement_disbursementbatch SET {scene} WHERE id = {_BATCH}")
    count, total = (
        f"(SELECT {what} FROM disbursement_paymentline WHERE batch_id = {_BATCH})"
        for what in ("count(*)", "sum(amount_fen)")
    )
    lock = "UPDATE disbursement_disbursementbatch SET state = 'LOCKED', locked_by_id = built_by_id, line_count = {}, total_fen = {} WHERE id = {}"

    refused(lock.format(count, f"{total} + 1", _BATCH), "count or total")
    refused(lock.format(f"{count} - 1", total, _BATCH), "count or total")
    assert accepted(lock.format(count, total, _BATCH)) == 1


def test_only_accepted_lines_of_confirmed_rosters_are_paid(small_county: SmallCounty) -> None:
    tamper(f"UPDATE disbursement_disbursementbatch SET state = 'DRAFTED' WHERE id = {_BATCH}")
    tamper(f"DELETE FROM disbursement_paymentline WHERE roster_line_id = {_GRANT}")
    columns = "batch_id, line_no, roster_line_id, student_id, school_id, programme_id, payee_name, payee_relation, amount_fen, standard_id, state, code, seal"
    pay = f"""INSERT INTO disbursement_paymentline ({columns})
              SELECT {_BATCH}, 9999, l.id, {{}}, r.school_id, l.programme_id, '', '', {{}}, e.standard_id, 'WAITING', '', ''
                FROM disbursement_rosterline l JOIN disbursement_roster r ON r.id = l.roster_id
                JOIN eligibility_entitlement e ON e.id = l.entitlement_id WHERE l.id = {_GRANT}"""

    refused(pay.format("l.student_id", "l.amount_fen + 1"), "own amount")
    refused(pay.format("l.student_id + 1", "l.amount_fen"), "own amount")
    tamper(f"UPDATE disbursement_rosterline SET state = 'HELD' WHERE id = {_GRANT} RETURNING id")
    held = _GRANT.replace("ACCEPTED", "HELD")
    refused(pay.replace(_GRANT, held).format("l.student_id", "l.amount_fen"), "own amount")
    tamper(f"UPDATE disbursement_rosterline SET state = 'ACCEPTED' WHERE id = {held}")
    assert accepted(pay.format("l.student_id", "l.amount_fen")) == 1
