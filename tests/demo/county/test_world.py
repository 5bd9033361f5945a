"""The people of the county: numbers, families, and what the published figures ask of them."""

from collections import Counter

import pytest
from stdnum.cn import ric

from aid_admin.county.rules import Stage
from aid_admin.lib.names import Likeness, compare
from demo.county.names import another_name, dotted_name, spelling_variant
from demo.county.people import Person, age
from demo.county.plan import CHILD_OF_DISABLED, LOW_INCOME, PLANTS, POOR
from demo.county.truth import tally
from demo.county.world import World, build, stream
from demo.figures import LINES
from tests.demo.conftest import SEED, Papers
from tests.demo.county.oracle import valid_number


def _everybody(world: World) -> list[Person]:
    people = [pupil.person for family in world.families for pupil in family.pupils]
    people += [person for family in world.families for person, _ in family.members()]
    strangers = [house.members for house in world.households]
    known = {id(person) for person in people}
    people += [m.person for members in strangers for m in members if id(m.person) not in known]
    return people + [person for person, _ in world.singles]


def test_published_figures_come_out_of_the_full_county(qixian: Papers) -> None:
    totals = tally(qixian.world.pupils)
    for line in LINES:
        everyone, poor = totals[line.programme, False], totals[line.programme, True]
        assert (everyone.person_times, everyone.amount_fen) == (line.person_times, line.amount_fen)
        assert (poor.person_times, poor.amount_fen) == (line.poor_person_times, line.poor_amount_fen)
    assert totals["", False].shown() == {"persons": 6_222, "person_times": 8_000, "amount_fen": 552_869_250}
    assert totals["", True].shown() == {"persons": 1_183, "person_times": 2_165, "amount_fen": 108_326_000}


def test_full_county_has_its_usual_size(qixian: Papers) -> None:
    world = qixian.world
    assert len(world.schools) == 135
    assert 44_000 < sum(pupil.on_roll for pupil in world.pupils) < 46_000
    assert len({school.township for school in world.schools}) == 9
    poor = sum(len(house.members) for house in world.households if house.poverty)
    allowance = sum(len(house.members) for house in world.households if house.allowance)
    assert 9_000 < poor < 10_000
    assert 6_800 < allowance < 7_300
    assert sum(not absent.settled for absent in world.absents) > 30
    assert len(world.absents) > 400


def test_every_number_is_valid_and_given_once(small: Papers) -> None:
    people = _everybody(small.world)
    numbers = [person.id_number for person in people]
    assert [number for number in numbers if not valid_number(number)] == []
    assert len(set(numbers)) == len(numbers)
    assert all(ric.get_birth_date(person.id_number) == person.birth for person in people)
    assert all(int(person.id_number[16]) % 2 == (person.sex == "男") for person in people)


def test_numbers_are_given_once_in_the_full_county(qixian: Papers) -> None:
    numbers = [person.id_number for person in _everybody(qixian.world)]
    assert len(set(numbers)) == len(numbers)


def test_no_two_children_share_name_and_birth(qixian: Papers) -> None:
    children = Counter((p.name, p.birth) for p in _everybody(qixian.world) if age(p) < 21)
    assert [child for child, times in children.items() if times > 1] == []


def test_twins_share_birth_and_first_character(qixian: Papers) -> None:
    twins = [
        (first.person, second.person)
        for family in qixian.world.families
        for first, second in zip(family.pupils, family.pupils[1:], strict=False)
        if first.level == second.level
    ]
    assert len(twins) > 20
    assert all(a.birth == b.birth and a.name[:2] == b.name[:2] and a.name != b.name for a, b in twins)


def test_children_on_rolls_of_a_poor_household_are_all_counted(qixian: Papers) -> None:
    families = [f for f in qixian.world.families if any(p.cell and p.category == POOR for p in f.pupils)]
    assert len(families) > 600
    assert all(pupil.cell and pupil.category == POOR for family in families for pupil in family.pupils)


def test_no_parent_with_a_card_but_where_it_is_planned(qixian: Papers) -> None:
    """A boarder, a senior or a vocational pupil with such a parent would be admitted."""
    for family in qixian.world.families:
        if any(who.card and relation in ("父亲", "母亲") for who, relation in family.members()):
            covered = family.calibrated and bool(family.poverty or family.allowance)
            assert covered or all(pupil.category == CHILD_OF_DISABLED for pupil in family.pupils)


def test_low_income_children_not_counted_are_planted_ones(qixian: Papers) -> None:
    for family in qixian.world.families:
        if family.allowance and not family.poverty:
            assert all(p.plant or p.category == LOW_INCOME or p.also_low_income for p in family.pupils)


def test_vocational_pupils_without_grant_are_townspeople_without_category(qixian: Papers) -> None:
    rest = [p for p in qixian.world.pupils if p.stage == Stage.VOCATIONAL and not p.cell]
    assert len(rest) > 400
    assert all(p.residence == "urban" and not p.category and not p.application for p in rest)
    assert not any(p.major and p.major.is_agricultural for p in rest)
    assert not any(p.family.poverty or p.family.allowance for p in rest)


def test_school_fees_and_kindergartens_fit_the_grants(qixian: Papers) -> None:
    for pupil in qixian.world.pupils:
        awards = dict(pupil.grants())
        if "SENIOR_FEE_WAIVER" in awards:
            assert awards["SENIOR_FEE_WAIVER"] == pupil.school.senior_fee_fen
        if pupil.stage == Stage.PRESCHOOL and pupil.cell and pupil.category != POOR:
            assert pupil.school.inclusive
        if pupil.boarding:
            assert pupil.school.boards
    cheap = {p.school.code for p in qixian.world.pupils if p.cell and p.cell.fee_fen == 70_000}
    assert len(cheap) == 1


def test_a_vocational_school_holds_senior_rolls(qixian: Papers) -> None:
    seniors = [p for p in qixian.world.pupils if p.stage == Stage.SENIOR and p.school.kind == "中等职业学校"]
    assert len(seniors) > 20
    assert all(pupil.major is None for pupil in seniors)


@pytest.mark.parametrize("kind", sorted({plant.kind for plant in PLANTS}))
def test_every_planted_kind_is_in_the_small_county(small: Papers, kind: str) -> None:
    found = [pupil for pupil in small.world.pupils if pupil.kind == kind]
    assert found
    assert all(not list(pupil.grants()) for pupil in found)


def test_small_county_has_six_schools_and_all_programmes(small: Papers) -> None:
    assert len(small.world.schools) == 6
    assert 350 <= len(small.world.pupils) <= 450
    totals = tally(small.world.pupils)
    assert all(totals[line.programme, poor].person_times for line in LINES for poor in (False, True))


def test_names_spelt_differently_are_variants_and_conflicts_are_not(qixian: Papers) -> None:
    spelt = [p for p in qixian.world.pupils if p.person.listed_name]
    passing = [p.person for p in spelt if p.cell]
    conflicts = [p.person for p in spelt if p.plant]
    assert len(passing) > 50
    assert any("·" in person.name for person in passing)
    assert {compare(p.name, p.listed_name).kind for p in passing} <= {Likeness.VARIANT, Likeness.EQUAL}
    assert sum(compare(p.name, p.listed_name).kind == Likeness.VARIANT for p in passing) > 45
    assert {compare(p.name, p.listed_name).kind for p in conflicts} == {Likeness.DIFFERENT}


def test_variants_and_conflicts_of_a_name() -> None:
    rng = stream(1, "small", "test")
    dotted = dotted_name(rng)
    for _ in range(20):
        assert compare(dotted, spelling_variant(dotted, rng)).kind != Likeness.DIFFERENT
        assert compare("张浩宇", another_name("张浩宇", "男", rng)).kind == Likeness.DIFFERENT


def test_another_seed_is_another_county() -> None:
    one, other = build(SEED, "small"), build(SEED + 1, "small")
    assert one.name != other.name
    assert {p.person.id_number for p in one.pupils} != {p.person.id_number for p in other.pupils}
    assert tally(one.pupils)["", False].shown() == tally(other.pupils)["", False].shown()
