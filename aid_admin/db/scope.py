"""Scope: rows are reached only through `visible_to(user)`; the scope lives here, verbs live in `permissions`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from django.db import models
from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Reach:
    """What a person's posts cover: the county, or townships and schools by code; empty covers nothing."""

    county: bool = False
    townships: frozenset[str] = field(default_factory=frozenset)
    schools: frozenset[str] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return self.county or bool(self.townships) or bool(self.schools)

    @property
    def one_school(self) -> bool:
        """Whether it is a single school and nothing else: who has it is not asked which one."""
        return len(self.schools) == 1 and not (self.county or self.townships)


class Person(Protocol):
    """What scope needs to know of a user."""

    def reach(self, roles: Iterable[str] | None = None) -> Reach:
        """What the live posts with one of `roles` cover; without roles every post that sees business data."""


class ScopedQuerySet(models.QuerySet[Any]):
    """A queryset that knows how its rows hang on a school.

    `school_path` leads to the school's code ("" = the rows belong to the county alone);
    `township_path` to the township's code ("" = nobody sees them through a township).
    """

    school_path = "school__code"
    township_path = "school__township__code"

    def visible_to(self, user: Person) -> Self:
        """The rows that the user may see through any post."""
        return self.within(user.reach())

    def within(self, reach: Reach) -> Self:
        """The rows that `reach` covers."""
        if reach.county:
            return self.all()
        covered = Q(pk__in=[])
        if reach.schools and self.school_path:
            covered |= Q(**{f"{self.school_path}__in": reach.schools})
        if reach.townships and self.township_path:
            covered |= Q(**{f"{self.township_path}__in": reach.townships})
        return self.filter(covered)


class CountyQuerySet(ScopedQuerySet):
    """Rows of the county as a whole: money batches, runs, departments' registries."""

    school_path = ""
    township_path = ""
