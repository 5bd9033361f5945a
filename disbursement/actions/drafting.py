"""Drafting rosters: the newest entitlements laid beside what the schools filed, in bulk."""

from collections import defaultdict
from typing import Any

from django.db.models import Max

from aid_admin.accounts.acting import Moved, action, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester
from aid_admin.db import bulk
from aid_admin.intake.models import Upload
from aid_admin.lib.refusals import Refused
from disbursement.models import Roster, RosterLine
from disbursement.permissions import ALLOWED
from disbursement.rules.comparison import ComputedLine, Difference, FiledLine, lay_side_by_side
from disbursement.rules.states import LineKind, RosterState
from eligibility.actions.entitle import newest_run
from eligibility.models import AidProgramme, Run

_LINE = (
    "roster_id", "student_id", "semester_id", "programme_id", "entitlement_id", "filed_line_id", "kind", "amount_fen",
    "category", "grade", "class_name", "state", "reason_code", "explanation", "refusal", "answered_by_id",
)  # fmt: skip
Key = tuple[str, str]  # school code, programme code


def computed_lines(term: Semester, run: Run, only_school: str = "") -> list[ComputedLine]:
    """The run's entitlements with the school of the placement, granted or not.

    With `only_school` what it grants there, and every refusal: a school may file a pupil who is placed elsewhere.
    """
    return [
        ComputedLine(school, programme, student, amount, reason, pk)
        for school, programme, student, amount, reason, pk in bulk.query(
            """SELECT s.code, g.code, e.student_id, e.amount_fen, e.reason_code, e.id
                 FROM eligibility_entitlement e JOIN eligibility_aidprogramme g ON g.id = e.programme_id
                 JOIN students_placement p ON p.student_id = e.student_id AND p.semester_id = %s
                 JOIN county_school s ON s.id = p.school_id
                WHERE e.run_id = %s AND (NOT e.granted OR %s IN ('', s.code))
                ORDER BY s.code, g.position, p.grade_year, p.class_name, e.student_id""",
            [term.pk, run.pk, only_school],
        )
    ]


def filed_lines(term: Semester, only_school: str = "") -> tuple[list[FiledLine], dict[Key, int]]:
    """What schools filed and is in force, and the upload behind each school and programme."""
    lines, uploads = [], {}
    for school, programme, student, amount, pk, upload in bulk.query(
        """SELECT s.code, g.code, t.id, l.amount_fen, l.id, l.upload_id
             FROM disbursement_filedline l JOIN intake_inforce f ON f.upload_id = l.upload_id AND f.until IS NULL
             JOIN county_school s ON s.id = l.school_id JOIN eligibility_aidprogramme g ON g.id = l.programme_id
             LEFT JOIN students_student t ON t.id_number = l.id_number
            WHERE l.semester_id = %s AND %s IN ('', s.code) ORDER BY s.code, g.position, l.sheet, l.row""",
        [term.pk, only_school],
    ):
        lines.append(FiledLine(school, programme, student, amount, pk))
        uploads[school, programme] = upload
    return lines, uploads


@action("roster.draft", ALLOWED)
def draft_rosters(*, by: User, semester: str, school: str = "", programme: str = "") -> list[Moved]:
    """Draft, or lay anew, the rosters of a semester: one per school, programme and round.

    Rosters that have gone up stay; pupils who are on none of them go into the next round. The same
    entitlements and the same filed lists change nothing.
    """
    term = calendar.semester(semester)
    calendar.refuse_closed(term)
    _lock_drafts(term)
    run = newest_run(term)
    if run is None:
        raise Refused("本学期还没有核定资格，请先核定（entitle）再生成名册。")
    schools = {s.code: s for s in School.objects.within(reach_for(by, "roster.draft"))}
    differences = _by_roster(term, run, schools, school, programme)
    uploads = filed_lines(term)[1]
    programmes = {p.code: p for p in AidProgramme.objects.all()}
    return [
        moved
        for (school_code, code), lines in differences.items()
        for moved in _draft_one(
            term, run, by, schools[school_code], programmes[code], uploads.get((school_code, code)), lines
        )
    ]


def _lock_drafts(term: Semester) -> None:
    """One person drafts at a time, and nobody submits a draft that is being laid anew; in id order as everywhere."""
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"rosters {term.code}"])
    drafts = Roster.objects.of(term).filter(state=RosterState.DRAFT)
    list(drafts.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def _by_roster(
    term: Semester, run: Run, schools: dict[str, School], school: str, programme: str
) -> dict[Key, list[Difference]]:
    found: dict[Key, list[Difference]] = defaultdict(list)
    for row in lay_side_by_side(computed_lines(term, run, school), filed_lines(term, school)[0]):
        if row.school in schools and school in ("", row.school) and programme in ("", row.programme):
            found[row.school, row.programme].append(row)
    return dict(sorted(found.items()))


def _draft_one(
    term: Semester, run: Run, by: User, school: School, programme: AidProgramme, filed: int | None, rows: list[Difference]
) -> list[Moved]:  # fmt: skip
    earlier = Roster.objects.of(term).filter(school=school, programme=programme)
    draft = earlier.filter(state=RosterState.DRAFT).select_for_update().first()
    placed = set(
        RosterLine.objects.filter(roster__in=earlier.exclude(state=RosterState.DRAFT)).values_list("student", flat=True)
    )
    gone_up = earlier.exclude(state=RosterState.DRAFT).exists()
    rows = [r for r in rows if r.person is not None and r.person not in placed]
    if gone_up:  # later rounds hold only pupils who became entitled since
        rows = [r for r in rows if r.computed_fen > 0]
    if not rows:
        return []
    if draft and draft.run_id == run.pk and draft.filed_id == filed and draft.lines.exists():
        return [Moved("roster", draft.pk, RosterState.DRAFT, RosterState.DRAFT)]
    if draft:
        draft.lines.all().delete()
        Roster.objects.filter(pk=draft.pk).update(run=run, filed=filed)
    else:
        last = earlier.aggregate(last=Max("round"))["last"] or 0
        draft = Roster.objects.create(
            semester=term, school=school, programme=programme, round=last + 1, run=run, filed_id=filed, prepared_by=by
        )
    _write_lines(draft, rows)
    granted = [r for r in rows if r.computed_fen > 0]
    amount = sum(r.computed_fen for r in granted)
    record("roster", draft.pk, school_code=school.code, to_state=RosterState.DRAFT, count=len(granted))
    return [Moved("roster", draft.pk, None, RosterState.DRAFT, len(granted), len(granted), amount)]


def _write_lines(roster: Roster, rows: list[Difference]) -> None:
    students = [r.person for r in rows]
    places = {
        student: (grade, class_name)
        for student, grade, class_name in bulk.query(
            "SELECT student_id, grade, class_name FROM students_placement WHERE semester_id = %s AND student_id = ANY(%s)",
            [roster.semester_id, students],
        )
    }
    entitlements = [r.computed.reference for r in rows if r.computed]
    categories = dict(bulk.query("SELECT id, category FROM eligibility_entitlement WHERE id = ANY(%s)", [entitlements]))
    seen: set[Any] = set()
    values = []
    for r in rows:
        if r.person in seen:
            continue
        seen.add(r.person)
        grade, class_name = places.get(r.person, ("", ""))
        entitled = r.computed.reference if r.computed else None
        amount = r.filed_fen if r.kind is LineKind.TOO_MANY else r.computed_fen
        values.append(
            (
                roster.pk, r.person, roster.semester_id, roster.programme_id, entitled,
                r.filed.reference if r.filed else None, r.kind.value, amount, categories.get(entitled, ""), grade,
                class_name, "PROPOSED", "", "", "", None,
            )
        )  # fmt: skip
    bulk.copy(RosterLine, _LINE, values)


def filed_in_force(upload: Upload) -> None:
    """Lay a standing draft beside the newly filed list; a roster that has gone up refuses the list."""
    rosters = Roster.objects.filter(
        semester=upload.semester, school=upload.school, programme__code=upload.part, round=1
    ).exclude(state=RosterState.VOIDED)
    draft = rosters.select_related("semester", "run", "school", "programme").select_for_update(of=("self",)).first()
    if draft is None:
        return
    if draft.state != RosterState.DRAFT:
        raise Refused("该项目名册已经上报，不能再更换填报名单。请先请初审退回，再重新上传。")
    _relay(draft)


filed_undone = filed_in_force  # undoing a list has the same limits, and the draft is laid anew as well


def _relay(draft: Roster) -> None:
    key = (draft.school.code, draft.programme.code)
    rows = _by_roster(draft.semester, draft.run, {key[0]: draft.school}, *key).get(key, [])
    draft.lines.all().delete()
    Roster.objects.filter(pk=draft.pk).update(filed=filed_lines(draft.semester, key[0])[1].get(key))
    _write_lines(draft, [row for row in rows if row.person is not None])
    record("roster", draft.pk, school_code=key[0], to_state=RosterState.DRAFT, reason="按新的填报名单重新比对")
