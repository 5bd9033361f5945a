"""The rest of the registers: children on no roll, and households without school-age children."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Final

from demo.county.families import KINSHIP_GAP
from demo.county.households import Household, Listed, absent_schooling, household_of
from demo.county.people import RECKONING_DAY, Absent, Family, Person, Registrar, phone_number
from demo.county.places import Village, draw_village
from demo.county.plan import Plan
from demo.county.statuses import WITH_POLICY, WITHOUT_POLICY, new_card

POVERTY_PERSONS: Final = 9_500
LOW_INCOME_PERSONS: Final = 7_000
DISABLED_PERSONS: Final = 6_000
SUPPORTED_PERSONS: Final = 850
_TOGETHER_DAYS: Final = 330
_TRIES: Final = 40
_YEAR_DAYS: Final = 365.25
# Households, persons with a card and single old people who stand in no other list.
_ABSENT_PLACES: Final = ("poor", "low_income", "poverty", "poor", "low_income_alone", "disability")


class Filler:
    """Draws the people of the registers who are no pupils."""

    def __init__(self, plan: Plan, rng: Random, registrar: Registrar) -> None:
        self._plan = plan
        self._rng = rng
        self._registrar = registrar
        self._serial = 0
        self.households: list[Household] = []
        self.singles: list[tuple[Person, Village]] = []
        self.absents: list[Absent] = []

    def fill(self, families: list[Family]) -> None:
        """Place the absent children, list the families, then add strangers up to the usual numbers."""
        self._place_absents(families)
        for family in families:
            if family.poverty or family.allowance:
                self.households.append(household_of(family, self._next(), self._rng))
        self._fill_up(POVERTY_PERSONS, lambda h: bool(h.poverty), self._poor_household)
        self._fill_up(LOW_INCOME_PERSONS, lambda h: bool(h.allowance), self._low_income_household)
        self._fill_up(SUPPORTED_PERSONS, lambda h: h.supported, self._supported_household)
        self._fill_cards(families)

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def _place_absents(self, families: list[Family]) -> None:
        homes = {
            "poor": [f for f in families if f.pool == "poor"],
            "low_income": [f for f in families if f.pool == "low_income" and f.residence == "rural"],
        }
        rows = [absence for absence in self._plan.absences for _ in range(absence.heads)]
        for number, absence in enumerate(rows):
            place = _ABSENT_PLACES[number % len(_ABSENT_PLACES)]
            if absence.reason == "SEVERE_DISABILITY_HOME_TEACHING":
                place = "disability"
            birth = self._birth(absence.youngest, absence.oldest)
            home = self._home(homes.get(place, []), birth)
            surname = home.father.name[0] if home and home.father else ""
            person = self._registrar.child(surname or self._registrar.adult("男", 1970).name[0], birth)
            registry = "poverty" if place in ("poor", "poverty") else place.removesuffix("_alone")
            absent = Absent(person, absence.reason, registry, settled=absence.reason != "UNKNOWN")
            self.absents.append(absent)
            if home:
                home.others.append(absent)
            elif registry == "disability":
                person.card = new_card(self._rng)
                self.singles.append((person, draw_village("rural", self._rng)))
            else:
                self.households.append(self._absent_household(absent, registry))

    def _birth(self, youngest: int, oldest: int) -> date:
        years = self._rng.randrange(youngest, oldest + 1)
        return RECKONING_DAY - timedelta(int((years + 0.1) * _YEAR_DAYS) + self._rng.randrange(290))

    def _home(self, homes: list[Family], birth: date) -> Family | None:
        """A family in which a further child of that age may live."""
        for _ in range(_TRIES if homes else 0):
            family = self._rng.choice(homes)
            parent = family.mother or family.father
            children = [pupil.person for pupil in family.pupils] + [absent.person for absent in family.others]
            apart = all(abs((child.birth - birth).days) > _TOGETHER_DAYS for child in children)
            if parent and apart and KINSHIP_GAP[0] <= birth.year - parent.birth.year <= KINSHIP_GAP[1]:
                return family
        return None

    def _absent_household(self, absent: Absent, registry: str) -> Household:
        year, name = absent.person.birth.year, absent.person.name[0]
        father = self._registrar.adult("男", year - self._rng.randrange(23, 33), name)
        mother = self._registrar.adult("女", year - self._rng.randrange(22, 31))
        kinship = "之子" if absent.person.sex == "男" else "之女"
        members = [Listed(father, "户主"), Listed(mother, "配偶")]
        members.append(Listed(absent.person, kinship, absent_schooling(absent.reason)))
        house = self._household(members)
        house.absents.append(absent)
        if registry == "poverty":
            house.poverty = self._rng.choices(*WITH_POLICY)[0]
        else:
            house.allowance = "RURAL"
        return house

    def _household(self, members: list[Listed]) -> Household:
        village = draw_village("rural", self._rng)
        return Household(self._next(), village, phone_number(self._rng), members)

    def _fill_up(self, persons: int, listed: Callable[[Household], bool], draw: Callable[[], Household]) -> None:
        wanted = self._plan.of(persons) - sum(len(h.members) for h in self.households if listed(h))
        while wanted > 0:
            household = draw()
            self.households.append(household)
            wanted -= len(household.members)

    def _poor_household(self) -> Household:
        house = self._household(list(self._old_members(0.75, 0.4)))
        policy = WITHOUT_POLICY if self._rng.random() < 0.12 else WITH_POLICY
        house.poverty = self._rng.choices(*policy)[0]
        if self._rng.random() < 0.12:
            house.allowance = "RURAL"
        return house

    def _low_income_household(self) -> Household:
        house = self._household(list(self._old_members(0.45, 0.12)))
        house.allowance = "URBAN" if self._rng.random() < 0.12 else "RURAL"
        if house.allowance == "URBAN":
            house.village = draw_village("urban", self._rng)
        if self._rng.random() < 0.05:
            house.allowance_state = "停保"
        return house

    def _supported_household(self) -> Household:
        person = self._registrar.adult("男" if self._rng.random() < 0.85 else "女", self._rng.randrange(1930, 1960))
        if self._rng.random() < 0.25:
            person.card = new_card(self._rng)
        house = self._household([Listed(person, "户主")])
        house.supported = True
        return house

    def _old_members(self, with_spouse: float, with_child: float) -> Iterator[Listed]:
        """Old people, a grown-up son, a grandchild under three: nobody of school age."""
        born = self._rng.randrange(1938, 1972)
        head = self._adult("男" if self._rng.random() < 0.86 else "女", born)
        yield Listed(head, "户主")
        if self._rng.random() < with_spouse:
            yield Listed(self._adult("女" if head.sex == "男" else "男", born + self._rng.randrange(-3, 6)), "配偶")
        if self._rng.random() < with_child:
            son = self._adult("男", min(1998, born + self._rng.randrange(22, 32)), head.name[0])
            yield Listed(son, "之子")
            if self._rng.random() < 0.2:
                birth = RECKONING_DAY - timedelta(self._rng.randrange(60, 1050))
                baby = self._registrar.child(son.name[0], birth)
                yield Listed(baby, "之孙子" if baby.sex == "男" else "之孙女")

    def _adult(self, sex: str, born: int, family_name: str = "") -> Person:
        person = self._registrar.adult(sex, born, family_name)
        if self._rng.random() < 0.14:
            person.card = new_card(self._rng)
        return person

    def _fill_cards(self, families: list[Family]) -> None:
        """Add single card holders of working and old age up to the usual number."""
        listed = sum(1 for _ in card_holders(families, self.households, self.singles))
        for _ in range(self._plan.of(DISABLED_PERSONS) - listed):
            sex = self._rng.choice("男女")
            person = self._registrar.adult(sex, self._rng.randrange(1935, 1998))
            state = self._rng.choices(("正常", "注销", "冻结", "过期"), (91, 5, 1, 3))[0]
            person.card = new_card(self._rng, state)
            residence = "urban" if self._rng.random() < 0.15 else "rural"
            self.singles.append((person, draw_village(residence, self._rng)))


def card_holders(
    families: list[Family], households: list[Household], singles: list[tuple[Person, Village]]
) -> Iterator[tuple[Person, Village, Family | None]]:
    """Everyone with a disability card, once, with the village and the family of pupils if any."""
    seen: set[str] = set()
    for family in families:
        for person in (
            family.father,
            family.mother,
            family.elder,
            *(pupil.person for pupil in family.pupils),
        ):
            if person and person.card and person.id_number not in seen:
                seen.add(person.id_number)
                yield person, family.village, family
    strangers = [(member.person, house.village) for house in households for member in house.members]
    for person, village in strangers + singles:
        if person.card and person.id_number not in seen:
            seen.add(person.id_number)
            yield person, village, None
