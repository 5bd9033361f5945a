"""Jobs of the intake."""

from aid_admin.intake.actions import staging
from aid_admin.jobs.models import Job
from aid_admin.jobs.queue import Progress


def read(job: Job, progress: Progress) -> str:
    """Read an uploaded file."""
    return staging.read_upload(job, progress)
