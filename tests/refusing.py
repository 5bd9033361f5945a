"""Raw SQL that the database itself must refuse."""

import pytest
from django.db import DatabaseError, connection, transaction


def refused(sql: str, guard: str) -> None:
    """Run the statement as any client could; the database refuses it and names the guard.

    A statement that touches no row is refused by nobody, so it counts as a mistake of the test.
    """
    with pytest.raises(DatabaseError, match=guard), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount, f"no row touched by: {sql}"


def accepted(sql: str) -> int:
    """Run a statement that sets the scene; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)
