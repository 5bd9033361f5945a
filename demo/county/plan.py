"""How many pupils of which kind: the calibrated cells, the planted faults, the ordinary rest.

The cells are those of the county's published report for spring 2020 under the admission rules of
that semester; money is fen per semester. Every other scale keeps the proportions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from aid_admin.county.rules import Stage

QIXIAN_PUPILS: Final = 45_000
SMALL_PUPILS: Final = 400
SCALES: Final = "qixian、small 或学生人数（200以上的整数）"
_FEWEST: Final = 200
_MOST: Final = 400_000

POOR: Final = "REGISTERED_POOR"
SUPPORTED: Final = "EXTREME_POVERTY_SUPPORT"
ORPHAN: Final = "ORPHAN"
UNATTENDED: Final = "DE_FACTO_UNATTENDED"
LOW_INCOME: Final = "LOW_INCOME_ALLOWANCE"
DISABLED: Final = "DISABLED_STUDENT"
CHILD_OF_DISABLED: Final = "CHILD_OF_DISABLED"
MARTYR: Final = "CHILD_OF_MARTYR"
OTHER: Final = "OTHER_DIFFICULTY"

CATEGORY_NAMES: Final = {
    POOR: "建档立卡贫困家庭学生",
    SUPPORTED: "特困救助供养学生",
    ORPHAN: "孤儿",
    UNATTENDED: "事实无人抚养儿童",
    LOW_INCOME: "最低生活保障家庭学生",
    DISABLED: "残疾学生",
    CHILD_OF_DISABLED: "残疾人子女",
    MARTYR: "烈士子女",
    OTHER: "其他家庭经济困难",
}
MAIN_PROGRAMME: Final = {
    Stage.PRESCHOOL: "PRESCHOOL_AID",
    Stage.PRIMARY: "LIVING_ALLOWANCE",
    Stage.JUNIOR: "LIVING_ALLOWANCE",
    Stage.SENIOR: "SENIOR_GRANT",
    Stage.VOCATIONAL: "VOCATIONAL_TUITION_WAIVER",
}
LIVING_FEN: Final = {
    (Stage.PRIMARY, True): 50_000,
    (Stage.PRIMARY, False): 25_000,
    (Stage.JUNIOR, True): 62_500,
    (Stage.JUNIOR, False): 31_250,
}
NUTRITION_FEN: Final = 40_000
PRESCHOOL_FULL_FEN: Final = 50_000
PRESCHOOL_PART_FEN: Final = 35_000
SENIOR_FEE_FEN: Final = 79_000
SENIOR_LOW_FEE_FEN: Final = 70_000
SENIOR_GRANT_FEN: Final = {"SPECIAL": 120_000, "": 80_000}
VOCATIONAL_GRANT_FEN: Final = 100_000
VOCATIONAL_FEE_FEN: Final = 90_000
VOCATIONAL_HIGH_FEE_FEN: Final = 95_000
_LAST_GRANT_YEAR: Final = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """Pupils who receive the same grants for the same reason."""

    stage: Stage
    boarding: bool
    category: str
    heads: int
    awards: tuple[tuple[str, int], ...]
    variant: str = ""
    tier: str = ""
    year: int = 0
    fee_fen: int = 0
    agricultural: bool = False

    @property
    def poor(self) -> bool:
        return self.category == POOR


@dataclass(frozen=True, slots=True)
class Plant:
    """Pupils with one planted fault, who are to receive nothing for `reason`."""

    kind: str
    stage: Stage
    boarding: bool
    category: str
    heads: int
    reason: str
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """Registry children who are on no roll: where they are, how many, from which age to which."""

    reason: str
    heads: int
    youngest: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A county's numbers at one scale."""

    scale: str
    ratio: float
    cells: tuple[Cell, ...]
    plants: tuple[Plant, ...]
    absences: tuple[Absence, ...]
    ordinary: dict[tuple[Stage, bool], int]

    def of(self, heads: int, least: int = 1) -> int:
        """`heads` of the full county at this scale."""
        return max(least, round(heads * self.ratio))


def plan_for(scale: str) -> Plan:
    """The numbers of `qixian`, `small` or a number of pupils. Raises ValueError for anything else."""
    ratio = _ratio(scale)
    cells = tuple(replace(cell, heads=_scaled(cell.heads, ratio)) for cell in calibrated_cells())
    plants = tuple(replace(plant, heads=_scaled(plant.heads, ratio)) for plant in PLANTS)
    absences = tuple(replace(absence, heads=_scaled(absence.heads, ratio)) for absence in ABSENCES)
    return Plan(scale, ratio, cells, plants, absences, _ordinary(ratio, taken=_heads(cells) + _heads(plants)))


def calibrated_cells() -> Iterator[Cell]:
    """Every cell of the full county: 6,222 pupils, 8,000 grants, 552,869,250 fen."""
    for category, variant, heads, fen in _PRESCHOOL:
        yield Cell(Stage.PRESCHOOL, False, category, heads, (("PRESCHOOL_AID", fen),), variant)
    for stage, boarding, rows in _COMPULSORY:
        for category, variant, heads in rows:
            awards = [("LIVING_ALLOWANCE", LIVING_FEN[stage, boarding])]
            if category in (POOR, DISABLED):
                awards.append(("NUTRITION", NUTRITION_FEN))
            yield Cell(stage, boarding, category, heads, tuple(awards), variant)
    yield from _senior_cells()
    yield from _vocational_cells()


def _senior_cells() -> Iterator[Cell]:
    for category, variant, tier, heads, fee_fen in _SENIOR:
        awards = [("SENIOR_GRANT", SENIOR_GRANT_FEN[tier])]
        if fee_fen:
            awards.append(("SENIOR_FEE_WAIVER", fee_fen))
        shown = tier if category == OTHER else ""
        yield Cell(Stage.SENIOR, True, category, heads, tuple(awards), variant, shown, 0, fee_fen)


def _vocational_cells() -> Iterator[Cell]:
    for fee_fen, group, by_year in _VOCATIONAL:
        for year, heads in enumerate(by_year, start=1):
            awards = [("VOCATIONAL_TUITION_WAIVER", fee_fen)]
            if group != "RURAL" and year <= _LAST_GRANT_YEAR:
                awards.append(("VOCATIONAL_GRANT", VOCATIONAL_GRANT_FEN))
            for category, variant, share in _vocational_parts(group, heads):
                yield Cell(
                    Stage.VOCATIONAL, True, category, share, tuple(awards), variant, "", year, fee_fen,
                    group == "AGRICULTURAL",
                )  # fmt: skip


def _vocational_parts(group: str, heads: int) -> list[tuple[str, str, int]]:
    """A vocational group cut into categories; the first part takes what rounding leaves."""
    if group != "SPECIAL":
        return [({"POOR": POOR, "OTHER": OTHER}.get(group, ""), "", heads)] if heads else []
    parts = [(category, variant, heads * share // 100) for category, variant, share in _SPECIAL_SHARES]
    rest = heads - sum(share for *_, share in parts)
    return [(LOW_INCOME, "RURAL", rest), *(part for part in parts if part[2])]


def _ratio(scale: str) -> float:
    if scale == "qixian":
        return 1.0
    if scale == "small":
        return SMALL_PUPILS / QIXIAN_PUPILS
    if scale.isascii() and scale.isdecimal() and _FEWEST <= int(scale) <= _MOST:
        return int(scale) / QIXIAN_PUPILS
    raise ValueError(f"规模“{scale}”不认识，请写 {SCALES}。")


def _scaled(heads: int, ratio: float) -> int:
    return max(1, round(heads * ratio)) if heads else 0


def _heads(rows: tuple[Cell, ...] | tuple[Plant, ...]) -> int:
    return sum(row.heads for row in rows)


def _ordinary(ratio: float, taken: int) -> dict[tuple[Stage, bool], int]:
    """Fill up to the wanted number of pupils, keeping each stage's share."""
    if ratio == 1:
        return dict(_ORDINARY)
    share = max(0, ratio * QIXIAN_PUPILS - taken) / sum(_ORDINARY.values())
    return {key: max(2, round(heads * share)) for key, heads in _ORDINARY.items()}


_PRESCHOOL: Final = (
    (POOR, "", 165, PRESCHOOL_FULL_FEN),
    (LOW_INCOME, "RURAL", 118, PRESCHOOL_PART_FEN),
    (LOW_INCOME, "URBAN", 27, PRESCHOOL_PART_FEN),
    (UNATTENDED, "", 18, PRESCHOOL_PART_FEN),
    (SUPPORTED, "", 1, PRESCHOOL_FULL_FEN),
    (ORPHAN, "", 5, PRESCHOOL_FULL_FEN),
    (DISABLED, "", 22, PRESCHOOL_FULL_FEN),
)
_COMPULSORY: Final = (
    (Stage.PRIMARY, True, (
        (POOR, "", 179), (DISABLED, "", 38), (LOW_INCOME, "RURAL", 120), (LOW_INCOME, "URBAN", 8),
        (SUPPORTED, "", 2),
        (ORPHAN, "", 8), (UNATTENDED, "", 14), (CHILD_OF_DISABLED, "", 66), (MARTYR, "", 1), (OTHER, "",
        139))),
    (Stage.PRIMARY, False, (
        (POOR, "", 335), (DISABLED, "", 146), (LOW_INCOME, "RURAL", 589), (SUPPORTED, "", 4))),
    (Stage.JUNIOR, True, (
        (POOR, "", 267), (DISABLED, "", 40), (LOW_INCOME, "RURAL", 74), (LOW_INCOME, "URBAN", 5),
        (SUPPORTED, "", 2),
        (ORPHAN, "", 7), (UNATTENDED, "", 10), (CHILD_OF_DISABLED, "", 41), (MARTYR, "", 1), (OTHER, "",
        51))),
    (Stage.JUNIOR, False, (
        (POOR, "", 62), (DISABLED, "", 20), (LOW_INCOME, "RURAL", 34), (SUPPORTED, "", 1))),
)  # fmt: skip
_SENIOR: Final = (
    (POOR, "", "SPECIAL", 79, SENIOR_FEE_FEN),
    (POOR, "", "SPECIAL", 4, SENIOR_LOW_FEE_FEN),
    (DISABLED, "", "SPECIAL", 26, SENIOR_FEE_FEN),
    (SUPPORTED, "", "SPECIAL", 3, SENIOR_FEE_FEN),
    (ORPHAN, "", "SPECIAL", 11, 0),
    (UNATTENDED, "", "SPECIAL", 15, 0),
    (MARTYR, "", "SPECIAL", 1, 0),
    (OTHER, "", "SPECIAL", 290, 0),
    (LOW_INCOME, "RURAL", "", 44, SENIOR_FEE_FEN),
    (LOW_INCOME, "URBAN", "", 14, 0),
    (CHILD_OF_DISABLED, "", "", 83, 0),
    (OTHER, "", "", 288, 0),
)
_VOCATIONAL: Final = (
    (VOCATIONAL_FEE_FEN, "POOR", (26, 24, 33)),
    (VOCATIONAL_HIGH_FEE_FEN, "POOR", (3, 3, 3)),
    (VOCATIONAL_FEE_FEN, "AGRICULTURAL", (96, 88, 70)),
    (VOCATIONAL_FEE_FEN, "SPECIAL", (45, 43, 40)),
    (VOCATIONAL_FEE_FEN, "OTHER", (45, 41, 0)),
    (VOCATIONAL_FEE_FEN, "RURAL", (412, 405, 355)),
    (VOCATIONAL_HIGH_FEE_FEN, "SPECIAL", (28, 26, 24)),
    (VOCATIONAL_HIGH_FEE_FEN, "OTHER", (35, 32, 0)),
    (VOCATIONAL_HIGH_FEE_FEN, "RURAL", (300, 295, 272)),
)
_SPECIAL_SHARES: Final = (
    (LOW_INCOME, "URBAN", 10),
    (CHILD_OF_DISABLED, "", 30),
    (DISABLED, "", 12),
    (UNATTENDED, "", 4),
    (ORPHAN, "", 4),
)
_ORDINARY: Final = {
    (Stage.PRESCHOOL, False): 8_050,
    (Stage.PRIMARY, True): 1_900,
    (Stage.PRIMARY, False): 15_900,
    (Stage.JUNIOR, True): 5_300,
    (Stage.JUNIOR, False): 2_700,
    (Stage.SENIOR, True): 2_500,
    (Stage.SENIOR, False): 650,
    (Stage.VOCATIONAL, True): 480,
}

ABSENCES: Final = (
    Absence("OUT_OF_COUNTY", 140, 6, 17),
    Absence("NOT_YET_KINDERGARTEN", 70, 3, 4),
    Absence("UNIVERSITY", 90, 18, 20),
    Absence("WORKING", 80, 17, 20),
    Absence("GRADUATED", 45, 18, 20),
    Absence("ARMY", 8, 18, 20),
    Absence("SEVERE_DISABILITY_HOME_TEACHING", 14, 7, 16),
    Absence("DROPPED_OUT", 4, 13, 16),
    Absence("MOVED_AWAY", 22, 5, 18),
    Absence("DECEASED", 4, 4, 18),
    Absence("DATA_ERROR", 6, 6, 18),
    Absence("UNKNOWN", 52, 6, 20),
)


def _plants() -> Iterator[Plant]:
    for kind, reason, rows in _PLANTED:
        for stage, boarding, category, variant, heads in rows:
            yield Plant(kind, stage, boarding, category, heads, reason, variant)


_KG, _PR, _JU, _SE, _VO = Stage.PRESCHOOL, Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR, Stage.VOCATIONAL
_PLANTED: Final = (
    ("enrolled_not_attending", "NOT_ATTENDING", (
        (_PR, False, POOR, "", 10), (_JU, True, POOR, "", 8), (_SE, True, POOR, "", 5), (_KG, False, POOR,
        "", 4),
        (_PR, True, LOW_INCOME, "RURAL", 6), (_JU, False, DISABLED, "", 3), (_PR, False, "", "", 60))),
    ("attending_not_enrolled", "NOT_ENROLLED", (
        (_PR, False, POOR, "", 8), (_JU, True, LOW_INCOME, "RURAL", 6), (_KG, False, POOR, "", 6),
        (_SE, True, LOW_INCOME, "RURAL", 3), (_PR, False, "", "", 40))),
    ("suspended", "ROLL_NOT_ACTIVE", (
        (_JU, True, POOR, "", 7), (_PR, False, LOW_INCOME, "RURAL", 5), (_SE, True, DISABLED, "", 3),
        (_PR, False, "", "", 20))),
    ("transfer_under_way", "TRANSFER_UNDER_WAY", (
        (_PR, False, POOR, "", 8), (_JU, True, LOW_INCOME, "RURAL", 6), (_PR, False, "", "", 15))),
    ("claimed_twice", "CLAIMED_TWICE", (
        (_PR, False, POOR, "", 6), (_JU, True, LOW_INCOME, "RURAL", 4), (_SE, True, POOR, "", 2), (_PR,
        False, "", "", 5))),
    ("two_rolls", "CLAIMED_TWICE", ((_KG, False, LOW_INCOME, "RURAL", 3),)),
    ("lifted_without_policy", "LIFTED_WITHOUT_POLICY", (
        (_KG, False, POOR, "", 18), (_PR, True, POOR, "", 22), (_PR, False, POOR, "", 50), (_JU, True, POOR,
        "", 35),
        (_JU, False, POOR, "", 6), (_SE, True, POOR, "", 18))),
    ("outside_guaranteed", "OUTSIDE_GUARANTEED_MEMBERS", (
        (_PR, False, LOW_INCOME, "RURAL", 12), (_JU, True, LOW_INCOME, "RURAL", 8), (_SE, True, LOW_INCOME,
        "RURAL", 6))),
    ("allowance_stopped", "ALLOWANCE_STOPPED", (
        (_PR, False, LOW_INCOME, "RURAL", 14), (_PR, True, LOW_INCOME, "RURAL", 6), (_JU, True, LOW_INCOME,
        "RURAL", 8),
        (_SE, True, LOW_INCOME, "RURAL", 5), (_KG, False, LOW_INCOME, "RURAL", 4))),
    ("card_expired", "PROOF_EXPIRED", (
        (_PR, False, DISABLED, "", 10), (_JU, False, DISABLED, "", 5), (_SE, True, DISABLED, "", 3))),
    ("card_cancelled", "PROOF_CANCELLED", ((_PR, False, DISABLED, "", 6), (_JU, True, DISABLED, "", 3))),
    ("card_frozen", "PROOF_FROZEN", ((_PR, False, DISABLED, "", 5), (_SE, True, DISABLED, "", 2))),
    ("parent_card_cancelled", "PROOF_CANCELLED", (
        (_PR, True, CHILD_OF_DISABLED, "", 4), (_SE, True, CHILD_OF_DISABLED, "", 4))),
    ("policy_unknown", "POLICY_STATUS_UNKNOWN", ((_PR, False, POOR, "", 5), (_JU, True, POOR, "", 3))),
    ("household_only", "HOUSEHOLD_ONLY", (
        (_KG, False, POOR, "", 8), (_PR, False, POOR, "", 9), (_PR, True, POOR, "", 3),
        (_KG, False, LOW_INCOME, "RURAL", 6), (_PR, False, LOW_INCOME, "RURAL", 4))),
    ("registry_faulty_id", "MATCH_UNDECIDED", (
        (_PR, False, POOR, "", 6), (_PR, False, LOW_INCOME, "RURAL", 4), (_PR, False, DISABLED, "", 3),
        (_JU, True, POOR, "", 2))),
    ("roll_faulty_id", "MATCH_UNDECIDED", (
        (_PR, False, POOR, "", 4), (_JU, True, LOW_INCOME, "RURAL", 3), (_PR, False, "", "", 4))),
    ("name_conflict", "MATCH_UNDECIDED", (
        (_PR, False, POOR, "", 5), (_PR, True, LOW_INCOME, "RURAL", 3), (_JU, False, DISABLED, "", 2))),
    ("grandparent_disabled", "", ((_PR, True, "", "", 14), (_JU, True, "", "", 10), (_SE, True, "", "", 8))),
    ("not_admitted", "CATEGORY_NOT_ADMITTED", (
        (_PR, False, ORPHAN, "", 6), (_PR, False, UNATTENDED, "", 9), (_PR, False, LOW_INCOME, "URBAN", 14),
        (_PR, False, CHILD_OF_DISABLED, "", 160), (_PR, False, MARTYR, "", 1), (_JU, False,
        CHILD_OF_DISABLED, "", 25),
        (_JU, False, LOW_INCOME, "URBAN", 4), (_JU, False, ORPHAN, "", 2), (_KG, False, CHILD_OF_DISABLED,
        "", 55),
        (_KG, False, MARTYR, "", 1))),
    ("kindergarten_not_inclusive", "KINDERGARTEN_NOT_INCLUSIVE", (
        (_KG, False, LOW_INCOME, "RURAL", 8), (_KG, False, DISABLED, "", 3), (_KG, False, UNATTENDED, "",
        1))),
    ("residence_unknown", "RESIDENCE_UNKNOWN", ((_VO, True, "", "", 5),)),
    ("not_confirmed", "ATTENDANCE_NOT_CONFIRMED", (
        (_PR, False, POOR, "", 2), (_JU, True, LOW_INCOME, "RURAL", 2))),
    ("application_rejected", "NO_CATEGORY", (
        (_PR, True, OTHER, "", 8), (_JU, True, OTHER, "", 6), (_SE, True, OTHER, "", 30))),
    ("application_day", "CATEGORY_NOT_ADMITTED", ((_PR, False, OTHER, "", 15), (_JU, False, OTHER, "", 6))),
)  # fmt: skip
PLANTS: Final = tuple(_plants())
