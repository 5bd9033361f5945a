"""Putting work in the queue, claiming it with a lease, and working it chunk by chunk."""

import hashlib
import json
import logging
import os
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from aid_admin.accounts.models import User
from aid_admin.jobs import registry
from aid_admin.jobs.bells import ring
from aid_admin.jobs.models import Job, WorkerBeat
from aid_admin.jobs.rules import MOST_ATTEMPTS, QUARANTINE_SENTENCE, JobState
from aid_admin.lib.refusals import Refused

log = logging.getLogger(__name__)
LIVE = (JobState.QUEUED, JobState.RUNNING)
stopping = threading.Event()  # set by a worker's SIGTERM; its job stops after the chunk in hand


class LeaseLostError(Exception):
    """Another worker holds the job now; this one must stop without a word."""


def enqueue(
    kind: str, subject_type: str, subject_id: object, *, by: User | None, school_code: str = "", **params: Any
) -> Job:
    """Write the job's row in the caller's transaction and ring on commit; a live twin is returned instead."""
    text = json.dumps(params, sort_keys=True, ensure_ascii=False)
    identity = {
        "kind": kind,
        "subject_type": subject_type,
        "subject_id": str(subject_id),
        "params_digest": hashlib.sha256(text.encode()).hexdigest(),
    }
    with transaction.atomic():  # the caller's own, else one that holds the lock until the row is there
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [json.dumps(identity)])
        job = Job.objects.filter(**identity, state__in=LIVE).first()
        if job is None:
            job = Job.objects.create(**identity, params=params, school_code=school_code, by=by)
        transaction.on_commit(lambda: ring(job.pk))
    return job


@dataclass(slots=True)
class Progress:
    """What a job function writes its chunks through."""

    job: Job
    owner: str

    @contextmanager
    def chunk(
        self, *, cursor: int | None = None, done: int | None = None, total: int | None = None, message: str = ""
    ) -> Iterator[None]:
        """One transaction that first extends the lease; raises LeaseLostError when the job is not ours any more."""
        with transaction.atomic():
            changes: dict[str, Any] = {"lease_until": _lease_end()}
            if cursor is not None and cursor != self.job.cursor:
                changes |= {"cursor": cursor, "attempt": 0}
            changes |= {"done": done} if done is not None else {}
            changes |= {"total": total} if total is not None else {}
            changes |= {"message": message} if message else {}
            mine = Job.objects.filter(pk=self.job.pk, lease_owner=self.owner, state=JobState.RUNNING)
            if mine.update(**changes) != 1:
                raise LeaseLostError
            yield
            _fault_point("inside")
        for name, value in changes.items():
            setattr(self.job, name, value)
        _fault_point("chunk")
        if stopping.is_set():  # asked to stop: the job waits for the next worker, from its cursor on
            Job.objects.filter(pk=self.job.pk, lease_owner=self.owner).update(
                state=JobState.QUEUED, lease_until=None, attempt=0
            )
            raise LeaseLostError

    def show(self, message: str, *, done: int | None = None, total: int | None = None) -> None:
        """Write progress alone."""
        with self.chunk(done=done, total=total, message=message):
            pass


_passed: Counter[str] = Counter()


def _fault_point(name: str) -> None:
    """Crash tests: AID_FAULT=chunk:3 kills this process after its third chunk, inside:3 just before it commits."""
    if settings.AID_FAULT:
        _passed[name] += 1
        if f"{name}:{_passed[name]}" == settings.AID_FAULT:
            os.kill(os.getpid(), signal.SIGKILL)


def _lease_end() -> Any:
    return timezone.now() + timedelta(seconds=settings.AID_LEASE_SECONDS)


def claim(job_id: int) -> tuple[Job, str] | None:
    """Take a waiting job, or one whose lease ran out, by compare-and-set; None if somebody else has it."""
    owner = uuid.uuid4().hex
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=timezone.now())
    taken = Job.objects.filter(free, pk=job_id, attempt__lt=MOST_ATTEMPTS).update(
        state=JobState.RUNNING, attempt=F("attempt") + 1, lease_owner=owner, lease_until=_lease_end()
    )
    if taken:
        return Job.objects.get(pk=job_id), owner
    Job.objects.filter(free, pk=job_id, attempt__gte=MOST_ATTEMPTS).update(
        state=JobState.QUARANTINED, message=QUARANTINE_SENTENCE, finished_at=timezone.now()
    )
    return None


def work(job_id: int) -> bool:
    """Claim and do one job; True if this call brought it to an end."""
    claimed = claim(job_id)
    if claimed is None:
        return False
    job, owner = claimed
    mine = Job.objects.filter(pk=job.pk, lease_owner=owner, state=JobState.RUNNING)
    try:
        message = registry.function(job.kind)(job, Progress(job, owner))
    except LeaseLostError:
        return False
    except Refused as refusal:
        return bool(mine.update(state=JobState.FAILED, message=refusal.message, finished_at=timezone.now()))
    except Exception:
        log.exception("job %s (%s) broke off", job.pk, job.kind)
        mine.update(state=JobState.QUEUED, lease_until=None)
        return False
    ends = {"state": JobState.DONE, "finished_at": timezone.now(), "lease_until": None}
    return bool(mine.update(**ends, **({"message": message} if message else {})))


def waiting() -> list[int]:
    """Jobs that a worker may take now, oldest first."""
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=timezone.now())
    return list(Job.objects.filter(free).order_by("id").values_list("id", flat=True)[:200])


def work_all() -> int:
    """Work every waiting job once, in order; returns how many ended."""
    return sum(work(job_id) for job_id in waiting())


def iterate(progress: Progress, items: list[Any], size: int) -> Iterator[tuple[int, list[Any]]]:
    """Chunks of a list from the job's cursor on: (position after the chunk, chunk)."""
    for start in range(progress.job.cursor, len(items), size):
        yield min(start + size, len(items)), items[start : start + size]


def wait_until_ended(job: Job | None, then: Any, *, patience: float = 600.0) -> Any:
    """Wait for a job that another worker holds, then return `then()`; used by commands, never by pages."""
    begun = time.monotonic()
    while job is not None and time.monotonic() - begun < patience:
        job.refresh_from_db()
        if not job.is_live:
            break
        if stopping.is_set():
            raise LeaseLostError
        if not work(job.pk):
            time.sleep(0.05)
    return then()


def beat(name: str) -> None:
    """Say that a worker is alive."""
    WorkerBeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
