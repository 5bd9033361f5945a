"""Databases of the test run: templates made once, and copies of them that take a moment.

`blank` has the migrations' reference data; `county-<hop>` holds the small demo county driven that far. Every
worker's own database and every test that commits gets a copy, so nothing is ever emptied: the audit trail
would refuse it, and the reference data would be lost.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.db import connections

from demo.loading import HOPS
from tests.plugin import HOME

BLANK = "blank"
CALIBRATED = "qixian"
CLICKED_SCHOOL = "2141000064"  # of the published county; its clerk files the roster in the browser
CLICKED_ROSTER = f"rosters/{CLICKED_SCHOOL}-LIVING_ALLOWANCE.xlsx"
PROJECT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The run's own folder."""
    return Path(os.environ[HOME])


def county_folder() -> Path:
    """The small county's source files (there once a county template was made)."""
    return home() / "small-county"


def calibrated_folder() -> Path:
    """The published county's source files (there once its template was made)."""
    return home() / "qixian"


def url_of(name: str) -> str:
    """DATABASE_URL of one of the run's databases."""
    return os.environ["DATABASE_URL"].replace("/aid?", f"/{name}?")


def manage(*arguments: str, database: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py in a process of its own, on that database."""
    return subprocess.run(
        command(*arguments), cwd=PROJECT, env=environment_of(database, **environment), text=True, capture_output=True,
        check=False,
    )  # fmt: skip


def command(*arguments: str) -> list[str]:
    """The command line of manage.py."""
    return [sys.executable, "manage.py", *arguments]


def environment_of(database: str, **more: str) -> dict[str, str]:
    """The environment of a process that works on that database."""
    return {**os.environ, "DATABASE_URL": url_of(database), "PYTHONWARNINGS": "default", **more}


def _administer(sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
    link = psycopg2.connect(url_of(database))
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        link.close()


def exists(name: str) -> bool:
    """Whether the run has that database."""
    return bool(_administer(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def clone(template: str, name: str) -> None:
    """Copy a template that nobody is connected to."""
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop(name: str) -> None:
    """Delete a copy, whoever is still connected."""
    _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _alone(what: str = "templates") -> Iterator[None]:
    with (home() / f"{what}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def blank() -> str:
    """The name of the template with migrations and nothing else, made by the first who asks."""
    with _alone():
        return _blank()


def _blank() -> str:
    if not exists(BLANK):
        _make(BLANK, "template0", "migrate", "--skip-checks", "-v", "0")
    return BLANK


def county(hop: str) -> str:
    """The name of the template with the small county driven to that hop, made by the first who asks."""
    with _alone():
        _make_files(county_folder(), "--scale", "small")
        name = f"county-{hop}"
        if not exists(name):
            order = list(HOPS)
            earlier = [f"county-{step}" for step in order[: order.index(hop)] if exists(f"county-{step}")]
            _make(name, earlier[-1] if earlier else _blank(), "load_county", str(county_folder()), "--until", hop)
        return name


def calibrated() -> str:
    """The name of the template with the county of the published report, driven to its end (minutes)."""
    with _alone(CALIBRATED):  # a lock of its own: others go on with the small county meanwhile
        if not exists(CALIBRATED):
            _make(CALIBRATED, _calibrated_compared(), "load_county", str(calibrated_folder()))
        return CALIBRATED


def calibrated_compared() -> str:
    """The name of the template with that county compared, while CLICKED_ROSTER is still with its school."""
    with _alone(CALIBRATED):
        return _calibrated_compared()


def _calibrated_compared() -> str:
    name = f"{CALIBRATED}-compared"
    _make_files(calibrated_folder())
    if not exists(name):
        _make(name, blank(), "load_county", str(_without(calibrated_folder(), CLICKED_ROSTER)), "--until", "compared")
    return name


def _without(folder: Path, path: str) -> Path:
    """The same county beside it, in whose manifest that file is not."""
    less = folder.with_name(f"{folder.name}-less")
    if not less.exists():
        shutil.copytree(folder, less)
        manifest = json.loads((less / "manifest.json").read_text(encoding="utf-8"))
        manifest["files"] = [row for row in manifest["files"] if row["path"] != path]
        (less / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return less


def _make_files(folder: Path, *how: str) -> None:
    """Source files of a county, whole or not at all."""
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        _checked("make_county", *how, "--out", str(part), database="postgres")
        part.rename(folder)


def _make(name: str, template: str, *arguments: str) -> None:
    drop(f"{name}.part")
    clone(template, f"{name}.part")
    _checked(*arguments, database=f"{name}.part")
    _administer("ANALYZE", f"{name}.part")  # copies are made before the database does so by itself: their plans need it
    _administer(f'ALTER DATABASE "{name}.part" RENAME TO "{name}"')


def _checked(*arguments: str, database: str) -> None:
    done = manage(*arguments, database=database)
    if done.returncode:
        raise RuntimeError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


def point(name: str) -> None:
    """Let Django's connections, of every thread to come too, go to that database."""
    connections["default"].close()
    connections.settings["default"]["NAME"] = name


def current() -> str:
    """The database that Django's connections go to."""
    return str(connections.settings["default"]["NAME"])
