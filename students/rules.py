"""The words of rolls and attendance, and the year that a grade's name stands for."""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A code as the database keeps it, with the Chinese word that pages show for it."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of code and label, as model and form fields take them."""
        return [(member.value, member.label) for member in cls]


class Stage(Labelled):
    """Stage of schooling; it comes from the kind of roll, never from the school's kind."""

    PRESCHOOL = "PRESCHOOL", "学前"
    PRIMARY = "PRIMARY", "小学"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "普通高中"
    VOCATIONAL = "VOCATIONAL", "中职"
    SPECIAL = "SPECIAL", "特殊教育"


class Boarding(Labelled):
    BOARDER = "BOARDER", "寄宿"
    DAY = "DAY", "非寄宿"


class Residence(Labelled):
    """Kind of household registration; county towns (县镇) count as rural."""

    RURAL = "rural", "农村（含县镇）"
    URBAN = "urban", "城市"


class RollStatus(Labelled):
    ACTIVE = "ACTIVE", "在校"
    SUSPENDED = "SUSPENDED", "休学"
    TRANSFER_UNDER_WAY = "TRANSFER_UNDER_WAY", "转出（办理中）"
    GRADUATED = "GRADUATED", "毕业"
    WITHDRAWN = "WITHDRAWN", "退学"
    DECEASED = "DECEASED", "死亡"
    PROBLEM = "PROBLEM", "问题学籍"


LIVE_ROLLS = frozenset({RollStatus.ACTIVE, RollStatus.TRANSFER_UNDER_WAY})


class Standing(Labelled):
    """What roll and attendance together say of a pupil in one semester."""

    GO = "GO", "在籍在校"
    ENROLLED_NOT_ATTENDING = "ENROLLED_NOT_ATTENDING", "在籍不在校"
    ATTENDING_NOT_ENROLLED = "ATTENDING_NOT_ENROLLED", "在校不在籍"
    CLAIMED_TWICE = "CLAIMED_TWICE", "两处同时登记"
    TRANSFER = "TRANSFER", "转学办理中"
    UNCONFIRMED = "UNCONFIRMED", "在校情况未确认"


_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_NUMBER = r"(\d{1,2}|[一二三四五六七八九十])"
_GRADE = re.compile(rf"^{_NUMBER}(?:年级|年)?$")
_COHORT = re.compile(r"^(\d{4}|\d{2})级$")
_KINDERGARTEN = {"托": 0, "小": 1, "中": 2, "大": 3}
_CLASS_OF_KINDERGARTEN = re.compile(rf"^(?:幼儿园)?(托|小|中|大){_NUMBER}?班?$")
_STAGE_WORDS = re.compile(r"^(小学|初级中学|初中|普通高中|高级中学|高中|中职|中专|职高|职专|培智|启智|启聪|启明)")
_SHORT_STAGE = re.compile(rf"^(小|初|高|职){_NUMBER}(?:年级)?$")
_BRACKETED = re.compile(r"[(\[【〔].*?[)\]】〕]")
# first year of the stage, and how many years it has; junior years are counted on, 7 to 9
_YEARS = {
    Stage.PRESCHOOL: (1, 3),
    Stage.PRIMARY: (1, 6),
    Stage.JUNIOR: (7, 3),
    Stage.SENIOR: (1, 3),
    Stage.VOCATIONAL: (1, 3),
    Stage.SPECIAL: (1, 9),
}
_STAGES_OF_SHORT = {
    "小": {Stage.PRIMARY},
    "初": {Stage.JUNIOR},
    "高": {Stage.SENIOR, Stage.VOCATIONAL},
    "职": {Stage.VOCATIONAL},
}


def school_year_start(day: date) -> int:
    """Return the calendar year in which the school year of `day` began (1 September)."""
    return day.year if day.month >= 9 else day.year - 1


def grade_year(stage: str, text: str, school_year_start: int) -> int | None:
    """Return the year that a grade's name stands for, or None if it cannot be told.

    Kindergarten 小班 中班 大班 are 1 2 3 (托班 0); compulsory grades 1 to 9, 初一 being 7;
    senior and vocational years 1 to 3. A cohort such as 2019级 is reckoned from the school
    year's first calendar year. A number outside the stage's span gives None.
    """
    if stage not in _YEARS:
        return None
    kind = Stage(stage)
    words = _BRACKETED.sub("", "".join(unicodedata.normalize("NFKC", text).split()))
    if kind is Stage.PRESCHOOL:
        return _kindergarten_year(words, school_year_start)
    short = _SHORT_STAGE.match(words)
    if short and kind in _STAGES_OF_SHORT[short[1]]:
        return _within(kind, _number(short[2]))
    return _plain_year(kind, _STAGE_WORDS.sub("", words), school_year_start)


def _kindergarten_year(words: str, school_year_start: int) -> int | None:
    if words.startswith("学前班"):
        return 3
    match = _CLASS_OF_KINDERGARTEN.match(words)
    if match:
        return _KINDERGARTEN[match[1]]
    return _plain_year(Stage.PRESCHOOL, words, school_year_start)


def _plain_year(kind: Stage, words: str, school_year_start: int) -> int | None:
    cohort = _COHORT.match(words)
    if cohort:
        entered = int(cohort[1]) if len(cohort[1]) == 4 else 2000 + int(cohort[1])
        first, years = _YEARS[kind]
        passed = school_year_start - entered
        return first + passed if 0 <= passed < years else None
    grade = _GRADE.match(words)
    return _within(kind, _number(grade[1])) if grade else None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _DIGITS[text]


def _within(kind: Stage, number: int) -> int | None:
    """Accept 一年级 of a junior school for 7, 十年级 for the first senior year."""
    first, years = _YEARS[kind]
    if first <= number < first + years:
        return number
    if kind is Stage.JUNIOR and 1 <= number <= years:
        return number + first - 1
    if kind is Stage.SENIOR and 10 <= number <= 12:
        return number - 9
    return None


# catalogue of 2010: class 01 农林牧渔; catalogue of 2021: class 61
_AGRICULTURAL_CODES = ("01", "61")
_AGRICULTURAL_WORDS = re.compile("[农林牧渔]")


def is_agricultural(major_code: str) -> bool:
    """Say whether a vocational major's code lies in the class of farming majors (涉农)."""
    return major_code.strip().startswith(_AGRICULTURAL_CODES)


def may_be_agricultural(major_code: str, major_name: str) -> bool:
    """Say whether only the major's name sounds of farming, so that a person has to confirm it."""
    return not is_agricultural(major_code) and bool(_AGRICULTURAL_WORDS.search(major_name))
