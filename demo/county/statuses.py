"""Who is listed where, with which state; cards; and the faults planted in the papers."""

from datetime import date, timedelta
from random import Random
from typing import Final

from demo.county.names import another_name, has_variant, spelling_variant
from demo.county.people import RECKONING_DAY, Card, Family, Person, Pupil
from demo.county.plan import CHILD_OF_DISABLED, DISABLED, LOW_INCOME, POOR, Plan

WITH_POLICY: Final = (("已脱贫(享受政策)", "未脱贫", "返贫", "预脱贫"), (87, 10, 1, 2))
WITHOUT_POLICY: Final = (("已脱贫(不享受政策)", "稳定脱贫"), (4, 1))
UNKNOWN_POLICY: Final = "待核定"
_CARD_STATES: Final = {"card_cancelled": "注销", "card_frozen": "冻结", "parent_card_cancelled": "注销"}
_CATEGORIES: Final = ((1, 2, 3, 4, 5, 6, 7), (12, 10, 3, 52, 11, 9, 3))
_LEVELS: Final = ((1, 2, 3, 4), (15, 33, 29, 23))
_CARD_YEARS: Final = 10


def assign_statuses(families: list[Family], plan: Plan, rng: Random) -> None:
    """Fill in every family's registers, cards and planted faults."""
    for family in families:
        for pupil in family.pupils:
            _list_household(family, pupil, rng)
            _give_pupil_card(pupil, rng)
            _plant_papers(pupil, rng)
        _give_adult_cards(family, rng)
        if family.poverty and family.calibrated and rng.random() < 0.18:
            family.allowance = "RURAL"
    _spell_differently(families, plan, rng)


def new_card(rng: Random, state: str = "正常") -> Card:
    """A card valid on the day of reckoning, whatever its state says."""
    valid_to = RECKONING_DAY + timedelta(rng.randrange(30, 3500))
    return _card(rng, state, valid_to)


def _card(rng: Random, state: str, valid_to: date) -> Card:
    category = rng.choices(*_CATEGORIES)[0]
    level = rng.choices(*_LEVELS)[0]
    issued = date(valid_to.year - _CARD_YEARS, valid_to.month, min(valid_to.day, 28))
    return Card(category, level, state, issued, valid_to, int(rng.random() < 0.04))


def _list_household(family: Family, pupil: Pupil, rng: Random) -> None:
    if pupil.category == POOR and not family.poverty:
        if pupil.kind == "policy_unknown":
            family.poverty = UNKNOWN_POLICY
        elif pupil.kind == "lifted_without_policy":
            family.poverty = rng.choices(*WITHOUT_POLICY)[0]
        else:
            family.poverty = rng.choices(*WITH_POLICY)[0]
    elif pupil.category == LOW_INCOME:
        family.allowance = pupil.variant
        if pupil.kind == "allowance_stopped":
            family.allowance_state = "停保"
    elif pupil.also_low_income:
        family.allowance = "RURAL"


def _give_pupil_card(pupil: Pupil, rng: Random) -> None:
    if pupil.category == DISABLED:
        if pupil.kind == "card_expired":
            state = rng.choice(("过期", "正常"))
            pupil.person.card = _card(rng, state, RECKONING_DAY - timedelta(rng.randrange(1, 700)))
        else:
            pupil.person.card = new_card(rng, _CARD_STATES.get(pupil.kind, "正常"))
    elif pupil.category == POOR and pupil.cell and rng.random() < 0.05:
        pupil.person.card = new_card(rng)


def _give_adult_cards(family: Family, rng: Random) -> None:
    """A parent's card counts for every child, so it is dealt out only where that is planned."""
    named = [who for who, relation in family.members()[:2] if relation in ("父亲", "母亲")]
    planned = [pupil for pupil in family.pupils if pupil.category == CHILD_OF_DISABLED]
    if planned:
        rng.choice(named).card = new_card(rng, _CARD_STATES.get(planned[0].kind, "正常"))
    elif family.pool in ("poor", "low_income") and family.calibrated and named and rng.random() < 0.13:
        rng.choice(named).card = new_card(rng)
    if family.elder and (family.pupils[0].kind == "grandparent_disabled" or rng.random() < 0.15):
        family.elder.card = new_card(rng)


def _plant_papers(pupil: Pupil, rng: Random) -> None:
    person = pupil.person
    if pupil.kind == "registry_faulty_id":
        person.listed_id = faulty_number(person.id_number, rng)
    elif pupil.kind == "roll_faulty_id":
        pupil.roll_id = wrong_check_digit(person.id_number)
    elif pupil.kind == "name_conflict":
        person.listed_name = another_name(person.name, person.sex, rng)


def wrong_check_digit(number: str) -> str:
    """The number with its last character changed."""
    return number[:17] + ("1" if number[17] != "1" else "2")


def faulty_number(number: str, rng: Random) -> str:
    """The number as a tired hand types it: a digit left out, or the last one wrong."""
    place = rng.randrange(14, 17)
    return rng.choice((wrong_check_digit(number), number[:place] + number[place + 1 :]))


def _spell_differently(families: list[Family], plan: Plan, rng: Random) -> None:
    """Some calibrated pupils' names are spelt otherwise by the department, in ways that pass."""
    listed = (POOR, LOW_INCOME, DISABLED)
    able = [
        pupil for family in families for pupil in family.pupils
        if pupil.cell and pupil.category in listed and has_variant(pupil.person.name)
    ]  # fmt: skip
    dotted = [pupil for pupil in able if pupil.nation != "汉族"]
    for pupil in dotted + able[:: max(1, len(able) // plan.of(60, 2))]:
        pupil.person.listed_name = spelling_variant(pupil.person.name, rng)


def listed_variant(person: Person) -> bool:
    """Whether a department spells this person's name in another way."""
    return bool(person.listed_name)
