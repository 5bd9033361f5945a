"""Guards below the money: the audit trail, accounts, uploads, files, the demo's clock, posts."""

import pytest

from tests.conftest import SmallCounty
from tests.refusing import refused

_ACCOUNT = "(SELECT min(id) FROM students_bankaccount WHERE verified_by_id IS NOT NULL AND ended_at IS NULL)"
_USER = "(SELECT min(id) FROM accounts_user)"

REFUSED = {
    "edit an event": ("UPDATE audit_auditevent SET reason = '别的' WHERE seq = 1", "insert_only"),
    "delete an event": ("DELETE FROM audit_auditevent WHERE seq = 1", "insert_only"),
    "empty the trail": ("TRUNCATE audit_auditevent", "never emptied"),
    "verify the account one proposed": (
        f"UPDATE students_bankaccount SET verified_by_id = proposed_by_id WHERE id = {_ACCOUNT}",
        "account_verified_by_another"),
    "verified without a moment": (
        f"UPDATE students_bankaccount SET verified_at = NULL WHERE id = {_ACCOUNT}", "account_verified_both_set"),
    "another proposer": (
        f"UPDATE students_bankaccount SET proposed_by_id = {_USER} WHERE id = {_ACCOUNT}", "facts"),
    "edit an account's number": (f"UPDATE students_bankaccount SET account_no = '\\x01' WHERE id = {_ACCOUNT}", "facts"),
    "edit an account's holder": (f"UPDATE students_bankaccount SET holder_name = '某某' WHERE id = {_ACCOUNT}", "facts"),
    "delete an account": ("DELETE FROM students_bankaccount", "kept|foreign key"),
    "second usable account": (
        "UPDATE students_bankaccount SET ended_at = NULL WHERE ended_at IS NOT NULL", "one_usable_account"),
    "edit a roll's row": ("UPDATE students_enrolmentrecord SET name = '某某'", "written_once"),
    "edit an attendance row": ("UPDATE students_attendancerecord SET attending = NOT attending", "written_once"),
    "second placement": (
        """INSERT INTO students_placement (student_id, semester_id, stage, grade, class_name, boarding, standing, reason)
           SELECT student_id, semester_id, '', '', '', '', 'GO', '' FROM students_placement LIMIT 1""",
        "one_placement_per_semester"),
    "two uploads in force in one slot": (
        """INSERT INTO intake_inforce (semester_id, kind, school_id, part, upload_id, since, proposed_by_id, confirmed_by_id, reason)
           SELECT semester_id, kind, school_id, part, upload_id, now(), proposed_by_id, confirmed_by_id, ''
             FROM intake_inforce WHERE until IS NULL AND kind = 'roll' LIMIT 1""",
        "one_upload_in_force_per_slot"),
    "registry in force on one person's word": (
        """INSERT INTO intake_inforce (semester_id, kind, part, upload_id, since, proposed_by_id, reason)
           SELECT semester_id, kind, 'x', upload_id, now(), proposed_by_id, '' FROM intake_inforce
            WHERE kind = 'poverty' LIMIT 1""",
        "registries_need_a_second_person"),
    "registry confirmed by its proposer": (
        """INSERT INTO intake_inforce (semester_id, kind, part, upload_id, since, proposed_by_id, confirmed_by_id, reason)
           SELECT semester_id, kind, 'x', upload_id, now(), proposed_by_id, proposed_by_id, '' FROM intake_inforce
            WHERE kind = 'poverty' LIMIT 1""",
        "second_person_is_another"),
    "put another upload in its place": (
        "UPDATE intake_inforce SET upload_id = upload_id + 1 WHERE kind = 'roll'", "facts"),
    "delete a time in force": ("DELETE FROM intake_inforce", "kept"),
    "edit a stored file": ("UPDATE files_storedfile SET sha256 = 'f'", "kept"),
    "delete a stored file": ("DELETE FROM files_storedfile", "kept|foreign key"),
    "turn the demo's clock back": (
        "UPDATE county_democlock SET business_date = business_date - 1", "never_back"),
    "demo no more": ("DELETE FROM county_democlock", "stays_demo"),
    "overlapping fees": (
        """INSERT INTO county_schoolfee (school_id, stage, major_code, amount_fen, during, basis_doc)
           SELECT school_id, stage, major_code, amount_fen + 1, during, '' FROM county_schoolfee LIMIT 1""",
        "fees_do_not_overlap"),
    "overlapping standards": (
        """INSERT INTO eligibility_aidstandard (programme_id, stage, boarding, tier, grades, amount_fen, by_school_fee, during, basis_doc)
           SELECT programme_id, stage, boarding, tier, grades, amount_fen, by_school_fee, during, '' FROM eligibility_aidstandard LIMIT 1""",
        "standards_do_not_overlap"),
    "school post without a school": (
        f"INSERT INTO accounts_roleassignment (user_id, role, school_code, township_code, since) VALUES ({_USER}, 'school_clerk', '', '', now())",
        "school_roles_name_a_school"),
    "the same post twice": (
        """INSERT INTO accounts_roleassignment (user_id, role, school_code, township_code, since)
           SELECT user_id, role, school_code, township_code, now() FROM accounts_roleassignment LIMIT 1""",
        "one_live_post"),
    "two live jobs of one kind and subject": (
        """INSERT INTO jobs_job (kind, subject_type, subject_id, params, params_digest, school_code, state, attempt, lease_owner, cursor, done, message)
           SELECT k, 'x', '1', '{}', 'd', '', 'QUEUED', 0, '', 0, 0, '' FROM (VALUES ('k'), ('k')) AS twice(k)""",
        "one_live_job"),
    "letter with other facts": ("UPDATE archives_noticeletter SET facts = '{}'", "facts"),
    "letter signed before it was delivered": ("UPDATE archives_noticeletter SET state = 'RECEIPT_SIGNED'", "moves"),
}  # fmt: skip


@pytest.mark.parametrize("deed", list(REFUSED))
def test_raw_sql_is_refused(small_county: SmallCounty, deed: str) -> None:
    refused(*REFUSED[deed])
