"""Filed beside computed: one row per (student, programme)."""

from collections.abc import Iterator
from typing import Any

from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.office.exports.comparison import opened
from aid_admin.office.exports.entitlements import newest_entitlement
from disbursement.actions.drafting import computed_lines, filed_lines
from disbursement.rules.comparison import Difference, lay_side_by_side
from disbursement.rules.states import LineKind

HEADER = (
    "school", "programme", "student_id_number", "student_name", "kind", "amount_filed_fen", "amount_computed_fen",
    "source_file", "source_row", "reason_code",
)  # fmt: skip


def rows(term: Semester) -> Iterator[tuple[Any, ...]]:
    """In order of schools and programmes; before drafting and after."""
    run = newest_entitlement(term)
    differences = lay_side_by_side(computed_lines(term, run), filed_lines(term)[0])
    people = {pk: (number, name) for pk, number, name in bulk.query("SELECT id, id_number, name FROM students_student")}
    sources = _sources(term)
    answers = _answers(term)
    for d in sorted(differences, key=lambda d: (d.school, d.programme)):
        yield _row(d, people, sources, answers)


def _row(
    d: Difference, people: dict[Any, Any], sources: dict[Any, Any], answers: dict[tuple[Any, str], str]
) -> tuple[Any, ...]:
    file, row, filed_number, filed_name = sources.get(d.filed.reference if d.filed else None, ("", "", None, ""))
    number, name = people.get(d.person, (filed_number, filed_name))
    reason = answers.get((d.person, d.programme), "") if d.kind is LineKind.MISSING else d.reason_code
    return (
        d.school, d.programme, opened("id_number", number), name, d.kind.value, d.filed_fen or 0, d.computed_fen,
        file, row, reason,
    )  # fmt: skip


def _sources(term: Semester) -> dict[Any, Any]:
    return {
        pk: (file, row, number, name)
        for pk, file, row, number, name in bulk.query(
            """SELECT l.id, f.name, l.row, l.id_number, l.name FROM disbursement_filedline l
                 JOIN intake_upload u ON u.id = l.upload_id JOIN files_storedfile f ON f.id = u.stored_file_id
                WHERE l.semester_id = %s""",
            [term.pk],
        )
    }


def _answers(term: Semester) -> dict[tuple[Any, str], str]:
    return {
        (student, programme): reason
        for student, programme, reason in bulk.query(
            """SELECT l.student_id, g.code, l.reason_code FROM disbursement_rosterline l
                 JOIN eligibility_aidprogramme g ON g.id = l.programme_id
                WHERE l.semester_id = %s AND l.kind = 'MISSING'""",
            [term.pk],
        )
    }
