"""The private PostgreSQL: started again while it is still being stopped."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from aid_admin.db import cluster


@pytest.fixture
def made() -> Iterator[cluster.Cluster]:
    home = Path(tempfile.mkdtemp(prefix="aid-again-"))  # pytest's own folders are closed to the server's user
    home.chmod(0o755)
    own = cluster.throw_away(home / "cluster")
    cluster.ensure(own)
    yield own
    cluster.remove(own)
    shutil.rmtree(home)


def test_start_waits_for_the_server_that_is_being_stopped(made: cluster.Cluster) -> None:
    client = psycopg2.connect(made.url)
    os.kill(int((made.data / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGTERM)  # waits for the client
    while cluster.running(made):
        pass
    threading.Timer(1, client.close).start()
    assert cluster.ensure(made)
    assert cluster.running(made)


def test_file_of_a_server_that_died_holds_nothing_up(made: cluster.Cluster) -> None:
    cluster.stop(made)
    (made.data / "postmaster.pid").write_text("999999999\n")
    assert not cluster._alive(made)
    (made.data / "postmaster.pid").unlink()
    assert cluster.ensure(made)
