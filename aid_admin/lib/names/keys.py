"""Keys under which two spellings of one person's name meet."""

import re
import unicodedata
from typing import Final

from aid_admin.lib.names.traditional import SIMPLIFIED

DOT: Final = "\u00b7"

# NFKC unifies none of these with the middle dot, and turns the full-width stop into an ASCII one.
_DOTS: Final = str.maketrans(dict.fromkeys("•‧・･∙⋅●᛫ꞏ。｡．.˙", DOT))
_INVISIBLE: Final = "\u115f\u1160\u3164\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x1f\x7f"
_BLANKS: Final = re.compile(f"[\\s{_INVISIBLE}]+")
# The usual name: unified Han characters, which NFKC leaves alone.
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_SIMPLIFY: Final = str.maketrans(SIMPLIFIED)


def _private_use() -> dict[int, str]:
    """Characters that old fonts kept in the private use area, as GB 18030 orders them (FE50-FEA0)."""
    table = dict(
        zip(
            (0xE816, 0xE817, 0xE818, 0xE831, 0xE83B, 0xE855),
            "\U00020087\U00020089\U000200cc\U000215d7\U0002298f\U000241fe",
            strict=True,
        )
    )
    late = (0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864)
    table |= {code: chr(0x9FB4 + n) for n, code in enumerate(late)}
    places = [(0xFE, low) for low in range(0x50, 0xA1) if low != 0x7F]
    for code, place in enumerate(places, start=0xE815):
        table.setdefault(code, bytes(place).decode("gb18030"))
    return table


_PRIVATE_USE: Final = _private_use()


def key(name: str) -> str:
    """The name without blanks, NFKC, one kind of dot, private-use characters replaced."""
    if _HAN.fullmatch(name):
        return name
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", name.translate(_PRIVATE_USE).translate(_DOTS)))
    # What NFKC made of dots and what blanks held apart is looked at once more.
    return _BLANKS.sub("", unicodedata.normalize("NFKC", plain.translate(_DOTS)).translate(_DOTS)).strip(DOT)


def without_dots(name_key: str) -> str:
    """The key with its dots dropped."""
    return name_key.replace(DOT, "")


def weak_key(name: str) -> str:
    """A looser key: simplified characters, no dots, capital letters. Equal weak keys are a variant only."""
    return without_dots(key(name)).translate(_SIMPLIFY).upper()
