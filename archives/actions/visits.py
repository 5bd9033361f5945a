"""Visits: what was seen and said, and what the family says it received beside what was paid."""

import hashlib
import uuid
from datetime import date
from typing import Any, Final

from django.db.models import Sum

from aid_admin.accounts.acting import Moved, action, reach_for, record, scoped
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.files.photos import keep_photo
from aid_admin.lib import xlsx_out
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from aid_admin.lib.xlsx_out import ColumnOut
from archives.models import HomeVisit
from archives.permissions import ALLOWED
from archives.rules import VisitMode
from disbursement.models import PaymentLine
from disbursement.papers.paper import XLSX, Paper
from disbursement.rules.states import PaymentState
from students.models import Placement

_COLUMNS: Final = (
    ColumnOut("走访日期", 12), ColumnOut("学校", 24), ColumnOut("学生", 10), ColumnOut("方式", 10), ColumnOut("教师", 16),
    ColumnOut("政策已讲解", 10), ColumnOut("家长所知金额", 14, "money"), ColumnOut("实际发放金额", 14, "money"),
    ColumnOut("是否一致", 10), ColumnOut("主要困难", 30), ColumnOut("帮扶措施", 30), ColumnOut("核实结果", 24),
)  # fmt: skip


def paid_to(student: int, term: Semester) -> int:
    """What reached the pupil in the semester so far, fen."""
    lines = PaymentLine.objects.filter(student=student, batch__semester=term, state=PaymentState.PAID)
    return int(lines.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def place_of(student: int, term: Semester, verb: str, by: User) -> Any:
    """Where the pupil is this semester, within the person's reach; raises NotFound."""
    places = Placement.objects.within(reach_for(by, verb)).of(term).filter(student=student, school__isnull=False)
    found = places.select_related("school", "student").first()
    if found is None:
        raise NotFound("没有找到这名学生，或本学期不在您的学校。")
    return found


@action("visit.record", ALLOWED)
def record_visit(
    *, by: User, student: int, semester: str, form_key: str = "", photo: bytes | None = None, **seen: Any
) -> list[Moved]:
    """Write down a visit; the same `form_key` again (a double click) changes nothing. Amounts in fen.

    `seen`: visited_on, mode, teachers, policy_explained, aid_confirmed, amount_heard_fen, and the words: address,
    family_situation, study, thoughts, difficulty, help_given, next_step, guardian_signed.
    """
    term = calendar.semester(semester)
    key = uuid.UUID(form_key) if form_key else uuid.uuid4()
    known = HomeVisit.objects.filter(form_key=key, by=by).first()
    if known is not None:
        return [Moved("homevisit", known.pk, "RECORDED", "RECORDED")]
    place = place_of(student, term, "visit.record", by)
    kept = _photo(photo, place, by) if photo else None
    visit = HomeVisit.objects.create(
        student_id=student, semester=term, school=place.school, amount_paid_fen=paid_to(student, term), form_key=key,
        by=by, photo=kept, **_seen(term, **seen),
    )  # fmt: skip
    record("homevisit", visit.pk, school_code=place.school.code, to_state="RECORDED")
    return [Moved("homevisit", visit.pk, None, "RECORDED", 1)]


def _seen(
    term: Semester, *, visited_on: date, mode: str, teachers: str, policy_explained: bool = True,
    aid_confirmed: bool | None = None, amount_heard_fen: int | None = None, **words: str,
) -> dict[str, Any]:  # fmt: skip
    """The columns of what was seen and heard; raises BadInput for a day or a mode that makes no sense."""
    if mode not in list(VisitMode) or not teachers.strip():
        raise BadInput("请选择走访方式，并填写走访教师。", field="teachers")
    if not term.starts_on <= visited_on <= calendar.business_date():
        raise BadInput(f"走访日期应在 {term.starts_on} 与今天 {calendar.business_date()} 之间。", field="visited_on")
    return {
        "visited_on": visited_on, "mode": mode, "teachers": teachers.strip(), "policy_explained": policy_explained,
        "aid_confirmed": aid_confirmed, "amount_heard_fen": amount_heard_fen,
        **{name: text.strip() for name, text in words.items()},
    }  # fmt: skip


def _photo(data: bytes, of: Any, by: User) -> Any:
    return keep_photo(
        data, kind="visit", field="photo", name=f"走访-{of.student.name}", by=by, school_code=of.school.code
    )


# ---- a wrong one ---------------------------------------------------------------------------------------------


def _to_mend(verb: str, by: User, visit: int, reason: str) -> Any:
    """The visit, where this person may mend it: whoever recorded it or the school's head, until it is settled."""
    if not reason.strip():
        raise BadInput("请写明原因，系统会留下记录。", field="reason")
    found: Any = scoped(HomeVisit.objects.select_related("school", "semester", "student"), verb, by, [visit])[0]
    if not may_mend(by, found):
        raise Forbidden("走访记录由登记人本人或学校负责人更正、撤回。")
    if found.withdrawn_by_id is not None:
        raise Refused("这条走访记录已经撤回或更正过，请刷新。")
    if found.settled_by_id is not None:
        raise Refused("资助中心已经登记核实结果，这条记录不能再改；有新的情况，请另登记一次走访。")
    return found


def may_mend(by: User, entry: Any) -> bool:
    """Whether an entry of the person's reach is hers to correct or withdraw."""
    return bool(entry.by_id == by.pk or Role.SCHOOL_HEAD in by.roles)


@action("visit.correct", ALLOWED)
def correct_visit(
    *, by: User, visit: int, reason: str, form_key: str = "", photo: bytes | None = None, **seen: Any
) -> list[Moved]:
    """Replace a wrong visit by a right one; the wrong one stays, withdrawn, and tells why. Photo: the old one stays.

    `seen` as record_visit takes it. Who corrects is the new row's recorder.
    """
    found = _to_mend("visit.correct", by, visit, reason)
    kept = _photo(photo, found, by) if photo else found.photo
    key = uuid.UUID(form_key) if form_key else uuid.uuid4()
    made = HomeVisit.objects.create(
        student=found.student, semester=found.semester, school=found.school, amount_paid_fen=found.amount_paid_fen,
        form_key=key, by=by, photo=kept, replaces=found, **_seen(found.semester, **seen),
    )  # fmt: skip
    code = found.school.code
    _withdraw(found, by, f"更正：{reason.strip()}"[:200])
    record("homevisit", found.pk, school_code=code, from_state="RECORDED", to_state="CORRECTED", reason=reason)
    record("homevisit", made.pk, school_code=code, from_state="RECORDED", to_state="CORRECTED", reason=reason)
    return [Moved("homevisit", made.pk, "RECORDED", "CORRECTED", 1)]


def _withdraw(found: Any, by: User, reason: str) -> None:
    HomeVisit.objects.filter(pk=found.pk, withdrawn_by=None).update(withdrawn_by=by, withdrawn_reason=reason)


@action("visit.withdraw", ALLOWED)
def withdraw_visit(*, by: User, visit: int, reason: str) -> list[Moved]:
    """Take a visit back that should not have been recorded; the row stays and counts no more."""
    found = _to_mend("visit.withdraw", by, visit, reason)
    _withdraw(found, by, reason.strip()[:200])
    record(
        "homevisit", found.pk, school_code=found.school.code, from_state="RECORDED", to_state="WITHDRAWN", reason=reason
    )
    return [Moved("homevisit", found.pk, "RECORDED", "WITHDRAWN")]


# ---- what the bureau finds, and the list ---------------------------------------------------------------------


@action("visit.settle", ALLOWED)
def settle_visit(*, by: User, visit: int, note: str) -> list[Moved]:
    """Say what was found where the family named another amount than was paid; never one's own visit."""
    if not note.strip():
        raise BadInput("请写明核实结果。", field="note")
    found: Any = scoped(HomeVisit.objects.select_related("school"), "visit.settle", by, [visit])[0]
    if found.amount_heard_fen is None or found.amount_heard_fen == found.amount_paid_fen:
        raise Refused("这次走访的金额一致，不需要核实。")
    if found.settled_by_id is not None:
        raise Refused("这次走访已经核实过，请刷新。")
    if found.withdrawn_by_id is not None:
        raise Refused("这次走访已经撤回或更正，请刷新。")
    if found.by_id == by.pk:
        raise Refused("走访记录由登记人以外的人核实。")
    HomeVisit.objects.filter(pk=found.pk, settled_by=None).update(settled_by=by, settled_note=note.strip())
    record("homevisit", found.pk, school_code=found.school.code, to_state="SETTLED", reason=note)
    return [Moved("homevisit", found.pk, "RECORDED", "SETTLED")]


@action("visit.export", ALLOWED)
def export_visits(*, by: User, semester: str, **filters: Any) -> Paper:
    """The semester's visits in reach as xlsx; `filters` are field lookups."""
    term = calendar.semester(semester)
    rows = HomeVisit.objects.within(reach_for(by, "visit.export")).of(term).live().filter(**filters)
    rows = rows.select_related("school", "student").order_by("school__code", "visited_on", "pk")
    lines = [
        (
            v.visited_on, v.school.name, v.student.name, v.get_mode_display(), v.teachers, v.policy_explained,
            v.amount_heard_fen, v.amount_paid_fen,
            "" if v.amount_heard_fen is None else v.amount_heard_fen == v.amount_paid_fen, v.difficulty, v.help_given,
            v.settled_note,
        )
        for v in rows.iterator(chunk_size=1000)
    ]  # fmt: skip
    footer = calendar.stamp(by)
    data = xlsx_out.write([xlsx_out.Sheet("走访记录", _COLUMNS, lines)], footer=footer)
    digest = hashlib.sha256(data).hexdigest()
    record("homevisit", term.code, to_state="EXPORTED", count=len(lines), digest=digest, reason=str(filters))
    return Paper(f"走访记录-{term}.xlsx", XLSX, data)
