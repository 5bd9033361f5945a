"""The poverty office's person table, variant A of the national system's export."""

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Final

from demo.county.documents import POVERTY_OFFICE, Document, Page, Row, as_typed
from demo.county.households import NOT_AT_SCHOOL, Household, Listed
from demo.county.people import RECKONING_DAY, Person
from demo.county.world import World

POVERTY_COLUMNS: Final = (
    "省", "市", "县(市、区、旗)", "乡(镇)", "行政村", "自然村", "户编号", "人编号", "姓名", "证件号码",
    "人数",
    "与户主关系", "民族", "文化程度", "在校生状况", "健康状况", "劳动技能", "务工状况", "务工时间（月）",
    "是否参加大病医疗", "脱贫属性", "脱贫年度", "贫困户属性", "主要致贫原因", "危房户", "是否解决安全饮用水",
    "人均纯收入", "联系电话", "首次识别时间", "贫困人员识别时间",
)  # fmt: skip
_CAUSES: Final = ("因病", "因残", "因学", "因灾", "缺土地", "缺技术", "缺劳力", "缺资金", "自身发展动力不足")
_SCHOOLING: Final = ("文盲或半文盲", "小学", "初中", "初中", "高中")
_OLD_AGE_YEAR: Final = RECKONING_DAY.year - 60
_CARD_AS_ID: Final = 0.45
_DUPLICATES: Final = 900


def poverty_document(world: World, as_of: str) -> Document:
    """registries/poverty.xlsx."""
    title = "河南省鹤壁市淇县建档立卡贫困人口信息（2020年3月31日导出）"
    page = Page("人员信息", POVERTY_COLUMNS, partial(_rows, world), title)
    return Document("registries/poverty.xlsx", "poverty", as_of, POVERTY_OFFICE, (page,))


def _rows(world: World) -> Iterator[Row]:
    rng = world.rng("poverty")
    houses = sorted(
        (house for house in world.households if house.poverty),
        key=lambda house: (house.village.code, house.number),
    )
    for number, house in enumerate(houses, start=1):
        rows = [_member_cells(house, place, member, rng) for place, member in enumerate(house.members, start=1)]
        yield from rows
        if number % _DUPLICATES == _DUPLICATES // 2:
            yield rows[0]


def _member_cells(house: Household, place: int, member: Listed, rng: Random) -> Row:
    household_no = f"4106220{house.number:010d}"
    person = member.person
    lifted = "2018" if house.poverty.startswith(("已脱贫", "稳定")) else ""
    kind = "低保贫困户" if house.allowance else "一般贫困户"
    cause = _CAUSES[house.number % len(_CAUSES)]
    phone = house.phone if place == 1 else ""
    works = person.birth.year in range(1960, 2000) and person.card is None
    return (
        "河南省", "鹤壁市", "淇县", house.village.township, house.village.written, "", household_no,
        f"{household_no}{place:02d}", person.listed_name or person.name, as_typed(_document_no(person, rng),
        rng),
        len(house.members), member.relation, "汉族", _schooling(member, rng), member.schooling,
        _health(person, rng), "普通劳动力" if works else "无劳动力",
        "县内务工" if works and place % 2 else "",
        rng.randrange(3, 12) if works and place % 2 else None, "是", house.poverty, lifted, kind, cause,
        "否", "是",
        4200 + house.number % 6000, phone, "2014-04", "2014-04",
    )  # fmt: skip


def _document_no(person: Person, rng: Random) -> str:
    """Disabled members often stand here with the number of their certificate."""
    if person.card and not person.card.replacement and not person.listed_id and rng.random() < _CARD_AS_ID:
        return f"{person.id_number}{person.card.category}{person.card.level}"
    return person.listed_id or person.id_number


def _schooling(member: Listed, rng: Random) -> str:
    return rng.choice(_SCHOOLING) if member.schooling == NOT_AT_SCHOOL and member.person.birth.year < 2000 else ""


def _health(person: Person, rng: Random) -> str:
    states = ["残疾"] if person.card else []
    if person.birth.year < _OLD_AGE_YEAR and rng.random() < 0.4:
        states.append("长期慢性病")
    return ",".join(states) or "健康"
