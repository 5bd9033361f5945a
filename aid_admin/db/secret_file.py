"""A random secret kept in one file outside the database (0600, made on first use)."""

import os
import secrets
from pathlib import Path


def read_or_create(path: Path) -> str:
    """Return the secret in `path`, creating it with O_EXCL so that two first starts agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        secret = secrets.token_urlsafe(50)
        file.write(secret)
    return secret
