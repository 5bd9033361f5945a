"""The embedded worker: LISTEN on the database, and a sweep; no broker."""

import select
import time
from collections.abc import Callable

from django.db import close_old_connections, connection

from aid_admin.jobs import queue
from aid_admin.jobs.bells import CHANNEL

SWEEP_SECONDS = 2.0


def run(stop: Callable[[], bool]) -> None:
    """Work jobs as they come until `stop()`, and say every few seconds that this worker lives."""
    while not stop():
        close_old_connections()
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        queue.beat("run_jobs")
        if queue.work_all() == 0 and not queue.waiting():
            _wait(SWEEP_SECONDS)
        elif not stop():
            time.sleep(0.05)


def _wait(seconds: float) -> None:
    raw = connection.connection
    if raw is None or raw.closed:
        time.sleep(seconds)
        return
    select.select([raw], [], [], seconds)
    raw.poll()
    raw.notifies.clear()
