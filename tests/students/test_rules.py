from datetime import date

import pytest

from students.rules import (
    Boarding,
    RollStatus,
    Stage,
    grade_year,
    is_agricultural,
    may_be_agricultural,
    school_year_start,
)


@pytest.mark.parametrize(
    ("stage", "text", "year"),
    [
        ("PRESCHOOL", "小班", 1),
        ("PRESCHOOL", "中 班", 2),
        ("PRESCHOOL", "大班", 3),
        ("PRESCHOOL", "大一班", 3),
        ("PRESCHOOL", "中二班", 2),
        ("PRESCHOOL", "小（1）班", 1),
        ("PRESCHOOL", "小班（1）", 1),
        ("PRESCHOOL", "学前班", 3),
        ("PRESCHOOL", "托班", 0),
        ("PRESCHOOL", "2017级", 3),
        ("PRIMARY", "一年级", 1),
        ("PRIMARY", "小学六年级", 6),
        ("PRIMARY", "３年级", 3),
        ("PRIMARY", "小三", 3),
        ("PRIMARY", "四", 4),
        ("PRIMARY", "2014级", 6),
        ("PRIMARY", "七年级", None),
        ("PRIMARY", "2013级", None),
        ("JUNIOR", "七年级", 7),
        ("JUNIOR", "八", 8),
        ("JUNIOR", "九年级", 9),
        ("JUNIOR", "初一", 7),
        ("JUNIOR", "初三", 9),
        ("JUNIOR", "初中二年级", 8),
        ("JUNIOR", "2019级", 7),
        ("JUNIOR", "六年级", None),
        ("SENIOR", "高一", 1),
        ("SENIOR", "高三", 3),
        ("SENIOR", "高中二年级", 2),
        ("SENIOR", "普通高中一年级", 1),
        ("SENIOR", "2019级", 1),
        ("SENIOR", "19级", 1),
        ("SENIOR", "12年级", 3),
        ("VOCATIONAL", "一年级", 1),
        ("VOCATIONAL", "中职三年级", 3),
        ("VOCATIONAL", "2017级", 3),
        ("VOCATIONAL", "2016级", None),
        ("VOCATIONAL", "2020级", None),
        ("VOCATIONAL", "高二", 2),
        ("SPECIAL", "七年级", 7),
        ("SPECIAL", "培智三年级", 3),
        ("PRIMARY", "", None),
        ("PRIMARY", "毕业班", None),
        ("", "一年级", None),
    ],
)
def test_grade_year_of_a_spring(stage: str, text: str, year: int | None) -> None:
    assert grade_year(stage, text, 2019) == year


@pytest.mark.parametrize(
    ("day", "year"), [(date(2020, 2, 1), 2019), (date(2020, 8, 31), 2019), (date(2020, 9, 1), 2020)]
)
def test_school_year_starts_in_september(day: date, year: int) -> None:
    assert school_year_start(day) == year


def test_agricultural_majors_are_told_by_code_and_doubted_by_name() -> None:
    assert is_agricultural("010100")
    assert is_agricultural("610101")
    assert not is_agricultural("091200")
    assert not is_agricultural("")
    assert may_be_agricultural("090900", "农产品营销")
    assert not may_be_agricultural("010100", "农业种植")
    assert not may_be_agricultural("091200", "汽车运用")


def test_codes_are_their_own_values_with_chinese_labels() -> None:
    assert Stage.SENIOR == "SENIOR"
    assert Boarding("DAY").label == "非寄宿"
    assert ("SUSPENDED", "休学") in RollStatus.choices()
