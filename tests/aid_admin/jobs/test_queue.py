"""The job row is the queue: lease, fence, quarantine at the fourth claim, one effect however often it is rung."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from aid_admin.jobs import queue, registry
from aid_admin.jobs.models import Job
from aid_admin.jobs.rules import QUARANTINE_SENTENCE, JobState
from aid_admin.lib.refusals import Refused
from tests.racing import at_once

DONE: list[int] = []


def counts(job: Job, progress: queue.Progress) -> str:
    """A job in ten steps, each noted outside the database."""
    for place, _ in queue.iterate(progress, list(range(10)), 1):
        with progress.chunk(cursor=place, done=place, total=10):
            DONE.append(place)
    return "数完了。"


def breaks(job: Job, progress: queue.Progress) -> str:
    raise ZeroDivisionError


def refuses(job: Job, progress: queue.Progress) -> str:
    raise Refused("文件里没有行。")


def breaks_after_a_step(job: Job, progress: queue.Progress) -> str:
    with progress.chunk(cursor=job.cursor + 1):
        pass
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    DONE.clear()
    for function in (counts, breaks, refuses, breaks_after_a_step):
        registry.register(f"test.{function.__name__}", f"{__name__}.{function.__name__}", "试验")
    yield
    for name in [name for name in registry._PATHS if name.startswith("test.")]:
        del registry._PATHS[name]


def _job(name: str, subject: str = "1", **more: Any) -> Job:
    return queue.enqueue(f"test.{name}", "试验", subject, by=None, **more)


def _expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def _state(job: Job) -> tuple[str, int]:
    job.refresh_from_db()
    return job.state, job.attempt


@pytest.mark.django_db
def test_work_is_done_once_and_says_so() -> None:
    job = _job("counts")

    assert queue.work(job.pk) is True
    assert queue.work(job.pk) is False
    assert list(range(1, 11)) == DONE
    assert _state(job)[0] == JobState.DONE
    assert (job.done, job.total, job.message, job.percent) == (10, 10, "数完了。", 100)
    assert job.finished_at is not None


@pytest.mark.django_db
def test_lease_keeps_others_off_until_it_runs_out() -> None:
    job = _job("counts")
    assert queue.claim(job.pk) is not None
    assert queue.claim(job.pk) is None
    assert queue.waiting() == []

    _expire(job)

    assert queue.waiting() == [job.pk]
    assert queue.claim(job.pk) is not None
    assert _state(job) == (JobState.RUNNING, 2)


@pytest.mark.django_db
def test_whoever_lost_the_lease_writes_nothing_more() -> None:
    job = _job("counts")
    first, first_owner = queue.claim(job.pk) or pytest.fail("not claimed")
    _expire(job)
    second, second_owner = queue.claim(job.pk) or pytest.fail("not claimed")

    with pytest.raises(queue.LeaseLostError), queue.Progress(first, first_owner).chunk(cursor=1):
        DONE.append(1)
    with queue.Progress(second, second_owner).chunk(cursor=1):
        DONE.append(2)

    assert DONE == [2]
    job.refresh_from_db()
    assert job.cursor == 1


@pytest.mark.django_db
def test_chunk_that_fails_moves_nothing() -> None:
    job, owner = queue.claim(_job("counts").pk) or pytest.fail("not claimed")

    with pytest.raises(ZeroDivisionError), queue.Progress(job, owner).chunk(cursor=5, done=5):
        raise ZeroDivisionError

    assert Job.objects.values_list("cursor", "done").get() == (0, 0)


@pytest.mark.django_db
def test_fourth_claim_without_progress_is_quarantine(caplog: pytest.LogCaptureFixture) -> None:
    job = _job("breaks")

    for attempt in (1, 2, 3):
        assert queue.work(job.pk) is False
        assert _state(job) == (JobState.QUEUED, attempt)
    assert queue.work(job.pk) is False

    assert _state(job) == (JobState.QUARANTINED, 3)
    assert job.message == QUARANTINE_SENTENCE
    assert queue.waiting() == []
    assert caplog.text.count("broke off") == 3


@pytest.mark.django_db
def test_killed_workers_count_as_claims_too() -> None:
    job = _job("counts")
    for _ in range(3):
        assert queue.claim(job.pk)
        _expire(job)

    assert queue.claim(job.pk) is None
    assert _state(job)[0] == JobState.QUARANTINED


@pytest.mark.django_db
def test_progress_begins_the_count_anew() -> None:
    job = _job("breaks_after_a_step")

    for step in range(1, 8):
        queue.work(job.pk)
        assert _state(job) == (JobState.QUEUED, 0)
        assert job.cursor == step


@pytest.mark.django_db
def test_rule_that_says_no_ends_the_job_with_its_sentence() -> None:
    job = _job("refuses")

    assert queue.work(job.pk) is True
    assert _state(job)[0] == JobState.FAILED
    assert job.message == "文件里没有行。"


@pytest.mark.django_db
def test_live_twin_is_given_instead_and_another_subject_is_another_job() -> None:
    job = _job("counts", total=3)

    assert _job("counts", total=3) == job
    assert _job("counts", total=4) != job
    assert _job("counts", "2", total=3) != job
    queue.work(job.pk)
    assert _job("counts", total=3) != job


def test_job_is_there_only_if_the_transaction_holds(committed: str) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _job("counts")
        raise ZeroDivisionError

    assert not Job.objects.exists()


def test_twenty_deliveries_have_one_effect(committed: str) -> None:
    job = _job("counts")

    results = at_once(*[lambda: queue.work(job.pk)] * 20)

    assert sorted(results) == [False] * 19 + [True]
    assert list(range(1, 11)) == DONE


def test_twenty_enqueue_one_job(committed: str) -> None:
    results = at_once(*[lambda: _job("counts").pk] * 20)

    assert len(set(results)) == 1
    assert Job.objects.count() == 1
