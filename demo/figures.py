"""What the county printed about spring 2020, to be set beside what the system computes.

Amounts are fen, counts are person-times (人次) of one semester.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SOURCE: Final = "民生经济网 2020-07-02"
SEMESTER: Final = "2020-spring"

CASH_PROGRAMMES: Final = (
    "PRESCHOOL_AID",
    "NUTRITION",
    "LIVING_ALLOWANCE",
    "SENIOR_GRANT",
    "VOCATIONAL_GRANT",
)
WAIVER_PROGRAMMES: Final = ("SENIOR_FEE_WAIVER", "VOCATIONAL_TUITION_WAIVER")


@dataclass(frozen=True, slots=True)
class Line:
    """One programme's published line with its share of registered-poor pupils."""

    programme: str
    name: str
    person_times: int
    amount_fen: int
    poor_person_times: int
    poor_amount_fen: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number; an empty programme means the headline."""

    programme: str
    measure: str
    value: int


LINES: Final = (
    Line("PRESCHOOL_AID", "学前教育资助", 356, 15_355_000, 165, 8_250_000),
    Line("NUTRITION", "义务教育营养改善计划", 1_087, 43_480_000, 843, 33_720_000),
    Line("LIVING_ALLOWANCE", "义务教育家庭经济困难学生生活补助", 2_264, 90_381_250, 843, 35_950_000),
    Line("SENIOR_FEE_WAIVER", "普通高中免学费、住宿费", 156, 12_288_000, 83, 6_521_000),
    Line("SENIOR_GRANT", "普通高中国家助学金", 858, 85_800_000, 83, 9_960_000),
    Line("VOCATIONAL_TUITION_WAIVER", "中等职业学校免学费", 2_744, 252_065_000, 92, 8_325_000),
    Line("VOCATIONAL_GRANT", "中等职业学校国家助学金", 535, 53_500_000, 56, 5_600_000),
)
PROGRAMME_NAMES: Final = {line.programme: line.name for line in LINES}

HEADLINE: Final = (
    Figure("", "person_times", 8_009),
    Figure("", "amount_fen", 552_869_250),
    Figure("", "registered_poor_person_times", 2_082),
    Figure("", "registered_poor_amount_fen", 101_805_000),
    Figure("", "registered_poor_persons", 2_082),
)


def published() -> Iterator[Figure]:
    """Every published number: the headline, then the lines."""
    yield from HEADLINE
    for line in LINES:
        yield Figure(line.programme, "person_times", line.person_times)
        yield Figure(line.programme, "amount_fen", line.amount_fen)
        yield Figure(line.programme, "registered_poor_person_times", line.poor_person_times)
        yield Figure(line.programme, "registered_poor_amount_fen", line.poor_amount_fen)
