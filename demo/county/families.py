"""From calibrated cells and planted faults to pupils, and from pupils to families."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Final

from aid_admin.county.rules import Stage
from demo.county.names import dotted_name
from demo.county.people import Family, Person, Pupil, Registrar, phone_number
from demo.county.places import draw_village
from demo.county.plan import (
    CHILD_OF_DISABLED,
    DISABLED,
    LOW_INCOME,
    MARTYR,
    ORPHAN,
    OTHER,
    POOR,
    SUPPORTED,
    UNATTENDED,
    VOCATIONAL_FEE_FEN,
    Cell,
    Plan,
    Plant,
)
from demo.county.schools import MAJORS, Major

_LEVELS: Final = {
    Stage.PRESCHOOL: (-2, -1, 0),
    Stage.PRIMARY: (1, 2, 3, 4, 5, 6),
    Stage.JUNIOR: (7, 8, 9),
    Stage.SENIOR: (10, 11, 12),
    Stage.VOCATIONAL: (10, 11, 12),
}
_FIRST_GRADE_BORN: Final = 2013
_KINSHIP: Final = (("祖父", "男"), ("祖母", "女"), ("外祖父", "男"), ("外祖母", "女"))
_ALONE: Final = frozenset({SUPPORTED, ORPHAN, UNATTENDED, MARTYR})
_APART: Final = frozenset({"grandparent_disabled", "residence_unknown"})
_SIZES: Final = ((1, 2, 3), (55, 38, 7))
KINSHIP_GAP: Final = (20, 40)
_TWINS: Final = 0.02
_SEARCHED: Final = 12


def draw_pupils(plan: Plan, rng: Random) -> list[Pupil]:
    """Every pupil of the plan, without a family yet."""
    pupils = [_from_cell(cell, rng) for cell in plan.cells for _ in range(cell.heads)]
    pupils += [_from_plant(plant, rng) for plant in plan.plants for _ in range(plant.heads)]
    for (stage, boarding), heads in plan.ordinary.items():
        pupils += [_ordinary(stage, boarding, rng) for _ in range(heads)]
    _plan_double_categories(pupils, plan)
    _plan_rejected(pupils, plan)
    return pupils


def draw_families(pupils: list[Pupil], rng: Random, registrar: Registrar) -> list[Family]:
    """Put the pupils into families so that a household's category holds for all its children."""
    pools: dict[tuple[str, str], list[Pupil]] = {}
    late: list[Pupil] = []
    for pupil in pupils:
        if pupil.kind == "outside_guaranteed":
            late.append(pupil)
        else:
            pools.setdefault((_pool(pupil), pupil.residence), []).append(pupil)
    families = []
    for (pool, residence), members in pools.items():
        rng.shuffle(members)
        groups = ([pupil] for pupil in members) if pool == "single" else _group(members, rng)
        families += [Family(pool, residence, group) for group in groups]
    _join_low_income(late, families, rng)
    for family in families:
        settle(family, rng, registrar)
    _give_dotted_names(families, rng)
    return families


def _from_cell(cell: Cell, rng: Random) -> Pupil:
    level = cell.year + 9 if cell.year else rng.choice(_LEVELS[cell.stage])
    pupil = Pupil(cell.stage, level, cell.boarding, cell.category, cell.variant, cell=cell)
    pupil.residence = "urban" if cell.variant == "URBAN" else "rural"
    if cell.category == OTHER:
        pupil.application = cell.tier or rng.choice(("MODERATE", "GENERAL"))
    if cell.stage == Stage.VOCATIONAL:
        pupil.major = _major(cell.fee_fen, cell.agricultural, rng)
        if cell.agricultural and rng.random() < 0.04:
            pupil.residence = "urban"
    return pupil


def _from_plant(plant: Plant, rng: Random) -> Pupil:
    levels = (0,) if plant.kind == "two_rolls" else _LEVELS[plant.stage]
    pupil = Pupil(plant.stage, rng.choice(levels), plant.boarding, plant.category, plant.variant, plant=plant)
    pupil.residence = "urban" if plant.variant == "URBAN" else "rural"
    if plant.kind == "application_day":
        pupil.application = "GENERAL"
    elif plant.kind == "application_rejected":
        pupil.application = "REJECTED"
    elif plant.kind == "residence_unknown":
        pupil.residence = "urban"
        pupil.level = rng.choice(_LEVELS[Stage.VOCATIONAL][:2])
        pupil.major = _major(VOCATIONAL_FEE_FEN, False, rng)
    return pupil


def _ordinary(stage: Stage, boarding: bool, rng: Random) -> Pupil:
    pupil = Pupil(stage, rng.choice(_LEVELS[stage]), boarding)
    if stage == Stage.VOCATIONAL:
        pupil.residence = "urban"
        pupil.major = rng.choice([major for major in MAJORS if not major.is_agricultural])
    else:
        pupil.residence = "urban" if rng.random() < 0.27 else "rural"
    return pupil


def _major(fee_fen: int, agricultural: bool, rng: Random) -> Major:
    fitting = [m for m in MAJORS if m.fee_fen == fee_fen and m.is_agricultural == agricultural]
    return rng.choice(fitting)


def _plan_double_categories(pupils: list[Pupil], plan: Plan) -> None:
    """Some disabled pupils are on the rural low-income list too; no grant changes by it."""
    disabled = [pupil for pupil in pupils if pupil.cell and pupil.category == DISABLED]
    for pupil in disabled[:: max(1, len(disabled) // plan.of(16, 2))]:
        pupil.also_low_income, pupil.residence = True, "rural"


def _plan_rejected(pupils: list[Pupil], plan: Plan) -> None:
    """Some vocational pupils apply as well and are rejected; they keep the fee waiver."""
    plain = [pupil for pupil in pupils if pupil.cell and pupil.stage == Stage.VOCATIONAL and not pupil.category]
    rural = [pupil for pupil in plain if pupil.major and not pupil.major.is_agricultural and pupil.year == 1]
    for pupil in rural[: plan.of(9)]:
        pupil.application = "REJECTED"


def _pool(pupil: Pupil) -> str:
    if pupil.kind == "lifted_without_policy":
        return "lifted"
    if pupil.category == CHILD_OF_DISABLED and pupil.kind in ("", "not_admitted"):
        return "disabled_parent"
    if pupil.plant and pupil.category in ("", OTHER) and pupil.kind not in _APART:
        return "ordinary"
    if pupil.plant or pupil.category in _ALONE or pupil.also_low_income:
        return "single"
    return {POOR: "poor", LOW_INCOME: "low_income"}.get(pupil.category, "ordinary")


def _group(pupils: list[Pupil], rng: Random) -> Iterator[list[Pupil]]:
    """Families of one to three children of different years; now and then twins."""
    rest = list(pupils)
    sizes, weights = _SIZES
    while rest:
        group = [rest.pop()]
        for _ in range(rng.choices(sizes, weights)[0] - 1):
            found = _sibling(group, rest, rng)
            if found is None:
                break
            group.append(rest.pop(found))
        yield group


def _sibling(group: list[Pupil], rest: list[Pupil], rng: Random) -> int | None:
    levels = [pupil.level for pupil in group]
    twins = len(group) == 1 and rng.random() < _TWINS
    for place in range(len(rest) - 1, max(-1, len(rest) - 1 - _SEARCHED), -1):
        if (rest[place].level in levels) == twins:
            return place
    return None


def _join_low_income(late: list[Pupil], families: list[Family], rng: Random) -> None:
    """Children outside the guaranteed members have brothers or sisters inside."""
    homes = [f for f in families if f.pool == "low_income" and f.residence == "rural" and len(f.pupils) < 3]
    rng.shuffle(homes)
    for pupil in late:
        home = next(f for f in homes if pupil.level not in [p.level for p in f.pupils] and len(f.pupils) < 3)
        home.pupils.append(pupil)


def settle(family: Family, rng: Random, registrar: Registrar) -> None:
    """Give a family its village, its parents and its children their names and numbers."""
    family.village = draw_village(family.residence, rng)
    family.phone = phone_number(rng)
    oldest_born = _FIRST_GRADE_BORN - max(pupil.level for pupil in family.pupils)
    father = registrar.adult("男", oldest_born - rng.randrange(22, 33))
    born: dict[int, tuple[date, str]] = {}
    for pupil in family.pupils:
        pupil.family = family
        birth, first = born.get(pupil.level, (_birth(pupil.level, rng), ""))
        pupil.person = registrar.child(father.name[0], birth, first)
        born[pupil.level] = (birth, pupil.person.name[1])
    _add_adults(family, father, oldest_born, rng, registrar)


def _add_adults(family: Family, father: Person, oldest_born: int, rng: Random, registrar: Registrar) -> None:
    orphaned = family.pupils[0].category in (ORPHAN, SUPPORTED)
    martyr = family.pupils[0].category == MARTYR
    unattended = family.pupils[0].category == UNATTENDED
    grandparent = family.pupils[0].kind == "grandparent_disabled"
    alone = rng.random()
    if not orphaned and not martyr and alone > 0.05:
        family.father = father
    if not orphaned and (alone < 0.93 or family.father is None) and not (unattended and family.father):
        family.mother = registrar.adult("女", oldest_born - rng.randrange(21, 31))
    if orphaned or unattended or grandparent or rng.random() < 0.12:
        relation, sex = rng.choice(_KINSHIP)
        surname = father.name[0] if not relation.startswith("外") and sex == "男" else ""
        family.elder = registrar.adult(sex, oldest_born - rng.randrange(48, 60), surname)
        family.elder_relation = relation
        family.elder_is_guardian = True


def _birth(level: int, rng: Random) -> date:
    return date(_FIRST_GRADE_BORN - level, 9, 1) + timedelta(rng.randrange(364))


def _give_dotted_names(families: Iterable[Family], rng: Random) -> None:
    """One poor family in sixty has names of two parts; everyone else's are of the usual kind."""
    poor = [family for family in families if family.pool == "poor" and len(family.pupils) == 1]
    for family in poor[:: max(1, min(60, len(poor) - 1))]:
        family.pupils[0].person.name = dotted_name(rng)
        family.pupils[0].nation = "维吾尔族"
