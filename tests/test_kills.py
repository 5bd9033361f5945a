"""kill -9 in the middle of the work: restarted, the job ends by itself, no row is lost and none is double.

Points of death are seeded: after a chunk was committed, inside one just before it is, and at a random
moment while the batch's lock is held. Both bells ring the same jobs: run_jobs, and Celery over a
redis-server of the test's own.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import connection

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.audit import chain
from aid_admin.county.models import Semester
from aid_admin.intake.actions import force
from aid_admin.intake.models import Upload
from aid_admin.intake.rules import CHUNK, UploadState
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.jobs.rules import JobState
from aid_admin.office import invariants
from disbursement.models import DisbursementBatch
from students.models import EnrolmentRecord, Student
from tests import databases
from tests.factories import accounts, county, files, intake, people

pytestmark = pytest.mark.kills
KILLS = 10
ROWS = 12 * CHUNK
SEEN = ROWS + 1  # with the header
TERM = "2020-spring"
REDIS = Path("/usr/bin/redis-server")
SEED = 20200601


@pytest.fixture(scope="module")
def big_roll() -> bytes:
    """A roll of many chunks, of the school 9900000001."""
    rows = [
        files.roll_row("9900000001", name=people.name(number), id_number=people.id_number(number, date(2011, 1, 1)))
        for number in range(ROWS)
    ]
    return files.sheet("roll", rows)


def _staged(data: bytes) -> tuple[Upload, Job, User]:
    county.school("9900000001")
    officer = accounts.user(Role.REGISTRY_OFFICER)
    upload = intake.staged(officer, "roll", data)
    return upload, intake.job_of(upload), officer


def _until(ready: Callable[[], Any], seconds: float = 30.0) -> None:
    begun = time.monotonic()
    while not ready():
        if time.monotonic() - begun > seconds:
            pytest.fail(f"not within {seconds} s")
        time.sleep(0.05)


def _free(job: Job) -> None:
    """Wait until the dead worker's lease has run out."""
    _until(lambda: job.pk in queue.waiting())


def _run_jobs(database: str, fault: str = "") -> int:
    return databases.manage("run_jobs", "--once", database=database, AID_FAULT=fault).returncode


def _whole(upload: Upload, officer: User, data: bytes) -> None:
    """Rows equal the file's rows, the digest is that of an undisturbed reading, and the file can be used."""
    upload.refresh_from_db()
    assert (upload.rows, upload.accepted, upload.refused) == (ROWS, ROWS, 0)
    stored = EnrolmentRecord.objects.filter(upload=upload)
    assert stored.count() == stored.values("row").distinct().count() == ROWS
    Semester.objects.create(
        code="2020-autumn", starts_on=date(2020, 9, 1), ends_on=date(2021, 1, 31), cut_off_on=date(2020, 9, 1)
    )
    undisturbed = intake.read(officer, "roll", data, semester="2020-autumn")
    assert upload.rows_digest == undisturbed.rows_digest
    force.commit_upload(by=officer, upload=upload.pk)
    upload.refresh_from_db()
    assert upload.state == UploadState.COMMITTED
    assert Student.objects.count() == ROWS
    assert [check.sentence for check in invariants.run() if not check.ok] == []
    assert chain.verify()[1] is None


def test_import_killed_ten_times_ends_by_itself(committed: str, big_roll: bytes) -> None:
    upload, job, officer = _staged(big_roll)
    chance = random.Random(SEED)
    # one chunk forward each time, but for two deaths that undo the chunk they were in
    faults = [chance.choice(["chunk:1", "inside:2"]) for _ in range(KILLS - 2)] + ["inside:1", "inside:1"]
    chance.shuffle(faults)

    for fault in faults:
        assert _run_jobs(committed, fault) == -signal.SIGKILL, fault
        _free(job)
        job.refresh_from_db()
        stored = EnrolmentRecord.objects.filter(upload=upload).count()
        assert job.done == (stored + 1 if stored else 0)
    assert _run_jobs(committed) == 0

    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, SEEN, SEEN)
    _whole(upload, officer, big_roll)


def test_reading_that_kills_its_worker_each_time_is_quarantined(committed: str, big_roll: bytes) -> None:
    upload, job, _ = _staged(big_roll)
    for _ in range(3):
        assert _run_jobs(committed, "inside:1") == -signal.SIGKILL
        _free(job)

    assert _run_jobs(committed, "inside:1") == 0

    job.refresh_from_db()
    assert job.state == JobState.QUARANTINED
    assert "系统管理员" in job.message
    assert not EnrolmentRecord.objects.filter(upload=upload).exists()


def _built() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT b.no, p.line_no, p.roster_line_id, p.payee_name, p.amount_fen, encode(p.seal, 'hex')
                 FROM disbursement_paymentline p JOIN disbursement_disbursementbatch b ON b.id = p.batch_id
                ORDER BY b.no, p.line_no"""
        )
        return list(cursor.fetchall())


def _build_job() -> Job:
    return queue.enqueue("batch.build", "semester", TERM, by=User.objects.get(username="caiwu1"))


def _kill_while_building(database: str, chance: random.Random) -> None:
    """SIGKILL at a random moment after the worker has taken the semester's lock."""
    worker = subprocess.Popen(
        databases.command("run_jobs", "--once"), cwd=databases.PROJECT, env=databases.environment_of(database),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def locked() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT 1 FROM pg_locks k JOIN pg_database d ON d.oid = k.database
                    WHERE k.locktype = 'advisory' AND d.datname = current_database()"""
            )
            return cursor.fetchone() is not None or worker.poll() is not None

    _until(locked)
    time.sleep(chance.random() * 0.05)
    worker.kill()
    worker.wait()


def test_batch_build_killed_ten_times_pays_everybody_once(county_at: Callable[[str], str]) -> None:
    county_at("publicised")
    _build_job()
    assert queue.work_all() == 1
    undisturbed = _built()
    assert undisturbed
    chance = random.Random(SEED)

    for number in range(KILLS):
        database = county_at("publicised")
        job = _build_job()
        if number % 2:
            assert _run_jobs(database, "inside:1") == -signal.SIGKILL
            assert not DisbursementBatch.objects.exists()
        else:
            _kill_while_building(database, chance)
        if Job.objects.get(pk=job.pk).is_live:
            _free(job)
            assert _run_jobs(database) == 0
        job.refresh_from_db()
        assert job.state == JobState.DONE
        assert _built() == undisturbed
    assert [check.sentence for check in invariants.run() if not check.ok] == []


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """A redis-server of the test's own: the address."""
    if not REDIS.exists():
        pytest.skip("没有 redis-server：Celery 的测试没有运行（apt install redis-server 后重跑）")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]
    server = subprocess.Popen([str(REDIS), *options], stdout=subprocess.DEVNULL)
    address = ("127.0.0.1", port)
    try:
        _until(lambda: _answers(address))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def _answers(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=0.2).close()
    except OSError:
        return False
    return True


class Worker:
    """A Celery worker with one child, in a process group of its own."""

    def __init__(self, database: str, broker: str, log: Path, fault: str = "") -> None:
        more = {"CELERY_BROKER_URL": broker, "AID_FAULT": fault}
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "aid_admin",
            "worker",
            "-c",
            "1",
            "-l",
            "INFO",
            "--without-mingle",
        ]
        self.log = log
        with log.open("a") as out:
            self.process = subprocess.Popen(
                command, cwd=databases.PROJECT, env=databases.environment_of(database, **more), stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL for the worker and its children at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _children_killed(log: Path) -> int:
    return log.read_text(errors="replace").count("signal 9 (SIGKILL)")


@pytest.mark.celery
def test_import_over_celery_killed_ten_times_ends_by_itself(
    committed: str, big_roll: bytes, broker: str, tmp_path: Path
) -> None:
    upload, job, officer = _staged(big_roll)
    bell = Celery(broker=broker)
    log = tmp_path / "worker.log"
    chance = random.Random(SEED)
    worker, whole = Worker(committed, broker, log, "chunk:1"), 0

    def swept() -> bool:
        bell.send_task("aid_admin.jobs.tasks.sweep", retry=False)  # beat's part, with a shorter beat
        time.sleep(0.7)
        job.refresh_from_db()
        return not job.is_live

    try:
        while whole + _children_killed(log) < KILLS:
            assert not swept(), f"ended after {whole + _children_killed(log)} kills"
            if whole < 2 and job.done and chance.random() < 0.25:
                worker.kill()
                whole += 1
                worker = Worker(committed, broker, log, "chunk:1")
        worker.kill()
        worker = Worker(committed, broker, log)
        _until(swept, 60)
    finally:
        worker.kill()
        bell.close()

    assert (job.state, job.done) == (JobState.DONE, SEEN)
    _whole(upload, officer, big_roll)
