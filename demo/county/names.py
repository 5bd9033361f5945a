"""Invented names: drawn character by character, so that nobody in particular is meant."""

from random import Random
from typing import Final

from aid_admin.lib.names.traditional import SIMPLIFIED

_SURNAMES: Final = (
    "王李张" * 9 + "刘" * 7 + "赵杨" * 4 + "郭陈孙马冯" * 3 + "秦宋徐高靳韩关" * 2
    + "吴黄周朱胡何郑梁谢唐许邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    + "陆汪范金石廖贾夏韦付方白邹孟熊江邱"
)  # fmt: skip
_BOYS: Final = "浩宇轩泽睿博子俊文昊天一航铭辰佳豪鑫鹏志明嘉诚逸凡晨旭家乐思源皓朗毅恒景云卓煜瑞承"
_GIRLS: Final = "欣怡雨涵梓诗琪佳梦思语若萱一诺可馨雅静婷悦彤瑶雪莹晓慧美琳紫宁芸熙妍曼露菲依禾"
_MEN: Final = "建国军民强志刚明海林永春福生庆文玉保全德贵长山金新华振平树有红卫立东成学义俊峰"
_WOMEN: Final = "秀英兰桂芳玉梅红霞丽娟爱花凤荣淑珍素琴春艳俊翠云霞巧莲金枝海燕改香喜小"
_RARE: Final = "䶮㛃\U0002b5af喆堃犇骉祎翀玥旻"
_DOTTED: Final = (
    ("阿依努", "吐尔地"), ("买尔丹", "艾山"), ("古丽米", "热合曼"), ("热依拉", "库尔班"), ("艾力", "买买提"),
    ("迪丽", "阿不都"), ("努尔", "塔依尔"), ("玛依拉", "司马义"), ("帕提曼", "吾斯曼"), ("阿里木", "卡德尔"),
)  # fmt: skip
DOT: Final = "\u00b7"
_OTHER_DOTS: Final = ("•", "・", "．", "‧", "")

_COMMON_TRADITIONAL: Final = frozenset("张刘杨赵陈孙马冯韩吴黄郑许邓谭陆范贾韦邹卢钟苏吕叶鹏铭诗梦语云")
TRADITIONAL: Final = {plain: old for old, plain in SIMPLIFIED.items() if plain in _COMMON_TRADITIONAL}
"""Simplified characters of surnames and given names, to their traditional forms."""


def surname(rng: Random) -> str:
    """A surname, common ones more often."""
    return rng.choice(_SURNAMES)


def child_name(family: str, sex: str, rng: Random, first: str = "") -> str:
    """A child's name; twins share the `first` character of the given name."""
    pool = _BOYS if sex == "男" else _GIRLS
    given = first or (rng.choice(_RARE) if rng.random() < 0.006 else rng.choice(pool))
    if first or rng.random() < 0.84:
        given += rng.choice(pool)
    return family + given


def adult_name(family: str, sex: str, rng: Random) -> str:
    """An adult's name, in the manner of those born before 2000."""
    pool = _MEN if sex == "男" else _WOMEN
    given = rng.choice(pool)
    if rng.random() < 0.86:
        given += rng.choice(pool)
    return family + given


def dotted_name(rng: Random) -> str:
    """A name of two parts with the separator that the rule asks for, U+00B7."""
    return DOT.join((rng.choice(_DOTTED)[0], rng.choice(_DOTTED)[1]))


def has_variant(name: str) -> bool:
    """Whether another office may spell this name differently and still mean the same."""
    return DOT in name or any(character in TRADITIONAL for character in name)


def spelling_variant(name: str, rng: Random) -> str:
    """The name as another office spells it: another dot or none, or traditional characters."""
    if DOT in name:
        return name.replace(DOT, rng.choice(_OTHER_DOTS))
    return "".join(TRADITIONAL.get(character, character) for character in name)


def another_name(name: str, sex: str, rng: Random) -> str:
    """A name of the same family that nobody could take for a variant of `name`."""
    while True:
        other = child_name(name[0], sex, rng)
        if len(other) != len(name) or sum(a != b for a, b in zip(other, name, strict=True)) > 1:
            return other
