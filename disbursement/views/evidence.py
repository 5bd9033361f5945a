"""What stands behind a line of a roster, for those who review: flags, registries, roll, last semester, the family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from aid_admin.accounts.gate import StaffRequest
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.intake.registry import KINDS
from aid_admin.lib.money import yuan_comma
from disbursement.actions.flags import flags_of
from disbursement.models import RosterLine
from disbursement.permissions import SEES_FLAGS
from disbursement.rules.review import Flag
from disbursement.rules.states import GRANTS, LineKind, RosterState
from eligibility.models import Entitlement
from eligibility.rules import Verdict
from students.models import BankAccount, Placement, Student
from students.rules import RollStatus

Flags = Mapping[int, Mapping[Flag, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class LastSemester:
    """A school's grants of one programme beside those of the semester before: student → fen, both sides."""

    semester: Semester
    before: Mapping[int, int]
    now: Mapping[int, int]

    @property
    def added(self) -> int:
        """Pupils who had none."""
        return len(self.now.keys() - self.before.keys())

    @property
    def gone(self) -> list[int]:
        """Pupils who had one and are not on the list now."""
        return sorted(self.before.keys() - self.now.keys())

    @property
    def changed(self) -> int:
        """Pupils who get another amount."""
        return sum(self.before[pk] != fen for pk, fen in self.now.items() if pk in self.before)

    @property
    def fen_before(self) -> int:
        """What they came to."""
        return sum(self.before.values())

    @property
    def fen_more(self) -> int:
        """By how much the sum has grown; below zero it has shrunk."""
        return sum(self.now.values()) - self.fen_before

    @property
    def fen_less(self) -> int:
        """By how much the sum has shrunk."""
        return -self.fen_more


def sees(user: User) -> bool:
    """Whether the person reviews, or audits what was reviewed."""
    return bool(user.roles & SEES_FLAGS)


def semester_before(request: StaffRequest, term: Semester) -> Semester | None:
    """The semester that was before this one."""
    older = [one for one in calendar.of_session(request.session)[0] if one.starts_on < term.starts_on]
    return older[0] if older else None


def last_semester(request: StaffRequest, roster: Any) -> LastSemester | None:
    """The comparison with the semester before; None where there was nothing. Two queries."""
    before = semester_before(request, roster.semester)
    lines = RosterLine.objects.visible_to(request.user).filter(
        programme=roster.programme_id, roster__school=roster.school_id
    )
    if before is None:
        return None
    had = dict(lines.filter(semester=before, state__in=sorted(GRANTS)).values_list("student", "amount_fen"))
    here = lines.filter(semester=roster.semester_id).exclude(roster__state=RosterState.VOIDED).counted()
    return LastSemester(before, had, dict(here.values_list("student", "amount_fen"))) if had else None


def gone(request: StaffRequest, roster: Any, last: LastSemester | None) -> list[dict[str, Any]]:
    """Who had a grant last semester and is not on the list now, and what is known of why. Four queries."""
    if last is None:
        return []
    ids, user = last.gone, request.user
    pupils = Student.objects.visible_to(user).filter(pk__in=ids).order_by("name_key", "pk")
    rights = Entitlement.objects.visible_to(user).filter(
        run=roster.run_id, programme=roster.programme_id, student__in=ids
    )
    why = {right.student_id: right for right in rights}
    refused = RosterLine.objects.visible_to(user).filter(
        semester=roster.semester_id, programme=roster.programme_id, student__in=ids
    )
    lines = {line.student_id: line for line in refused.select_related("roster__school").order_by("pk")}
    places = Placement.objects.visible_to(user).of(roster.semester).filter(student__in=ids).select_related("school")
    placed = {place.student_id: place for place in places}
    return [
        {
            "student": pupil,
            "fen": last.before[pupil.pk],
            "why": _why_gone(roster, lines.get(pupil.pk), why.get(pupil.pk), placed.get(pupil.pk)),
        }
        for pupil in pupils
    ]


def _why_gone(roster: Any, line: Any, right: Any, place: Any) -> str:
    if place is None:
        return "本学期不在我县学籍中"
    if place.school_id != roster.school_id and place.school:
        return f"本学期在{place.school.name}"
    if line is not None and line.kind != LineKind.TOO_MANY:
        return f"在名册上，{line.get_state_display()}：{line.refusal_label}{line.refusal_note and f'，{line.refusal_note}'}"
    if right is not None and not right.granted:
        return str(right.why)
    if right is not None:
        return "本学期应助，但不在这份名册上，请重新生成名册"
    return f"本学期{place.get_standing_display()}，没有困难类别或学段不符"


def mark(lines: Sequence[Any], flags: Flags, last: LastSemester | None) -> None:
    """Set on each line `flags`, their words, and `was`: what is new about it beside last semester."""
    for line in lines:
        line.flags = [flag.label for flag in flags.get(line.pk, {})]
        line.was = _was(line, last) if last and line.student_id in last.now else ""


def _was(line: Any, last: LastSemester) -> str:
    before = last.before.get(line.student_id)
    if before is None:
        return "新增"
    return "" if before == line.amount_fen else f"上学期 {yuan_comma(before)}"


def panel(request: StaffRequest, roster: Any, mine: Any) -> HttpResponse:
    """The evidence of the line named in the address, alone: the list beside it stays as it is."""
    wanted = request.GET.get("line", "")
    line = get_object_or_404(mine, pk=int(wanted) if wanted.isascii() and wanted.isdigit() else 0)
    flags = flags_of(roster.semester, [roster.pk])
    return render(request, "disbursement/_evidence.html", {"evidence": evidence_of(request, roster, line, flags)})


def chosen(request: StaffRequest, mine: Any, page: Sequence[Any]) -> Any:
    """The line to show: that of the address, else the first of the page."""
    wanted = request.GET.get("line", "")
    named = mine.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    return named or next(iter(page), None)


def evidence_of(request: StaffRequest, roster: Any, line: Any, flags: Flags) -> dict[str, Any]:
    """Everything that speaks for or against one line."""
    user, student = request.user, line.student
    place = student.placement_set.filter(semester=roster.semester).select_related(
        "school", "enrolment__school", "enrolment__upload", "attendance__school", "attendance__upload"
    ).first()  # fmt: skip
    before = semester_before(request, roster.semester)
    earlier = RosterLine.objects.visible_to(user).filter(
        student=student, programme=roster.programme_id, semester=before
    )
    return {
        "roster": roster,
        "line": line,
        "flags": _told(user, flags.get(line.pk, {})),
        "shared": _shared(user, roster, line, flags.get(line.pk, {}).get(Flag.ACCOUNT_SHARED, [])),
        "categories": _categories(student, roster.run_id),
        "others": _others(student, roster.run),
        "place": place,
        "roll_status": RollStatus(place.enrolment.roll_status).label if place and place.enrolment else "",
        "before": before,
        "earlier": earlier.select_related("roster__school").order_by("-pk").first() if before else None,
        "kin": _kin(user, roster, student, place),
        "account": student.accounts.filter(ended_at=None).select_related("verified_by").order_by("-version").first(),
    }


def _told(user: User, flags: Mapping[Flag, Sequence[int]]) -> list[tuple[str, list[Any], int]]:
    """Each flag's words, the pupils it is about whom the person may see, and how many others there are."""
    ids = {pk for others in flags.values() for pk in others}
    seen = {pupil.pk: pupil for pupil in Student.objects.visible_to(user).filter(pk__in=ids)} if ids else {}
    return [
        (flag.label, [seen[pk] for pk in others if pk in seen], sum(pk not in seen for pk in others))
        for flag, others in flags.items()
    ]


def _shared(user: User, roster: Any, line: Any, others: Sequence[int]) -> list[dict[str, Any]]:
    """The account that pupils have in common, as each has it; of those alone whom the person may see. Three queries."""
    if not others:
        return []
    pupils = Student.objects.visible_to(user).filter(pk__in=[line.student_id, *others])
    mine = {account.account_no for account in line.student.accounts.filter(ended_at=None)}
    rows = BankAccount.objects.visible_to(user).filter(student__in=pupils, ended_at=None, account_no__in=mine)
    places = Placement.objects.visible_to(user).of(roster.semester).filter(student__in=pupils).select_related("school")
    schools = {place.student_id: place.school for place in places}
    accounts = sorted(rows.select_related("student"), key=lambda one: (one.student_id != line.student_id, one.pk))
    return [{"account": one, "school": schools.get(one.student_id)} for one in accounts]


def _categories(student: Any, run: int) -> list[Any]:
    """The categories that the entitlement rests on, each with the registry row or the application behind it."""
    held = student.categories.filter(run=run).select_related(
        "result__record__village__township", "result__record__upload", "application"
    )
    found = sorted(held, key=lambda one: (not one.is_primary, one.pk))
    for one in found:
        if one.result:
            _name(one.result)
    return found


def _others(student: Any, run: Any) -> list[Any]:
    """Hits of the comparison that a person has not decided: they carry nothing yet."""
    hits = student.comparisonresult_set.filter(run=run.inputs.get("compare_run"))
    waiting = hits.exclude(verdict__in=[Verdict.MATCHED, Verdict.MATCHED_NAME_VARIANT]).filter(decision=None)
    found = list(waiting.select_related("record__village__township", "record__upload").order_by("pk"))
    for one in found:
        _name(one)
    return found


def _name(result: Any) -> None:
    kind = KINDS.get(result.record.registry)
    result.registry_name = kind.title if kind else result.record.registry


def _kin(user: User, roster: Any, student: Any, place: Any) -> list[Any]:
    """Lines of this semester of pupils with whom a member of the family is shared."""
    roll = place.enrolment if place else None
    numbers = [member.id_number for member in roll.family.all() if member.id_number] if roll else []
    if not numbers:
        return []
    related = Placement.objects.visible_to(user).of(roster.semester).filter(enrolment__family__id_number__in=numbers)
    lines = RosterLine.objects.visible_to(user).filter(semester=roster.semester, student__in=related.values("student"))
    lines = lines.counted().exclude(student=student).exclude(roster__state=RosterState.VOIDED)
    return list(lines.select_related("student", "programme", "roster__school").order_by("student", "programme"))
