"""Putting files in and taking them out; bytes on disk are AES-256-GCM, the name is random."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from aid_admin.accounts.models import User
from aid_admin.db.fields import keyring
from aid_admin.files.models import StoredFile
from aid_admin.lib.refusals import Refused

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069/\\:*?\"<>|]")


def safe_name(name: str) -> str:
    """A file name without path, control and direction characters, at most 120 characters."""
    return _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")[-120:] or "未命名"


def _folder() -> Path:
    return Path(settings.AID_VAR) / "files"


def put(data: bytes, *, kind: str, name: str, media_type: str, by: User | None, school_code: str = "") -> StoredFile:
    """Write one file, durable before the row exists; the row belongs to the caller's transaction."""
    stored = StoredFile(
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        kind=kind,
        name=safe_name(name),
        media_type=media_type,
        school_code=school_code,
        by=by,
    )
    path = _folder() / stored.path
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(keyring().encrypt_file(data))
        file.flush()
        os.fsync(file.fileno())
    stored.save(force_insert=True)
    return stored


def read(stored: StoredFile) -> bytes:
    """The file's bytes, checked against their sha256."""
    path = _folder() / stored.path
    if not path.exists():
        raise Refused(f"文件“{stored.name}”在存储中缺失，请联系系统管理员从备份恢复。")
    data = keyring().decrypt_file(path.read_bytes())
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        raise Refused(f"文件“{stored.name}”的校验值不符，可能已损坏，请联系系统管理员。")
    return data


@contextmanager
def on_disk(data: bytes) -> Iterator[Path]:
    """The bytes as a private temporary file, for a parser child; gone afterwards."""
    folder = Path(settings.AID_VAR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(data)
        file.flush()
        yield Path(file.name)
