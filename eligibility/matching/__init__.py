"""Comparison of pupils with the departments' registries, and of rolls with attendance. Pure.

`exact` judges a pair that shares an ID number; what judges pairs without one gives the same
`Judgement` and stands beside it.
"""

from eligibility.matching.exact import names_agree
from eligibility.matching.judgements import Judgement
from eligibility.matching.registries import (
    HOUSEHOLD_REGISTRIES,
    Registry,
    category_of,
    is_household_fact,
    relations_of,
)
from eligibility.matching.standing import AttendanceClaim, Placed, RollClaim, place

__all__ = [
    "HOUSEHOLD_REGISTRIES",
    "AttendanceClaim",
    "Judgement",
    "Placed",
    "Registry",
    "RollClaim",
    "category_of",
    "is_household_fact",
    "names_agree",
    "place",
    "relations_of",
]
