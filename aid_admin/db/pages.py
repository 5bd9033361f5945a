"""One page of a list, counted and walked no further than a cap: a list of 100,000 rows costs what a short one does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

SIZE: Final = 50
CAP: Final = 10_000  # rows that can be walked to
COUNTED: Final = 100_000  # rows that are counted: some milliseconds
LONG: Final = 5  # pages


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page and what the pager needs to know."""

    rows: list[Any]
    number: int
    last: int
    total: int
    capped: bool  # the last rows are not reached by walking
    first_row: int

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after."""
        return self.number < self.last

    @property
    def near(self) -> list[int]:
        """The page numbers that the pager offers."""
        return list(range(max(1, self.number - 2), self.last_near + 1))

    @property
    def last_near(self) -> int:
        """The last of the page numbers near this one."""
        return min(self.last, self.number + 2)

    @property
    def is_long(self) -> bool:
        """Whether a page number is quicker typed than walked to."""
        return self.last > LONG


def page_of(
    rows: "QuerySet[Any]", number: str | None, *, size: int = SIZE, counted: int | None = None, at_once: bool = False
) -> Page:
    """The page with that number; anything that is no page shows the first or the last one.

    `rows` needs a total order, one row per key and no slice. Three queries: a count that stops past COUNTED (not
    where the rows were `counted` already), the page's keys, and its rows. The keys are found first and by a query of
    their own: only what is shown is joined with what stands beside it, and the planner knows how few that is.
    `at_once` finds keys and rows by one query, for a page that has many others.
    """
    total = rows.order_by().values("pk")[: COUNTED + 1].count() if counted is None else counted
    here, last = _place(number, min(total, CAP), size)
    start = (here - 1) * size
    keys: Any = rows.values_list("pk", flat=True)[start : start + size]
    keys = keys if at_once else list(keys)
    return Page(list(rows.filter(pk__in=keys)), here, last, total, total > CAP, start + 1)


def page_of_list(rows: Sequence[Any], number: str | None, *, size: int = SIZE) -> Page:
    """The same of rows that were made, not asked for: a county's schools with what is known of each."""
    here, last = _place(number, len(rows), size)
    start = (here - 1) * size
    return Page(list(rows[start : start + size]), here, last, len(rows), False, start + 1)


def _place(number: str | None, total: int, size: int) -> tuple[int, int]:
    """The page that is meant and the last one."""
    last = max(1, -(-total // size))
    wanted = int(number) if number and number.isascii() and number.isdigit() and len(number) < 9 else 1
    return max(1, min(wanted, last)), last
