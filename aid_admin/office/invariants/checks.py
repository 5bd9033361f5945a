"""Running the statements: each `*.sql` gives the rows that break it, and names the first in Chinese.

A statement file begins with two comment lines, what holds and the sentence for the first offending row;
its first column is `id`. What SQL cannot say (seals, digests made in Python) follows in `recomputed`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from aid_admin.office.invariants.recomputed import CHECKS

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Result:
    """One check: how many rows break it, and a sentence on what holds or on the first that breaks it."""

    name: str
    ok: bool
    count: int
    sentence: str


def run(*names: str) -> list[Result]:
    """The named checks, or all, in order of their names; reads only."""
    return sorted([*_statements(names), *_recomputed(names)], key=lambda result: result.name)


def _statements(names: Collection[str]) -> Iterator[Result]:
    for path in FOLDER.glob("*.sql"):
        if names and path.stem not in names:
            continue
        title, sentence, statement = path.read_text(encoding="utf-8").split("\n", 2)
        count, row = _first(statement)
        told = sentence.removeprefix("-- ").format(**row) if row else title.removeprefix("-- ")
        yield Result(path.stem, not count, count, told)


def _first(statement: str) -> tuple[int, dict[str, object]]:
    """How many rows the statement gives, and the one with the smallest id."""
    sql = f"SELECT count(*) OVER () AS offenders, x.* FROM ({statement.rstrip()}) x ORDER BY x.id LIMIT 1"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchone()
        if found is None:
            return 0, {}
        names = [column.name for column in cursor.description]
    return found[0], dict(zip(names[1:], found[1:], strict=True))


def _recomputed(names: Collection[str]) -> Iterator[Result]:
    for check in CHECKS:
        if names and check.name not in names:
            continue
        offenders = check.offenders()
        yield Result(check.name, not offenders, len(offenders), offenders[0] if offenders else check.title)
