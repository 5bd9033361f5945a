"""Semesters by their code: `2020-spring`, `2020-autumn`."""

import re
import unicodedata
from typing import Final, Literal, NamedTuple

_TERMS: Final = {"spring": "春", "autumn": "秋"}
_CODE: Final = re.compile(r"(\d{4})-(spring|autumn)")
_SEASON: Final = re.compile(r"(\d{4})年?-?(春|秋)(?:季?学?期?|季学年)")
_SCHOOL_YEAR: Final = re.compile(r"(\d{4})[-—至~年]+(\d{4})(?:学年)?(?:度)?[-,]?(?:第)?(一|二|上|下|1|2)学期")


class Semester(NamedTuple):
    """Sorts by time: the spring of a year comes before its autumn."""

    year: int
    half: Literal[1, 2]

    @property
    def code(self) -> str:
        return f"{self.year}-{'spring' if self.half == 1 else 'autumn'}"


def of(code: str) -> Semester:
    """The sortable form of a code; raises ValueError when it is none."""
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"不是学期代码：{code}")
    return Semester(int(match[1]), 1 if match[2] == "spring" else 2)


def parse(text: str) -> str:
    """The code of `2020春`, `2020-spring`, `2020年春季学期`, `2019-2020学年第二学期`; raises ValueError."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
    if _CODE.fullmatch(plain):
        return plain
    if match := _SEASON.fullmatch(plain):
        return Semester(int(match[1]), 1 if match[2] == "春" else 2).code
    match = _SCHOOL_YEAR.fullmatch(plain)
    if match is None or int(match[2]) != int(match[1]) + 1:
        raise ValueError(f"看不懂学期“{text}”，请写成 2020春 这样")
    return f"{match[1]}-autumn" if match[3] in "一上1" else f"{match[2]}-spring"


def find(text: str) -> str | None:
    """The first semester named anywhere in a sentence such as a title row, or None."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
    found = _SEASON.search(plain) or _SCHOOL_YEAR.search(plain) or _CODE.search(plain)
    if found is None:
        return None
    try:
        return parse(found[0])
    except ValueError:
        return None


def label(code: str) -> str:
    """2020-spring -> 2020年春季学期."""
    year, term = _parts(code)
    return f"{year}年{term}季学期"


def short(code: str) -> str:
    """2020-spring -> 2020春."""
    year, term = _parts(code)
    return f"{year}{term}"


def school_year(code: str) -> str:
    """2020-spring -> 2019-2020."""
    year, half = of(code)
    first = year - 1 if half == 1 else year
    return f"{first}-{first + 1}"


def previous(code: str) -> str:
    """2020-spring -> 2019-autumn."""
    year, half = of(code)
    return Semester(year - 1, 2).code if half == 1 else Semester(year, 1).code


def following(code: str) -> str:
    """2020-spring -> 2020-autumn."""
    year, half = of(code)
    return Semester(year, 2).code if half == 1 else Semester(year + 1, 1).code


def _parts(code: str) -> tuple[int, str]:
    year, half = of(code)
    return year, _TERMS["spring" if half == 1 else "autumn"]
