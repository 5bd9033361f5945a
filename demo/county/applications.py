"""The applications of pupils whom no register names: one file per school, members on a second sheet."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Final

from demo.county.documents import Document, Page, Row, class_name, enrolment_no, grade_name
from demo.county.people import RECKONING_DAY, Pupil
from demo.county.plan import CATEGORY_NAMES, OTHER
from demo.county.schools import School
from demo.county.world import World

APPLICATION_COLUMNS: Final = (
    "序号", "学校名称", "年级", "班级", "学生姓名", "身份证号", "学籍号", "户口性质", "家庭人口", "家庭住址",
    "监护人姓名", "与学生关系", "监护人身份证号", "联系电话", "困难类别", "证件号码", "人均年收入",
    "影响因素",
    "推荐档次", "推荐理由", "是否承诺", "申请日期",
)  # fmt: skip
MEMBER_COLUMNS: Final = (
    "学生身份证号",
    "姓名",
    "年龄",
    "与学生关系",
    "工作单位",
    "职业",
    "年收入",
    "健康状况",
)
TIERS: Final = {"SPECIAL": "特别困难", "MODERATE": "比较困难", "GENERAL": "一般困难"}
_AS_OF: Final = "2020-05-12"
_RESIDENCE: Final = {"rural": "农村", "urban": "城镇"}
_INCOME: Final = {"SPECIAL": (2_000, 4_000), "MODERATE": (4_000, 6_000), "GENERAL": (5_000, 7_500)}
_REJECTED_INCOME: Final = (14_000, 26_000)
_REASONS: Final = (
    ("突发意外", "父亲车祸受伤，治疗花费较多，家中欠债"),
    ("因残疾年迈劳动力弱", "祖父母年迈多病，全家靠父亲一人务工"),
    ("失业", "受疫情影响父母停工，没有稳定收入"),
    ("欠债", "母亲患病住院，医药费自付部分较高"),
    ("自然灾害", "去年大棚受灾减产，收入下降"),
    ("突发意外、欠债", "单亲家庭，母亲独自抚养，另有老人看病"),
)


def applicants(world: World) -> dict[School, list[Pupil]]:
    """The pupils with an application, by school."""
    found: dict[School, list[Pupil]] = defaultdict(list)
    for pupil in world.pupils:
        if pupil.application:
            found[pupil.school].append(pupil)
    return found


def application_documents(world: World) -> Iterator[Document]:
    """One file for each school with applications."""
    for school, pupils in applicants(world).items():
        forms = Page(
            "认定申请",
            APPLICATION_COLUMNS,
            partial(_rows, world, school, pupils),
            "家庭经济困难学生认定申请汇总表",
        )
        members = Page("家庭成员", MEMBER_COLUMNS, partial(_member_rows, world, school, pupils))
        path = f"applications/{school.code}.xlsx"
        yield Document(path, "applications", _AS_OF, school.name, (forms, members), school.code)


def _rows(world: World, school: School, pupils: list[Pupil]) -> Iterator[Row]:
    rng = world.rng(f"applications {school.code}")
    for serial, pupil in enumerate(pupils, start=1):
        yield _form_cells(serial, pupil, rng)


def _form_cells(serial: int, pupil: Pupil, rng: Random) -> Row:
    family = pupil.family
    guardian, relation = family.members()[0]
    tier = TIERS.get(pupil.application, TIERS["GENERAL"])
    factors, reason = rng.choice(_REASONS)
    income = rng.randrange(*_INCOME.get(pupil.application, _REJECTED_INCOME)) // 100 * 100
    return (
        serial, pupil.school.name, grade_name(pupil), class_name(pupil), pupil.person.name,
        pupil.person.id_number,
        enrolment_no(pupil), _RESIDENCE[pupil.residence], len(family.members()) + len(family.pupils),
        f"淇县{family.village.full}", guardian.name, relation, guardian.id_number, family.phone,
        CATEGORY_NAMES[OTHER], "", income, factors, tier, reason, "是", f"2020-04-{rng.randrange(20, 30)}",
    )  # fmt: skip


def _member_rows(world: World, school: School, pupils: list[Pupil]) -> Iterator[Row]:
    rng = world.rng(f"application members {school.code}")
    for pupil in pupils:
        for person, relation in pupil.family.members():
            years = RECKONING_DAY.year - person.birth.year
            work = rng.choice(("务农", "务工", "个体", "无业"))
            earned = 0 if work == "无业" else rng.randrange(40, 260) * 100
            yield (
                pupil.person.id_number,
                person.name,
                years,
                relation,
                "",
                work,
                earned,
                rng.choice(("健康", "健康", "患病")),
            )
