"""Cells of an .xlsx whose formula failed or was never worked out: the reader itself shows both as empty."""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final

NO_RESULT: Final = "（公式没有结果）"

_PIECE: Final = 1 << 20
_TAG: Final = rb"<(?:\w{1,9}:)?"
_FORMULA: Final = _TAG + rb"f\b[^<>]{0,200}(?:/>|>[^<]{0,9000}</(?:\w{1,9}:)?f>)"
_ERROR: Final = re.compile(
    _TAG + rb'c\s([^<>]{0,200}\bt="e"[^<>]{0,200})>\s*(?:' + _FORMULA + rb")?\s*" + _TAG + rb"v>([^<]*)<"
)
# `t="str"` with nothing in it is the result of a formula that gives "".
_NOT_WORKED_OUT: Final = re.compile(
    _TAG + rb'c\s((?![^<>]{0,200}\bt="str")[^<>]{0,200})>\s*' + _FORMULA
    + rb"\s*(?:" + _TAG + rb"v\s*/>|" + _TAG + rb"v>\s*</(?:\w{1,9}:)?v>)?\s*</(?:\w{1,9}:)?c>"
)  # fmt: skip
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
_SHEET: Final = re.compile(rb'<(?:\w+:)?sheet\s[^<>]*?\w+:id="([^"]+)"')
_PART: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE: Final = re.compile(rb'\b(Id|Target)="([^"]+)"')

Failed = dict[int, dict[int, str]]


def failed_cells(path: str) -> list[Failed]:
    """For each sheet, in the workbook's order: row -> column -> the error's text or NO_RESULT, both from 0.

    Patterns are bounded, for the file is a stranger's; what cannot be told is left to the reader: empty.
    """
    try:
        with zipfile.ZipFile(path) as package:
            return [_of_part(package, name) for name in _parts(package)]
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, ValueError, NotImplementedError):
        return []


def _parts(package: zipfile.ZipFile) -> list[str]:
    """The sheets' names inside the package, in the workbook's order; "" for one that is not found."""
    workbook, relations = package.read("xl/workbook.xml"), package.read("xl/_rels/workbook.xml.rels")
    targets = {}
    for relation in _PART.findall(relations):
        about = dict(_ATTRIBUTE.findall(relation))
        targets[about.get(b"Id")] = posixpath.join("/xl", about.get(b"Target", b"").decode()).lstrip("/")
    return [targets.get(number, "") for number in _SHEET.findall(workbook)]


def _of_part(package: zipfile.ZipFile, name: str) -> Failed:
    failed: Failed = {}
    if name not in package.NameToInfo:
        return failed
    with package.open(name) as file:
        for cells in _runs(file):
            for place, text in _failed_in(cells):
                if match := _PLACE.search(place):
                    failed.setdefault(int(match[2]) - 1, {})[_column(match[1])] = text
    return failed


def _runs(file: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces that end with a whole cell."""
    rest = b""
    while piece := file.read(_PIECE):
        whole, end, rest = (rest + piece).rpartition(b"c>")
        yield whole + end
    yield rest


def _failed_in(cells: bytes) -> Iterator[tuple[bytes, str]]:
    if b't="e"' in cells:
        yield from ((match[1], match[2].decode()) for match in _ERROR.finditer(cells))
    if b"<f" in cells or b":f" in cells:
        yield from ((match[1], NO_RESULT) for match in _NOT_WORKED_OUT.finditer(cells))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
