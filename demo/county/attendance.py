"""The schools' attendance sheets: every pupil of the roll, and those who sit there without one."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Final

from demo.county.documents import Document, Page, Row, class_name, grade_name
from demo.county.people import Pupil
from demo.county.schools import School
from demo.county.world import World, school_order

ATTENDANCE_COLUMNS: Final = (
    "学校名称",
    "年级",
    "班级",
    "姓名",
    "身份证号",
    "是否在校就读",
    "不在校原因",
    "备注",
)
_AS_OF: Final = "2020-05-10"
_AWAY: Final = ("随父母外出，在外地就读", "长期请假在家", "去向不明", "在外地借读")


def attendance_documents(world: World) -> Iterator[Document]:
    """One file per school."""
    own: dict[str, list[Pupil]] = defaultdict(list)
    for pupil in world.pupils:
        own[pupil.school.code].append(pupil)
    guests: dict[str, list[Pupil]] = defaultdict(list)
    for presence in world.presences:
        guests[presence.school.code].append(presence.pupil)
    elsewhere = {id(presence.pupil) for presence in world.presences}
    for school in world.schools:
        rows = partial(_rows, world, school, own[school.code], guests[school.code], elsewhere)
        page = Page("在校确认", ATTENDANCE_COLUMNS, rows)
        path = f"attendance/{school.code}.xlsx"
        yield Document(path, "attendance", _AS_OF, school.name, (page,), school.code)


def _rows(world: World, school: School, own: list[Pupil], guests: list[Pupil], elsewhere: set[int]) -> Iterator[Row]:
    rng = world.rng(f"attendance {school.code}")
    for pupil in own:
        if pupil.kind != "not_confirmed":
            reason = _reason_away(pupil, id(pupil) in elsewhere, rng.choice(_AWAY))
            note = "" if pupil.on_roll else "学籍未转入"
            yield (*_who(school, pupil), "否" if reason else "是", reason, note)
    for pupil in sorted(guests, key=school_order):
        yield (*_who(school, pupil), "是", "", "学籍在外校")


def _who(school: School, pupil: Pupil) -> Row:
    return (school.name, grade_name(pupil), class_name(pupil), pupil.person.name, pupil.written_id)


def _reason_away(pupil: Pupil, elsewhere: bool, usual: str) -> str:
    """Why the school says 否; empty when the pupil is there."""
    match pupil.kind:
        case "enrolled_not_attending":
            return usual
        case "suspended":
            return "因病休学"
        case "transfer_under_way" if elsewhere:
            return "正在办理转学"
        case "two_rolls" if pupil.level == 1:
            return "仍在幼儿园就读"
        case _:
            return ""
