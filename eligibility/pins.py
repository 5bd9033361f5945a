"""Which uploads a run reads: what is in force for the semester now, and a digest by natural keys."""

from dataclasses import dataclass

from aid_admin.audit.rules import digest
from aid_admin.county.models import Semester
from aid_admin.intake.models import InForce
from aid_admin.intake.rules import REGISTRY_KINDS
from eligibility.models import CoverageDecision, MatchDecision, Run, RunKind
from eligibility.rules import RULES_VERSION
from students.models import Placement


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
    matches = MatchDecision.objects.filter(undone_at=None).order_by("student_key", "record_key")
    coverage = CoverageDecision.objects.filter(semester=semester, undone_at=None).order_by("record_key")
    placements = Placement.objects.filter(semester=semester, decided_by__isnull=False).order_by("student_id")
    return [
        *matches.values_list("student_key", "record_key", "decision"),
        *coverage.values_list("record_key", "reason_code"),
        *placements.values_list("student__name_key", "school__code", "standing"),
    ]
