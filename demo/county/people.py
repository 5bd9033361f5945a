"""People of the invented county: persons with valid numbers, families, pupils."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from aid_admin.county.rules import Stage
from aid_admin.lib.id_card import check_digit
from demo.county.names import adult_name, child_name, surname
from demo.county.places import Village
from demo.county.plan import Cell, Plant
from demo.county.schools import Major, School

RECKONING_DAY: Final = date(2020, 2, 1)
_REGIONS: Final = ("410621", "410603", "410611", "410522", "410523", "410781", "410728", "130427")
_HOME_REGION: Final = "410622"


@dataclass(slots=True)
class Card:
    """A disability certificate: digits of category and level, state, dates, how often replaced."""

    category: int
    level: int
    state: str
    issued_on: date
    valid_to: date
    replacement: int = 0


@dataclass(slots=True)
class Person:
    """One human being; `listed_*` is how a department spells what differs from the truth."""

    name: str
    sex: str
    birth: date
    id_number: str
    listed_name: str = ""
    listed_id: str = ""
    card: Card | None = None


@dataclass(slots=True)
class Absent:
    """A registry's child of 3-20 who is on no roll of the county, and where it really is."""

    person: Person
    reason: str
    registry: str
    settled: bool


@dataclass(slots=True)
class Pupil:
    """A pupil as one school has it; `cell` is the calibrated place, `plant` the planted fault."""

    stage: Stage
    level: int
    boarding: bool
    category: str = ""
    variant: str = ""
    residence: str = "rural"
    cell: Cell | None = None
    plant: Plant | None = None
    major: Major | None = None
    also_low_income: bool = False
    application: str = ""
    nation: str = "汉族"
    roll_id: str = ""
    class_no: int = 0
    person: Person = field(init=False)
    family: "Family" = field(init=False)
    school: School = field(init=False)

    @property
    def kind(self) -> str:
        """The kind of the planted fault, or nothing."""
        return self.plant.kind if self.plant else ""

    @property
    def year(self) -> int:
        """Year within the senior or vocational school."""
        return self.level - 9

    @property
    def written_id(self) -> str:
        """The number as the school's own papers carry it."""
        return self.roll_id or self.person.id_number

    @property
    def on_roll(self) -> bool:
        return self.kind != "attending_not_enrolled"

    def grants(self) -> Iterator[tuple[str, int]]:
        """Programmes and fen that this pupil is to receive in the semester."""
        if self.cell:
            yield from self.cell.awards


@dataclass(slots=True)
class Family:
    """Parents, a grandparent where one keeps the house, the children on rolls and the others."""

    pool: str
    residence: str
    pupils: list[Pupil]
    village: Village = field(init=False)
    phone: str = ""
    father: Person | None = None
    mother: Person | None = None
    elder: Person | None = None
    elder_relation: str = ""
    elder_is_guardian: bool = False
    others: list[Absent] = field(default_factory=list)
    poverty: str = ""
    allowance: str = ""
    allowance_state: str = "在保"

    def members(self) -> list[tuple[Person, str]]:
        """Adults with their relation to the pupils, the guardian first."""
        parents = [(who, name) for who, name in ((self.father, "父亲"), (self.mother, "母亲")) if who]
        elders = [(self.elder, self.elder_relation)] if self.elder else []
        return elders + parents if self.elder_is_guardian else parents + elders

    @property
    def calibrated(self) -> bool:
        """Whether every child on a roll here is one of the calibrated pupils."""
        return all(pupil.cell for pupil in self.pupils)


class Registrar:
    """Gives out identity numbers: valid, unique, the sequence number telling the sex."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._orders: dict[str, int] = {}
        self._children: set[tuple[str, date]] = set()

    def person(self, name: str, sex: str, birth: date) -> Person:
        """Enter a person of that name, sex and date of birth."""
        region = _HOME_REGION if self._rng.random() < 0.95 else self._rng.choice(_REGIONS)
        stem = f"{region}{birth:%Y%m%d}"
        key = stem + sex
        order = self._orders.get(key)
        order = 2 * self._rng.randrange(1, 150) if order is None else order + 2
        self._orders[key] = order
        first17 = f"{stem}{order + (sex == '男'):03d}"
        return Person(name, sex, birth, first17 + check_digit(first17))

    def child(self, family_name: str, birth: date, first: str = "") -> Person:
        """Enter a child; no two children share both name and date of birth."""
        sex = self._rng.choice("男女")
        while True:
            name = child_name(family_name, sex, self._rng, first)
            if (name, birth) not in self._children:
                self._children.add((name, birth))
                return self.person(name, sex, birth)

    def adult(self, sex: str, born_year: int, family_name: str = "") -> Person:
        """Enter an adult born in that year."""
        name = adult_name(family_name or surname(self._rng), sex, self._rng)
        return self.person(name, sex, date(born_year, 1, 1) + timedelta(self._rng.randrange(365)))


def age(person: Person) -> int:
    """Full years on the day of reckoning."""
    born = person.birth
    return RECKONING_DAY.year - born.year - ((RECKONING_DAY.month, RECKONING_DAY.day) < (born.month, born.day))


def phone_number(rng: Random) -> str:
    """A number of eleven digits that nobody was asked for."""
    return f"1{rng.choice('3589')}{rng.randrange(10**9):09d}"
