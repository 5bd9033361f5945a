"""Bulk writing: COPY into a model's table, sealed columns and JSON included."""

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.expressions import RawSQL

from aid_admin.db.fields import SealedField

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).translate(_ESCAPES)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str).translate(_ESCAPES)


def _writer(field: "models.Field[Any, Any]") -> Callable[[Any], str]:
    if isinstance(field, SealedField):
        return lambda value: _text(field.get_prep_value(value))
    if isinstance(field, models.JSONField):
        return _json
    return _text


def copy(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY `rows` (one value per name, in order) into the model's table; returns how many.

    `names` are field attnames (`school_id`). Every column left out must have a database default.
    """
    by_attname = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_attname[name] for name in names]
    writers = [_writer(field) for field in fields]
    buffer = io.StringIO()
    count = 0
    for row in rows:
        buffer.write("\t".join([write(value) for write, value in zip(writers, row, strict=True)]))
        buffer.write("\n")
        count += 1
    if count:
        buffer.seek(0)
        columns = ", ".join(f'"{field.column}"' for field in fields)
        with connection.cursor() as cursor, connection.wrap_database_errors:  # type: ignore[attr-defined]
            cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', buffer)
    return count


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """Take `count` ids from the model's sequence, for rows that other rows of the same COPY point at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def execute(sql: str, parameters: Sequence[Any] = ()) -> int:
    """Run one set-based statement; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def query(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Run one reading statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def among(keys: Iterable[int]) -> RawSQL:
    """Thousands of keys for a filter `…__in`, as one constant: a list of them takes longer to parse than to answer."""
    return RawSQL("SELECT unnest(%s::bigint[])", ["{" + ",".join(map(str, keys)) + "}"])


Statement = tuple[str, Sequence[Any] | Mapping[str, Any]]  # what `query` takes


def side_by_side(statements: Sequence[Statement]) -> tuple[Any, ...]:
    """The one row of each of several reading statements, joined to one row, in one round trip."""
    with connection.cursor() as cursor:
        filled = [cursor.mogrify(sql, parameters).decode() for sql, parameters in statements]
        cursor.execute(f"SELECT * FROM {', '.join(f'({sql}) of_{place}' for place, sql in enumerate(filled))}")
        return tuple(cursor.fetchone() or ())


def count_all(rows: Sequence[Any]) -> list[int]:
    """How many rows each of several query sets has; one statement for all of them."""
    return [int(n) for n in query(*counting(rows))[0]] if rows else []


def counting(rows: Sequence[Any]) -> Statement:
    """The statement whose one row says how many rows each of several query sets has."""
    parts: list[str] = []
    parameters: list[Any] = []
    for one in rows:
        try:
            sql, given = one.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) counted)")
        parameters += given
    return f"SELECT {', '.join(parts)}", parameters


def copy_table(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY plain values into a (temporary) table that is no model."""
    buffer = io.StringIO("".join("\t".join(_text(value) for value in row) + "\n" for row in rows))
    with connection.cursor() as cursor, connection.wrap_database_errors:  # type: ignore[attr-defined]
        cursor.copy_expert(f'COPY "{table}" ({", ".join(columns)}) FROM STDIN', buffer)
