"""What tests of letters and dossiers need."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from pypdf import PdfReader

from aid_admin.accounts.models import User
from tests.aid_admin.conftest import _own_folder

__all__ = ["_own_folder"]


@pytest.fixture
def by() -> Callable[[str], User]:
    """A user by name."""
    return lambda name: User.objects.get(username=name)


@pytest.fixture
def picture() -> bytes:
    """A photograph."""
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "white").save(out, "JPEG")
    return out.getvalue()


def pages_of(data: bytes) -> list[str]:
    """The text of each page, without blanks."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]
