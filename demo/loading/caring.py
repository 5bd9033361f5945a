"""The last hop of the demo: letters, mentors for the registered poor, some visits, pairs of pupils and activities."""

from datetime import date
from random import Random
from typing import Any, Final

from aid_admin.accounts.rules import Role
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from archives.actions import activities, letters, pairing, visits
from archives.models import HomeVisit, MentoringPair, PeerActivity, PeerPair
from archives.rules import MAX_PUPILS_PER_MENTOR, VisitMode
from demo.county.names import adult_name, surname
from demo.loading.files import County, Progress
from demo.loading.staff import Staff
from students.models import Placement

_POSTS: Final = ("班主任", "语文教师", "数学教师", "英语教师", "少先队辅导员", "教导主任")
_ACTIVITIES: Final = (
    ("“手拉手”读书会", "图书室"),
    ("留守儿童之家主题班会", "留守儿童之家"),
    ("心理团体辅导", "心理咨询室"),
)
_HARDSHIP: Final = (
    "父亲常年患病，家中缺少劳动力。",
    "父母在外务工，由祖父母照看。",
    "家中两个孩子同时上学，开支较大。",
)
VISITS_PER_SCHOOL: Final = 1
PAIRED_SCHOOLS: Final = 30


def care(county: County, progress: Progress) -> None:
    """Draw up the letters and let the schools look after their pupils; a second call changes nothing."""
    term = Semester.objects.get(code=county.semester)
    staff = Staff()
    progress("生成告知书与档案目录", 0, 1)
    letters.draw_up_letters(by=staff.county(Role.REVIEWER), semester=county.semester)
    progress("生成告知书与档案目录", 1, 1)
    for number, (school, places) in enumerate(groups := _by_school(term), 1):
        rng = Random(f"care {school}")
        _mentors(staff, term, school, places, rng)
        _visits(staff, term, school, places, rng)
        if number <= PAIRED_SCHOOLS:
            _peers(staff, term, school, places, rng)
        progress("结对帮扶与走访", number, len(groups))


def _by_school(term: Semester) -> list[tuple[str, list[Any]]]:
    """Schools with their registered-poor pupils, in the order of class and name."""
    found: dict[str, list[Any]] = {}
    rows = Placement.objects.of(term).filter(student__in=pairing.poor_pupils(term), school__isnull=False)
    for place in rows.select_related("school", "student").order_by("school__code", "grade_year", "class_name", "pk"):
        found.setdefault(place.school.code, []).append(place)
    return list(found.items())


def _teacher(rng: Random) -> str:
    return adult_name(surname(rng), rng.choice("男女"), rng)


def _mentors(staff: Staff, term: Semester, school: str, places: list[Any], rng: Random) -> None:
    if MentoringPair.objects.filter(school__code=school).exists():
        return
    pupils = [place.student_id for place in places]
    while pupils:
        some = pupils[: rng.randint(2, MAX_PUPILS_PER_MENTOR)]
        pupils = pupils[len(some) :]
        pairing.assign_mentor(
            by=staff.clerk(school), student=some, semester=term.code, mentor_name=_teacher(rng),
            mentor_post=rng.choice(_POSTS), began_on=date(2020, 3, 2),
        )  # fmt: skip


def _visits(staff: Staff, term: Semester, school: str, places: list[Any], rng: Random) -> None:
    if HomeVisit.objects.filter(school__code=school, semester=term).exists():
        return
    for place in places[:VISITS_PER_SCHOOL]:
        paid = visits.paid_to(place.student_id, term)
        mentor = MentoringPair.objects.live().get(student=place.student_id).mentor_name
        visits.record_visit(
            by=staff.clerk(school), student=place.student_id, semester=term.code, visited_on=calendar.business_date(),
            mode=rng.choice(list(VisitMode)), teachers=mentor, aid_confirmed=paid > 0,
            amount_heard_fen=paid if rng.random() < 0.93 else max(0, paid - 10000), difficulty=rng.choice(_HARDSHIP),
            help_given="每周辅导作业一次，随时掌握思想动态。", next_step="下月再访。",
        )  # fmt: skip


def _peers(staff: Staff, term: Semester, school: str, places: list[Any], rng: Random) -> None:
    if PeerPair.objects.filter(school__code=school, semester=term).exists():
        return
    names = [place.student.name for place in places[:4]]
    if len(names) == 4 and len(set(names)) == 4:
        others = Placement.objects.of(term).filter(school__code=school, student__name__in=names)
        if others.count() == 4:
            for helper, helped in (names[:2], names[2:]):
                pairing.pair_peers(
                    by=staff.clerk(school), semester=term.code, helper=helper, helped=helped, club="课外阅读小组",
                    began_on=date(2020, 3, 9),
                )  # fmt: skip
    title, place = rng.choice(_ACTIVITIES)
    if not PeerActivity.objects.filter(school__code=school, semester=term).exists():
        activities.add_activity(
            by=staff.clerk(school), semester=term.code, title=title, place=place, held_on=date(2020, 5, 29),
            pupils=rng.randint(12, 60), note="高年级学生带低年级学生，活动气氛热烈。",
        )  # fmt: skip
