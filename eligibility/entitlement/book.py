"""The standards and category rules in force on one day, looked up by programme."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from eligibility.entitlement.facts import AdmissionRule, Standard

_Dated = TypeVar("_Dated", Standard, AdmissionRule)


@dataclass(frozen=True)
class Rulebook:
    """All dated rows and the day of reckoning (the semester's first day)."""

    standards: tuple[Standard, ...]
    rules: tuple[AdmissionRule, ...]
    day: date
    _standards: dict[tuple[str, str], list[Standard]] = field(init=False, repr=False, compare=False)
    _rules: dict[tuple[str, str], list[AdmissionRule]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        standards: dict[tuple[str, str], list[Standard]] = defaultdict(list)
        for standard in _in_force(self.standards, self.day):
            standards[standard.programme, standard.stage].append(standard)
        rules: dict[tuple[str, str], list[AdmissionRule]] = defaultdict(list)
        for rule in sorted(_in_force(self.rules, self.day), key=_most_specific_first):
            rules[rule.programme, rule.category].append(rule)
        object.__setattr__(self, "_standards", dict(standards))
        object.__setattr__(self, "_rules", dict(rules))

    def rules_for(self, programme: str, category: str, boarding: str) -> list[AdmissionRule]:
        """Return the rows of a category that fit the boarding status, the most specific first."""
        found = self._rules.get((programme, category), [])
        return [rule for rule in found if rule.boarding in ("", boarding)]

    def standards_for(self, programme: str, stage: str, boarding: str) -> list[Standard]:
        """Return every standard of a programme for this stage and boarding status."""
        found = self._standards.get((programme, stage), [])
        return [standard for standard in found if standard.boarding in ("", boarding)]


def covers(standard: Standard, grade_year: int | None) -> bool:
    """Say whether a standard is open to a year; an unknown year only where all are open."""
    return not standard.grades or grade_year in standard.grades


def _in_force(rows: Iterable[_Dated], day: date) -> list[_Dated]:
    return [row for row in rows if row.starts_on <= day and (row.ends_on is None or day <= row.ends_on)]


def _most_specific_first(rule: AdmissionRule) -> tuple[bool, bool, int]:
    return (not rule.variant, not rule.boarding, rule.id)


def from_reference(standards: Iterable[Mapping[str, Any]], rules: Iterable[Mapping[str, Any]], day: date) -> Rulebook:
    """Build a rulebook from the rows of the reference files; ids are their places, from 1."""
    return Rulebook(
        tuple(
            Standard(**{**row, **_dates(row), "id": place, "grades": tuple(row["grades"])})
            for place, row in enumerate(standards, 1)
        ),
        tuple(AdmissionRule(**{**row, **_dates(row), "id": place}) for place, row in enumerate(rules, 1)),
        day,
    )


def _dates(row: Mapping[str, Any]) -> dict[str, date | None]:
    ends_on = row["ends_on"]
    return {
        "starts_on": date.fromisoformat(row["starts_on"]),
        "ends_on": date.fromisoformat(ends_on) if ends_on else None,
    }
