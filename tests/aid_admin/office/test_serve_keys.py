"""The system does not start on data that the keys at hand cannot open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aid_admin.db import fields
from aid_admin.office.management.commands.serve import _refuse_wrong_keys


@pytest.fixture
def fresh_keyring() -> Iterator[None]:
    fields.keyring.cache_clear()
    yield
    fields.keyring.cache_clear()


def test_keys_that_are_there_open_the_data(small_county: Any) -> None:
    _refuse_wrong_keys()


def test_lost_keys_are_not_made_anew(small_county: Any, settings: Any, tmp_path: Path) -> None:
    settings.KEYRING_FILE = tmp_path / "identity.key"
    with pytest.raises(SystemExit, match="却不在。请从备份放回原来的密钥文件"):
        _refuse_wrong_keys()
    assert not settings.KEYRING_FILE.exists()


@pytest.mark.usefixtures("fresh_keyring")
def test_other_keys_are_refused(small_county: Any, settings: Any, tmp_path: Path) -> None:
    settings.KEYRING_FILE = tmp_path / "identity.key"
    fields.keyring()
    with pytest.raises(SystemExit, match="不是原来的密钥"):
        _refuse_wrong_keys()


@pytest.mark.django_db
def test_an_empty_system_needs_no_keys(settings: Any, tmp_path: Path) -> None:
    settings.KEYRING_FILE = tmp_path / "identity.key"
    _refuse_wrong_keys()
