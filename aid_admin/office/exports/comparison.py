"""One row per (student, registry row) pair and per unmatched registry child."""

from collections.abc import Iterator
from typing import Any

from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.db.fields import keyring
from aid_admin.lib.refusals import Refused
from eligibility.models import Run
from eligibility.pins import run_of, runs_shown

HEADER = (
    "direction", "student_id_number", "student_name", "registry", "source_file", "source_row", "record_id_number",
    "record_name", "verdict", "score", "decided_by",
)  # fmt: skip


def newest_comparison(term: Semester) -> Run:
    """The comparison of what is in force (eligibility.pins); Refused if there is none."""
    run = run_of(runs_shown(term).comparison)
    if run is None:
        raise Refused("本学期还没有比对，请先由数据专员运行比对。")
    return run


def opened(kind: str, blob: Any) -> str:
    """A sealed column's text, or nothing."""
    return keyring().open_(kind, bytes(blob)) if blob is not None else ""


def rows(term: Semester) -> Iterator[tuple[Any, ...]]:
    """Forward pairs in order of students, then the registry children on no roll."""
    run = newest_comparison(term)
    for student, name, registry, file, row, number, text, record, verdict, score, by in bulk.query(
        """SELECT s.id_number, s.name, r.registry, f.name, r.row, r.id_number, r.id_text, r.name, c.verdict, c.score,
                  u.username
             FROM eligibility_comparisonresult c JOIN students_student s ON s.id = c.student_id
             JOIN eligibility_registryrecord r ON r.id = c.record_id
             JOIN intake_upload p ON p.id = r.upload_id JOIN files_storedfile f ON f.id = p.stored_file_id
             LEFT JOIN eligibility_matchdecision d ON d.id = c.decision_id
             LEFT JOIN accounts_user u ON u.id = d.by_id
            WHERE c.run_id = %s ORDER BY s.id, r.registry, r.row, c.relation""",
        [run.pk],
    ):
        shown = opened("id_number", number) or opened("id_text", text)
        yield (
            "forward", opened("id_number", student), name, registry, file, row, shown, record, verdict, score, by or "",
        )  # fmt: skip
    for registry, file, row, number, text, record in bulk.query(
        """SELECT r.registry, f.name, r.row, r.id_number, r.id_text, r.name
             FROM eligibility_coveragegap g JOIN eligibility_registryrecord r ON r.id = g.record_id
             JOIN intake_upload p ON p.id = r.upload_id JOIN files_storedfile f ON f.id = p.stored_file_id
            WHERE g.run_id = %s ORDER BY r.registry, r.sheet, r.row""",
        [run.pk],
    ):
        shown = opened("id_number", number) or opened("id_text", text)
        yield "reverse", "", "", registry, file, row, shown, record, "NOT_FOUND", 0, ""
