"""One row per registry child of 3-20: aided, not eligible because, on no roll because, or unknown."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.office.exports.comparison import newest_comparison, opened
from aid_admin.office.exports.entitlements import newest_entitlement
from eligibility.actions.compare import OLDEST, YOUNGEST, years_before
from eligibility.rules import CoverageReason, coverage_outcome

HEADER = ("registry", "source_file", "source_row", "id_number", "name", "outcome", "reason_code", "programmes")


def _decided(term: Semester) -> dict[int, tuple[list[str], list[str]]]:
    """By student: programmes granted, and reason codes of those refused."""
    found: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for student, programme, granted, reason in bulk.query(
        """SELECT e.student_id, g.code, e.granted, e.reason_code FROM eligibility_entitlement e
             JOIN eligibility_aidprogramme g ON g.id = e.programme_id WHERE e.run_id = %s
            ORDER BY e.student_id, g.position""",
        [newest_entitlement(term).pk],
    ):
        found[student][0 if granted else 1].append(programme if granted else reason)
    return found


def rows(term: Semester) -> Iterator[tuple[Any, ...]]:
    """In order of registries and their rows."""
    run, decided = newest_comparison(term), _decided(term)
    oldest, youngest = years_before(term.starts_on, OLDEST + 1), years_before(term.starts_on, YOUNGEST)
    for registry, file, row, number, text, name, student, settled, on_roll in bulk.query(
        """SELECT r.registry, f.name, r.row, r.id_number, r.id_text, r.name, p.student_id, g.reason_code,
                  p.enrolment_id IS NOT NULL
             FROM eligibility_registryrecord r JOIN intake_upload u ON u.id = r.upload_id
             JOIN files_storedfile f ON f.id = u.stored_file_id
             LEFT JOIN students_student s ON s.id_number = r.id_number
             LEFT JOIN students_placement p ON p.student_id = s.id AND p.semester_id = %s
             LEFT JOIN eligibility_coveragegap g ON g.record_id = r.id AND g.run_id = %s
            WHERE r.upload_id = ANY(%s) AND r.birth_date > %s AND r.birth_date <= %s
            ORDER BY r.registry, r.sheet, r.row""",
        [term.pk, run.pk, run.inputs["uploads"], oldest, youngest],
    ):
        granted, refusals = decided.get(student, ([], []))
        settled = _of_present(settled, present=student is not None and not on_roll)
        outcome, reason = coverage_outcome(on_roll=on_roll, granted=granted, refusals=refusals, settled=settled or "")
        shown = opened("id_number", number) or opened("id_text", text)
        programmes = " ".join(granted)
        yield registry, file, row, shown, name, outcome.value, str(reason), programmes


def _of_present(settled: str | None, *, present: bool) -> str | None:
    """A child at school here without a roll is on another county's roll, unless a person found otherwise."""
    if present and settled in (None, CoverageReason.UNKNOWN):
        return CoverageReason.OUT_OF_COUNTY
    return settled
