"""1+1 结对, 手拉手 pairs and their activities."""

import hashlib
from collections import Counter
from datetime import date
from typing import Any, Final

from aid_admin.accounts.acting import Moved, action, reach_for, record, scoped
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester
from aid_admin.lib import xlsx_out
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from aid_admin.lib.xlsx_out import ColumnOut
from archives.models import MentoringPair, PeerPair
from archives.permissions import ALLOWED
from archives.rules import MAX_PUPILS_PER_MENTOR
from disbursement.models import RosterLine
from disbursement.papers.paper import XLSX, Paper
from disbursement.rules.states import LineStatus
from eligibility.rules import Category
from students.models import Placement, Student

_COLUMNS: Final = (
    ColumnOut("学校", 24), ColumnOut("年级", 10), ColumnOut("班级", 12), ColumnOut("学生", 10), ColumnOut("帮扶教师", 12),
    ColumnOut("职务", 12), ColumnOut("结对日期", 12),
)  # fmt: skip


def poor_pupils(term: Semester) -> Any:
    """Ids of the registered-poor pupils who are aided this semester: each is to have a mentor (county report)."""
    lines = RosterLine.objects.filter(
        semester=term, category=Category.REGISTERED_POOR, state__in=[LineStatus.ACCEPTED, LineStatus.HELD]
    )
    return lines.values("student")


def pupils_to_pair(term: Semester, by: User) -> Any:
    """Placements, in the person's sight, of the pupils who are to have a mentor."""
    return Placement.objects.visible_to(by).of(term).filter(student__in=poor_pupils(term), school__isnull=False)


def _placed(verb: str, by: User, term: Semester, students: list[int]) -> list[Any]:
    rows = Placement.objects.within(reach_for(by, verb)).of(term).filter(student__in=students, school__isnull=False)
    found = list(rows.select_related("school", "student"))
    if len(found) != len(set(students)) or not found:
        raise NotFound("没有找到所选学生，或本学期不在您的学校。请刷新列表后重试。")
    return found


@action("pairing.assign", ALLOWED)
def assign_mentor(
    *, by: User, student: list[int], semester: str, mentor_name: str, mentor_post: str = "", mentor_phone: str = "",
    began_on: date | None = None, reason: str = "",
) -> list[Moved]:  # fmt: skip
    """Give pupils of one school a mentor; a pupil's earlier pair ends, and then a reason is needed.

    Raises Refused when the mentor would have more than MAX_PUPILS_PER_MENTOR pupils.
    """
    term = calendar.semester(semester)
    places = _placed("pairing.assign", by, term, student)
    mentor, day = mentor_name.strip(), began_on or calendar.business_date()
    if not mentor:
        raise BadInput("请填写帮扶教师姓名。", field="mentor_name")
    if day > calendar.business_date():
        raise BadInput("结对日期不能晚于今天。", field="began_on")
    School.objects.filter(pk__in={p.school_id for p in places}).select_for_update().count()
    earlier = {
        pair.student_id: pair
        for pair in MentoringPair.objects.live().filter(student__in=student).select_for_update(of=("self",))
    }
    places = [p for p in places if (e := earlier.get(p.student_id)) is None or e.mentor_name != mentor]
    _refuse_overload(mentor, Counter(p.school for p in places))
    _end(
        list({p.student_id: earlier[p.student_id] for p in places if p.student_id in earlier}.values()), day, reason, by
    )
    pairs = MentoringPair.objects.bulk_create(
        MentoringPair(
            student_id=p.student_id, school=p.school, mentor_name=mentor, mentor_post=mentor_post.strip(),
            mentor_phone=mentor_phone.strip() or None, began_on=day, by=by,
        )
        for p in places
    )  # fmt: skip
    for pair in pairs:
        record("mentoringpair", pair.pk, school_code=pair.school.code, to_state="PAIRED", reason=reason)
    return [Moved("mentoringpair", pair.pk, None, "PAIRED", 1) for pair in pairs]


def _refuse_overload(mentor: str, more: Counter[Any]) -> None:
    for school, count in more.items():
        has = MentoringPair.objects.live().filter(school=school, mentor_name=mentor).count()
        if has + count > MAX_PUPILS_PER_MENTOR:
            raise Refused(
                f"{school}的{mentor}已帮扶 {has} 名学生，一名教师最多帮扶 {MAX_PUPILS_PER_MENTOR} 名，"
                f"不能再加 {count} 名。请另选教师。",
                field="mentor_name",
            )


def _end(pairs: list[Any], day: date, reason: str, by: User) -> None:
    if pairs and not reason.strip():
        names = "、".join(str(pair.student) for pair in pairs[:3])
        raise BadInput(f"{names}等 {len(pairs)} 名学生已有帮扶教师，更换教师须填写变更原因。", field="reason")
    for pair in pairs:
        if day < pair.began_on:
            raise BadInput(f"{pair}从 {pair.began_on} 开始，结束日期不能更早。", field="began_on")
    MentoringPair.objects.filter(pk__in=[p.pk for p in pairs], ended_on=None).update(
        ended_on=day, ended_by=by, end_reason=reason.strip()
    )
    for pair in pairs:
        record(
            "mentoringpair", pair.pk, school_code=pair.school.code, from_state="PAIRED", to_state="ENDED", reason=reason
        )


@action("pairing.end", ALLOWED)
def end_pairs(*, by: User, pair: list[int], reason: str) -> list[Moved]:
    """End pairs without a new mentor: the pupil left, graduated, or the household needs none."""
    if not reason.strip():
        raise BadInput("请填写结束结对的原因。", field="reason")
    rows = MentoringPair.objects.live().select_related("student", "school")
    found: list[Any] = scoped(rows, "pairing.end", by, pair)
    _end(found, calendar.business_date(), reason, by)
    return [Moved("mentoringpair", item.pk, "PAIRED", "ENDED", 1) for item in found]


@action("pairing.export", ALLOWED)
def export_pairs(*, by: User, semester: str) -> Paper:
    """Registered-poor pupils in reach with their mentors, those without first, as xlsx."""
    term = calendar.semester(semester)
    places = Placement.objects.within(reach_for(by, "pairing.export")).of(term).filter(student__in=poor_pupils(term))
    mentors = {
        student: rest
        for student, *rest in MentoringPair.objects.live().values_list(
            "student", "mentor_name", "mentor_post", "began_on"
        )
    }
    rows = [
        (school, grade, class_name, name, *(mentors.get(student) or ("", "", None)))
        for student, school, grade, class_name, name in places.order_by(
            "school__code", "grade_year", "class_name", "student__name_key"
        ).values_list("student", "school__name", "grade", "class_name", "student__name")
    ]
    footer = calendar.stamp(by)
    paired = sum(1 for row in rows if row[4])
    notes = (f"建档立卡学生 {len(rows)} 人，已结对 {paired} 人，未结对 {len(rows) - paired} 人。",)
    data = xlsx_out.write([xlsx_out.Sheet("1+1结对", _COLUMNS, rows, notes)], footer=footer)
    record("mentoringpair", term.code, to_state="EXPORTED", count=len(rows), digest=hashlib.sha256(data).hexdigest())
    return Paper(f"1+1结对-{term}.xlsx", XLSX, data)


# ---- 手拉手 --------------------------------------------------------------------------------------------------


def _pupil(text: str, label: str, places: Any, *, field: str) -> Any:
    """The one pupil of those placements that the text names; raises BadInput naming the candidates."""
    words = text.strip().split()
    if not words:
        raise BadInput(f"请填写{label}的姓名。", field=field)
    rows = places.filter(student__in=Student.objects.search(words[0])).select_related("student", "school")
    rows = [p for p in rows[:50] if len(words) == 1 or words[1] in f"{p.grade}{p.class_name}"]
    if len(rows) == 1:
        return rows[0]
    if not rows:
        raise BadInput(f"{label}：本校没有找到“{text}”。请填写姓名，或身份证号后四位。", field=field)
    those = "、".join(f"{p.student.name}（{p.grade}{p.class_name}）" for p in rows[:5])
    raise BadInput(
        f"{label}：“{text}”有 {len(rows)} 人：{those}。请在姓名后加空格和班级，例如“{words[0]} {rows[0].class_name}”。",
        field=field,
    )


@action("peers.pair", ALLOWED)
def pair_peers(
    *, by: User, semester: str, helper: str, helped: str, club: str = "", began_on: date | None = None
) -> list[Moved]:
    """Pair two pupils of the person's school, named by name (and class), pinyin initials or last four digits."""
    term = calendar.semester(semester)
    places = Placement.objects.within(reach_for(by, "peers.pair")).of(term).filter(school__isnull=False)
    one = _pupil(helper, "帮扶学生", places, field="helper")
    other = _pupil(helped, "被帮扶学生", places, field="helped")
    if one.student_id == other.student_id:
        raise BadInput("帮扶学生和被帮扶学生不能是同一人。", field="helped")
    if one.school_id != other.school_id:
        raise BadInput("两名学生须在同一所学校。", field="helped")
    both = {one.student_id, other.student_id}
    School.objects.select_for_update().get(pk=one.school_id)
    if PeerPair.objects.live().filter(semester=term, helper__in=both, helped__in=both).exists():
        raise Refused("这两名学生已经结对。", field="helped")
    pair = PeerPair.objects.create(
        helper=one.student, helped=other.student, semester=term, school=one.school, club=club.strip(),
        began_on=began_on or calendar.business_date(), by=by,
    )  # fmt: skip
    record("peerpair", pair.pk, school_code=one.school.code, to_state="PAIRED")
    return [Moved("peerpair", pair.pk, None, "PAIRED", 2)]


@action("peers.end", ALLOWED)
def end_peers(*, by: User, pair: list[int], reason: str = "") -> list[Moved]:
    """End pairs of pupils."""
    found: list[Any] = scoped(PeerPair.objects.live().select_related("school"), "peers.end", by, pair)
    PeerPair.objects.filter(pk__in=[p.pk for p in found]).update(ended_on=calendar.business_date())
    for item in found:
        record("peerpair", item.pk, school_code=item.school.code, from_state="PAIRED", to_state="ENDED", reason=reason)
    return [Moved("peerpair", item.pk, "PAIRED", "ENDED", 2) for item in found]
