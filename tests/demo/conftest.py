"""Counties built once for the tests of the demo."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.county import make_county
from demo.county.accounts import Account, Refusal, open_accounts
from demo.county.rosters import Filing, file_rosters
from demo.county.world import World, build

SEED = 20200201


@dataclass(frozen=True, repr=False)
class Papers:
    """A county in memory with what its schools file."""

    world: World
    filing: Filing
    accounts: dict[str, Account]
    refusals: list[Refusal]


def _papers(scale: str) -> Papers:
    world = build(SEED, scale)
    filing = file_rosters(world)
    return Papers(world, filing, *open_accounts(world, [line.pupil for line in filing.differences()]))


@pytest.fixture(scope="session")
def small() -> Papers:
    return _papers("small")


@pytest.fixture(scope="session")
def qixian() -> Papers:
    return _papers("qixian")


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    make_county(folder, seed=SEED, scale="small")
    return folder


@pytest.fixture(scope="session")
def small_manifest(small_folder: Path) -> dict[str, Any]:
    return read_json(small_folder / "manifest.json")


@pytest.fixture(scope="session")
def small_truth(small_folder: Path) -> dict[str, Any]:
    return read_json(small_folder / "truth.json")


@pytest.fixture(scope="session")
def small_decisions(small_folder: Path) -> dict[str, Any]:
    return read_json(small_folder / "decisions.json")


def read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
