"""The answers, for tests alone: what the system ought to find and pay."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from demo.county.accounts import Account, Refusal
from demo.county.decisions import coverage_rows, difference
from demo.county.people import Pupil
from demo.county.plan import LOW_INCOME, MAIN_PROGRAMME, OTHER
from demo.county.rosters import Filing
from demo.county.world import SEMESTER, World
from demo.figures import CASH_PROGRAMMES, LINES

# What a faulty number in the roll may lead to: its attendance row cannot be joined for sure.
_MORE_REASONS: Final = {"roll_faulty_id": ["ATTENDANCE_NOT_CONFIRMED"]}
_NOT_BY_LOW_INCOME: Final = frozenset({"NUTRITION", "PRESCHOOL_AID", "SENIOR_GRANT"})


@dataclass(slots=True)
class Tally:
    """Persons, person-times and fen."""

    people: set[str] = field(default_factory=set)
    person_times: int = 0
    amount_fen: int = 0

    def add(self, pupil: Pupil, fen: int) -> None:
        self.people.add(pupil.person.id_number)
        self.person_times += 1
        self.amount_fen += fen

    def shown(self) -> dict[str, int]:
        return {"persons": len(self.people), "person_times": self.person_times, "amount_fen": self.amount_fen}


def tally(pupils: Iterable[Pupil]) -> dict[tuple[str, bool], Tally]:
    """Totals per programme (empty = all), of all pupils and of the registered poor alone (True)."""
    found: dict[tuple[str, bool], Tally] = defaultdict(Tally)
    for pupil in pupils:
        for programme, fen in pupil.grants():
            for part in ("", programme):
                found[part, False].add(pupil, fen)
                if pupil.cell and pupil.cell.poor:
                    found[part, True].add(pupil, fen)
    return found


def truth_of(world: World, filing: Filing, accounts: dict[str, Account], refusals: list[Refusal]) -> dict[str, Any]:
    """truth.json."""
    totals = tally(world.pupils)
    return {
        "county": world.name,
        "semester": SEMESTER,
        "programmes": [{"code": line.programme, "name": line.name, **_part(totals, line.programme)} for line in LINES],
        "total": _part(totals, ""),
        "routes": _routes(totals),
        "grants": [_grant(pupil, programme, fen) for pupil in world.pupils for programme, fen in pupil.grants()],
        "faults": list(_faults(world)),
        "coverage": list(coverage_rows(world, settled_only=False)),
        "roster_differences": [difference(line) for line in filing.differences()],
        "shared_accounts": list(_shared(accounts)),
        "refused_accounts": [refusal.account.number for refusal in refusals],
        "counts": _counts(world, accounts),
    }


def expected_category(pupil: Pupil, programme: str) -> str:
    """The category that the grant names; empty where residence or major alone admits."""
    if pupil.also_low_income and programme not in _NOT_BY_LOW_INCOME:
        return LOW_INCOME
    if programme == "VOCATIONAL_TUITION_WAIVER" and pupil.category == OTHER:
        return ""
    return pupil.category


def _part(totals: dict[tuple[str, bool], Tally], programme: str) -> dict[str, Any]:
    return {**totals[programme, False].shown(), "registered_poor": totals[programme, True].shown()}


def _routes(totals: dict[tuple[str, bool], Tally]) -> dict[str, dict[str, int]]:
    routes = {name: {"person_times": 0, "amount_fen": 0} for name in ("ACCOUNT", "FEE_WAIVER_TO_SCHOOL")}
    for line in LINES:
        route = routes["ACCOUNT" if line.programme in CASH_PROGRAMMES else "FEE_WAIVER_TO_SCHOOL"]
        route["person_times"] += totals[line.programme, False].person_times
        route["amount_fen"] += totals[line.programme, False].amount_fen
    return routes


def _grant(pupil: Pupil, programme: str, fen: int) -> dict[str, Any]:
    return {
        "pupil_id": pupil.person.id_number,
        "name": pupil.person.name,
        "school": pupil.school.code,
        "programme": programme,
        "amount_fen": fen,
        "category": expected_category(pupil, programme),
    }


def _faults(world: World) -> Iterator[dict[str, Any]]:
    """Every planted fault; of several reasons any is right, no reason means that no row is to be expected."""
    elsewhere = {id(presence.pupil): presence.school.code for presence in world.presences}
    for pupil in world.pupils:
        if pupil.kind:
            named = pupil.category or pupil.kind == "residence_unknown"
            reasons = [pupil.plant.reason] if pupil.plant and pupil.plant.reason and named else []
            yield {
                **_fault(pupil, pupil.kind),
                "granted": False,
                "reason_codes": reasons + (_MORE_REASONS.get(pupil.kind, []) if reasons else []),
                "other_school": elsewhere.get(id(pupil), ""),
                "id_on_roll": pupil.roll_id,
            }
        elif pupil.cell and pupil.person.listed_name:
            yield {**_fault(pupil, "name_variant"), "granted": True, "reason_codes": ["GRANTED"]}
        elif pupil.also_low_income:
            yield {**_fault(pupil, "two_categories"), "granted": True, "reason_codes": ["GRANTED"]}


def _fault(pupil: Pupil, kind: str) -> dict[str, Any]:
    person = pupil.person
    return {
        "kind": kind,
        "pupil_id": person.id_number,
        "name": person.name,
        "school": pupil.school.code,
        "stage": pupil.stage.value,
        "category": pupil.category,
        "programme": MAIN_PROGRAMME[pupil.stage],
        "id_in_registry": person.listed_id,
        "name_in_registry": person.listed_name,
    }


def _shared(accounts: dict[str, Account]) -> Iterator[dict[str, Any]]:
    owners: dict[str, list[Pupil]] = defaultdict(list)
    for account in accounts.values():
        owners[account.number].append(account.pupil)
    for number, pupils in owners.items():
        if len(pupils) > 1:
            families = {id(pupil.family) for pupil in pupils}
            yield {
                "account_no": number,
                "pupil_ids": [pupil.person.id_number for pupil in pupils],
                "one_family": len(families) == 1,
            }


def _counts(world: World, accounts: dict[str, Account]) -> dict[str, int]:
    return {
        "schools": len(world.schools),
        "families": len(world.families),
        "roll_rows": sum(pupil.on_roll for pupil in world.pupils),
        "accounts": len(accounts),
        "poverty_persons": sum(len(house.members) for house in world.households if house.poverty),
        "low_income_persons": sum(len(house.members) for house in world.households if house.allowance),
    }
