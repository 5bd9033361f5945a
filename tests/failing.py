"""A database that fails at the n-th statement: whatever an action does, it does all of it or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest import mock

from django.db import OperationalError, connection

from aid_admin.db import bulk

COPIES = ("copy", "copy_table")


class BrokenError(OperationalError):
    """The disk is full, the server gone, the statement timed out."""


@contextmanager
def failing_at(wanted: int) -> Iterator[None]:
    """The `wanted`-th statement from here on, COPY included, is not run and raises BrokenError."""
    number = count(1)

    def step() -> None:
        if next(number) == wanted:
            raise BrokenError("no space left on device")

    def execute(run: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        step()
        return run(sql, parameters, many, context)

    def copying(real: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            step()
            return real(*given)

        return run

    patches = [mock.patch.object(bulk, name, copying(getattr(bulk, name))) for name in COPIES]
    with connection.execute_wrapper(execute), patches[0], patches[1]:
        yield


def all_rows() -> dict[str, str]:
    """Every table, and a digest of its rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
        parts = [f"(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{name}\" t)" for name in names]
        cursor.execute(f"SELECT {', '.join(parts)}")
        return dict(zip(names, cursor.fetchone(), strict=True))


def fails_whole_at_every_statement(act: Callable[[], Any]) -> int:
    """Let the action fail at its first statement, its second, …; then it succeeds. Gives how often it failed.

    Needs a committed database (`committed`, `county_at`). After each failure every row is as it was before.
    """
    before = all_rows()
    for number in count(1):
        try:
            with failing_at(number):
                act()
        except BrokenError:
            changed = {name for name, rows in all_rows().items() if rows != before[name]}
            assert not changed, f"statement {number} failed and left a half in {sorted(changed)}"
            continue
        assert all_rows() != before
        return number - 1
    raise AssertionError
