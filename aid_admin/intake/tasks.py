"""Jobs of the intake."""

from aid_admin.intake.actions import marking, staging
from aid_admin.jobs.models import Job
from aid_admin.jobs.queue import Progress


def read(job: Job, progress: Progress) -> str:
    """Read an uploaded file."""
    return staging.read_upload(job, progress)


def mark(job: Job, progress: Progress) -> str:
    """Mark what is wrong in an uploaded workbook."""
    return marking.make_marked(job, progress)
