"""Clients of the demo's people, and what they send."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from aid_admin.accounts.models import User

TERM = "2020-spring"


def enter(username: str) -> Client:
    """A client on which the demo's user is logged in."""
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def do(client: Client, path: str, deed: str, pick: list[int] | None = None, **fields: Any) -> Any:
    """Post a deed as its dialog does: fields with the deed's prefix."""
    own = {f"{deed}-{name}": value for name, value in fields.items()}
    return client.post(path, {"do": deed, "pick": pick or [], **own})


def done(client: Client, path: str, deed: str, pick: list[int] | None = None, **fields: Any) -> str:
    """Post a deed that must succeed; where it leads to."""
    answer = do(client, path, deed, pick, **fields)
    assert answer.status_code == 302, answer.content.decode()[:4000]
    return str(answer.headers["Location"])


def photo(name: str = "photo.jpg", size: tuple[int, int] = (320, 240)) -> SimpleUploadedFile:
    """A photograph as a phone sends it."""
    out = io.BytesIO()
    Image.new("RGB", size, (180, 170, 150)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")
