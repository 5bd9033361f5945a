"""疑点: what is odd about lines of rosters, and which other pupils it is about; read, never stored."""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from aid_admin.county.models import Semester
from aid_admin.db import bulk
from disbursement.rules.review import Flag

# two pupils live together when a member of the family stands on both rolls
_APART: Final = """NOT EXISTS (SELECT 1 FROM students_familymember f JOIN students_familymember g ON g.id_number = f.id_number
                       WHERE f.enrolment_id = c.enrolment_id AND g.enrolment_id = q.enrolment_id)"""


def _sharers(term: str) -> str:
    """Whose account (a, of the pupil c) another family's pupil has, too (o); `term` stands for the semester."""
    return f"""
  JOIN students_bankaccount o ON o.account_no = a.account_no AND o.student_id <> a.student_id AND o.ended_at IS NULL
  LEFT JOIN students_placement q ON q.student_id = o.student_id AND q.semester_id = {term}
 WHERE {_APART}"""


_SHARED: Final = f"""SELECT a.id FROM students_bankaccount a
  LEFT JOIN students_placement c ON c.student_id = a.student_id AND c.semester_id = %s
  {_sharers("%s")} AND a.ended_at IS NULL"""
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
  FROM c JOIN students_bankaccount a ON a.student_id = c.student_id AND a.ended_at IS NULL {_sharers("%(term)s")}
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


def shared_accounts(term: int) -> RawSQL:
    """The accounts that another family's pupil has, too, as `pk__in` takes them; those of the flag ACCOUNT_SHARED.

    Whose they are besides is not told: he may be of a school that the reader does not see.
    """
    return RawSQL(_SHARED, [term, term])  # noqa: S611 - our own text, numbers apart


def is_shared(term: int) -> RawSQL:
    """The same as a column of accounts, for the few rows of a page; not in a query within another."""
    sql = f"EXISTS ({_SHARED} AND a.id = students_bankaccount.id)"
    return RawSQL(sql, [term, term], output_field=BooleanField())  # noqa: S611 - our own text, numbers apart
