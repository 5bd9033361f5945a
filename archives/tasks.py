"""Jobs of archives."""

from aid_admin.jobs.models import Job
from aid_admin.jobs.queue import Progress
from archives.actions import dossiers, letters


def print_letters(job: Job, progress: Progress) -> str:
    """Lay out and store the letters that the job names."""
    return letters.make_letters(job, progress)


def pack(job: Job, progress: Progress) -> str:
    """Make and store the package that the job names."""
    return dossiers.make_package(job, progress)
