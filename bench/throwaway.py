"""A throw-away database for one benchmark, set up before Django is."""

import atexit
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from aid_admin.db import cluster  # noqa: E402


def begin(*, durable: bool = True) -> Path:
    """Start a private cluster under a temporary AID_VAR, set up Django and migrate; returns AID_VAR."""
    var = Path(tempfile.mkdtemp(prefix="aid-bench-"))
    home = Path(tempfile.mkdtemp(prefix="aid-bench-pg-"))
    home.chmod(0o755)
    server = cluster.throw_away(home)
    cluster.ensure(server)
    atexit.register(cluster.remove, server)
    os.environ |= {
        "AID_VAR": str(var),
        "DATABASE_URL": f"postgres://{server.user}@/{cluster.DATABASE}?host={server.sockets}",
        "DJANGO_SETTINGS_MODULE": "aid_admin.settings",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    if durable:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET synchronous_commit = on")
    return var
