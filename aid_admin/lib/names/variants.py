"""Whether two names may be one person's: equal, a known kind of variant, or different."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aid_admin.lib.names.keys import key, weak_key, without_dots
from aid_admin.lib.names.pinyin import readings

# Groups whose members are mistaken for each other in typing and scanning (domain §6.4).
LOOK_ALIKES: Final = (
    "祎袆", "戌戍戊", "己已巳", "冼洗", "昊吴", "晴睛", "炜玮纬", "钰珏", "淼森", "徵微", "萱宣", "赟斌",
    "昇升", "堃坤", "喆哲", "麗丽", "龑䶮", "犇奔", "玥钥", "旻昱", "翀翔",
)  # fmt: skip
HOMOPHONES: Final = ("婷亭", "涵晗函", "梓子紫", "轩宣", "浩昊皓", "怡宜")
_UNREADABLE: Final = frozenset("?□■*〇○�")


class Likeness(StrEnum):
    EQUAL = "EQUAL"
    VARIANT = "VARIANT"
    DIFFERENT = "DIFFERENT"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The likeness of two names and, for a person who has to decide, what makes the difference."""

    kind: Likeness
    why: str = ""


def compare(a: str, b: str) -> Comparison:
    """Compare two names; a VARIANT is no equality by itself. Two empty names differ."""
    first, second = key(a), key(b)
    if not first or not second:
        return Comparison(Likeness.DIFFERENT, "有一方没有姓名")
    if first == second:
        return Comparison(Likeness.EQUAL)
    if without_dots(first) == without_dots(second):
        return _variant("间隔点有无不同")
    weak_first, weak_second = weak_key(a), weak_key(b)
    if weak_first == weak_second:
        return _variant("繁体与简体不同")
    return _compare_characters(weak_first, weak_second)


def _compare_characters(first: str, second: str) -> Comparison:
    if len(first) != len(second):
        return Comparison(Likeness.DIFFERENT, "姓名不同")
    differing = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
    if len(differing) != 1 or len(first) < 2:
        return Comparison(Likeness.DIFFERENT, "姓名不同")
    left, right = differing[0]
    if _together(LOOK_ALIKES, left, right):
        return _variant(f"“{left}”与“{right}”字形相近")
    if _together(HOMOPHONES, left, right) or readings(left) & readings(right):
        return _variant(f"“{left}”与“{right}”同音")
    if _is_unreadable(left) or _is_unreadable(right):
        return _variant("有一个字在文件中无法显示")
    return Comparison(Likeness.DIFFERENT, f"“{left}”与“{right}”不同")


def _variant(why: str) -> Comparison:
    return Comparison(Likeness.VARIANT, why)


def _together(groups: tuple[str, ...], left: str, right: str) -> bool:
    return any(left in group and right in group for group in groups)


def _is_unreadable(character: str) -> bool:
    return character in _UNREADABLE or "\ue000" <= character <= "\uf8ff"
