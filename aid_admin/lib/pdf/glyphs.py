"""Names with characters that no font of this machine can draw; asked before anything is printed.

Common characters (ASCII, the CJK blocks up to Extension A) are in every Chinese font that the installation
asks for, so fonts are opened only for what lies beyond, in a child process that may be told to stop.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTCollection, TTFont, TTLibError

_ROOT: Final = Path(__file__).resolve().parents[3]
_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts")
_WALL_SECONDS: Final = 60
_NAMED: Final = 20
_COMMON: Final = ((0x20, 0x2FFF), (0x3000, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FEF), (0xFF00, 0xFFEF))


def is_rare(character: str) -> bool:
    """Whether the character lies beyond what every Chinese font here draws."""
    return not any(first <= ord(character) <= last for first, last in _COMMON)


def names_that_cannot_be_printed(names: Iterable[str]) -> list[str]:
    """Those of `names`, in order, that hold a character which no font file of this machine has."""
    suspects = [name for name in names if any(map(is_rare, name))]
    rare = {character for name in suspects for character in name if is_rare(character)}
    if not rare:
        return []
    missing = rare - _drawable(rare)
    return [name for name in suspects if missing & set(name)]


def to_write_by_hand(names: Iterable[str]) -> str:
    """A sentence that names those of `names` which cannot be printed (20 at most); empty when all can."""
    missing = sorted(set(names_that_cannot_be_printed(names)))
    return f"其中有本机字体没有的字，请手写补上：{'、'.join(missing[:_NAMED])}。" if missing else ""


def _drawable(rare: set[str]) -> set[str]:
    """Asked of a child, for reading all fonts takes tens of megabytes."""
    command = [sys.executable, "-m", "aid_admin.lib.pdf.glyphs"]
    folder = os.environ.get("AID_VAR") or str(_ROOT / "var")
    environment = {"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LANG": "C.UTF-8", "AID_VAR": folder}
    question = json.dumps(sorted(rare)).encode()
    try:
        done = subprocess.run(
            command, input=question, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=_ROOT,
            timeout=_WALL_SECONDS, check=True,
        )  # fmt: skip
    except subprocess.SubprocessError:
        return set()
    return set(json.loads(done.stdout))


def font_files(folders: Iterable[str]) -> list[Path]:
    """Every font file below the folders."""
    kinds = {".ttf", ".otf", ".ttc", ".otc"}
    return [path for folder in folders for path in sorted(Path(folder).rglob("*")) if path.suffix.lower() in kinds]


def drawn_by(path: Path, characters: set[str]) -> set[str]:
    """Those of the characters that the font file has a glyph for; none when it cannot be read."""
    try:
        fonts = (
            TTCollection(path, lazy=True).fonts
            if path.suffix.lower() in {".ttc", ".otc"}
            else [TTFont(path, lazy=True)]
        )
        maps = [font.getBestCmap() or {} for font in fonts[:1]]
    except (TTLibError, OSError, KeyError, AssertionError):
        return set()
    return {character for character in characters if any(ord(character) in cmap for cmap in maps)}


def main() -> int:
    """Read characters as JSON, answer with those that some font draws."""
    wanted = set(json.loads(sys.stdin.buffer.read()))
    found: set[str] = set()
    own = Path(os.environ.get("AID_VAR", "var"))
    for path in font_files([*_FOLDERS, str(own / "fonts")]):
        found |= drawn_by(path, wanted - found)
        if found == wanted:
            break
    json.dump(sorted(found), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
