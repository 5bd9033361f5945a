"""Which uploads a run reads: what is in force for the semester now, and a digest by natural keys."""

from dataclasses import dataclass

from aid_admin.audit.rules import digest
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.intake.models import InForce
from aid_admin.intake.rules import REGISTRY_KINDS
from eligibility.models import Run, RunKind
from eligibility.rules import RULES_VERSION


@dataclass(frozen=True, slots=True)
class Pins:
    """Ids of the uploads by kind, a snapshot list for people, and the inputs' digest."""

    rolls: list[int]
    attendance: list[int]
    registries: list[int]
    snapshots: list[dict[str, str]]
    digest: str


def pins_of(semester: Semester) -> Pins:
    """Pin what is in force; decisions of persons are inputs too."""
    rows = (
        InForce.objects.current(semester, "roll", "attendance", *REGISTRY_KINDS)
        .select_related("upload__stored_file", "school")
        .order_by("kind", "school__code", "part", "pk")
    )
    by_kind: dict[str, list[int]] = {}
    natural: list[object] = []
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row.upload_id)
        natural.append((row.kind, row.school.code if row.school else "", row.part, row.upload.sha256))
    snapshots = [
        {"kind": row.kind, "file": row.upload.stored_file.name, "as_of": str(row.upload.as_of)}
        for row in rows
        if row.kind != "attendance"
    ]
    registries = [pk for kind, pks in by_kind.items() if kind in REGISTRY_KINDS for pk in pks]
    return Pins(
        by_kind.get("roll", []), by_kind.get("attendance", []), registries, snapshots,
        digest([*natural, *_decisions(semester)]),
    )  # fmt: skip


def comparison_of(semester: Semester, pins: Pins) -> Run | None:
    """The comparison of exactly these inputs: not always the newest one, for an upload may have been undone."""
    runs = Run.objects.of(semester, RunKind.COMPARE)
    return runs.filter(inputs_digest=pins.digest, rules_version=RULES_VERSION).first()  # type: ignore[no-any-return]


def _decisions(semester: Semester) -> list[object]:
    """What persons decided, in one statement and by natural keys."""
    return list(
        bulk.query(
            """SELECT 'match', student_key, record_key, decision FROM eligibility_matchdecision
                WHERE undone_at IS NULL
               UNION ALL
               SELECT 'coverage', record_key, reason_code, '' FROM eligibility_coveragedecision
                WHERE undone_at IS NULL AND semester_id = %s
               UNION ALL
               SELECT 'placement', encode(s.id_number, 'hex'), COALESCE(c.code, ''), p.standing
                 FROM students_placement p JOIN students_student s ON s.id = p.student_id
                 LEFT JOIN county_school c ON c.id = p.school_id
                WHERE p.decided_by_id IS NOT NULL AND p.semester_id = %s
               ORDER BY 1, 2, 3, 4""",
            [semester.pk, semester.pk],
        )
    )
