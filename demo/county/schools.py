"""The schools of the county: codes, names, townships, stages, fees."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from aid_admin.county.rules import Stage
from demo.county.names import adult_name, surname
from demo.county.places import COUNTY, IN_TOWN, shares, villages
from demo.county.plan import (
    SENIOR_FEE_FEN,
    SENIOR_LOW_FEE_FEN,
    VOCATIONAL_FEE_FEN,
    VOCATIONAL_HIGH_FEE_FEN,
    Plan,
)

_FLOWERS: Final = (
    "小天使", "蓝天", "阳光", "童心", "金苹果", "小博士", "启明星", "红太阳", "育才", "春苗", "爱心", "童星",
    "智慧树", "七色光", "小太阳", "未来星", "金色摇篮", "希望", "快乐", "百花", "小白鸽", "朝阳", "大风车",
    "蒲公英",
)  # fmt: skip
_NUMERALS: Final = "一二三四五六七八九十"
_LAYOUT: Final = {
    "kindergarten": 62,
    "primary": 46,
    "junior": 12,
    "nine_year": 9,
    "senior": 5,
    "vocational": 1,
}
_LEAST: Final = {"kindergarten": 2, "primary": 0, "junior": 0, "nine_year": 1, "senior": 2, "vocational": 1}
_BOARDING_TOWNSHIPS: Final = ("庙口镇", "黄洞乡")


@dataclass(frozen=True, slots=True)
class Major:
    """A vocational major of the catalogue of 2010."""

    code: str
    name: str
    fee_fen: int

    @property
    def is_agricultural(self) -> bool:
        return self.code.startswith("01")


MAJORS: Final = (
    Major("010100", "设施农业生产技术", VOCATIONAL_FEE_FEN),
    Major("010200", "现代农艺技术", VOCATIONAL_FEE_FEN),
    Major("090100", "计算机应用", VOCATIONAL_FEE_FEN),
    Major("120100", "会计", VOCATIONAL_FEE_FEN),
    Major("121100", "电子商务", VOCATIONAL_FEE_FEN),
    Major("160100", "学前教育", VOCATIONAL_FEE_FEN),
    Major("051400", "数控技术应用", VOCATIONAL_HIGH_FEE_FEN),
    Major("082500", "汽车运用与维修", VOCATIONAL_HIGH_FEE_FEN),
)


@dataclass(slots=True, eq=False)
class School:
    """A school; `weights` say how many pupils of each of its stages it draws."""

    code: str
    name: str
    kind: str
    township: str
    weights: Mapping[Stage, float]
    inclusive: bool = True
    boards: bool = False
    senior_fee_fen: int = 0
    address: str = ""
    head: str = ""
    phone: str = ""

    @property
    def stages(self) -> tuple[Stage, ...]:
        return tuple(self.weights)


@dataclass(slots=True)
class _Founder:
    """Founds schools one by one; each village lends its name to one school of a kind."""

    rng: Random
    serial: int = 0
    used: set[str] = field(default_factory=set)
    founded: list[School] = field(default_factory=list)

    def found(self, prefix: str, name: str, kind: str, township: str, weights: Mapping[Stage, float]) -> School:
        self.serial += 1
        if name in self.used:
            raise ValueError(f"学校名称“{name}”重复")
        self.used.add(name)
        school = School(f"{prefix}41{self.serial:06d}", name, kind, township, weights)
        school.address = f"{COUNTY}{township}{self.rng.choice(villages()[township]).written}"
        school.head = adult_name(surname(self.rng), self.rng.choice("男女"), self.rng)
        school.phone = f"0392-7{self.rng.randrange(10**6):06d}"
        self.founded.append(school)
        return school

    def village_name(self, township: str, suffix: str) -> str:
        """A name from a village that no school of this suffix has yet."""
        free = [v.written for v in villages()[township] if township + v.written + suffix not in self.used]
        return township + self.rng.choice(free) + suffix


def found_schools(plan: Plan, rng: Random) -> list[School]:
    """The county's schools in the order of their codes."""
    founder = _Founder(rng)
    counts = {kind: max(_LEAST[kind], round(heads * min(1.0, plan.ratio))) for kind, heads in _LAYOUT.items()}
    _found_kindergartens(founder, counts["kindergarten"])
    for township in _spread(counts["primary"]):
        _found_primary(founder, township)
    for township in _spread(counts["junior"]):
        _found_junior(founder, township)
    for township in _spread(counts["nine_year"]):
        name = founder.village_name(township, "学校")
        weights = {Stage.PRIMARY: 0.8, Stage.JUNIOR: 0.6}
        founder.found("31", name, "九年一贯制学校", township, weights).boards = True
    _found_senior(founder, counts["senior"])
    for _ in range(counts["vocational"]):
        weights = {Stage.VOCATIONAL: 1.0, Stage.SENIOR: 0.12}
        school = founder.found("36", f"{COUNTY}中等职业技术学校", "中等职业学校", IN_TOWN[0], weights)
        school.boards, school.senior_fee_fen = True, SENIOR_FEE_FEN
    return founder.founded


def _found_kindergartens(founder: _Founder, count: int) -> None:
    private = max(1, count * 35 // 100)
    not_inclusive = max(1, count * 20 // 100)
    for place, township in enumerate(_spread(count)):
        turn = place * private // count != (place + 1) * private // count
        number = place * private // count
        if turn:
            name = f"{COUNTY}{_FLOWERS[number % len(_FLOWERS)]}幼儿园"
            school = founder.found("11", name, "民办幼儿园", township, {Stage.PRESCHOOL: 0.8})
            school.inclusive = number >= not_inclusive
        else:
            name = founder.village_name(township, "幼儿园")
            founder.found("11", name, "公办幼儿园", township, {Stage.PRESCHOOL: 1.0})


def _found_primary(founder: _Founder, township: str) -> None:
    central = f"{township}中心小学"
    if central not in founder.used:
        founder.found("21", central, "小学", township, {Stage.PRIMARY: 1.7}).boards = True
        return
    name = founder.village_name(township, "小学")
    founder.found("21", name, "小学", township, {Stage.PRIMARY: 1.0}).boards = township in _BOARDING_TOWNSHIPS


def _found_junior(founder: _Founder, township: str) -> None:
    names = [f"{township}初级中学", *(f"{township}第{numeral}初级中学" for numeral in _NUMERALS[1:])]
    name = next(name for name in names if name not in founder.used)
    founder.found("31", name, "初级中学", township, {Stage.JUNIOR: 1.0}).boards = True


def _found_senior(founder: _Founder, count: int) -> None:
    """All charge 790 yuan but the last, which charges 700."""
    for place in range(count):
        last = place == count - 1
        name = f"{COUNTY}云梦高级中学" if last else f"{COUNTY}第{_NUMERALS[place]}高级中学"
        weight = 0.35 if last else 1.0
        school = founder.found("34", name, "高级中学", IN_TOWN[place % len(IN_TOWN)], {Stage.SENIOR: weight})
        school.boards, school.senior_fee_fen = True, SENIOR_LOW_FEE_FEN if last else SENIOR_FEE_FEN


def _spread(count: int) -> list[str]:
    """Townships for `count` schools by their share of the people, the largest remainders first."""
    parts = shares()
    total = sum(parts.values())
    whole = {name: count * part // total for name, part in parts.items()}
    rest = sorted(parts, key=lambda name: (-(count * parts[name] % total), name))
    for name in rest[: count - sum(whole.values())]:
        whole[name] += 1
    return [name for name, times in whole.items() for _ in range(times)]


class Placer:
    """Chooses schools for pupils: in the family's township where there is one, else in the county."""

    def __init__(self, schools: list[School], rng: Random) -> None:
        self._schools = schools
        self._rng = rng
        self._found: dict[tuple[object, ...], tuple[list[School], list[float]]] = {}

    def school(self, stage: Stage, township: str, *, boarding: bool, inclusive: bool | None, fee_fen: int) -> School:
        """A school of that stage; `inclusive` and `fee_fen` bind only where given."""

        def fits(school: School) -> bool:
            return (
                stage in school.weights
                and (school.boards or not boarding)
                and inclusive in (None, school.inclusive)
                and (stage != Stage.SENIOR or fee_fen in (0, school.senior_fee_fen))
            )

        schools, weights = self._candidates((stage, township, boarding, inclusive, fee_fen), stage, township, fits)
        return self._rng.choices(schools, weights)[0]

    def another(self, school: School, stage: Stage) -> School:
        """Another school, of the same stage if there is one."""
        others = [other for other in self._schools if other is not school]
        return self._rng.choice([other for other in others if stage in other.weights] or others)

    def _candidates(
        self, key: tuple[object, ...], stage: Stage, township: str, fits: Callable[[School], bool]
    ) -> tuple[list[School], list[float]]:
        if key not in self._found:
            anywhere = list(filter(fits, self._schools))
            near = [] if stage in (Stage.SENIOR, Stage.VOCATIONAL) else _in(anywhere, township)
            chosen = near or anywhere
            self._found[key] = (chosen, [school.weights[stage] for school in chosen])
        return self._found[key]


def _in(schools: list[School], township: str) -> list[School]:
    return [school for school in schools if school.township == township]


def by_stage(schools: list[School]) -> Iterator[tuple[School, Stage]]:
    """One pair per stage that a school teaches, as the list of schools has it."""
    for school in schools:
        for stage in school.stages:
            yield school, stage
