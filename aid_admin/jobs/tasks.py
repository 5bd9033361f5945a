"""The Celery side of the queue: one task that works a job, one that rings for those left waiting."""

from django.db import close_old_connections

from aid_admin.celery import app
from aid_admin.jobs import queue
from aid_admin.jobs.bells import ring


@app.task(name="aid_admin.jobs.tasks.work")
def work(job_id: int) -> None:
    """Work one job; a second delivery finds the lease taken and does nothing."""
    close_old_connections()
    queue.work(job_id)


@app.task(name="aid_admin.jobs.tasks.sweep")
def sweep() -> None:
    """Ring again for jobs that wait or whose worker died."""
    close_old_connections()
    queue.beat("celery")
    for job_id in queue.waiting():
        ring(job_id)
