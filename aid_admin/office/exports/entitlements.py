"""One row per (student, programme) considered; refusals too."""

from collections.abc import Iterator
from typing import Any

from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.lib.refusals import Refused
from aid_admin.office.exports.comparison import opened
from eligibility.actions.entitle import newest_run
from eligibility.models import Run

HEADER = (
    "student_id_number", "student_name", "school", "grade", "programme", "amount_fen", "category", "reason_code", "why",
    "standard", "granted",
)  # fmt: skip


def newest_entitlement(term: Semester) -> Run:
    """The entitlement of what is in force (eligibility.pins); Refused if there is none."""
    run = newest_run(term)
    if run is None:
        raise Refused("本学期还没有核定资格，请先由初审核定。")
    return run


def rows(term: Semester) -> Iterator[tuple[Any, ...]]:
    """In order of schools, pupils and programmes."""
    run = newest_entitlement(term)
    for number, *values, granted in bulk.query(
        """SELECT s.id_number, s.name, c.code, COALESCE(r.grade, p.grade), g.code, e.amount_fen, e.category, e.reason_code, e.why,
                  CASE WHEN a.id IS NULL THEN '' ELSE concat_ws('/', g.code, a.stage, a.boarding, a.tier,
                       lower(a.during)::text) END, e.granted
             FROM eligibility_entitlement e JOIN students_student s ON s.id = e.student_id
             JOIN eligibility_aidprogramme g ON g.id = e.programme_id
             LEFT JOIN students_placement p ON p.student_id = s.id AND p.semester_id = %s
             LEFT JOIN students_enrolmentrecord r ON r.id = (e.facts ->> 'second_roll')::bigint
             LEFT JOIN county_school c ON c.id = COALESCE(r.school_id, p.school_id)
             LEFT JOIN eligibility_aidstandard a ON a.id = e.standard_id
            WHERE e.run_id = %s ORDER BY c.code, s.id, g.position""",
        [term.pk, run.pk],
    ):
        yield opened("id_number", number), *("" if v is None else v for v in values), "yes" if granted else "no"
