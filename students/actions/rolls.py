"""Rolls and attendance: typed rows written once; students made from the roll when it is put in force."""

from typing import Any

from aid_admin.county.models import School, Village
from aid_admin.db import bulk
from aid_admin.intake.models import Upload
from aid_admin.lib import id_card, names
from aid_admin.lib.sheets.table import TableRow
from students.models import AttendanceRecord, EnrolmentRecord, FamilyMember
from students.rules import grade_year

_ROLL = (
    "id", "upload_id", "sheet", "row", "school_id", "system", "stage", "grade", "grade_year", "class_name", "boarding",
    "enrolment_no", "name", "name_key", "pinyin_initials", "former_name", "id_number", "id_tail", "id_text",
    "birth_date", "sex", "residence", "village_id", "major_code", "is_agricultural", "roll_status",
)  # fmt: skip
_MEMBER = ("enrolment_id", "name", "relation", "is_guardian", "id_number", "phone")
_ATTENDANCE = (
    "upload_id", "sheet", "row", "school_id", "grade", "class_name", "name", "name_key", "id_number", "id_text",
    "attending", "reason",
)  # fmt: skip


def school_ids() -> dict[str, int]:
    """Ids of schools by code."""
    return dict(School.objects.values_list("code", "id"))


def store_roll(upload: Upload, rows: list[TableRow]) -> None:
    """Write a chunk of a roll with its family members."""
    schools, villages = school_ids(), dict(Village.objects.values_list("code", "id"))
    ids = bulk.next_ids(EnrolmentRecord, len(rows))
    year = upload.semester.starts_on.year if upload.semester else 0
    school_year = year if upload.semester and upload.semester.starts_on.month >= 8 else year - 1
    bulk.copy(
        EnrolmentRecord,
        _ROLL,
        (
            _enrolment(number, upload, row, schools, villages, school_year)
            for number, row in zip(ids, rows, strict=True)
        ),
    )
    bulk.copy(
        FamilyMember,
        _MEMBER,
        (
            (number, m["name"], m["relation"], bool(m["is_guardian"]), m.get("id_number"), m.get("phone"))
            for number, row in zip(ids, rows, strict=True)
            for m in row.values.get("members", ())
        ),
    )


def _enrolment(
    number: int, upload: Upload, row: TableRow, schools: dict[str, int], villages: dict[str, int], school_year: int
) -> tuple[Any, ...]:
    v = row.values
    id_number = v.get("id_number")
    return (
        number, upload.pk, row.sheet, row.row, schools[v["school"]], v["system"], v["stage"], v["grade"],
        grade_year(v["stage"], v["grade"], school_year), v.get("class_name") or "", v.get("boarding") or "",
        v.get("enrolment_no") or None, v["name"], names.key(v["name"]), names.initials(v["name"])[:20],
        v.get("former_name") or "", id_number, id_number[-4:] if id_number else None,
        v.get("id_number_text") or None,
        v.get("birth_date") or (id_card.birth_date(id_number) if id_number else None),
        v.get("sex") or (id_card.sex(id_number) if id_number else ""), v.get("residence") or "",
        villages.get(v.get("village") or ""), v.get("major_code") or "", bool(v.get("is_agricultural")),
        v["roll_status"],
    )  # fmt: skip


def store_attendance(upload: Upload, rows: list[TableRow]) -> None:
    """Write a chunk of an attendance sheet."""
    schools = school_ids()
    bulk.copy(
        AttendanceRecord,
        _ATTENDANCE,
        (
            (
                upload.pk, row.sheet, row.row, schools[row.values["school"]], row.values.get("grade") or "",
                row.values.get("class_name") or "", row.values["name"], names.key(row.values["name"]),
                row.values.get("id_number"), row.values.get("id_number_text") or None,
                bool(row.values["attending"]), row.values.get("reason") or "",
            )
            for row in rows
        ),
    )  # fmt: skip


def roll_in_force(upload: Upload) -> None:
    """Make the roll's pupils students, or bring their names up to date; one statement."""
    bulk.execute(
        """INSERT INTO students_student
                  (id_number, name, name_key, pinyin_initials, id_tail, birth_date, sex, village_id)
           SELECT DISTINCT ON (id_number)
                  id_number, name, name_key, pinyin_initials, id_tail, birth_date, sex, village_id
             FROM students_enrolmentrecord WHERE upload_id = %s AND id_number IS NOT NULL
            ORDER BY id_number, sheet, row
           ON CONFLICT (id_number) DO UPDATE
              SET name = excluded.name, name_key = excluded.name_key, pinyin_initials = excluded.pinyin_initials,
                  birth_date = excluded.birth_date, sex = excluded.sex, village_id = excluded.village_id
            WHERE (students_student.name, students_student.birth_date, students_student.sex,
                   students_student.village_id)
                  IS DISTINCT FROM (excluded.name, excluded.birth_date, excluded.sex, excluded.village_id)""",
        [upload.pk],
    )
