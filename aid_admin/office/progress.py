"""学校 × 进度: how far each school is with what it has to do, and how many working days late. Few queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from aid_admin.county import calendar
from aid_admin.county.models import Deadline, Semester
from aid_admin.county.rules import DATED_STEPS, SCHOOL_STEPS
from aid_admin.db import bulk
from aid_admin.lib.workdays import workdays_between
from disbursement.actions import photo_days
from disbursement.models import Roster

# per step: what counts as all of it, and what of that is done; a later round arises after the deadlines and is in none
_PARTS: Final = {
    "ATTENDANCE": ("1", """EXISTS (SELECT 1 FROM intake_inforce f WHERE f.semester_id = %(term)s AND f.school_id = s.id
                    AND f.kind = 'attendance' AND f.until IS NULL)::int"""),
    "APPLICATIONS": (
        "(SELECT count(*) FROM eligibility_aidapplication a WHERE a.semester_id = %(term)s AND a.school_id = s.id)",
        """(SELECT count(*) FROM eligibility_aidapplication a WHERE a.semester_id = %(term)s AND a.school_id = s.id
            AND a.state NOT IN ('DRAFT', 'SUBMITTED', 'RETURNED'))""",
    ),
    "ACCOUNTS": (
        """(SELECT count(*) FROM students_bankaccount b JOIN students_accountrow r ON r.id = b.source_row_id
             WHERE r.school_id = s.id AND b.ended_at IS NULL)""",
        """(SELECT count(*) FROM students_bankaccount b JOIN students_accountrow r ON r.id = b.source_row_id
             WHERE r.school_id = s.id AND b.ended_at IS NULL AND b.verified_by_id IS NOT NULL)""",
    ),
    "ROSTERS": (
        """(SELECT count(*) FROM disbursement_roster r WHERE r.semester_id = %(term)s AND r.school_id = s.id AND r.round = 1
            AND r.state <> 'VOIDED')""",
        """(SELECT count(*) FROM disbursement_roster r WHERE r.semester_id = %(term)s AND r.school_id = s.id AND r.round = 1
            AND r.state NOT IN ('VOIDED', 'DRAFT'))""",
    ),
    "PHOTOS": (
        """(SELECT 2 * count(DISTINCT r.period_id) FROM disbursement_roster r JOIN disbursement_publicityperiod p ON p.id = r.period_id
             WHERE r.semester_id = %(term)s AND r.school_id = s.id AND r.round = 1 AND p.state IN ('RUNNING', 'ENDED'))""",
        """(SELECT count(*) FROM disbursement_publicityevidence e JOIN disbursement_publicityperiod p ON p.id = e.period_id
             WHERE p.semester_id = %(term)s AND e.school_id = s.id AND p.state IN ('RUNNING', 'ENDED') AND e.ok IS NOT FALSE
               AND EXISTS (SELECT 1 FROM disbursement_roster r
                            WHERE r.period_id = p.id AND r.school_id = s.id AND r.round = 1))""",
    ),
    "LETTERS": (
        "(SELECT count(*) FROM archives_noticeletter l WHERE l.semester_id = %(term)s AND l.school_id = s.id AND l.number = 1)",
        """(SELECT count(*) FROM archives_noticeletter l WHERE l.semester_id = %(term)s AND l.school_id = s.id AND l.number = 1
            AND l.state IN ('DELIVERED', 'RECEIPT_SIGNED'))""",
    ),
}  # fmt: skip
_SQL: Final = f"""
SELECT s.code, s.name, t.name, {", ".join(f"{whole}, {done}" for whole, done in (_PARTS[code] for code, _ in SCHOOL_STEPS))}
  FROM county_school s JOIN county_township t ON t.id = s.township_id
 WHERE s.code = ANY(%(schools)s) ORDER BY t.code, s.code"""


@dataclass(frozen=True, slots=True)
class Cell:
    """How far a school is with one step; `late`: working days since the deadline, 0 in time or done."""

    whole: int
    done: int
    late: int

    @property
    def state(self) -> str:
        """nothing to do, done, late or open."""
        if not self.whole:
            return "none"
        if self.done >= self.whole:
            return "done"
        return "late" if self.late else "open"


@dataclass(frozen=True, slots=True)
class SchoolProgress:
    """One school's row."""

    code: str
    name: str
    township: str
    cells: tuple[Cell, ...]

    @property
    def late(self) -> int:
        """The working days of the step that is latest."""
        return max((cell.late for cell in self.cells if cell.state == "late"), default=0)


def deadlines_of(term: Semester) -> list[tuple[str, str, date | None]]:
    """Step, its name, and the day by which it is due, in the order of the semester."""
    dated = [code for code, _ in DATED_STEPS]
    due = dict(Deadline.objects.filter(semester=term, step__in=dated).values_list("step", "due_on"))
    return [(code, name, due.get(code)) for code, name in SCHOOL_STEPS]


def progress_of(
    term: Semester, today: date, schools: Sequence[str], steps: Sequence[tuple[str, str, date | None]]
) -> list[Any]:
    """Every school's progress; days late are working days of the county's calendar."""
    holidays = calendar.holidays()
    late = [workdays_between(due, today, holidays) if due and due < today else 0 for _, _, due in steps]
    photos = _photos_late(term, today, holidays)
    rows = bulk.query(_SQL, {"term": term.pk, "schools": list(schools)})
    return [
        SchoolProgress(
            code, name, township,
            tuple(
                Cell(parts[2 * n], parts[2 * n + 1], photos.get(code, 0) if step == "PHOTOS" else late[n])
                for n, (step, _, _) in enumerate(steps)
            ),
        )
        for code, name, township, *parts in rows
    ]  # fmt: skip


def _photos_late(term: Semester, today: date, holidays: Mapping[date, bool]) -> dict[str, int]:
    """School → by how many working days the photo is late that is latest, of the first round's periods."""
    late: dict[str, int] = {}
    for one in photo_days.owed(Roster.objects.of(term).filter(round=1), term, today, holidays):
        for school, period in one.exact().values_list("school__code", "period"):
            late[school] = max(late.get(school, 0), one.days[period].late(today, holidays))
    return late
