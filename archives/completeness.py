"""Which of the required pieces a pupil's dossier lacks; asked of the database in one statement, for one or for all.

What is required stands in rules.PIECES.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aid_admin.county.models import Semester
from aid_admin.db import bulk
from archives.rules import PIECES, Need
from eligibility.models import Run
from eligibility.rules import Category

_HAS: Final = {
    "comparison": "EXISTS (SELECT 1 FROM eligibility_comparisonresult x WHERE x.run_id = %(compared)s AND x.student_id = l.student_id)",
    "application": """EXISTS (SELECT 1 FROM eligibility_aidapplication x WHERE x.semester_id = %(term)s
                       AND x.student_id = l.student_id AND x.state = 'RECOGNISED')""",
    "decision": "bool_and(l.entitlement_id IS NOT NULL)",
    "roster_line": "bool_and(r.state = 'CONFIRMED')",
    "publicity": "bool_and(EXISTS (SELECT 1 FROM disbursement_publicityline x WHERE x.roster_line_id = l.id))",
    "photo": """bool_and(COALESCE((r.period_id, r.school_id) IN (
                   SELECT x.period_id, x.school_id FROM disbursement_publicityevidence x WHERE x.ok
                    GROUP BY 1, 2 HAVING count(DISTINCT x.moment) = 2), false))""",
    "payment": "bool_and(EXISTS (SELECT 1 FROM disbursement_paymentline x WHERE x.roster_line_id = l.id AND x.state = 'PAID'))",
    "letter": "EXISTS (SELECT 1 FROM archives_noticeletter x WHERE x.semester_id = %(term)s AND x.student_id = l.student_id)",
    "receipt": """EXISTS (SELECT 1 FROM archives_noticeletter x WHERE x.semester_id = %(term)s
                   AND x.student_id = l.student_id AND x.state = 'RECEIPT_SIGNED')""",
    "visit": "EXISTS (SELECT 1 FROM archives_homevisit x WHERE x.semester_id = %(term)s AND x.student_id = l.student_id"
    " AND x.withdrawn_by_id IS NULL)",
}  # fmt: skip
_NEEDS: Final = {
    Need.ALWAYS: "true",
    Need.BY_REGISTRY: "bool_or(l.category <> '' AND l.category <> ALL(%(applied)s))",
    Need.BY_APPLICATION: "bool_or(l.category = ANY(%(applied)s))",
    Need.REGISTERED_POOR: "bool_or(l.category = 'REGISTERED_POOR')",
}
_LACKS: Final = {piece.code: f"({_NEEDS[piece.need]} AND NOT {_HAS[piece.code]})" for piece in PIECES}
_WANTED: Final = _LACKS | {"any": f"({' OR '.join(_LACKS.values())})", "no": f"NOT ({' OR '.join(_LACKS.values())})"}
_MISSING: Final = ", ".join(f"CASE WHEN {lacks} THEN '{code}' END" for code, lacks in _LACKS.items())
_AIDED: Final = """
  FROM disbursement_rosterline l JOIN disbursement_roster r ON r.id = l.roster_id AND r.state <> 'VOIDED'
  JOIN county_school s ON s.id = r.school_id
 WHERE l.semester_id = %(term)s AND l.state IN ('ACCEPTED', 'HELD') AND s.code = ANY(%(schools)s)
   AND (%(students)s::bigint[] IS NULL OR l.student_id = ANY(%(students)s))
 GROUP BY l.student_id"""
_HOLDINGS: Final = f"SELECT l.student_id, array_remove(ARRAY[{_MISSING}], NULL) {_AIDED}"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a semester's dossiers rest on: the entitlement that is in force and its comparison."""

    term: Semester
    entitled: Run | None

    @property
    def compared(self) -> int | None:
        """The comparison behind the entitlement."""
        return self.entitled.inputs.get("compare_run") if self.entitled else None


def missing_by_pupil(
    basis: Basis, schools: Sequence[str], students: Collection[int] | None = None
) -> dict[int, list[str]]:
    """Pupils with a grant at these schools → codes of the required pieces that are not there; one statement."""
    return dict(bulk.query(_HOLDINGS, _given(basis, schools, students)))


def pupils_lacking(basis: Basis, schools: Sequence[str], wanted: str) -> list[int]:
    """Pupils with a grant at these schools who lack the piece `wanted`, or "any"; "no": whose dossier is complete."""
    if wanted not in _WANTED:
        return []
    found = bulk.query(f"SELECT l.student_id {_AIDED} HAVING {_WANTED[wanted]}", _given(basis, schools))
    return [student for (student,) in found]


def _given(basis: Basis, schools: Sequence[str], students: Collection[int] | None = None) -> dict[str, Any]:
    return {
        "term": basis.term.pk, "compared": basis.compared, "schools": list(schools),
        "students": None if students is None else list(students), "applied": [Category.OTHER_DIFFICULTY.value],
    }  # fmt: skip
