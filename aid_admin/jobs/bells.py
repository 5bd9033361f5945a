"""Two bells that ring the same function: NOTIFY for run_jobs, and Celery where a broker is set."""

import logging

from django.conf import settings
from django.db import connection
from kombu.exceptions import OperationalError

from aid_admin.celery import app

log = logging.getLogger(__name__)
CHANNEL = "aid_jobs"


def ring(job_id: int) -> None:
    """Wake a worker; a dead broker only delays, for the sweep rings again."""
    if not settings.CELERY_BROKER_URL:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(job_id)])
        return
    try:
        app.send_task("aid_admin.jobs.tasks.work", args=[job_id], retry=False)
    except (OperationalError, OSError):
        log.warning("the broker does not answer; job %s waits for the sweep", job_id)
