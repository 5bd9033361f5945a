"""Is everything well: database, broker, worker; and where the demo stands."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from aid_admin.celery import app
from aid_admin.county.models import DemoClock
from aid_admin.jobs.models import Job, WorkerBeat
from aid_admin.jobs.rules import JobState
from demo.loading import LAST_HOP

WORKER_SILENCE = timedelta(seconds=45)


def health() -> dict[str, Any]:
    """The body of /healthz: "ok", one flag per part, "demo" null, "loading" or "ready"."""
    parts = {"web": True, "database": _database()}
    if parts["database"]:
        parts |= {"worker": _worker(), **({"broker": _broker()} if settings.CELERY_BROKER_URL else {})}
    ill = [name for name, well in parts.items() if not well]
    return {"ok": not ill, "ill": ill, **parts, "demo": demo_state() if parts["database"] else None}


@dataclass(frozen=True, slots=True)
class Condition:
    """The system's state as the foot of the menu says it."""

    well: bool
    words: str


def signs() -> list[Any]:
    """The rows whose numbers tell how the system is: beats, leases and jobs under way."""
    beats, leases = _of_worker()
    return [beats, leases, Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])]


def condition(beats: int, leases: int, waiting: int) -> Condition:
    """Whether the jobs in the background are done, and how many are under way; from the numbers of `signs`."""
    if not beats and not leases:
        return Condition(well=False, words="后台任务没有运行，请告诉系统管理员")
    return Condition(well=True, words=f"系统正常，后台任务 {waiting} 个在办" if waiting else "系统正常")


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _worker() -> bool:
    """A worker beat lately, or holds a lease."""
    return any(rows.exists() for rows in _of_worker())


def _of_worker() -> tuple[Any, Any]:
    now = timezone.now()
    beats = WorkerBeat.objects.filter(at__gt=now - WORKER_SILENCE)
    return beats, Job.objects.filter(state=JobState.RUNNING, lease_until__gt=now)


def _broker() -> bool:
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=1)
    except (OperationalError, OSError):
        return False
    return True


def demo_state() -> str | None:
    """None in a database that is no demo; loading until the hop that was asked for is through."""
    if Job.objects.filter(kind="demo.load", state__in=[JobState.QUEUED, JobState.RUNNING]).exists():
        return "loading"
    clock = DemoClock.objects.first()
    if clock is None:
        return None
    asked = Job.objects.filter(kind="demo.load", state=JobState.DONE).exists()
    return "ready" if asked or LAST_HOP in clock.hops else "loading"


def has_come_to(hop: str) -> bool:
    """Whether the demo's semester has passed this hop."""
    clock = DemoClock.objects.first()
    return clock is not None and hop in clock.hops
