"""Web server and worker under one parent: restarted with back-off, gone when the parent goes."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

_PR_SET_PDEATHSIG = 1
_LONGEST_PAUSE = 30.0


def _die_with_parent() -> None:
    """In the child, before exec: be terminated when the supervisor dies, however it dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One process to be kept running; `pause` grows while it keeps dying young."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    born: float = 0.0
    pause: float = 1.0
    due: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Starts, watches and stops the children."""

    children: list[Child]
    say: Callable[[str], None]
    stopping: bool = field(default=False)

    def start(self) -> None:
        """Start every child and stop them all at SIGTERM or Ctrl+C."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        for child in self.children:
            self._spawn(child)

    def _asked_to_stop(self, *_signal: object) -> None:
        self.stopping = True

    def _spawn(self, child: Child) -> None:
        log = Path(settings.AID_VAR) / "log" / f"{child.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_die_with_parent,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "aid_admin.settings"},
            )
        child.born = time.monotonic()

    def tick(self) -> None:
        """Start again whoever died; call every second or so."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                lived = now - child.born
                child.pause = 1.0 if lived > _LONGEST_PAUSE else min(child.pause * 2, _LONGEST_PAUSE)
                child.due, child.process = now + child.pause, None
                log = Path(settings.AID_VAR) / "log" / f"{child.name}.log"
                self.say(f"{child.name} 退出，{child.pause:.0f} 秒后重新启动（记录：{log}）")
            if child.process is None and now >= child.due and not self.stopping:
                self._spawn(child)

    def stop(self) -> None:
        """Ask every child to end; kill what does not within ten seconds."""
        self.stopping = True
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + 10
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def children(port: int) -> list[Child]:
    """The web server, and the worker that fits the settings: embedded, or Celery with beat."""
    run = Path(settings.AID_VAR) / "run"
    run.mkdir(parents=True, exist_ok=True)
    python = [sys.executable, "-m"]
    web = [
        *python, "gunicorn", "aid_admin.wsgi", "--bind", f"0.0.0.0:{port}", "--worker-class", "gthread", "--workers",
        "4", "--threads", "2", "--timeout", "120", "--no-control-socket", "--preload",
    ]  # fmt: skip
    if settings.CELERY_BROKER_URL:
        celery = [*python, "celery", "-q", "-A", "aid_admin"]
        return [
            Child("web", web),
            Child("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"]),
            Child("beat", [*celery, "beat", "--schedule", str(run / "beat")]),
        ]
    # Two workers: a school's small file does not wait behind the county's letters.
    jobs = [sys.executable, "manage.py", "run_jobs"]
    return [Child("web", web), Child("worker", jobs), Child("worker-2", jobs)]
