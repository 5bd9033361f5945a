"""Loaded before Django's settings (addopts `-p tests.plugin`): one throw-away PostgreSQL for the whole run.

The controller makes it and says where it is in the environment, which xdist's workers inherit; fsync is
off, and everything is removed at the end. `-p no:django` runs pure tests without any of it.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from aid_admin.db import cluster

HOME = "AID_TEST_HOME"
PREFIX = "aid-tests-"
# One costly fixture, or one order, for all tests of the file.
TOGETHER = tuple(
    f"tests/test_{name}.py" for name in ("accessibility", "browser", "days", "kills", "lost_session", "semester")
)


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Tests go to whichever worker is free, those of a file in TOGETHER to the same one.

    In place of the mark xdist_group, which xdist 3.8 silently ignores under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0] if nodeid.startswith(TOGETHER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """One way of spreading the tests, whatever --dist says."""
    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Before Django reads its settings: make the cluster, unless this is a worker or Django is off."""
    if HOME not in os.environ and not early_config.pluginmanager.is_blocked("django"):
        _begin()
    return (yield)


def _begin() -> None:
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    home.chmod(0o755)  # as root the server runs as another user, who must be able to reach its own folder
    (home / "controller").write_text(str(os.getpid()))
    made = cluster.throw_away(home / "cluster")
    atexit.register(_end, home, made)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # a timeout's: clean up as well
    cluster.ensure(made)
    os.environ |= {
        HOME: str(home),
        "DATABASE_URL": made.url,
        "AID_VAR": str(home / "var"),
        "AID_LEASE_SECONDS": "2",
    }
    for name in ("CELERY_BROKER_URL", "AID_FAULT", "AID_KEYS"):
        os.environ.pop(name, None)


def _sweep() -> None:
    """Remove what a killed run left: its folder names a controller that is no more."""
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError):
            controller = int((home / "controller").read_text())
            try:
                os.kill(controller, 0)
            except ProcessLookupError:
                _end(home, cluster.throw_away(home / "cluster"))


def _end(home: Path, made: cluster.Cluster) -> None:
    cluster.remove(made)
    shutil.rmtree(home, ignore_errors=True)
