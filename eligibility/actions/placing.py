"""Roll × attendance → placements: one per student and semester, in bulk; a person's settlement stays."""

from collections import defaultdict
from typing import Any

from aid_admin.county.models import Semester
from aid_admin.db import bulk
from eligibility.matching import AttendanceClaim, RollClaim, place
from eligibility.pins import Pins
from students.rules import LIVE_ROLLS, grade_year, school_year_start

_STAGES_TRIED = ("PRESCHOOL", "PRIMARY", "JUNIOR", "VOCATIONAL", "SENIOR", "SPECIAL")


def settle_placements(semester: Semester, pins: Pins) -> None:
    """Write what rolls and attendance sheets in force come to; the same claims write nothing."""
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"placements {semester.code}"])
    _make_students_of_attendance(pins)
    claims = _claims(pins)
    students = {bytes(number): pk for number, pk in bulk.query("SELECT id_number, id FROM students_student")}
    rows = []
    for number, (rolls, presences) in claims.items():
        placed = place(rolls, presences)
        if placed is None:
            continue
        roll = placed.roll or next((roll for roll in rolls if roll.status in LIVE_ROLLS), None)
        attendance = placed.attendance or (presences[0] if presences and not rolls else None)
        rows.append(
            (students[number], roll.reference if roll else None, attendance.reference if attendance else None,
             placed.standing.value, placed.why)
        )  # fmt: skip
    _write(semester, rows)


def _claims(pins: Pins) -> dict[bytes, tuple[list[RollClaim], list[AttendanceClaim]]]:
    found: dict[bytes, tuple[list[RollClaim], list[AttendanceClaim]]] = defaultdict(lambda: ([], []))
    for pk, number, school, status in bulk.query(
        """SELECT e.id, e.id_number, s.code, e.roll_status
             FROM students_enrolmentrecord e JOIN county_school s ON s.id = e.school_id
            WHERE e.upload_id = ANY(%s) AND e.id_number IS NOT NULL ORDER BY e.id""",
        [pins.rolls],
    ):
        found[bytes(number)][0].append(RollClaim(school, status, pk))
    for pk, number, school, attending in bulk.query(
        """SELECT a.id, a.id_number, s.code, a.attending
             FROM students_attendancerecord a JOIN county_school s ON s.id = a.school_id
            WHERE a.upload_id = ANY(%s) AND a.id_number IS NOT NULL ORDER BY a.id""",
        [pins.attendance],
    ):
        found[bytes(number)][1].append(AttendanceClaim(school, attending, pk))
    return found


def _make_students_of_attendance(pins: Pins) -> None:
    """A pupil who attends without a roll is a student too: he must not fall out of sight."""
    bulk.execute(
        """INSERT INTO students_student (id_number, name, name_key, pinyin_initials, sex)
           SELECT DISTINCT ON (a.id_number) a.id_number, a.name, a.name_key, '', ''
             FROM students_attendancerecord a
            WHERE a.upload_id = ANY(%s) AND a.id_number IS NOT NULL
            ORDER BY a.id_number, a.id
           ON CONFLICT (id_number) DO NOTHING""",
        [pins.attendance],
    )


def _write(semester: Semester, rows: list[tuple[Any, ...]]) -> None:
    bulk.execute(
        """CREATE TEMPORARY TABLE placed (student_id bigint, enrolment_id bigint, attendance_id bigint,
                  standing text, reason text)"""
    )
    bulk.copy_table("placed", ("student_id", "enrolment_id", "attendance_id", "standing", "reason"), rows)
    bulk.execute(
        """DELETE FROM students_placement p WHERE semester_id = %s AND decided_by_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM placed x WHERE x.student_id = p.student_id)""",
        [semester.pk],
    )
    bulk.execute(
        """INSERT INTO students_placement AS p
                  (student_id, semester_id, enrolment_id, attendance_id, school_id, stage, grade, grade_year,
                   class_name, boarding, standing, reason)
           SELECT x.student_id, %s, x.enrolment_id, x.attendance_id, COALESCE(e.school_id, a.school_id),
                  COALESCE(e.stage, ''), COALESCE(e.grade, a.grade, ''), e.grade_year,
                  COALESCE(e.class_name, a.class_name, ''), COALESCE(e.boarding, ''), x.standing, x.reason
             FROM placed x LEFT JOIN students_enrolmentrecord e ON e.id = x.enrolment_id
             LEFT JOIN students_attendancerecord a ON a.id = x.attendance_id
           ON CONFLICT (student_id, semester_id) DO UPDATE
              SET enrolment_id = excluded.enrolment_id, attendance_id = excluded.attendance_id,
                  school_id = excluded.school_id, stage = excluded.stage, grade = excluded.grade,
                  grade_year = excluded.grade_year, class_name = excluded.class_name,
                  boarding = excluded.boarding, standing = excluded.standing, reason = excluded.reason
            WHERE p.decided_by_id IS NULL AND (p.enrolment_id, p.attendance_id, p.standing)
                  IS DISTINCT FROM (excluded.enrolment_id, excluded.attendance_id, excluded.standing)""",
        [semester.pk],
    )
    bulk.execute("DROP TABLE placed")
    _stage_of_attendance(semester)


def _stage_of_attendance(semester: Semester) -> None:
    """Without a roll the stage is told by the school's stages and the grade's name."""
    rows = bulk.query(
        """SELECT p.id, p.grade, array_agg(g.stage) FROM students_placement p
             JOIN county_schoolstage g ON g.school_id = p.school_id
            WHERE p.semester_id = %s AND p.stage = '' GROUP BY p.id, p.grade""",
        [semester.pk],
    )
    begun = school_year_start(semester.starts_on)
    for pk, grade, stages in rows:
        fitting = [s for s in _STAGES_TRIED if s in stages and grade_year(s, grade, begun) is not None]
        stage = (fitting or [s for s in _STAGES_TRIED if s in stages])[0]
        bulk.execute(
            "UPDATE students_placement SET stage = %s, grade_year = %s WHERE id = %s",
            [stage, grade_year(stage, grade, begun), pk],
        )
