"""Photographs from phones, made harmless: decoded, re-encoded as JPEG, without what the camera noted."""

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from aid_admin.lib.confinement import restrict

MOST_PIXELS: Final = 25_000_000
LONGEST_SIDE: Final = 2560
PRINTED_SIDE: Final = 1000
_QUALITY: Final = 85
_FORMATS: Final = ("JPEG", "PNG")
_EXIF_IFD: Final = 0x8769
_TAKEN_AT: Final = 0x9003
_CHANGED_AT: Final = 0x0132
_ROOT: Final = Path(__file__).resolve().parents[2]
_MEMORY_BYTES: Final = 1 << 30
_CPU_SECONDS: Final = 20
_WALL_SECONDS: Final = 40
_DAMAGED: Final = "照片已损坏或没有传完，请重新拍照后再上传"


class BadPhoto(ValueError):
    """The bytes are no photograph that can be kept; the message says what to do."""


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photograph without place and camera; `taken_at` is the camera's own clock, without a zone."""

    jpeg: bytes
    taken_at: datetime | None
    width: int
    height: int


def clean_photo(data: bytes) -> CleanPhoto:
    """As decode_photo, in a confined child process: one that dies is an ordinary refusal."""
    command = [sys.executable, "-m", "aid_admin.lib.images", str(os.getpid())]
    environment = {"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=_ROOT,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadPhoto(_DAMAGED) from None
    head, _, jpeg = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise BadPhoto(_DAMAGED)
    about = json.loads(head)
    if "error" in about:
        raise BadPhoto(about["error"])
    taken_at = datetime.fromisoformat(about["taken_at"]) if about["taken_at"] else None
    return CleanPhoto(jpeg, taken_at, about["width"], about["height"])


def decode_photo(data: bytes) -> CleanPhoto:
    """A fresh JPEG, upright, at most LONGEST_SIDE wide and high; raises BadPhoto.

    For bytes from outside use clean_photo, which does this in a child process.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            # The size stands in the header: nothing is decoded before it is known.
            if image.width * image.height > MOST_PIXELS:
                raise BadPhoto("照片太大（超过2500万像素），请缩小后再上传")
            taken_at = _taken_at(image)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except UnidentifiedImageError:
        raise BadPhoto("不是JPG或PNG照片，请重新拍照或另存为JPG后再上传") from None
    except (OSError, SyntaxError, Image.DecompressionBombError, EOFError) as problem:
        raise BadPhoto(_DAMAGED) from problem
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return CleanPhoto(_encode(upright), taken_at, upright.width, upright.height)


def for_paper(jpeg: bytes) -> bytes:
    """One of our own photos, small enough for a printed page: at most PRINTED_SIDE wide and high."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        image.thumbnail((PRINTED_SIDE, PRINTED_SIDE))
        return _encode(image, quality=70)


def _encode(image: Image.Image, quality: int = _QUALITY) -> bytes:
    """Pixels only: a new picture has none of the old one's notes."""
    fresh = Image.new("RGB", image.size)
    fresh.paste(image)
    buffer = io.BytesIO()
    fresh.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def _taken_at(image: Image.Image) -> datetime | None:
    exif = image.getexif()
    text = exif.get_ifd(_EXIF_IFD).get(_TAKEN_AT) or exif.get(_CHANGED_AT)
    try:
        return datetime.strptime(str(text).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None


def main(parent: int) -> int:
    """The child: a photograph on stdin, a line of JSON and the JPEG on stdout."""
    restrict(_MEMORY_BYTES, _CPU_SECONDS, parent)
    try:
        photo = decode_photo(sys.stdin.buffer.read())
    except BadPhoto as problem:
        sys.stdout.buffer.write(json.dumps({"error": str(problem)}).encode())
        return 0
    about = {
        "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
        "width": photo.width,
        "height": photo.height,
    }
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + photo.jpeg)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
