"""The departments' registries: which are facts of a household, and what a row says of a pupil."""

from collections.abc import Mapping

from eligibility.rules import Category, Relation
from students.rules import Labelled


class Registry(Labelled):
    """The registries by the kind of their sheet."""

    POVERTY = "poverty", "建档立卡名单"
    LOW_INCOME = "low_income", "低保名单"
    EXTREME_POVERTY = "extreme_poverty", "特困供养名单"
    ORPHANS = "orphans", "孤儿名单"
    UNATTENDED = "unattended", "事实无人抚养儿童名单"
    DISABILITY = "disability", "残疾人证名单"
    MARTYRS = "martyrs", "烈士子女名单"


HOUSEHOLD_REGISTRIES = frozenset({Registry.POVERTY, Registry.LOW_INCOME})
_RELATIONS: Mapping[Registry, tuple[Relation, ...]] = {
    Registry.POVERTY: (Relation.SELF, Relation.HOUSEHOLD),
    Registry.LOW_INCOME: (Relation.SELF, Relation.HOUSEHOLD),
    Registry.DISABILITY: (Relation.SELF, Relation.CHILD_OF),
}


def is_household_fact(registry: str) -> bool:
    """Say whether a registry lists households, so that a hit on a member concerns the child too.

    Disability is a personal fact, or a parent's; orphans, unattended children and those in
    extreme poverty are listed as persons.
    """
    return registry in HOUSEHOLD_REGISTRIES


def relations_of(registry: str) -> tuple[Relation, ...]:
    """Return by whose rows of a registry a pupil may be found; HOUSEHOLD only without an own row."""
    return _RELATIONS.get(Registry(registry), (Relation.SELF,))


def category_of(category: str, relation: str) -> Category:
    """Return the category that a row gives: a parent's disability makes a 残疾人子女.

    Grandparents and others of the family do not count as parents.
    """
    if relation == Relation.CHILD_OF and category == Category.DISABLED_STUDENT:
        return Category.CHILD_OF_DISABLED
    return Category(category)


PARENTS = frozenset(
    {
        "父亲",
        "母亲",
        "父",
        "母",
        "爸爸",
        "妈妈",
        "父子",
        "父女",
        "母子",
        "母女",
        "养父",
        "养母",
        "继父",
        "继母",
    }
)


def is_parent(relation: str) -> bool:
    """Say whether a family member's relation, as a roll writes it, is that of a parent."""
    return relation.strip() in PARENTS
