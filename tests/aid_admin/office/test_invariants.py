"""The checks hold on the driven county, and each names the first row of a hand-made edit."""

import json
import re
from io import StringIO

import pytest
from django.core.management import call_command

from aid_admin.office import invariants
from aid_admin.office.invariants.checks import FOLDER
from aid_admin.office.invariants.recomputed import CHECKS
from tests.conftest import SmallCounty
from tests.tampering import tamper

_LINE = "SELECT min(l.id) FROM disbursement_rosterline l WHERE l.state = 'ACCEPTED'"
_STRANGER = "SELECT min(id) FROM students_student WHERE id NOT IN (SELECT student_id FROM disbursement_rosterline)"
_PAID = """SELECT min(p.id) FROM disbursement_paymentline p JOIN disbursement_disbursementbatch b
               ON b.id = p.batch_id WHERE p.state = 'PAID' AND b.mode = 'ACCOUNT'"""
_GRANTED = "SELECT min(id) FROM eligibility_entitlement WHERE granted"
_ROSTER = "SELECT max(id) FROM disbursement_roster WHERE state = 'CONFIRMED'"
_BATCH = "SELECT min(id) FROM disbursement_disbursementbatch WHERE mode = 'ACCOUNT'"


def _copy(table: str, where: str, **changes: str) -> str:
    """INSERT a copy of one row with some columns replaced by SQL."""
    given = ", ".join(
        f"'{name}', {value}" for name, value in ({"id": f"(SELECT max(id) + 1 FROM {table})"} | changes).items()
    )
    return f"""INSERT INTO {table} SELECT (jsonb_populate_record(x, jsonb_build_object({given}))).*
                 FROM {table} x WHERE id = ({where})"""


def _set(table: str, change: str, where: str, returning: str = "id") -> str:
    return f"UPDATE {table} SET {change} WHERE id = ({where}) RETURNING {returning}"


def _without(table: str, constraint: str) -> str:
    return f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"


EDITS = [
    ("roster_sums", _set("disbursement_roster", "total_fen = total_fen + 1", _ROSTER)),
    ("roster_sums", _set("disbursement_rosterline", "state = 'REFUSED'", _LINE, "roster_id")),
    ("roster_sums", _set("disbursement_rosterline", "amount_fen = amount_fen + 100", _LINE, "roster_id")),
    ("grant_amounts", _set("disbursement_rosterline", "amount_fen = amount_fen + 100", _LINE)),
    ("grant_amounts", _set("disbursement_rosterline", f"student_id = ({_STRANGER})", _LINE)),
    ("one_grant", "DROP INDEX one_grant", _copy("disbursement_rosterline", _LINE, roster_id="0")
     + " RETURNING student_id"),
    ("one_live_payment", "DROP INDEX one_live_payment",
     _copy("disbursement_paymentline", _PAID, line_no="9999") + " RETURNING roster_line_id"),
    ("money_flow", "DROP INDEX one_live_payment", _copy("disbursement_paymentline", _PAID, line_no="9999"),
     f"SELECT roster_id FROM disbursement_rosterline WHERE id = (SELECT roster_line_id FROM disbursement_paymentline WHERE id = ({_PAID}))"),
    ("one_placement", _without("students_placement", "one_placement_per_semester"),
     _copy("students_placement", "SELECT min(id) FROM students_placement") + " RETURNING student_id"),
    ("one_usable_account", "DROP INDEX one_usable_account",
     _copy("students_bankaccount", "SELECT min(id) FROM students_bankaccount WHERE verified_by_id IS NOT NULL AND ended_at IS NULL", version="99")
     + " RETURNING student_id"),
    ("account_verified_by_another", _without("students_bankaccount", "account_verified_by_another"),
     _set("students_bankaccount", "proposed_by_id = verified_by_id", "SELECT min(id) FROM students_bankaccount WHERE verified_by_id IS NOT NULL")),
    ("batch_sums", f"DELETE FROM disbursement_paymentline WHERE id = ({_PAID}) RETURNING batch_id"),
    ("batch_sums", _set("disbursement_disbursementbatch", "line_count = line_count - 1", _BATCH)),
    ("payment_file_sums", f"UPDATE disbursement_paymentfile SET total_fen = 1 WHERE batch_id = ({_BATCH}) RETURNING batch_id"),
    ("payment_file_sums", f"UPDATE disbursement_paymentfile SET sha256 = 'f' WHERE batch_id = ({_BATCH}) RETURNING batch_id"),
    ("paid_lines_confirmed", "UPDATE disbursement_roster SET state = 'APPROVED'",
     "SELECT min(id) FROM disbursement_paymentline WHERE state = 'PAID'"),
    ("paid_lines_confirmed", _set("disbursement_paymentline", "amount_fen = amount_fen + 1", _PAID)),
    ("paid_after_publicity", "UPDATE disbursement_publicityperiod SET ended_on = started_on + 6",
     "SELECT min(id) FROM disbursement_paymentline WHERE state = 'PAID'"),
    ("paid_after_publicity",
     f"DELETE FROM disbursement_publicityline WHERE roster_line_id = (SELECT roster_line_id FROM disbursement_paymentline WHERE id = ({_PAID}))",
     _PAID),
    ("paid_after_publicity", "UPDATE county_holiday SET is_workday = false",
     "INSERT INTO county_holiday (day, is_workday, name) VALUES ('2020-06-03', false, ''), ('2020-06-04', false, '')",
     "SELECT min(id) FROM disbursement_paymentline WHERE state = 'PAID'"),
    ("paid_after_photos", "DELETE FROM disbursement_publicityevidence WHERE id = (SELECT min(id) FROM disbursement_publicityevidence) RETURNING school_id"),
    ("paid_after_photos", "UPDATE disbursement_publicityevidence SET ok = false WHERE id = (SELECT min(id) FROM disbursement_publicityevidence) RETURNING school_id"),
    ("roster_hands_differ", _without("disbursement_roster", "roster_persons_differ"),
     _set("disbursement_roster", "approved_by_id = reviewed_by_id", _ROSTER)),
    ("roster_hands_differ", _without("disbursement_roster", "roster_state_is_signed"),
     _set("disbursement_roster", "confirmed_by_id = NULL", _ROSTER)),
    ("batch_hands_differ", _without("disbursement_disbursementbatch", "batch_persons_differ"),
     _set("disbursement_disbursementbatch", "released_by_id = reviewed_by_id", _BATCH)),
    ("batch_hands_differ",
     _set("disbursement_disbursementbatch", "released_by_id = (SELECT approved_by_id FROM disbursement_roster LIMIT 1)", _BATCH)),
    ("photos_checked_by_another", _without("disbursement_publicityevidence", "photo_checked_by_another"),
     _set("disbursement_publicityevidence", "checked_by_id = by_id", "SELECT max(id) FROM disbursement_publicityevidence")),
    ("objections_decided_by_another", _without("disbursement_objection", "objection_decided_by_another"),
     _set("disbursement_objection", "decided_by_id = registered_by_id", "SELECT min(id) FROM disbursement_objection")),
    ("objections_decided_by_another",
     _set("disbursement_objection", "decided_by_id = NULL, outcome = ''", "SELECT min(id) FROM disbursement_objection")),
    ("applications_decided_by_others", _without("eligibility_aidapplication", "application_persons_differ"),
     _set("eligibility_aidapplication", "decided_by_id = entered_by_id", "SELECT max(id) FROM eligibility_aidapplication")),
    ("uploads_in_force", _set("intake_upload", "state = 'READ'", "SELECT upload_id FROM intake_inforce WHERE kind = 'roll' LIMIT 1")),
    ("uploads_in_force", _without("intake_inforce", "second_person_is_another"),
     "UPDATE intake_inforce SET confirmed_by_id = proposed_by_id WHERE kind = 'poverty' RETURNING upload_id"),
    ("uploads_in_force", _without("intake_inforce", "registries_need_a_second_person"),
     "UPDATE intake_inforce SET confirmed_by_id = NULL WHERE kind = 'orphans' RETURNING upload_id"),
    ("uploads_complete",
     "DELETE FROM eligibility_registryrecord WHERE id = (SELECT max(id) FROM eligibility_registryrecord) RETURNING upload_id"),
    ("uploads_complete",
     "DELETE FROM students_enrolmentrecord WHERE id = (SELECT min(id) FROM students_enrolmentrecord) RETURNING upload_id"),
    ("entitlement_amounts", _set("eligibility_entitlement", "amount_fen = amount_fen + 100", _GRANTED)),
    ("entitlement_amounts", f"""UPDATE eligibility_aidstandard SET during = daterange('2018-01-01', '2018-12-31')
     WHERE id = (SELECT standard_id FROM eligibility_entitlement WHERE id = ({_GRANTED}))""", _GRANTED),
    ("grants_attend", _set("eligibility_entitlement", "facts = jsonb_set(facts, '{standing}', '\"ENROLLED_NOT_ATTENDING\"')",
     f"SELECT entitlement_id FROM disbursement_rosterline WHERE id = ({_LINE})"), _LINE),
    ("grants_attend", f"DELETE FROM students_placement WHERE student_id = (SELECT student_id FROM disbursement_rosterline WHERE id = ({_LINE}))",
     _LINE),
    ("payees", _set("disbursement_paymentline",
     "account_no = (SELECT account_no FROM students_bankaccount a WHERE a.student_id <> disbursement_paymentline.student_id LIMIT 1)", _PAID)),
    ("payees", _set("disbursement_paymentline", "payee_name = '中间人'", _PAID)),
    ("payees", _set("students_bankaccount", "account_no = '\\x00'", f"SELECT account_id FROM disbursement_paymentline WHERE id = ({_PAID})"), _PAID),
    ("returns_booked_once", f"DELETE FROM disbursement_returnline WHERE payment_line_id = ({_PAID}) RETURNING payment_line_id"),
    ("returns_booked_once", _copy("disbursement_returnline", f"SELECT id FROM disbursement_returnline WHERE payment_line_id = ({_PAID})", row="99999")
     + " RETURNING payment_line_id"),
    ("returns_booked_once", f"UPDATE disbursement_paymentline SET code = 'DORMANT' WHERE id = ({_PAID}) RETURNING id"),
    ("reissues", "DROP INDEX one_live_payment",
     "UPDATE disbursement_paymentline f SET state = 'PAID' FROM disbursement_paymentline p WHERE p.retry_of_id = f.id "
     "AND p.id = (SELECT min(id) FROM disbursement_paymentline WHERE retry_of_id IS NOT NULL) RETURNING p.id"),
    ("posts_exist", "UPDATE accounts_roleassignment SET school_code = '0000000000' WHERE id = "
     "(SELECT min(id) FROM accounts_roleassignment WHERE school_code <> '') RETURNING id"),
    ("account_seals", _set("students_bankaccount", "account_no = '\\x00'", "SELECT max(id) FROM students_bankaccount")),
    ("payment_seals", _set("disbursement_paymentline", "account_no = '\\x00'", _PAID, "line_no")),
    ("account_seals", _set("students_bankaccount", "holder_name = '中间人'", "SELECT max(id) FROM students_bankaccount")),
    ("payment_seals", _set("disbursement_paymentline", "amount_fen = amount_fen + 1", _PAID, "line_no")),
    ("payment_seals", _set("disbursement_paymentline", "payee_name = '中间人'", _PAID, "batch_id")),
    ("batch_digests", f"DELETE FROM disbursement_paymentline WHERE id = ({_PAID}) RETURNING batch_id"),
    ("roster_digests", _set("disbursement_rosterline", "amount_fen = amount_fen + 100", _LINE, "roster_id")),
    ("publicity_digests", "UPDATE disbursement_publicityline SET name = '某某' WHERE id = (SELECT max(id) FROM disbursement_publicityline) RETURNING period_id"),
]  # fmt: skip


def _names() -> set[str]:
    return {path.stem for path in FOLDER.glob("*.sql")} | {check.name for check in CHECKS}


def test_every_check_has_an_edit_that_it_must_name() -> None:
    assert {name for name, *_ in EDITS} == _names()
    assert len(_names()) >= 20


def test_driven_county_keeps_them_all(small_county: SmallCounty) -> None:
    out = StringIO()
    call_command("check_invariants", "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert answer["ok"] is True
    assert [check["name"] for check in answer["checks"]] == sorted(_names())
    assert {check["count"] for check in answer["checks"]} == {0}


@pytest.mark.parametrize(
    ("name", "edit"), [pytest.param(name, edit, id=f"{name}-{number}") for number, (name, *edit) in enumerate(EDITS)]
)
def test_edit_behind_the_guards_is_named(small_county: SmallCounty, name: str, edit: list[str]) -> None:
    offender = tamper(*edit)

    (found,) = invariants.run(name)

    assert offender
    assert not found.ok
    assert found.count >= 1
    assert re.search(rf"(?<!\d){offender}(?!\d)", found.sentence), (offender, found.sentence)
    assert re.search("[\u4e00-\u9fff]", found.sentence)


def test_command_exits_1_and_prints_the_sentence(small_county: SmallCounty) -> None:
    line = tamper(_set("disbursement_rosterline", "amount_fen = amount_fen + 100", _LINE))
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants", "--json", stdout=out)

    failing = [check for check in json.loads(out.getvalue())["checks"] if not check["ok"]]
    assert ended.value.code == 1
    assert {"grant_amounts", "roster_sums", "money_flow", "paid_lines_confirmed"} >= {c["name"] for c in failing} - {
        "roster_digests"
    }
    assert f"名册明细 {line}（" in next(c["sentence"] for c in failing if c["name"] == "grant_amounts")
