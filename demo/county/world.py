"""The whole invented county in memory, built from seed and scale alone."""

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import Final

from aid_admin.county.rules import Stage
from demo.county.families import draw_families, draw_pupils
from demo.county.fillers import Filler
from demo.county.households import Household
from demo.county.people import Absent, Family, Person, Pupil, Registrar
from demo.county.places import Village
from demo.county.plan import POOR, Plan, plan_for
from demo.county.schools import Placer, School, found_schools
from demo.county.statuses import assign_statuses

SEMESTER: Final = "2020-spring"
_CLASS_SIZE: Final = {
    Stage.PRESCHOOL: 30,
    Stage.PRIMARY: 45,
    Stage.JUNIOR: 50,
    Stage.SENIOR: 55,
    Stage.VOCATIONAL: 48,
}
_STAGES: Final = tuple(_CLASS_SIZE)


@dataclass(slots=True)
class Presence:
    """A pupil who sits in a school that does not hold the roll."""

    school: School
    pupil: Pupil


@dataclass(slots=True)
class World:
    """Schools, pupils, households: what the files are written from."""

    seed: int
    plan: Plan
    schools: list[School]
    families: list[Family]
    pupils: list[Pupil]
    presences: list[Presence]
    households: list[Household]
    singles: list[tuple[Person, Village]]
    absents: list[Absent]

    @property
    def name(self) -> str:
        """The county's own name: another seed or scale is another county."""
        return f"qixian-{self.seed}-{self.plan.scale}"

    def rng(self, purpose: str) -> Random:
        """A stream of chance of its own for each purpose, so that one change disturbs no other."""
        return stream(self.seed, self.plan.scale, purpose)


def stream(seed: int, scale: str, purpose: str) -> Random:
    """The stream of chance that belongs to seed, scale and purpose."""
    return Random(f"{seed}/{scale}/{purpose}")


def build(seed: int, scale: str) -> World:
    """Invent the county that belongs to seed and scale. Raises ValueError for an unknown scale."""
    plan = plan_for(scale)
    schools = found_schools(plan, stream(seed, scale, "schools"))
    registrar = Registrar(stream(seed, scale, "numbers"))
    pupils = draw_pupils(plan, stream(seed, scale, "pupils"))
    families = draw_families(pupils, stream(seed, scale, "families"), registrar)
    placer = Placer(schools, stream(seed, scale, "places"))
    for family in families:
        for pupil in family.pupils:
            pupil.school = _school_for(pupil, placer)
    presences = _presences(pupils, placer)
    pupils += _second_rolls(pupils, placer)
    assign_statuses(families, plan, stream(seed, scale, "statuses"))
    filler = Filler(plan, stream(seed, scale, "fillers"), registrar)
    filler.fill(families)
    _form_classes(pupils, stream(seed, scale, "classes"))
    pupils.sort(key=school_order)
    return World(
        seed, plan, schools, families, pupils, presences, filler.households, filler.singles, filler.absents
    )  # fmt: skip


def school_order(pupil: Pupil) -> tuple[str, int, int, int, str]:
    """School, stage, grade, class, identity number: the order of every school's papers."""
    return (
        pupil.school.code,
        _STAGES.index(pupil.stage),
        pupil.level,
        pupil.class_no,
        pupil.person.id_number,
    )


def _school_for(pupil: Pupil, placer: Placer) -> School:
    inclusive: bool | None = None
    if pupil.kind == "kindergarten_not_inclusive":
        inclusive = False
    elif pupil.stage == Stage.PRESCHOOL and pupil.category not in ("", POOR):
        inclusive = True
    fee_fen = pupil.cell.fee_fen if pupil.cell and pupil.stage == Stage.SENIOR else 0
    return placer.school(
        pupil.stage,
        pupil.family.village.township,
        boarding=pupil.boarding,
        inclusive=inclusive,
        fee_fen=fee_fen,
    )


def _presences(pupils: list[Pupil], placer: Placer) -> list[Presence]:
    """Pupils whom a second school counts as present, and half of those about to move."""
    moving = [pupil for pupil in pupils if pupil.kind == "transfer_under_way"]
    elsewhere = moving[::2] + [pupil for pupil in pupils if pupil.kind == "claimed_twice"]
    return [Presence(placer.another(pupil.school, pupil.stage), pupil) for pupil in elsewhere]


def _second_rolls(pupils: list[Pupil], placer: Placer) -> list[Pupil]:
    """Children whom a primary school enrolled while the kindergarten still holds them."""
    twice = []
    for pupil in pupils:
        if pupil.kind == "two_rolls":
            other = Pupil(Stage.PRIMARY, 1, False, pupil.category, pupil.variant, pupil.residence, plant=pupil.plant)
            other.person, other.family = pupil.person, pupil.family
            other.school = placer.school(
                Stage.PRIMARY, pupil.family.village.township, boarding=False, inclusive=None, fee_fen=0
            )
            twice.append(other)
    return twice


def _form_classes(pupils: list[Pupil], rng: Random) -> None:
    grades: dict[tuple[str, Stage, int], list[Pupil]] = defaultdict(list)
    for pupil in pupils:
        grades[pupil.school.code, pupil.stage, pupil.level].append(pupil)
    for (_, stage, _), members in grades.items():
        rng.shuffle(members)
        classes = -(-len(members) // _CLASS_SIZE[stage])
        for place, pupil in enumerate(members):
            pupil.class_no = place % classes + 1
