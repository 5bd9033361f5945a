"""The seven registers, as the poverty office, civil affairs and the federation keep them."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from random import Random
from typing import Final

from aid_admin.lib.disability_card import CATEGORIES, LEVELS
from demo.county.documents import (
    CIVIL_AFFAIRS,
    FEDERATION,
    VETERANS,
    Document,
    Page,
    Row,
    as_typed,
    grade_name,
)
from demo.county.fillers import card_holders
from demo.county.people import Family, Person, Pupil, phone_number
from demo.county.places import Village
from demo.county.plan import MARTYR, ORPHAN, SUPPORTED, UNATTENDED
from demo.county.poverty import poverty_document
from demo.county.world import World

LOW_INCOME_COLUMNS: Final = (
    "序号", "乡镇(街道)", "村(居)", "低保证号", "户主姓名", "户主身份证号", "成员姓名", "成员身份证号",
    "与户主关系", "性别", "出生日期", "保障类别", "救助类别", "家庭人口", "保障人口", "是否保障对象",
    "月保障金额",
    "致贫原因", "开户银行", "开户人", "开户人身份证", "银行账号", "救助起始年月", "状态",
)  # fmt: skip
SUPPORTED_COLUMNS: Final = (
    "姓名", "身份证号", "供养方式", "供养机构", "特困供养证号", "照料护理等级", "起始年月", "状态",
)  # fmt: skip
ORPHAN_COLUMNS: Final = (
    "姓名", "性别", "身份证号", "类别", "福利证号", "监护人姓名", "关系", "监护人身份证号", "电话", "开户人",
    "账号", "纳入时间",
)  # fmt: skip
UNATTENDED_COLUMNS: Final = (*ORPHAN_COLUMNS, "父亲情形", "母亲情形")
DISABILITY_COLUMNS: Final = (
    "序号", "姓名", "性别", "民族", "身份证号", "残疾人证号", "残疾类别", "残疾等级", "证件状态", "发证日期",
    "有效期至", "户籍地址", "现住址", "户口性质", "联系电话", "监护人姓名", "监护人关系", "监护人电话",
    "致残原因",
)  # fmt: skip
MARTYR_COLUMNS: Final = (
    "序号", "学生姓名", "身份证号", "学校", "年级", "烈士姓名", "与烈士关系", "烈士证明书编号", "备注",
)  # fmt: skip

AS_OF: Final = "2020-03-31"
_SITUATIONS: Final = ("死亡", "失踪", "重病", "服刑在押", "强制隔离戒毒", "失联")
_CAUSES: Final = ("疾病", "意外伤害", "先天性", "其他")


def register_documents(world: World) -> Iterator[Document]:
    """The seven registers in the order of their usual arrival."""
    yield poverty_document(world, AS_OF)
    yield _document(world, "low_income", CIVIL_AFFAIRS, LOW_INCOME_COLUMNS, _low_income_rows, "最低生活保障对象名单")
    supported = Page("特困供养", SUPPORTED_COLUMNS, partial(_supported_rows, world))
    yield Document("registries/extreme_poverty.csv", "extreme_poverty", AS_OF, CIVIL_AFFAIRS, (supported,))
    yield _document(world, "orphans", CIVIL_AFFAIRS, ORPHAN_COLUMNS, _orphan_rows, "孤儿信息表")
    yield _document(world, "unattended", CIVIL_AFFAIRS, UNATTENDED_COLUMNS, _unattended_rows, "事实无人抚养儿童信息表")
    yield _document(world, "disability", FEDERATION, DISABILITY_COLUMNS, _disability_rows, "持证残疾人名单")
    yield _document(world, "martyrs", VETERANS, MARTYR_COLUMNS, _martyr_rows, "烈士子女在校学生名单")


def _document(
    world: World,
    kind: str,
    sender: str,
    columns: tuple[str, ...],
    rows: Callable[[World], Iterator[Row]],
    title: str,
) -> Document:
    page = Page("Sheet1", columns, partial(rows, world), f"淇县{title}（截至2020年3月31日）")
    return Document(f"registries/{kind}.xlsx", kind, AS_OF, sender, (page,))


def named(person: Person) -> str:
    """The name as the department has it."""
    return person.listed_name or person.name


def numbered(person: Person) -> str:
    """The number as the department has it."""
    return person.listed_id or person.id_number


def card_number(person: Person) -> str:
    """The number on the disability certificate."""
    card = person.card
    if card is None:
        return ""
    suffix = f"B{card.replacement}" if card.replacement else ""
    return f"{numbered(person)}{card.category}{card.level}{suffix}"


def _low_income_rows(world: World) -> Iterator[Row]:
    rng = world.rng("low_income")
    serial = 0
    for house in world.households:
        if not house.allowance:
            continue
        head = house.members[0].person
        kind, grade = ("农村低保", "D4106") if house.allowance == "RURAL" else ("城市低保", "C4106")
        covered = sum(member.covered for member in house.members)
        shared: Row = (house.village.township, house.village.written, f"{grade}22{house.number:08d}")
        care, cause = rng.choice("ABBC"), rng.choice(("疾病", "残疾", "缺乏劳动力", "年老", "就学"))
        since = f"{rng.randrange(2012, 2020)}-{rng.randrange(1, 13):02d}"
        for member in house.members:
            serial += 1
            person = member.person
            yield (
                serial, *shared, named(head), head.id_number, named(person), as_typed(numbered(person), rng),
                member.relation, person.sex, _dotted(person.birth), kind, f"{care}类", len(house.members),
                covered, "是" if member.covered else "否", 180 * covered, cause, "", "", "", "", since,
                house.allowance_state,
            )  # fmt: skip


def _dotted(day: date) -> str:
    return f"{day.year}.{day.month}.{day.day}"


def _supported_rows(world: World) -> Iterator[Row]:
    rng = world.rng("extreme_poverty")
    people = [house.members[0].person for house in world.households if house.supported]
    people += [pupil.person for pupil in _listed(world, SUPPORTED)]
    rng.shuffle(people)
    for number, person in enumerate(people, start=1):
        home = rng.random() < 0.2
        yield (
            named(person), f"\t{numbered(person)}", "集中" if home else "分散",
            "淇县中心敬老院" if home else "",
            f"TK410622{number:06d}", rng.choice(("全自理", "半护理", "全护理")),
            f"{rng.randrange(2014, 2020)}年{rng.randrange(1, 13)}月", "正常",
        )  # fmt: skip


def _orphan_rows(world: World) -> Iterator[Row]:
    rng = world.rng("orphans")
    for number, pupil in enumerate(_listed(world, ORPHAN), start=1):
        yield _child_cells(pupil, f"GE410622{number:05d}", "社会散居", rng)


def _unattended_rows(world: World) -> Iterator[Row]:
    rng = world.rng("unattended")
    for number, pupil in enumerate(_listed(world, UNATTENDED), start=1):
        father, mother = rng.choice(_SITUATIONS), rng.choice(("失联", "死亡", "重病"))
        yield (*_child_cells(pupil, f"SW410622{number:05d}", "社会散居", rng), father, mother)


def _child_cells(pupil: Pupil, certificate: str, kind: str, rng: Random) -> Row:
    guardian, relation = pupil.family.members()[0]
    person = pupil.person
    return (
        named(person), person.sex, as_typed(numbered(person), rng), kind, certificate, guardian.name,
        relation,
        guardian.id_number, pupil.family.phone, "", "", f"2020.{rng.randrange(1, 4)}",
    )  # fmt: skip


def _disability_rows(world: World) -> Iterator[Row]:
    rng = world.rng("disability")
    people = list(card_holders(world.families, world.households, world.singles))
    rng.shuffle(people)
    for serial, (person, village, family) in enumerate(people, start=1):
        yield _card_cells(serial, person, village, family, rng)


def _card_cells(serial: int, person: Person, village: Village, family: Family | None, rng: Random) -> Row:
    card = person.card
    if card is None:
        raise ValueError(f"{person.name}没有残疾人证")
    minor = family is not None and person.birth > date(2002, 2, 1)
    guardian, relation = family.members()[0] if minor and family else (None, "")
    phone = family.phone if family else phone_number(rng)
    return (
        serial, named(person), person.sex, "汉族", as_typed(numbered(person), rng), card_number(person),
        CATEGORIES[card.category], LEVELS[card.level], card.state, f"{card.issued_on:%Y%m%d}",
        f"{card.valid_to:%Y%m%d}",
        village.full, village.full, "农业", phone, guardian.name if guardian else "", relation,
        phone if guardian else "", rng.choice(_CAUSES),
    )  # fmt: skip


def _martyr_rows(world: World) -> Iterator[Row]:
    rng = world.rng("martyrs")
    for serial, pupil in enumerate(_listed(world, MARTYR), start=1):
        martyr = f"{pupil.person.name[0]}{rng.choice('建国卫军')}{rng.choice('民东华平')}"
        yield (
            serial, named(pupil.person), numbered(pupil.person), pupil.school.name, grade_name(pupil), martyr,
            "父亲", f"豫烈证字第{rng.randrange(10**6):06d}号", "",
        )  # fmt: skip


def _listed(world: World, category: str) -> list[Pupil]:
    return [pupil for pupil in world.pupils if pupil.category == category]
