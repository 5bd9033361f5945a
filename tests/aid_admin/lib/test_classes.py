"""Classes sort as a school counts them."""

import random

from cn2an import an2cn
from hypothesis import given
from hypothesis import strategies as st

from aid_admin.lib.classes import class_order


@given(st.integers(1, 99))
def test_number_is_read_in_either_writing(number: int) -> None:
    """Oracle: a library that writes Chinese numerals."""
    assert class_order(f"{an2cn(number)}班")[0] == number
    assert class_order(f"三（{number}）班")[0] == number
    assert class_order(f"2019级{number}班")[0] == number


def test_classes_of_a_school_stand_in_their_order() -> None:
    names = ["大一班", "大二班", "大三班", "大十班", "大十一班", "大二十班"]
    mixed = random.Random(3).sample(names, len(names))
    assert sorted(mixed, key=class_order) == names
    assert class_order("") == (0, "")
    assert class_order("火箭班") == (0, "火箭班")
