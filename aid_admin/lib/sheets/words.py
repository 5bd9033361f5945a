"""The field's words in cells and the codes they stand for."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

STAGES: Final = {
    "学前": "PRESCHOOL",
    "幼儿园": "PRESCHOOL",
    "学前教育": "PRESCHOOL",
    "小学": "PRIMARY",
    "初中": "JUNIOR",
    "初级中学": "JUNIOR",
    "普通高中": "SENIOR",
    "高中": "SENIOR",
    "普高": "SENIOR",
    "中职": "VOCATIONAL",
    "中等职业学校": "VOCATIONAL",
    "职业高中": "VOCATIONAL",
    "职高": "VOCATIONAL",
    "中专": "VOCATIONAL",
    "特殊教育": "SPECIAL",
    "特教": "SPECIAL",
    "PRESCHOOL": "PRESCHOOL",
    "PRIMARY": "PRIMARY",
    "JUNIOR": "JUNIOR",
    "SENIOR": "SENIOR",
    "VOCATIONAL": "VOCATIONAL",
    "SPECIAL": "SPECIAL",
}
STAGE_NAMES: Final = {
    "PRESCHOOL": "学前",
    "PRIMARY": "小学",
    "JUNIOR": "初中",
    "SENIOR": "普通高中",
    "VOCATIONAL": "中职",
    "SPECIAL": "特殊教育",
}
BOARDING: Final = {
    "住校": "BOARDER",
    "寄宿": "BOARDER",
    "住宿": "BOARDER",
    "住宿生": "BOARDER",
    "寄宿生": "BOARDER",
    "是": "BOARDER",
    "走读": "DAY",
    "走读生": "DAY",
    "非寄宿": "DAY",
    "非寄宿生": "DAY",
    "借宿": "DAY",
    "其他": "DAY",
    "否": "DAY",
    "BOARDER": "BOARDER",
    "DAY": "DAY",
}
RESIDENCE: Final = {
    "农村": "rural",
    "农业": "rural",
    "农业户口": "rural",
    "农业家庭户口": "rural",
    "农村户口": "rural",
    "县镇": "rural",
    "县镇非农": "urban",
    "城镇": "urban",
    "城市": "urban",
    "非农": "urban",
    "非农业": "urban",
    "非农业户口": "urban",
    "城镇户口": "urban",
    "居民户口": "",
    "居民": "",
    "非农业家庭户口": "urban",
}
SEXES: Final = {"男": "男", "女": "女", "1": "男", "2": "女", "男性": "男", "女性": "女"}
ROLL_STATUS: Final = {
    "在校": "ACTIVE",
    "在读": "ACTIVE",
    "正常": "ACTIVE",
    "在籍": "ACTIVE",
    "休学": "SUSPENDED",
    "转出": "TRANSFER_UNDER_WAY",
    "转学": "TRANSFER_UNDER_WAY",
    "办理中": "TRANSFER_UNDER_WAY",
    "转出办理中": "TRANSFER_UNDER_WAY",
    "转学办理中": "TRANSFER_UNDER_WAY",
    "毕业": "GRADUATED",
    "结业": "GRADUATED",
    "退学": "WITHDRAWN",
    "离园": "WITHDRAWN",
    "开除": "WITHDRAWN",
    "死亡": "DECEASED",
    "问题学籍": "PROBLEM",
}
CATEGORIES: Final = {
    "建档立卡": "REGISTERED_POOR",
    "脱贫": "REGISTERED_POOR",
    "监测": "REGISTERED_POOR",
    "特困": "EXTREME_POVERTY_SUPPORT",
    "事实无人": "DE_FACTO_UNATTENDED",
    "无人抚养": "DE_FACTO_UNATTENDED",
    "孤儿": "ORPHAN",
    "孤残": "ORPHAN",
    "低保": "LOW_INCOME_ALLOWANCE",
    "最低生活保障": "LOW_INCOME_ALLOWANCE",
    "残疾人子女": "CHILD_OF_DISABLED",
    "残疾": "DISABLED_STUDENT",
    "烈士": "CHILD_OF_MARTYR",
    "其他": "OTHER_DIFFICULTY",
    "其它": "OTHER_DIFFICULTY",
    "家庭经济困难": "OTHER_DIFFICULTY",
}
TIERS: Final = {
    "特别": "SPECIAL",
    "特别困难": "SPECIAL",
    "特殊困难": "SPECIAL",
    "比较": "MODERATE",
    "比较困难": "MODERATE",
    "困难": "MODERATE",
    "一般": "GENERAL",
    "一般困难": "GENERAL",
    "不困难": "",
    "无": "",
}
BANKS: Final = (
    ("农信", "RCC"),
    ("农村信用", "RCC"),
    ("农商", "RCC"),
    ("农村商业", "RCC"),
    ("信用社", "RCC"),
    ("信用联社", "RCC"),
    ("建设银行", "CCB"),
    ("建行", "CCB"),
)
SAID: Final = {
    **{code: word for word, code in reversed(ROLL_STATUS.items())},
    **STAGE_NAMES,
    "BOARDER": "住校",
    "DAY": "走读",
    "rural": "农村",
    "urban": "城镇",
    "RURAL": "农村",
    "URBAN": "城市",
    "RCC": "农村信用联社",
    "CCB": "建设银行",
    "ORDINARY": "一般",
    "LOW_INCOME": "低保",
    "EXTREME_POVERTY": "特困",
    "INSTITUTION": "集中",
    "AT_HOME": "分散",
    "FAMILY": "散居",
    "DEAD": "死亡",
    "MISSING": "失踪",
    "SEVERELY_DISABLED": "重残",
    "GRAVELY_ILL": "重病",
    "IMPRISONED": "服刑",
    "IN_DRUG_REHABILITATION": "强制戒毒",
    "DETAINED": "限制人身自由",
    "OUT_OF_CONTACT": "失联",
    "GUARDIANSHIP_REVOKED": "撤销监护",
    "DEPORTED": "遣送出境",
}
"""Codes of a sheet's words in Chinese, where a page shows them again."""
AGES: Final = {
    "PRESCHOOL": (2, 7),
    "PRIMARY": (5, 14),
    "JUNIOR": (10, 18),
    "SENIOR": (13, 22),
    "VOCATIONAL": (13, 24),
}

_GRADES: Final = {
    "托": 0,
    "小": 1,
    "中": 2,
    "大": 3,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_RELATIONS: Final = (
    (r"本人|户主本人", "SELF"),
    (r"^户主$", "HEAD"),
    (r"外?祖父|外?祖母|爷爷|奶奶|姥|外公|外婆", "GRANDPARENT"),
    (r"孙", "GRANDCHILD"),
    (r"继父|继母|养父|养母", "STEP_PARENT"),
    (r"^(之)?父亲?$|^父[子女]$|^爸", "FATHER"),
    (r"^(之)?母亲?$|^母[子女]$|^妈", "MOTHER"),
    (r"父母", "PARENT"),
    (r"儿媳|女婿|配偶|妻|丈夫", "SPOUSE"),
    (r"子|女|儿", "CHILD"),
    (r"兄|弟|姐|妹|哥", "SIBLING"),
)


def squeeze(text: str) -> str:
    """Half-width, without blanks and brackets."""
    return re.sub(r"[\s()（）]+", "", unicodedata.normalize("NFKC", text))


def code(words: Mapping[str, str], text: str) -> str | None:
    """The code of a word; None when it is not among them, "" for an empty cell."""
    plain = squeeze(text)
    return words.get(plain) if plain else ""


def category(text: str) -> str | None:
    """The category that a free wording names (domain §2.1); None when none is recognised."""
    plain = squeeze(text)
    if not plain:
        return ""
    if plain in CATEGORIES.values():
        return plain
    return next((value for word, value in CATEGORIES.items() if word in plain), None)


def relation(text: str) -> str:
    """The code of a relation to the head or the pupil (SELF, FATHER, CHILD …), OTHER, or "" if empty."""
    plain = squeeze(text)
    if not plain:
        return ""
    return next((value for pattern, value in _RELATIONS if re.search(pattern, plain)), "OTHER")


def bank(text: str) -> str:
    """RCC, CCB, or "" for any other wording."""
    return next((value for word, value in BANKS if word in text), "")


def grade_year(grade: str, stage: str, school_year_from: int) -> int | None:
    """The year within the stage: 三年级 3, 八年级 and 初二 2, 2019级 in 2019-2020 1; None if unclear."""
    plain = squeeze(grade)
    if match := re.match(r"(20\d{2})级?", plain):
        year = school_year_from - int(match[1]) + 1
        return year if 1 <= year <= 9 else None
    digits = re.search(r"[1-9]", plain)
    number = int(digits[0]) if digits else next((_GRADES[c] for c in plain[::-1] if c in _GRADES), None)
    if number is not None and stage == "JUNIOR" and number > 6:
        return number - 6
    return number
