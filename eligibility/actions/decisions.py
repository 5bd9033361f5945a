"""What persons decide about matches, claims of two schools, and children on no roll."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from aid_admin.accounts.acting import Moved, action, record, scoped
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester
from aid_admin.db import bulk
from aid_admin.lib.refusals import BadInput, NotFound
from eligibility.actions.compare import RECORD_KEY
from eligibility.models import ComparisonResult, CoverageDecision, CoverageGap, MatchDecision
from eligibility.permissions import ALLOWED
from eligibility.rules import CoverageReason
from students.models import EnrolmentRecord, Placement
from students.rules import Standing


def _refuse_closed(terms: Iterable[Semester]) -> None:
    for term in {term.pk: term for term in terms}.values():
        calendar.refuse_closed(term)


@action("match.decide", ALLOWED)
def decide_match(*, by: User, match: list[int], decision: str, reason: str) -> list[Moved]:
    """Say of pairs of pupil and registry row: SAME, NOT_SAME or ASK; it counts from the next comparison on."""
    if decision not in {"SAME", "NOT_SAME", "ASK"} or not reason.strip():
        raise BadInput("请选择 SAME（同一人）、NOT_SAME（不是同一人）或 ASK（待核实），并填写理由。")
    results: list[Any] = scoped(ComparisonResult.objects.select_related("run__semester"), "match.decide", by, match)
    _refuse_closed(result.run.semester for result in results)
    keys = bulk.query(
        f"""SELECT c.id, encode(s.id_number, 'hex'), {RECORD_KEY} FROM eligibility_comparisonresult c
              JOIN students_student s ON s.id = c.student_id
              JOIN eligibility_registryrecord r ON r.id = c.record_id WHERE c.id = ANY(%s)""",
        [[item.pk for item in results]],
    )
    for pk, student_key, record_key in keys:
        MatchDecision.objects.filter(student_key=student_key, record_key=record_key, undone_at=None).update(
            undone_at=timezone.now()
        )
        MatchDecision.objects.create(
            student_key=student_key, record_key=record_key, decision=decision, reason=reason, by=by
        )
        record("comparisonresult", pk, to_state=decision, reason=reason)
    return [Moved("match", item.pk, item.verdict, decision) for item in results]


@action("claim.settle", ALLOWED)
def settle_claim(*, by: User, student: list[int], school: str, reason: str, semester: str) -> list[Moved]:
    """Say at which school a pupil is who is claimed twice, in transfer, or held by two rolls."""
    found = School.objects.filter(code=school).first()
    if found is None or not reason.strip():
        raise BadInput("请指明学校（十位标识码）并填写核定理由。")
    placements: list[Any] = list(
        Placement.objects.select_for_update().filter(student__in=student, semester__code=semester).order_by("pk")
    )
    if len(placements) != len(set(student)):
        raise NotFound("没有找到这名学生本学期的就读记录，请先比对。")
    calendar.refuse_closed(calendar.semester(semester))
    for placement in placements:
        roll = _roll_at(placement, found)
        standing = Standing.GO if roll else Standing.ATTENDING_NOT_ENROLLED
        old = placement.standing
        changes = {"school": found, "standing": standing, "decided_by": by, "reason": reason}
        if roll:
            changes |= {
                "enrolment": roll, "stage": roll.stage, "grade": roll.grade, "grade_year": roll.grade_year,
                "class_name": roll.class_name, "boarding": roll.boarding,
            }  # fmt: skip
        Placement.objects.filter(pk=placement.pk).update(**changes)
        record("placement", placement.pk, school_code=school, from_state=old, to_state=standing, reason=reason)
    return [Moved("placement", p.pk, p.standing, "SETTLED") for p in placements]


def _roll_at(placement: Placement, school: School) -> EnrolmentRecord | None:
    """The pupil's roll in force at that school, else the one the placement rests on."""
    rolls = EnrolmentRecord.objects.filter(
        upload__in_force__until=None, upload__in_force__semester=placement.semester,
        id_number=placement.student.id_number,
    )  # fmt: skip
    return rolls.filter(school=school).first() or rolls.first()


@action("coverage.settle", ALLOWED)
def settle_coverage(*, by: User, coverage: list[int], reason_code: str, note: str = "") -> list[Moved]:
    """Say where registry children are who are on no roll; it counts from the next comparison on."""
    if reason_code not in list(CoverageReason):
        raise BadInput("去向代码不对，可用：" + "、".join(f"{r.value}（{r.label}）" for r in CoverageReason))
    gaps: list[Any] = scoped(CoverageGap.objects.select_related("run__semester"), "coverage.settle", by, coverage)
    _refuse_closed(gap.run.semester for gap in gaps)
    for gap in gaps:
        semester = gap.run.semester_id
        CoverageDecision.objects.filter(record_key=gap.record_key, semester=semester, undone_at=None).update(
            undone_at=timezone.now()
        )
    seen = {gap.record_key: gap for gap in gaps}
    CoverageDecision.objects.bulk_create(
        CoverageDecision(record_key=key, semester_id=gap.run.semester_id, reason_code=reason_code, note=note, by=by)
        for key, gap in seen.items()
    )
    record("coveragegap", gaps[0].pk, to_state=reason_code, reason=note, count=len(gaps))
    return [Moved("coverage", gap.pk, gap.outcome, "OUT_OF_ROLLS") for gap in gaps]
