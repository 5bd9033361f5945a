"""The three county-wide rolls, the list of schools and the fees, as the bureau keeps them."""

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Final

from aid_admin.county.rules import STAGE_NAMES, Stage
from demo.county.documents import EDUCATION, Document, Page, Row, class_name, enrolment_no, grade_name, yuan
from demo.county.people import Family, Pupil
from demo.county.places import Village
from demo.county.plan import VOCATIONAL_FEE_FEN, VOCATIONAL_HIGH_FEE_FEN
from demo.county.schools import MAJORS, by_stage
from demo.county.world import World

SCHOOL_COLUMNS: Final = (
    "学校标识码",
    "学校名称",
    "学段",
    "所属乡镇",
    "是否普惠",
    "学校地址",
    "负责人",
    "联系电话",
)
FEE_COLUMNS: Final = ("学校标识码", "学段", "专业代码", "收费标准", "起始日期", "截止日期", "批准文号")
_FIRST: Final = ("学校标识码", "学校名称", "学段", "年级", "班级")
_PERSON: Final = (
    "姓名", "性别", "出生日期", "民族", "身份证件类型", "身份证件号", "户口性质", "户口所在地", "就读方式",
    "学籍状态", "入学年月", "曾用名",
)  # fmt: skip
_MEMBERS: Final = tuple(
    f"成员{place}{what}" for place in (1, 2) for what in ("姓名", "关系", "是否监护人", "身份证件号", "联系电话")
)
KINDERGARTEN_COLUMNS: Final = (*_FIRST, *_PERSON, *_MEMBERS)
COMPULSORY_COLUMNS: Final = (*_FIRST, "学籍号", *_PERSON, *_MEMBERS)
VOCATIONAL_COLUMNS: Final = (*_FIRST, "学籍号", *_PERSON, "专业代码", "专业名称", *_MEMBERS)

_AS_OF: Final = "2020-04-20"
_FEES_FROM: Final = "2019-09-01"
_FIRST_LEVELS: Final = {
    Stage.PRESCHOOL: -2, Stage.PRIMARY: 1, Stage.JUNIOR: 7, Stage.SENIOR: 10, Stage.VOCATIONAL: 10,
}  # fmt: skip
_RESIDENCE: Final = {"rural": ("农村", "农业", "县镇"), "urban": ("城镇", "城市", "非农业")}
_STATUS: Final = {"suspended": "休学", "transfer_under_way": "转出(办理中)"}
_SYSTEMS: Final = (
    ("中小学", "COMPULSORY_SENIOR", COMPULSORY_COLUMNS, (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR)),
    ("学前", "KINDERGARTEN", KINDERGARTEN_COLUMNS, (Stage.PRESCHOOL,)),
    ("中职", "VOCATIONAL", VOCATIONAL_COLUMNS, (Stage.VOCATIONAL,)),
)


def reference_documents(world: World) -> Iterator[Document]:
    """schools.xlsx and fees.xlsx."""
    schools = Page("学校", SCHOOL_COLUMNS, partial(_school_rows, world), "淇县学校名录")
    yield Document("schools.xlsx", "schools", _AS_OF, EDUCATION, (schools,))
    fees = Page("收费标准", FEE_COLUMNS, partial(_fee_rows, world), "淇县高中阶段学校收费标准（每生每学期，元）")
    yield Document("fees.xlsx", "fees", _AS_OF, EDUCATION, (fees,))


def roll_documents(world: World) -> Iterator[Document]:
    """One county-wide file for each of the three roll systems."""
    for name, _, columns, stages in _SYSTEMS:
        page = Page(f"{name}学籍", columns, partial(_roll_rows, world, stages))
        yield Document(f"rolls/{name}学籍.xlsx", "roll", _AS_OF, EDUCATION, (page,))


def _school_rows(world: World) -> Iterator[Row]:
    for school, stage in by_stage(world.schools):
        inclusive = ("是" if school.inclusive else "否") if stage == Stage.PRESCHOOL else ""
        yield (
            school.code, school.name, STAGE_NAMES[stage], school.township, inclusive, school.address,
            school.head,
            school.phone,
        )  # fmt: skip


def _fee_rows(world: World) -> Iterator[Row]:
    for school, stage in by_stage(world.schools):
        if stage == Stage.SENIOR:
            fees = [("", school.senior_fee_fen)]
        elif stage == Stage.VOCATIONAL:
            dear = [major.code for major in MAJORS if major.fee_fen == VOCATIONAL_HIGH_FEE_FEN]
            fees = [("", VOCATIONAL_FEE_FEN), *((code, VOCATIONAL_HIGH_FEE_FEN) for code in dear)]
        else:
            fees = []
        for major, fen in fees:
            yield (school.code, STAGE_NAMES[stage], major, yuan(fen), _FEES_FROM, "", "淇发改收费〔2019〕8号")


def _roll_rows(world: World, stages: tuple[Stage, ...]) -> Iterator[Row]:
    rng = world.rng(f"roll {stages[0]}")
    for pupil in world.pupils:
        if pupil.stage in stages and pupil.on_roll:
            yield _roll_row(pupil, rng)


def _roll_row(pupil: Pupil, rng: Random) -> list[str]:
    school, person = pupil.school, pupil.person
    row = [school.code, school.name, STAGE_NAMES[pupil.stage], grade_name(pupil), class_name(pupil)]
    if pupil.stage != Stage.PRESCHOOL:
        row.append(enrolment_no(pupil))
    entered = 2019 - (pupil.level - _FIRST_LEVELS[pupil.stage])
    residence = "" if pupil.kind == "residence_unknown" else _residence(pupil.residence, rng)
    row += [
        person.name, person.sex, person.birth.isoformat(), pupil.nation, "居民身份证", pupil.written_id,
        residence,
        _place(pupil.family.village, rng), "住校" if pupil.boarding else "走读", _STATUS.get(pupil.kind,
        "在校"),
        f"{entered}09", "",
    ]  # fmt: skip
    if pupil.stage == Stage.VOCATIONAL and pupil.major:
        row += [pupil.major.code, pupil.major.name]
    return row + _member_cells(pupil.family)


def _residence(residence: str, rng: Random) -> str:
    usual, *others = _RESIDENCE[residence]
    return usual if rng.random() < 0.9 else rng.choice(others)


def _place(village: Village, rng: Random) -> str:
    """Now and then the village committee instead of the village."""
    if rng.random() < 0.02 and village.written == f"{village.name}村":
        return f"{village.full}委会"
    return village.full


def _member_cells(family: Family) -> list[str]:
    cells = []
    for place, (person, relation) in enumerate(family.members()[:2]):
        cells += [
            person.name,
            relation,
            "否" if place else "是",
            person.id_number,
            "" if place else family.phone,
        ]
    return cells
