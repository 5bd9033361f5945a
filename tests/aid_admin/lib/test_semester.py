import pytest
from hypothesis import given
from hypothesis import strategies as st

from aid_admin.lib import semester

codes = st.builds(semester.Semester, st.integers(1990, 2090), st.sampled_from([1, 2])).map(lambda s: s.code)


@pytest.mark.parametrize(
    "text",
    [
        "2020春",
        "2020-spring",
        "2020年春季学期",
        "2020春季学期",
        "2019-2020学年第二学期",
        "２０２０年 春季",
        "2019—2020学年下学期",
    ],
)
def test_parse_of_each_spelling(text):
    assert semester.parse(text) == "2020-spring"


@pytest.mark.parametrize("text", ["", "2020", "2020夏", "2019-2021学年第二学期", "春", "20-spring", "2020-winter"])
def test_parse_refuses(text):
    with pytest.raises(ValueError, match="学期"):
        semester.parse(text)


def test_words():
    assert semester.label("2020-spring") == "2020年春季学期"
    assert semester.short("2020-autumn") == "2020秋"
    assert semester.school_year("2020-spring") == "2019-2020"
    assert semester.school_year("2020-autumn") == "2020-2021"
    assert semester.previous("2020-spring") == "2019-autumn"


def test_find_in_a_title():
    assert semester.find("淇县2020年春季学期营养改善资助发放名册") == "2020-spring"
    assert semester.find("附件1：2019-2020学年第一学期名册") == "2019-autumn"
    assert semester.find("淇县资助发放名册 填报日期2020年3月1日") is None


@given(codes)
def test_order_and_round_trips(code):
    assert semester.of(semester.previous(code)) < semester.of(code) < semester.of(semester.following(code))
    assert semester.previous(semester.following(code)) == code
    assert semester.parse(semester.label(code)) == semester.parse(semester.short(code)) == code
