"""Hand-made SQL behind the guards' back: what a database administrator could do."""

from django.db import connection


def tamper(*statements: str) -> str:
    """Run statements with every trigger off; returns what the last one RETURNs, as text ("" without)."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        found = cursor.fetchone() if cursor.description else None
        cursor.execute("SET LOCAL session_replication_role = origin")
    return str(found[0]) if found else ""
