"""What an upload would change of what is in force: added, changed, the same, removed; found in the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.apps import apps
from django.db.models import Case, F, QuerySet, When

from aid_admin.db import bulk
from aid_admin.db.pages import CAP, SIZE, Page
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS, SheetKind


class Change(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    REMOVED = "removed"


# The n-th row of a key is the same as the n-th of the other side: a registry may hold one person twice.
_PAIRS: Final = """
    WITH now_rows ({names}) AS ({now}), old_rows ({names}) AS ({old}),
    numbered_now AS (SELECT *, row_number() OVER (PARTITION BY key ORDER BY pk) AS n
                       FROM (SELECT pk, ROW({keys})::text AS key, ROW({facts}) AS facts FROM now_rows) keyed),
    numbered_old AS (SELECT *, row_number() OVER (PARTITION BY key ORDER BY pk) AS n
                       FROM (SELECT pk, ROW({keys})::text AS key, ROW({facts}) AS facts FROM old_rows) keyed),
    pairs AS (SELECT new.pk AS new_pk, old.pk AS old_pk,
                     CASE WHEN old.pk IS NULL THEN 'added' WHEN new.pk IS NULL THEN 'removed'
                          WHEN new.facts IS DISTINCT FROM old.facts THEN 'changed' ELSE 'same' END AS change
                FROM numbered_now new FULL JOIN numbered_old old USING (key, n))"""

_COUNTS_AND_PAGE: Final = """
    (SELECT change, count(*), NULL, NULL FROM pairs GROUP BY change) UNION ALL
    (SELECT NULL, NULL, old_pk, new_pk FROM pairs WHERE change = %s ORDER BY new_pk, old_pk LIMIT %s OFFSET %s)"""


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows of an upload are what, beside what is in force; `old` counts what was there."""

    counts: dict[Change, int] = field(default_factory=dict)
    holder: Upload | None = None

    @property
    def old(self) -> int:
        """The rows in force until now."""
        return sum(n for change, n in self.counts.items() if change != Change.ADDED)

    @property
    def now(self) -> int:
        """The rows of the upload."""
        return sum(n for change, n in self.counts.items() if change != Change.REMOVED)


@dataclass(frozen=True, slots=True)
class Sides:
    """The rows of an upload and those they are held against."""

    kind: SheetKind
    now: "QuerySet[Any]"
    old: "QuerySet[Any]"
    holder: Upload | None

    def counted(self) -> Changes:
        """How many rows are what; one query."""
        return self.found(None, 1)[0]

    def page(self, change: Change, number: str | None) -> tuple[Changes, Page]:
        """The same, and one page of (row before, row now) of one kind of change, in the order of the file.

        Three queries; one more for a page beyond the last.
        """
        wanted = int(number) if number and number.isascii() and number.isdigit() and len(number) < 9 else 1
        here = max(1, wanted)
        changes, pairs = self.found(change, here)
        total = changes.counts[change]
        last = max(1, -(-min(total, CAP) // SIZE))
        if here > last:
            here = last
            pairs = self.found(change, here)[1]
        sides = enumerate((self.old, self.now))
        old, now = (self._rows(side, [pair[place] for pair in pairs]) for place, side in sides)
        rows = [(old.get(old_pk or 0), now.get(new_pk or 0)) for old_pk, new_pk in pairs]
        return changes, Page(rows, here, last, min(total, CAP), total > CAP, (here - 1) * SIZE + 1)

    def found(self, change: Change | None, number: int) -> tuple[Changes, list[tuple[int | None, int | None]]]:
        """How many rows are what, and the keys of one page of the pairs of `change`."""
        sql, given = self._pairs()
        found = bulk.query(sql + _COUNTS_AND_PAGE, [*given, change or "", SIZE, (number - 1) * SIZE])
        sums = {name: n for name, n, _, _ in found if name}
        pairs = [(old_pk, new_pk) for name, _, old_pk, new_pk in found if not name]
        return Changes({one: sums.get(one.value, 0) for one in Change}, self.holder), pairs

    def _pairs(self) -> tuple[str, list[Any]]:
        now, now_given = self._side(self.now)
        old, old_given = self._side(self.old)
        keys = [f"k{place}" for place in range(len(self.kind.key))]
        facts = [f"f{place}" for place in range(len(self.kind.facts))]
        names = ", ".join(["pk", *keys, *facts])
        sql = _PAIRS.format(names=names, now=now, old=old, keys=", ".join(keys), facts=", ".join(facts))
        return sql, [*now_given, *old_given]

    def _side(self, rows: "QuerySet[Any]") -> tuple[str, Sequence[Any]]:
        keys = [_unless_numbered() if name == "name_key" else name for name in self.kind.key]
        picked = rows.order_by().values_list("pk", *keys, *self.kind.facts)
        sql, given = picked.query.sql_with_params()
        return sql, given

    def _rows(self, rows: "QuerySet[Any]", keys: list[int | None]) -> dict[int, Any]:
        wanted = [key for key in keys if key is not None]
        if not wanted:
            return {}
        related = [one.name for one in rows.model._meta.fields if one.many_to_one and one.name in _SHOWN_WITH]
        return {row.pk: row for row in rows.model._default_manager.filter(pk__in=wanted).select_related(*related)}


_SHOWN_WITH: Final = ("school", "student", "village", "programme")


def _unless_numbered() -> Case:
    return Case(When(id_number=None, then=F("name_key")))


def sides_of(upload: Upload, holder: Upload | None) -> Sides | None:
    """The two sides of an upload; `holder`: the one in force in its slot. None for a kind that is not compared."""
    kind = KINDS[upload.kind]
    if not kind.facts:
        return None
    model: Any = apps.get_model(kind.rows)
    known = kind.call("known")
    old = known(upload) if known else model._default_manager.filter(upload=holder.pk if holder else 0)
    return Sides(kind, model._default_manager.filter(upload=upload), old, holder)
