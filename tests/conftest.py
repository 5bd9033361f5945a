"""Fixtures for everyone: databases (see tests/databases.py), the small county, its staff.

Tests that write and roll back use `db` (reference data are there) or `small_county` (the driven county).
Tests whose writes must be seen by other threads or processes use `committed` or `county_at(hop)`: each gets
a database of its own. `transaction=True` is not used: it empties tables, which the audit trail refuses.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import databases

FAST_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # the demo's logins, hashed in another process
]


def pytest_configure() -> None:
    if not settings.configured:
        return  # pure tests alone: -p no:django
    settings.PASSWORD_HASHERS = FAST_HASHERS
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark and (mark.kwargs.get("transaction") or "live_server" in getattr(item, "fixturenames", ())):
            raise pytest.UsageError(f"{item.nodeid}: use the fixture `committed` (or live_server without the mark)")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """The worker's own database: a copy of the blank template."""
    name = f"test-{worker_id}"
    databases.clone(databases.blank(), name)
    with django_db_blocker.unblock():
        databases.point(name)
        yield
        databases.point("postgres")
        databases.drop(name)


@pytest.fixture(scope="session")
def static_folder() -> None:
    """Where the live server looks for collected files; it starts before any test."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of the test's own, with the reference data; what is written there stays. Gives its name."""
    with django_db_blocker.unblock(), _copy_of(databases.blank()) as name:
        yield name


@pytest.fixture
def transactional_db(committed: str) -> None:
    """What live_server asks for."""


@pytest.fixture
def county_at(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[str], str]]:
    """A function: the small county driven to a hop, in a database of the test's own. Gives its name."""
    with django_db_blocker.unblock(), ExitStack() as copies:
        yield lambda hop: copies.enter_context(_copy_of(databases.county(hop)))


@pytest.fixture
def calibrated_county(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The county of the published report at its semester's end, in a database of the test's own. Gives its name."""
    with django_db_blocker.unblock(), _copy_of(databases.calibrated()) as name:
        yield name


@pytest.fixture
def compared_county(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The county of the published report when it is compared, in a database of the test's own. Gives its name."""
    with django_db_blocker.unblock(), _copy_of(databases.calibrated_compared()) as name:
        yield name


@contextmanager
def _copy_of(template: str) -> Iterator[str]:
    """Connections go to a fresh copy of a template until the end of the block."""
    name, before = f"copy-{uuid.uuid4().hex[:12]}", databases.current()
    databases.clone(template, name)
    databases.point(name)
    try:
        yield name
    finally:
        databases.point(before)
        databases.drop(name)


@dataclass(frozen=True)
class SmallCounty:
    """The driven small county: its source files, what is true of them, and what its people decided."""

    folder: Path
    semester: str = "2020-spring"

    @property
    def truth(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "truth.json").read_text(encoding="utf-8")))

    @property
    def decisions(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "decisions.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def _county_database(django_db_setup: None, django_db_blocker: Any, worker_id: str) -> Iterator[str]:
    name = f"county-{worker_id}"
    databases.clone(databases.county("archived"), name)
    yield name
    databases.drop(name)


@pytest.fixture
def _on_county(_county_database: str, django_db_blocker: Any) -> Iterator[None]:
    before = databases.current()
    with django_db_blocker.unblock():
        databases.point(_county_database)
    yield
    with django_db_blocker.unblock():
        databases.point(before)


@pytest.fixture
def small_county(_on_county: None, db: None) -> SmallCounty:
    """The small county driven to the end, in a transaction that is rolled back. Do not mark django_db."""
    return SmallCounty(databases.county_folder())
