"""Uploads through the real actions: staged, read, committed, in force."""

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.intake.actions import force, staging
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from tests.factories import accounts

JOB = "intake.read"


def staged(by: User, kind: str, data: bytes, *, name: str = "", school: str = "", **more: object) -> Upload:
    """A file that was taken in and waits for its reading job."""
    given = {"school": school} if school else {}
    upload, _ = staging.stage_upload(by=by, kind=kind, data=data, name=name or f"{kind}.xlsx", **given, **more)  # type: ignore[arg-type]
    return upload


def job_of(upload: Upload) -> Job:
    """The job that reads the upload."""
    return Job.objects.get(kind=JOB, subject_type="upload", subject_id=str(upload.pk))


def read(by: User, kind: str, data: bytes, *, school: str = "", **more: object) -> Upload:
    """A file that has been read."""
    upload = staged(by, kind, data, school=school, **more)  # type: ignore[arg-type]
    queue.work(job_of(upload).pk)
    upload.refresh_from_db()
    return upload


def in_force(by: User, kind: str, data: bytes, *, school: str = "", **more: object) -> Upload:
    """A file in force; a registry is confirmed by a second officer."""
    upload = read(by, kind, data, school=school, **more)
    force.commit_upload(by=by, upload=upload.pk)
    if KINDS[kind].second_person:
        force.activate_upload(by=accounts.user(Role.REGISTRY_OFFICER), upload=upload.pk)
    upload.refresh_from_db()
    return upload
