"""A second reading of the rules of spring 2020 over the rows of the files, apart from the generator."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from aid_admin.lib.names import Likeness, compare

Table = dict[str, Any]
ORDER = [
    "MATCH_UNDECIDED",
    "POLICY_STATUS_UNKNOWN",
    "PROOF_FROZEN",
    "HOUSEHOLD_ONLY",
    "LIFTED_WITHOUT_POLICY",
    "OUTSIDE_GUARANTEED_MEMBERS",
    "ALLOWANCE_STOPPED",
    "PROOF_EXPIRED",
    "PROOF_CANCELLED",
    "KINDERGARTEN_NOT_INCLUSIVE",
]
PRIORITY = [
    "REGISTERED_POOR",
    "EXTREME_POVERTY_SUPPORT",
    "ORPHAN",
    "DE_FACTO_UNATTENDED",
    "LOW_INCOME_ALLOWANCE",
    "DISABLED_STUDENT",
    "CHILD_OF_DISABLED",
    "CHILD_OF_MARTYR",
    "OTHER_DIFFICULTY",
]
POLICY = {
    "未脱贫": "",
    "已脱贫(享受政策)": "",
    "返贫": "",
    "预脱贫": "",
    "已脱贫(不享受政策)": "L",
    "稳定脱贫": "L",
}
SPECIAL = set(PRIORITY) - {"REGISTERED_POOR", "OTHER_DIFFICULTY"}


@dataclass
class Register:
    """One kind of register: rows by number, and the rows whose number is of no use by name and place."""

    by_number: dict[str, list[Table]] = field(default_factory=lambda: defaultdict(list))
    faulty: dict[str, list[Table]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Claim:
    category: str
    variant: str = ""
    problem: str = ""
    tier: str = ""


def valid_number(number: str) -> bool:
    """Shape, date and check digit by python-stdnum; its table of places is too old for half the parents."""
    if len(number) != 18 or not number[:17].isdecimal() or ric.calc_check_digit(number) != number[17]:
        return False
    try:
        ric.get_birth_date(number)
    except InvalidComponent:
        return False
    return True


def _members(row: Table) -> list[tuple[str, str]]:
    return [(row[f"成员{n}身份证件号"], row[f"成员{n}关系"]) for n in (1, 2) if row.get(f"成员{n}姓名")]


def clean(text: str) -> str:
    return "".join(str(text).replace("×", "X").replace("Ｘ", "X").split()).strip("'\u00a0\u3000").upper()


class Oracle:
    """Decides every pupil of the rolls from the tables alone."""

    def __init__(self, tables: Iterable[tuple[str, str | None, list[Table]]], decisions: dict[str, Any]) -> None:
        self.rolls: list[Table] = []
        self.fees: dict[tuple[str, str, str], int] = {}
        self.not_inclusive: set[str] = set()
        self.registers: dict[str, Register] = defaultdict(Register)
        self.attendance: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        self.applied = {row["pupil_id"]: row for row in decisions["applications"]}
        for kind, school, rows in tables:
            self._take(kind, school, rows)
        self.held: dict[str, list[Table]] = defaultdict(list)
        for row in self.rolls:
            self.held[row["身份证件号"]].append(row)

    def _take(self, kind: str, school: str | None, rows: list[Table]) -> None:
        for row in rows:
            if kind == "schools" and row["是否普惠"] == "否":
                self.not_inclusive.add(row["学校标识码"])
            elif kind == "fees":
                self.fees[row["学校标识码"], row["学段"], row["专业代码"] or ""] = round(row["收费标准"] * 100)
            elif kind == "roll":
                self.rolls.append(row)
            elif kind == "attendance" and school:
                self.attendance[clean(row["身份证号"])].append((school, row["是否在校就读"] == "是"))
            elif kind not in ("schools", "applications", "accounts", "roster"):
                self._register(self.registers[kind], row)

    def _register(self, register: Register, row: Table) -> None:
        number = next(row[h] for h in ("证件号码", "成员身份证号", "身份证号") if h in row)
        name = next(row[h] for h in ("成员姓名", "姓名", "学生姓名") if h in row)
        number = clean(number)[:18] if "证件号码" in row else clean(number)
        row["_name"] = name
        if valid_number(number):
            register.by_number[number].append(row)
        else:
            register.faulty[name].append(row)

    def results(self) -> Iterator[tuple[Table, str, int, str, str]]:
        """(roll row, programme, fen, reason, category) for each programme that is to be considered."""
        for row in self.rolls:
            claims = list(self._claims(row))
            for programme in self._considered(row, claims):
                yield (row, programme, *self._decide(row, programme, claims))

    def _considered(self, row: Table, claims: list[Claim]) -> list[str]:
        stage = row["学段"]
        if stage == "中职":
            return ["VOCATIONAL_TUITION_WAIVER", "VOCATIONAL_GRANT"]
        if not claims:
            return []
        return {
            "学前": ["PRESCHOOL_AID"],
            "普通高中": ["SENIOR_FEE_WAIVER", "SENIOR_GRANT"],
        }.get(stage, ["NUTRITION", "LIVING_ALLOWANCE"])

    def _claims(self, row: Table) -> Iterator[Claim]:
        for kind, register in list(self.registers.items()):
            own = register.by_number.get(row["身份证件号"], [])
            for entry in own:
                same = compare(row["姓名"], entry["_name"]).kind != Likeness.DIFFERENT
                yield self._claim(kind, entry, "" if same else "MATCH_UNDECIDED")
            if not own:
                yield from self._claims_without_own_row(kind, register, row)
        form = self.applied.get(row["身份证件号"])
        if form:
            tier = form["tier"]
            yield Claim("OTHER_DIFFICULTY", tier=tier, problem="" if tier else "REJECTED")

    def _claims_without_own_row(self, kind: str, register: Register, row: Table) -> Iterator[Claim]:
        near = list(self._near(register, row))
        for entry in near:
            yield self._claim(kind, entry, "MATCH_UNDECIDED")
        for who, relation in _members(row):
            for entry in register.by_number.get(who, []):
                if kind in ("poverty", "low_income") and not near:
                    yield self._claim(kind, entry, "HOUSEHOLD_ONLY")
                elif kind == "disability" and relation in ("父亲", "母亲"):
                    yield Claim("CHILD_OF_DISABLED", problem=self._card_problem(entry))

    def _near(self, register: Register, row: Table) -> Iterator[Table]:
        """Rows of that name and place, where the number of one side is of no use."""
        found = list(register.faulty.get(row["姓名"], []))
        if not valid_number(row["身份证件号"]):
            found += [e for rows in register.by_number.values() for e in rows if e["_name"] == row["姓名"]]
        return (entry for entry in found if self._same_place(entry, row))

    def _same_place(self, entry: Table, row: Table) -> bool:
        place = entry.get("行政村") or entry.get("村(居)") or entry.get("户籍地址", "")
        return bool(place) and row["户口所在地"].removesuffix("委会").endswith(place)

    def _claim(self, kind: str, entry: Table, problem: str) -> Claim:
        if kind == "poverty":
            state = POLICY.get(entry["脱贫属性"])
            own = "POLICY_STATUS_UNKNOWN" if state is None else "LIFTED_WITHOUT_POLICY" if state else ""
            return Claim("REGISTERED_POOR", problem=problem or own)
        if kind == "low_income":
            covered = "" if entry["是否保障对象"] == "是" else "OUTSIDE_GUARANTEED_MEMBERS"
            own = covered or ("" if entry["状态"] == "在保" else "ALLOWANCE_STOPPED")
            variant = "RURAL" if entry["保障类别"] == "农村低保" else "URBAN"
            return Claim("LOW_INCOME_ALLOWANCE", variant, problem or own)
        if kind == "disability":
            return Claim("DISABLED_STUDENT", problem=problem or self._card_problem(entry))
        category = {
            "extreme_poverty": "EXTREME_POVERTY_SUPPORT",
            "orphans": "ORPHAN",
            "unattended": "DE_FACTO_UNATTENDED",
            "martyrs": "CHILD_OF_MARTYR",
        }[kind]
        return Claim(category, problem=problem)

    def _card_problem(self, entry: Table) -> str:
        state = {"注销": "PROOF_CANCELLED", "冻结": "PROOF_FROZEN", "过期": "PROOF_EXPIRED"}.get(entry["证件状态"], "")
        return state or ("PROOF_EXPIRED" if entry["有效期至"] < "20200201" else "")

    def _decide(self, row: Table, programme: str, claims: list[Claim]) -> tuple[int, str, str]:
        refusal = self._roll_refusal(row)
        if refusal:
            return 0, refusal, ""
        vocational = row["学段"] == "中职"
        year = "一二三四五".index(row["年级"][0]) + 1 if vocational else 0
        if programme == "VOCATIONAL_GRANT" and year > 2:
            return 0, "YEAR_LIMIT", ""
        best, problems, valid = self._weigh(row, programme, claims)
        if best:
            fen, _, category = min(best)
            return -fen, "GRANTED", category
        farming = vocational and row["专业代码"].startswith("01")
        rural = row["户口性质"] in ("农村", "农业", "县镇")
        if farming or (programme == "VOCATIONAL_TUITION_WAIVER" and rural):
            return self._fee(row) if programme.endswith("WAIVER") else 100_000, "GRANTED", ""
        if programme == "VOCATIONAL_TUITION_WAIVER" and not row["户口性质"]:
            return 0, "RESIDENCE_UNKNOWN", ""
        first = next((code for code in ORDER if code in problems), "")
        return 0, first or ("CATEGORY_NOT_ADMITTED" if valid else "NO_CATEGORY"), ""

    def _weigh(
        self, row: Table, programme: str, claims: list[Claim]
    ) -> tuple[list[tuple[int, int, str]], set[str], bool]:
        """What grants (highest amount first), what stands in the way, whether any category holds."""
        best: list[tuple[int, int, str]] = []
        problems: set[str] = set()
        for claim in claims:
            fen, problem = self._amount(row, programme, claim), claim.problem
            if fen < 0 and not problem:
                problem, fen = "KINDERGARTEN_NOT_INCLUSIVE", -fen
            if fen and not problem:
                best.append((-fen, PRIORITY.index(claim.category), claim.category))
            elif fen:
                problems.add(problem)
        return best, problems, any(not claim.problem for claim in claims)

    def _roll_refusal(self, row: Table) -> str:
        number, school = row["身份证件号"], row["学校标识码"]
        sheets = self.attendance.get(number, [])
        if row["学籍状态"] == "休学":
            return "ROLL_NOT_ACTIVE"
        if row["学籍状态"] != "在校":
            return "TRANSFER_UNDER_WAY"
        if len(self.held[number]) > 1 or sum(present for _, present in sheets) > 1:
            return "CLAIMED_TWICE"
        own = [present for code, present in sheets if code == school]
        if not own:
            return "ATTENDANCE_NOT_CONFIRMED"
        return "" if own[0] else "NOT_ATTENDING"

    def _fee(self, row: Table) -> int:
        key = (row["学校标识码"], row["学段"])
        return self.fees.get((*key, row.get("专业代码") or ""), self.fees.get((*key, ""), 0))

    def _amount(self, row: Table, programme: str, claim: Claim) -> int:
        """What the category would bring; negative where the kindergarten stands in the way."""
        category, rural_low = (
            claim.category,
            claim.category == "LOW_INCOME_ALLOWANCE" and claim.variant == "RURAL",
        )
        poor, boarding = category == "REGISTERED_POOR", row["就读方式"] == "住校"
        supported = category in ("DISABLED_STUDENT", "EXTREME_POVERTY_SUPPORT")
        match programme:
            case "PRESCHOOL_AID":
                part = category in ("LOW_INCOME_ALLOWANCE", "DE_FACTO_UNATTENDED")
                fen = 50_000 if poor or supported or category == "ORPHAN" else 35_000 if part else 0
                return -fen if row["学校标识码"] in self.not_inclusive and not poor else fen
            case "NUTRITION":
                return 40_000 if poor or category == "DISABLED_STUDENT" else 0
            case "LIVING_ALLOWANCE":
                fen = 50_000 if row["学段"] == "小学" else 62_500
                return fen if boarding else fen // 2 if poor or supported or rural_low else 0
            case "SENIOR_FEE_WAIVER":
                return self._fee(row) if poor or supported or rural_low else 0
            case "SENIOR_GRANT":
                low = category in ("LOW_INCOME_ALLOWANCE", "CHILD_OF_DISABLED")
                return 80_000 if low or (category == "OTHER_DIFFICULTY" and claim.tier != "SPECIAL") else 120_000
            case "VOCATIONAL_TUITION_WAIVER":
                return self._fee(row) if poor or category in SPECIAL else 0
            case _:
                return 100_000
