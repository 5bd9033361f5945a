"""Which uploads a run reads, a digest of them by natural keys, and which runs are of what is in force now."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from aid_admin.audit.rules import digest
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.intake.rules import REGISTRY_KINDS
from eligibility.models import Run, RunKind
from eligibility.rules import RULES_VERSION

# what it is and its natural key in four columns; of an upload also its id, file name and date
_INPUTS = """
SELECT 'upload', f.kind, COALESCE(s.code, ''), f.part, u.sha256, u.id, o.name, u.as_of::text
  FROM intake_inforce f JOIN intake_upload u ON u.id = f.upload_id JOIN files_storedfile o ON o.id = u.stored_file_id
  LEFT JOIN county_school s ON s.id = f.school_id
 WHERE f.until IS NULL AND f.semester_id = %(term)s AND f.kind = ANY(%(kinds)s)
UNION ALL
SELECT 'match', student_key, record_key, decision, '', NULL, NULL, NULL
  FROM eligibility_matchdecision WHERE undone_at IS NULL
UNION ALL
SELECT 'coverage', record_key, reason_code, '', '', NULL, NULL, NULL
  FROM eligibility_coveragedecision WHERE undone_at IS NULL AND semester_id = %(term)s
UNION ALL
SELECT 'placement', encode(t.id_number, 'hex'), COALESCE(c.code, ''), p.standing, '', NULL, NULL, NULL
  FROM students_placement p JOIN students_student t ON t.id = p.student_id LEFT JOIN county_school c ON c.id = p.school_id
 WHERE p.decided_by_id IS NOT NULL AND p.semester_id = %(term)s"""
_RUNS = """
UNION ALL
SELECT 'run', kind, inputs_digest, rules_version, COALESCE(inputs ->> 'uploads', '[]'), id, inputs ->> 'compare_run', NULL
  FROM eligibility_run WHERE state = 'DONE' AND semester_id = %(term)s"""
_ORDER = "\nORDER BY 1, 2, 3, 4, 5, 6"


@dataclass(frozen=True, slots=True)
class Pins:
    """Ids of the uploads by kind, a snapshot list for people, and the inputs' digest."""

    rolls: list[int]
    attendance: list[int]
    registries: list[int]
    snapshots: list[dict[str, str]]
    digest: str
    kinds: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether there is a roll and every registry: before that a comparison says little."""
        return bool(self.rolls) and self.kinds >= REGISTRY_KINDS

    @property
    def uploads(self) -> list[int]:
        """All of them, as a comparison keeps them."""
        return sorted({*self.rolls, *self.attendance, *self.registries})


@dataclass(frozen=True, slots=True)
class RunsShown:
    """Ids of the comparison and the entitlement that people see and work on."""

    comparison: int | None = None
    entitlement: int | None = None
    entitlement_is_due: bool = False  # the comparison waits to be entitled on
    comparison_is_due: bool = False  # what is in force, or what persons decided, was not compared yet


class _Done(NamedTuple):
    """A finished run as `_RUNS` reads it; `base`: the comparison that an entitlement rests on."""

    kind: str
    digest: str
    version: str
    uploads: list[int]
    pk: int
    base: int | None


def pins_of(semester: Semester) -> Pins:
    """Pin what is in force; decisions of persons are inputs too. One query."""
    return _pins(bulk.query(_INPUTS + _ORDER, _given(semester)))


def comparison_of(semester: Semester, pins: Pins) -> Run | None:
    """The comparison of exactly these inputs: not always the newest one, for an upload may have been undone."""
    runs = Run.objects.of(semester, RunKind.COMPARE)
    return runs.filter(inputs_digest=pins.digest, rules_version=RULES_VERSION).first()  # type: ignore[no-any-return]


def runs_shown(semester: Semester) -> RunsShown:
    """The runs of what is in force now: an undone upload brings older ones back. One query.

    Where persons have decided something since, the newest comparison of the same uploads; where these were
    never compared, the newest of all. The entitlement is the newest that rests on it, else the newest of all.
    """
    rows = bulk.query(_INPUTS + _RUNS + _ORDER, _given(semester))
    pins = _pins(row for row in rows if row[0] != "run")
    runs = sorted((_done(row) for row in rows if row[0] == "run"), key=lambda run: run.pk, reverse=True)
    compared = _first(
        [run for run in runs if run.kind == RunKind.COMPARE],
        lambda run: (run.digest, run.version) == (pins.digest, RULES_VERSION),
        lambda run: run.uploads == pins.uploads,
    )
    base = compared.pk if compared else None
    entitled = _first([run for run in runs if run.kind == RunKind.ENTITLE], lambda run: run.base == base)
    due = compared is not None and (entitled is None or entitled.base != base)
    known = any(run.kind == RunKind.COMPARE and run.digest == pins.digest for run in runs)
    changed = (compared is not None or pins.complete) and not known
    return RunsShown(base, entitled.pk if entitled else None, due, changed)


def run_of(pk: int | None) -> Run | None:
    """The run itself, with the person who ran it."""
    return Run.objects.select_related("by").get(pk=pk) if pk else None


def _given(semester: Semester) -> dict[str, Any]:
    return {"term": semester.pk, "kinds": ["roll", "attendance", "late", *sorted(REGISTRY_KINDS)]}


def _pins(rows: Iterable[tuple[Any, ...]]) -> Pins:
    every = list(rows)
    uploads = [(kind, pk, name, as_of) for what, kind, _, _, _, pk, name, as_of in every if what == "upload"]
    return Pins(  # a late pupil's entry is a claim of the roll and of attendance
        rolls=[pk for kind, pk, _, _ in uploads if kind in ("roll", "late")],
        attendance=[pk for kind, pk, _, _ in uploads if kind in ("attendance", "late")],
        registries=[pk for kind, pk, _, _ in uploads if kind in REGISTRY_KINDS],
        snapshots=[
            {"kind": kind, "file": name, "as_of": str(as_of)}
            for kind, _, name, as_of in uploads
            if kind != "attendance"
        ],
        digest=digest(row[:5] for row in every),
        kinds=frozenset(kind for kind, *_ in uploads),
    )


def _done(row: tuple[Any, ...]) -> _Done:
    _, kind, inputs_digest, version, uploads, pk, base, _ = row
    return _Done(kind, inputs_digest, version, json.loads(uploads), pk, int(base) if base else None)


def _first(runs: list[_Done], *wanted: Callable[[_Done], bool]) -> _Done | None:
    """The first run that the earliest of these wants, else the first of all."""
    for fits in (*wanted, lambda _: True):
        found = next((run for run in runs if fits(run)), None)
        if found:
            return found
    return None
