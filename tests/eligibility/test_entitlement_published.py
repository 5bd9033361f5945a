"""The oracle: heads of one possible county pushed through the rules give the published lines.

The heads come from an assignment worked out by hand from the county's report for spring 2020; the
figures on the right are the report's own. Neither knows how the rules are written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from eligibility.entitlement import Claim, PupilFacts, entitle, programmes_considered
from eligibility.rules import WAIVERS
from tests.eligibility.rulebooks import default_book

CLAIMS = {
    "RP": Claim("REGISTERED_POOR", policy_status="POOR"),
    "特困": Claim("EXTREME_POVERTY_SUPPORT", proof_state="VALID"),
    "孤儿": Claim("ORPHAN"),
    "事实无人": Claim("DE_FACTO_UNATTENDED"),
    "农村低保": Claim("LOW_INCOME_ALLOWANCE", "RURAL", proof_state="VALID", is_covered_member=True),
    "城市低保": Claim("LOW_INCOME_ALLOWANCE", "URBAN", proof_state="VALID", is_covered_member=True),
    "残疾": Claim("DISABLED_STUDENT", proof_state="VALID"),
    "残疾人子女": Claim("CHILD_OF_DISABLED", relation="CHILD_OF", proof_state="VALID"),
    "烈士": Claim("CHILD_OF_MARTYR"),
    "特别困难": Claim("OTHER_DIFFICULTY", relation="APPLICATION", recognised=True, tier="SPECIAL"),
    "其他": Claim("OTHER_DIFFICULTY", relation="APPLICATION", recognised=True, tier="GENERAL"),
}
# stage, boarding, fee in fen, category -> heads
SCHOOLING: list[tuple[str, str, int | None, dict[str, int]]] = [
    ("PRESCHOOL", "DAY", None, {
        "RP": 165, "农村低保": 118, "城市低保": 27, "事实无人": 18, "特困": 1, "孤儿": 5, "残疾": 22,
    }),
    ("PRIMARY", "BOARDER", None, {
        "RP": 179, "残疾": 38, "农村低保": 120, "城市低保": 8, "特困": 2, "孤儿": 8, "事实无人": 14,
        "残疾人子女": 66, "烈士": 1, "其他": 139,
    }),
    ("PRIMARY", "DAY", None, {"RP": 335, "残疾": 146, "农村低保": 589, "特困": 4}),
    ("JUNIOR", "BOARDER", None, {
        "RP": 267, "残疾": 40, "农村低保": 74, "城市低保": 5, "特困": 2, "孤儿": 7, "事实无人": 10,
        "残疾人子女": 41, "烈士": 1, "其他": 51,
    }),
    ("JUNIOR", "DAY", None, {"RP": 62, "残疾": 20, "农村低保": 34, "特困": 1}),
    ("SENIOR", "BOARDER", 79000, {
        "RP": 79, "残疾": 26, "特困": 3, "孤儿": 11, "事实无人": 15, "烈士": 1, "特别困难": 290,
        "农村低保": 44, "城市低保": 14, "残疾人子女": 83, "其他": 288,
    }),
    ("SENIOR", "BOARDER", 70000, {"RP": 4}),
]  # fmt: skip
# fee in fen, heads of years 1, 2, 3: registered poor, farming majors, special, other, rural only
VOCATIONAL: list[tuple[int, dict[str, tuple[int, int, int]]]] = [
    (
        90000,
        {
            "RP": (26, 24, 33),
            "涉农": (96, 88, 70),
            "孤儿": (45, 43, 40),
            "其他": (45, 41, 0),
            "": (412, 405, 355),
        },
    ),
    (95000, {"RP": (3, 3, 3), "孤儿": (28, 26, 24), "其他": (35, 32, 0), "": (300, 295, 272)}),
]
PUBLISHED = {
    "PRESCHOOL_AID": (356, 15355000, 165, 8250000),
    "NUTRITION": (1087, 43480000, 843, 33720000),
    "LIVING_ALLOWANCE": (2264, 90381250, 843, 35950000),
    "SENIOR_FEE_WAIVER": (156, 12288000, 83, 6521000),
    "SENIOR_GRANT": (858, 85800000, 83, 9960000),
    "VOCATIONAL_TUITION_WAIVER": (2744, 252065000, 92, 8325000),
    "VOCATIONAL_GRANT": (535, 53500000, 56, 5600000),
}


def _pupil(
    stage: str,
    year: int,
    boarding: str,
    fee_fen: int | None,
    claims: tuple[Claim, ...],
    farming: bool = False,
) -> PupilFacts:
    code = "010100" if farming else "091200"
    return PupilFacts(stage, year, boarding, "rural", code, farming, "ACTIVE", "GO", True, fee_fen, claims)


def _county() -> Iterator[tuple[PupilFacts, int]]:
    for stage, boarding, fee_fen, heads in SCHOOLING:
        for category, count in heads.items():
            yield _pupil(stage, 1, boarding, fee_fen, (CLAIMS[category],)), count
    for fee, groups in VOCATIONAL:
        for group, years in groups.items():
            claims = (CLAIMS[group],) if group in CLAIMS else ()
            for year, count in enumerate(years, 1):
                yield _pupil("VOCATIONAL", year, "BOARDER", fee, claims, group == "涉农"), count


@pytest.fixture(scope="module")
def sums() -> dict[str, list[int]]:
    """Per programme: person-times and fen, then the same of the registered poor."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for facts, count in _county():
        for programme in programmes_considered(facts, bool(facts.claims)):
            decision = entitle(facts, programme, default_book())
            if decision.granted:
                is_poor = decision.category == "REGISTERED_POOR"
                for place, value in enumerate((1, decision.amount_fen, is_poor, is_poor * decision.amount_fen)):
                    found[programme][place] += count * value
    return found


@pytest.mark.parametrize("programme", PUBLISHED)
def test_programme_comes_out_as_published(programme: str, sums: dict[str, list[int]]) -> None:
    assert tuple(sums[programme]) == PUBLISHED[programme]


def test_totals_come_out_as_the_lines_add_up(sums: dict[str, list[int]]) -> None:
    assert [sum(column) for column in zip(*sums.values(), strict=True)] == [8000, 552869250, 2165, 108326000]


def test_cash_and_waivers_come_out_apart(sums: dict[str, list[int]]) -> None:
    routes: Counter[bool] = Counter()
    for programme, (person_times, amount_fen, _, _) in sums.items():
        routes[programme in WAIVERS] += person_times * 10**12 + amount_fen
    assert {route: divmod(value, 10**12) for route, value in routes.items()} == {
        False: (5100, 288516250),
        True: (2900, 264353000),
    }


def test_persons_are_counted_apart_from_person_times() -> None:
    aided = [
        (facts, count)
        for facts, count in _county()
        if any(
            entitle(facts, programme, default_book()).granted
            for programme in programmes_considered(facts, bool(facts.claims))
        )
    ]
    poor = [count for facts, count in aided if facts.claims[:1] == (CLAIMS["RP"],)]
    assert (sum(count for _, count in aided), sum(poor)) == (6222, 1183)
