import io
from datetime import datetime

import pytest
from PIL import Image

from aid_admin.lib import images


def photo(size=(80, 40), kind="JPEG", exif=None):
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind, **({"exif": exif} if exif else {}))
    return buffer.getvalue()


def camera_notes(taken="2020:03:05 10:20:30", orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9003] = taken
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes()


def test_photo_loses_its_notes_and_keeps_its_time():
    clean = images.clean_photo(photo(exif=camera_notes()))
    assert clean.taken_at == datetime(2020, 3, 5, 10, 20, 30)
    assert (clean.width, clean.height) == (40, 80)
    again = Image.open(io.BytesIO(clean.jpeg))
    assert (again.format, again.size, dict(again.getexif())) == ("JPEG", (40, 80), {})


def test_trailing_html_is_gone():
    clean = images.decode_photo(photo() + b"<script>alert(1)</script>")
    assert b"script" not in clean.jpeg


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "不是"), (b"<svg/>", "不是"), (photo(kind="GIF"), "不是"), (photo()[:200], "损坏|不是"),
        (photo((5001, 5000), "PNG"), "2500万"),
    ],
)  # fmt: skip
def test_bad_photos_are_refused(data, complaint):
    with pytest.raises(images.BadPhoto, match=complaint):
        images.clean_photo(data)


def test_large_photo_is_made_smaller_and_wrong_time_is_none():
    clean = images.decode_photo(photo((4000, 1000), "PNG", camera_notes("yesterday", 1)))
    assert (clean.width, clean.height, clean.taken_at) == (2560, 640, None)
