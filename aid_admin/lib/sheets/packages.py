"""The inside of an .xlsx package, counted and searched while it streams by once."""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from aid_admin.lib.sheets.limits import GateLimits

_CHUNK: Final = 1 << 20
_LOCAL_HEADER: Final = 30
_ENCRYPTED: Final = 0x1
_DECLARATION: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_OVERLAP: Final = 32
# Parsers also read UTF-16; a declaration written in it would pass a search for ASCII bytes.
_WIDE_STARTS: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00")
_REFUSED_PARTS: Final = (
    (re.compile(r"vbaproject|macrosheets/|vbadata"), "MACRO"),
    (re.compile(r"externallinks/"), "EXTERNAL"),
    (re.compile(r"embeddings/|activex/|oleobject|ctrlprops/"), "EMBEDDED"),
)
_MACRO_TYPE: Final = b"macroEnabled"


class _Refusal(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_package(path: Path, limits: GateLimits) -> str:
    """A code of gate.MESSAGES, empty when the package may be opened."""
    try:
        with zipfile.ZipFile(path) as package, path.open("rb") as file:
            parts = package.infolist()
            _check_directory(parts, limits)
            _check_content(file, parts, limits)
    except _Refusal as refusal:
        return refusal.code
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return "DAMAGED"
    return ""


def _check_directory(parts: list[zipfile.ZipInfo], limits: GateLimits) -> None:
    """Names and declared sizes: nothing is unpacked yet."""
    if len(parts) > limits.entries:
        raise _Refusal("TOO_MANY_PARTS")
    names = [part.filename for part in parts]
    if len({name.lower() for name in names}) != len(names) or any(_is_bad_part(part) for part in parts):
        raise _Refusal("BAD_PART_NAME")
    if "mimetype" in names and "content.xml" in names:
        raise _Refusal("ODS")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise _Refusal("NOT_A_SHEET")
    for pattern, code in _REFUSED_PARTS:
        if any(pattern.search(name.lower()) for name in names):
            raise _Refusal(code)
    _check_sizes(parts, limits)


def _check_sizes(parts: list[zipfile.ZipInfo], limits: GateLimits) -> None:
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise _Refusal("PASSWORD")
    if sum(part.file_size for part in parts) > limits.unpacked_bytes or any(
        part.file_size > limits.ratio_from_bytes and part.file_size > limits.ratio * part.compress_size
        for part in parts
    ):
        raise _Refusal("TOO_LARGE_UNPACKED")


def _is_bad_part(part: zipfile.ZipInfo) -> bool:
    name = part.orig_filename
    return (
        name.startswith(("/", "\\"))
        or "\\" in name
        or ":" in name
        or "\x00" in name
        or ".." in name.split("/")
        or stat.S_ISLNK(part.external_attr >> 16)
    )


def _check_content(file: IO[bytes], parts: list[zipfile.ZipInfo], limits: GateLimits) -> None:
    left = limits.unpacked_bytes
    for part in parts:
        is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
        seen = 0
        tail = b""
        for chunk in _unpack(file, part):
            seen += len(chunk)
            if seen > part.file_size or seen > left:
                raise _Refusal("LYING")
            if is_xml:
                _check_xml(tail or chunk[:4], tail + chunk[:_OVERLAP], chunk, part.filename)
                tail = chunk[-_OVERLAP:]
        if seen != part.file_size:
            raise _Refusal("LYING")
        left -= seen


def _check_xml(start: bytes, border: bytes, chunk: bytes, name: str) -> None:
    if start.startswith(_WIDE_STARTS):
        raise _Refusal("DOCTYPE")
    for piece in (border, chunk):
        # In a sound part `<!` is rare, and finding two bytes costs far less than the pattern.
        if b"<!" in piece and _DECLARATION.search(piece):
            raise _Refusal("DOCTYPE")
    if name == "[Content_Types].xml" and _MACRO_TYPE in chunk:
        raise _Refusal("MACRO")


def _unpack(file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    """All that the compressed bytes hold, whatever size is declared: zipfile itself stops at that size."""
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) != _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
        raise _Refusal("DAMAGED")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _Refusal("DAMAGED")
    left = part.compress_size
    inflate = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left:
        data = file.read(min(left, _CHUNK))
        if not data:
            raise _Refusal("DAMAGED")
        left -= len(data)
        if inflate is None:
            yield data
            continue
        while data:
            yield inflate.decompress(data, _CHUNK)
            data = inflate.unconsumed_tail
    if inflate is not None and not inflate.eof:
        raise _Refusal("DAMAGED")
