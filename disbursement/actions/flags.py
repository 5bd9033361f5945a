"""疑点: what is odd about lines of rosters, and which other pupils it is about; read, never stored."""

from collections.abc import Collection
from typing import Any, Final

from aid_admin.county.models import Semester
from aid_admin.db import bulk
from disbursement.rules.review import Flag

# two pupils live together when a member of the family stands on both rolls
_APART: Final = """NOT EXISTS (SELECT 1 FROM students_familymember f JOIN students_familymember g ON g.id_number = f.id_number
                       WHERE f.enrolment_id = c.enrolment_id AND g.enrolment_id = q.enrolment_id)"""
_SQL: Final = f"""
WITH every AS (
  SELECT l.id, l.roster_id, l.student_id, l.kind, l.reason_code, l.state, l.answered_by_id, r.school_id, r.state AS stands,
         p.school_id AS placed_at, COALESCE(p.standing, '') AS standing, p.enrolment_id
    FROM disbursement_rosterline l JOIN disbursement_roster r ON r.id = l.roster_id
    LEFT JOIN students_placement p ON p.student_id = l.student_id AND p.semester_id = l.semester_id
   WHERE l.roster_id = ANY(%(rosters)s)),
mine AS (SELECT * FROM every WHERE state IN ('PROPOSED', 'ACCEPTED', 'HELD')),
c AS (SELECT * FROM mine WHERE kind <> 'TOO_MANY')
SELECT id, roster_id, '{Flag.DIFFERENCE_OPEN}', NULL::bigint FROM mine WHERE kind <> 'RIGHT' AND answered_by_id IS NULL
UNION ALL
SELECT id, roster_id, '{Flag.REASON_OPEN}', NULL FROM c WHERE kind = 'MISSING' AND reason_code <> '' AND state = 'PROPOSED'
UNION ALL
SELECT id, roster_id, '{Flag.DISAGREED}', NULL FROM every WHERE reason_code = 'DISAGREED' AND stands IN ('DRAFT', 'SUBMITTED', 'REVIEWED')
UNION ALL
SELECT id, roster_id, '{Flag.PLACE_UNDECIDED}', NULL FROM c WHERE standing <> 'GO' OR placed_at IS DISTINCT FROM school_id
UNION ALL
SELECT DISTINCT c.id, c.roster_id, '{Flag.ACCOUNT_SHARED}', o.student_id
  FROM c JOIN students_bankaccount a ON a.student_id = c.student_id AND a.ended_at IS NULL
  JOIN students_bankaccount o ON o.account_no = a.account_no AND o.student_id <> c.student_id AND o.ended_at IS NULL
  LEFT JOIN students_placement q ON q.student_id = o.student_id AND q.semester_id = %(term)s
 WHERE {_APART}
UNION ALL
SELECT DISTINCT c.id, c.roster_id, '{Flag.PHONE_SHARED}', q.student_id
  FROM c JOIN students_familymember m ON m.enrolment_id = c.enrolment_id AND m.phone IS NOT NULL
  JOIN students_familymember n ON n.phone = m.phone AND n.enrolment_id <> m.enrolment_id
  JOIN students_placement q ON q.enrolment_id = n.enrolment_id AND q.semester_id = %(term)s AND q.student_id <> c.student_id
 WHERE {_APART}
UNION ALL
SELECT DISTINCT c.id, c.roster_id, '{Flag.SAME_PERSON}', t.id
  FROM c JOIN students_student s ON s.id = c.student_id
  JOIN students_student t ON t.name_key = s.name_key AND t.birth_date = s.birth_date AND t.id <> s.id
  JOIN students_placement q ON q.student_id = t.id AND q.semester_id = %(term)s
 WHERE NOT {_APART}
"""


def _given(term: Semester, rosters: Collection[int]) -> dict[str, Any]:
    return {"term": term.pk, "rosters": sorted(rosters)}


def flags_of(term: Semester, rosters: Collection[int]) -> dict[int, dict[Flag, list[int]]]:
    """Line → its flags → the other pupils that each is about. One query."""
    found: dict[int, dict[Flag, list[int]]] = {}
    for line, _, flag, other in bulk.query(f"{_SQL} ORDER BY 1, 3, 4", _given(term, rosters)):
        found.setdefault(line, {}).setdefault(Flag(flag), []).extend([] if other is None else [other])
    return found


def flagged_counts(term: Semester, rosters: Collection[int]) -> dict[int, int]:
    """Roster → how many of its lines have a flag. One query."""
    sql = f"SELECT roster_id, count(DISTINCT id) FROM ({_SQL}) f GROUP BY roster_id"
    return dict(bulk.query(sql, _given(term, rosters)))
