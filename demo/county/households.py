"""Households as the departments list them: a head, members with their relation, a state."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from aid_admin.county.rules import Stage
from demo.county.people import Absent, Family, Person, Pupil
from demo.county.places import Village

NOT_AT_SCHOOL: Final = "非在校生"
_YEARS: Final = "一二三四五六七八九"
_ABSENT_SCHOOLING: Final = {
    "OUT_OF_COUNTY": "小学",
    "UNIVERSITY": "本科一年级",
    "GRADUATED": "大专二年级",
}
# A single grown-up pupil's household is headed by a grandfather where he keeps the house.
_ELDER_HEADS: Final = frozenset({"祖父", "祖母"})


@dataclass(slots=True)
class Listed:
    """One member of a household in a department's list."""

    person: Person
    relation: str
    schooling: str = NOT_AT_SCHOOL
    covered: bool = True


@dataclass(slots=True)
class Household:
    """A household with its states in the poverty and the low-income list (empty = not listed there)."""

    number: int
    village: Village
    phone: str
    members: list[Listed]
    poverty: str = ""
    allowance: str = ""
    allowance_state: str = "在保"
    supported: bool = False
    absents: list[Absent] = field(default_factory=list)


def household_of(family: Family, number: int, rng: Random) -> Household:
    """The household of a family; a child whom the department has not listed yet is left out."""
    elder_heads = family.elder is not None and family.elder_relation in _ELDER_HEADS
    members = _adults(family, elder_heads)
    for pupil in family.pupils:
        if pupil.kind != "household_only":
            listed = Listed(pupil.person, _child_relation(pupil.person, elder_heads), schooling_of(pupil))
            listed.covered = pupil.kind != "outside_guaranteed"
            members.append(listed)
    for absent in family.others:
        relation = _child_relation(absent.person, elder_heads)
        members.append(Listed(absent.person, relation, absent_schooling(absent.reason)))
    if members[0].relation != "户主":
        members[0].relation = "户主"
    if len(members) > 2 and family.allowance and not family.poverty and rng.random() < 0.1:
        members[0].covered = False
    return Household(
        number, family.village, family.phone, members, family.poverty, family.allowance,
        family.allowance_state,
        absents=list(family.others),
    )  # fmt: skip


def schooling_of(pupil: Pupil) -> str:
    """What the poverty office writes under 在校生状况."""
    match pupil.stage:
        case Stage.PRESCHOOL:
            return "学前教育"
        case Stage.PRIMARY:
            return "小学"
        case Stage.JUNIOR:
            return f"{_YEARS[pupil.level - 1]}年级"
        case Stage.SENIOR:
            return f"普通高中{_YEARS[pupil.year - 1]}年级"
        case _:
            return f"中职{_YEARS[pupil.year - 1]}年级"


def absent_schooling(reason: str) -> str:
    """The same for a child on no roll of the county."""
    return _ABSENT_SCHOOLING.get(reason, NOT_AT_SCHOOL)


def _adults(family: Family, elder_heads: bool) -> list[Listed]:
    elders = [Listed(family.elder, "户主")] if elder_heads and family.elder else []
    father = [Listed(family.father, "之子" if elders else "户主")] if family.father else []
    mother_relation = "之儿媳" if elders else "配偶" if father else "户主"
    mother = [Listed(family.mother, mother_relation)] if family.mother else []
    return elders + father + mother


def _child_relation(person: Person, elder_heads: bool) -> str:
    kinship = "之孙" if elder_heads else "之"
    return f"{kinship}{'子' if person.sex == '男' else '女'}"
