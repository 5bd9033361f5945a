import pytest
from hypothesis import given
from hypothesis import strategies as st

from aid_admin.lib import names
from aid_admin.lib.names.traditional import SIMPLIFIED


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("张 三", "张三"),
        ("张\u3000三", "张三"),
        ("张\u200b三\u00a0", "张三"),
        ("\n张三\t", "张三"),
        ("阿卜杜•热合曼", "阿卜杜·热合曼"),
        ("阿卜杜．热合曼", "阿卜杜·热合曼"),
        ("阿卜杜。热合曼", "阿卜杜·热合曼"),
        ("阿卜杜.热合曼", "阿卜杜·热合曼"),
        ("阿卜杜・热合曼", "阿卜杜·热合曼"),
        ("阿卜杜ꞏ热合曼", "阿卜杜·热合曼"),
        ("王\ue863", "王䶮"),
        ("王䶮", "王䶮"),
        ("李𫖯", "李𫖯"),
        ("赵𰰩", "赵𰰩"),
        ("Ｗei", "Wei"),
        ("張三", "張三"),
        ("", ""),
    ],
)
def test_key(typed, expected):
    assert names.key(typed) == expected


def test_weak_key():
    assert names.weak_key("買買提·阿吉") == names.weak_key("买买提阿吉") == "买买提阿吉"


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("张三", "张 三", "EQUAL"),
        ("王䶮", "王\ue863", "EQUAL"),
        ("阿·吉", "阿•吉", "EQUAL"),
        ("阿·吉", "阿吉", "VARIANT"),
        ("張麗", "张丽", "VARIANT"),
        ("王䶮", "王龑", "VARIANT"),
        ("李祎", "李袆", "VARIANT"),
        ("张梓涵", "张子涵", "VARIANT"),
        ("张梓涵", "张梓晗", "VARIANT"),
        ("吴昊", "吴皓", "VARIANT"),
        ("冼明", "洗明", "VARIANT"),
        ("赵玮", "赵炜", "VARIANT"),
        ("王?", "王喆", "VARIANT"),
        ("张梓涵", "张子晗", "DIFFERENT"),
        ("张三", "张三三", "DIFFERENT"),
        ("张大宝", "张二宝", "DIFFERENT"),
        ("张三", "李四", "DIFFERENT"),
        ("", "", "DIFFERENT"),
        ("张", "章", "DIFFERENT"),
    ],
)
def test_compare(a, b, kind):
    assert names.compare(a, b).kind == names.compare(b, a).kind == kind
    assert bool(names.compare(a, b).why) == (kind != "EQUAL")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张梓涵", "zzh"),
        ("单晓明", "sxm"),
        ("解放", "xf"),
        ("仇英", "qy"),
        ("尉迟恭", "ycg"),
        ("万俟咏", "mqy"),
        ("阿卜杜·热合曼", "abdrhm"),
        ("王Wei", "wwei"),
        ("", ""),
        ("曾国藩", "zgf"),
    ],
)
def test_initials(name, letters):
    assert names.initials(name) == letters


def test_table_of_traditional_characters_ends_in_simplified_ones():
    assert all(len(old) == len(new) == 1 for old, new in SIMPLIFIED.items())
    assert {new: SIMPLIFIED[new] for new in SIMPLIFIED.values() if SIMPLIFIED.get(new, new) != new} == {}


@given(st.text(max_size=12))
def test_keys_are_stable(name):
    assert names.key(names.key(name)) == names.key(name)
    assert names.weak_key(names.key(name)) == names.weak_key(name)
