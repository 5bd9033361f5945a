"""Drawing up the families' letters and the dossiers' items from what was paid: rows, no papers."""

from aid_admin.accounts.acting import Moved, action, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.db import bulk
from archives.permissions import ALLOWED

_LETTERS = """
INSERT INTO archives_noticeletter (student_id, semester_id, school_id, facts, state)
SELECT p.student_id, b.semester_id, min(p.school_id),
       jsonb_build_object(
         'grants', jsonb_agg(jsonb_build_object(
             'programme', g.code, 'name', g.name, 'amount_fen', p.amount_fen, 'payee', p.payee_name,
             'bank', COALESCE(b.bank, ''), 'batch', b.no, 'line_no', p.line_no) ORDER BY g.position),
         'total_fen', sum(p.amount_fen)),
       'DRAWN_UP'
  FROM disbursement_paymentline p JOIN disbursement_disbursementbatch b ON b.id = p.batch_id
  JOIN eligibility_aidprogramme g ON g.id = p.programme_id
 WHERE b.semester_id = %s AND p.state = 'PAID'
 GROUP BY p.student_id, b.semester_id
ON CONFLICT (student_id, semester_id) DO NOTHING"""
_ITEMS = (
    ("IDENTIFY", "application", "认定申请表", "SELECT student_id, id FROM eligibility_aidapplication WHERE semester_id = %s"),
    ("IDENTIFY", "comparison", "部门比对结果",
     """SELECT c.student_id, c.id FROM eligibility_comparisonresult c
         WHERE c.run_id = (SELECT max(id) FROM eligibility_run WHERE kind = 'COMPARE' AND semester_id = %s)"""),
    ("AID", "roster_line", "资助发放名册",
     "SELECT student_id, id FROM disbursement_rosterline WHERE semester_id = %s AND state IN ('ACCEPTED', 'HELD')"),
    ("AID", "publicity_line", "公示名单",
     """SELECT l.student_id, p.id FROM disbursement_publicityline p JOIN disbursement_rosterline l
            ON l.id = p.roster_line_id WHERE l.semester_id = %s"""),
    ("AID", "payment_line", "发放结果",
     """SELECT p.student_id, p.id FROM disbursement_paymentline p JOIN disbursement_disbursementbatch b
            ON b.id = p.batch_id WHERE b.semester_id = %s"""),
    ("INFORM", "letter", "温馨告知书", "SELECT student_id, id FROM archives_noticeletter WHERE semester_id = %s"),
)  # fmt: skip


@action("letters.draw_up", ALLOWED)
def draw_up_letters(*, by: User, semester: str) -> list[Moved]:
    """Draw up a letter for everyone paid who has none, and enter the semester's papers in the dossiers."""
    term = calendar.semester(semester)
    letters = bulk.execute(_LETTERS, [term.pk])
    for stage, kind, title, rows in _ITEMS:
        bulk.execute(
            f"""INSERT INTO archives_dossieritem (student_id, semester_id, stage, kind, object_id, title)
                SELECT x.student_id, %s, %s, %s, x.id, %s FROM ({rows}) x
                 WHERE x.student_id IN (SELECT student_id FROM archives_noticeletter WHERE semester_id = %s)
                ON CONFLICT (student_id, semester_id, kind, object_id) DO NOTHING""",
            [term.pk, stage, kind, title, term.pk, term.pk],
        )
    record("semester", term.code, to_state="LETTERS_DRAWN_UP", count=letters)
    return [Moved("letters", term.code, None, "DRAWN_UP", letters)]
