"""Clients of the demo's people, and what they send."""

import io
import itertools
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageDraw

from aid_admin.accounts.models import User
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import LineKind
from students.models import BankAccount

TERM = "2020-spring"
_shades = itertools.count(1)


def enter(username: str) -> Client:
    """A client on which the demo's user is logged in."""
    client = Client()
    client.force_login(User.objects.get(username=username), backend="aid_admin.accounts.backend.PostsBackend")
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


def photo(
    name: str = "photo.jpg", size: tuple[int, int] = (320, 240), taken_at: str = "", shade: int | None = None
) -> SimpleUploadedFile:
    """A photograph as a phone sends it, no two alike unless `shade` says so; `taken_at` as EXIF writes it."""
    out, exif = io.BytesIO(), Image.Exif()
    if taken_at:
        exif[0x0132] = taken_at
    number = next(_shades) if shade is None else shade
    image = Image.new("RGB", size, (180, 170, 150))
    ImageDraw.Draw(image).text((20, 20), f"No. {number}", fill=(0, 0, 0))
    image.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def share_account(roster: Roster) -> RosterLine:
    """A pupil of the roster has the account of a pupil of another school; his line."""
    line = roster.lines.filter(kind=LineKind.RIGHT).order_by("pk").first()
    other = BankAccount.objects.usable().exclude(student__rosterline__roster__school=roster.school).first()
    BankAccount.objects.filter(student=line.student, ended_at=None).update(ended_at=other.verified_at)
    BankAccount.objects.create(
        student=line.student, version=9, holder_name="某人", account_no=other.account_no, kind="CARD", bank="RCC",
        proposed_by=other.proposed_by, seal=b"",
    )  # fmt: skip
    return line
