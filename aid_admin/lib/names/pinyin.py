"""Initials for search, and the readings of a character."""

from functools import lru_cache
from typing import Final

from pypinyin import Style, pinyin

from aid_admin.lib.names.keys import key, without_dots

# Surnames read otherwise than the character usually is; two-character surnames first read as a whole.
SURNAMES: Final = {
    "万俟": "mq", "尉迟": "yc", "长孙": "zs", "澹台": "tt", "单于": "cy", "令狐": "lh", "呼延": "hy",
    "宇文": "yw", "夏侯": "xh", "皇甫": "hf", "百里": "bl", "贺若": "hr",
    "单": "s", "解": "x", "仇": "q", "区": "o", "曾": "z", "查": "z", "任": "r", "朴": "p", "乐": "y",
    "召": "s", "折": "s", "种": "c", "翟": "z", "秘": "b", "缪": "m", "宓": "m", "冼": "x", "洗": "x",
    "覃": "q", "谌": "c", "逄": "p", "祭": "z", "宿": "s", "隗": "w", "员": "y", "贠": "y", "盖": "g",
    "褚": "c", "晁": "c", "呙": "g", "句": "g", "牟": "m", "能": "n", "佴": "n", "繁": "p", "郇": "x",
    "厍": "s", "麴": "q", "适": "k", "藏": "z", "都": "d", "叶": "y", "沈": "s", "盛": "s", "尹": "y",
    "黑": "h", "洪": "h", "石": "s", "车": "c", "柏": "b", "重": "c", "俞": "y", "应": "y", "那": "n",
}  # fmt: skip


def initials(name: str) -> str:
    """The first letters of the name's syllables in small letters: 单晓明 -> sxm, 王Wei -> wwei."""
    plain = without_dots(key(name))
    surname = next((plain[:n] for n in (2, 1) if plain[:n] in SURNAMES), "")
    head = SURNAMES.get(surname, "")
    return head + "".join(_initial(character) for character in plain[len(surname) :])


@lru_cache(maxsize=8192)
def readings(character: str) -> frozenset[str]:
    """All readings of a Han character without tones; none for anything else."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return frozenset(found[0]) if found else frozenset()


@lru_cache(maxsize=8192)
def _initial(character: str) -> str:
    found = pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    if found:
        return found[0][0]
    return character.lower() if character.isascii() and character.isalnum() else ""
