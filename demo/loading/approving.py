"""Hops 2 to 4 of the demo: comparison, recognition, rosters, review, publicity — each by its own person."""

import io
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

from PIL import Image, ImageDraw

from aid_admin.accounts.actions import operator
from aid_admin.accounts.rules import Role
from aid_admin.county import calendar
from aid_admin.county.actions import set_business_date
from aid_admin.county.models import Semester
from demo.loading.files import County, Progress
from demo.loading.staff import Staff
from disbursement.actions import drafting, objections, publicity, rosters
from disbursement.models import Objection, PublicityEvidence, PublicityPeriod, Roster, RosterLine
from disbursement.rules.publicity import PeriodLength, may_end_on
from disbursement.rules.states import LineKind, PeriodState, RosterState
from eligibility.actions import applications, compare, decisions, entitle
from eligibility.models import AidApplication, CoverageGap, Run
from eligibility.rules import ApplicationState
from students.actions.accounts import verify_accounts as verify
from students.models import BankAccount

STARTED_ON = date(2020, 6, 1)


def _by_school(rows: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for school, pk in rows:
        found[school].append(pk)
    return dict(sorted(found.items()))


def recognise_applications(county: County, staff: Staff, progress: Progress) -> None:
    """Clerks submit, heads review, the county recognises or turns down as decided."""
    told = {row["pupil_id"]: row for row in county.decisions["applications"]}
    every = AidApplication.objects.filter(semester__code=county.semester)
    pending = every.filter(state=ApplicationState.DRAFT).order_by("pk")
    for school, ids in _by_school(pending.values_list("school__code", "pk")).items():
        applications.submit_applications(by=staff.clerk(school), application=ids)
    pending = every.filter(state=ApplicationState.SUBMITTED).order_by("pk")
    for school, ids in _by_school(pending.values_list("school__code", "pk")).items():
        applications.review_applications(by=staff.head(school), application=ids)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    reviewed = every.filter(state=ApplicationState.SCHOOL_REVIEWED).order_by("pk")
    for pk, id_number in reviewed.values_list("pk", "student__id_number"):
        row = told[str(id_number)]
        groups[row["decision"], row["tier"] or row["text"]].append(pk)
    approver = staff.county(Role.APPROVER)
    for number, ((decision, detail), ids) in enumerate(sorted(groups.items()), 1):
        if decision == "RECOGNISED":
            applications.recognise_applications(by=approver, application=ids, tier=detail)
        else:
            applications.reject_applications(by=approver, application=ids, reason=detail)
        progress("认定申请", number, len(groups))


def verify_accounts(staff: Staff, progress: Progress) -> None:
    """Every school's head verifies what the clerk's list proposed."""
    pending = BankAccount.objects.filter(verified_by=None, ended_at=None)
    rows = _by_school(pending.order_by("pk").values_list("source_row__school__code", "pk"))
    for number, (school, ids) in enumerate(rows.items(), 1):
        verify(by=staff.head(school), account=ids)
        progress("核对银行账户", number, len(rows))


def compare_and_settle(county: County, progress: Progress) -> None:
    """Compare, settle the children whose whereabouts are known, compare again."""
    officer = Staff().county(Role.REGISTRY_OFFICER)
    progress("比对核查", 0, 3)
    run = Run.objects.get(pk=compare.compare(by=officer, semester=county.semester)[0].id)
    progress("核实名单儿童去向", 1, 3)
    _settle_coverage(county, run, staff_officer=officer)
    compare.compare(by=officer, semester=county.semester)
    progress("比对核查", 3, 3)


def _settle_coverage(county: County, run: Run, *, staff_officer: Any) -> None:
    told = {
        (row["registry"], row["id_number"] or row["name"]): (row["reason_code"], row["note"])
        for row in county.decisions["coverage"]
    }
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    gaps = CoverageGap.objects.filter(run=run, reason_code="UNKNOWN").order_by("pk")
    for pk, registry, number, text, name in gaps.values_list(
        "pk", "record__registry", "record__id_number", "record__id_text", "record__name"
    ):
        found = told.get((registry, number or text)) or told.get((registry, name))
        if found:
            groups[found].append(pk)
    for (reason, note), ids in sorted(groups.items()):
        decisions.settle_coverage(by=staff_officer, coverage=ids, reason_code=reason, note=note)


def entitle_and_draft(county: County, progress: Progress) -> None:
    """Entitle, draft all rosters, clerks answer the differences, heads submit."""
    staff = Staff()
    reviewer = staff.county(Role.REVIEWER)
    progress("核定资格", 0, 1)
    entitle.entitle(by=reviewer, semester=county.semester)
    progress("生成名册", 0, 1)
    drafting.draft_rosters(by=reviewer, semester=county.semester)
    _answer(county, staff, progress)
    drafts = Roster.objects.filter(semester__code=county.semester, state=RosterState.DRAFT).order_by("pk")
    rows = _by_school(drafts.values_list("school__code", "pk"))
    for number, (school, ids) in enumerate(rows.items(), 1):
        rosters.submit_rosters(by=staff.head(school), roster=ids)
        progress("学校上报名册", number, len(rows))


def _answer(county: County, staff: Staff, progress: Progress) -> None:
    """Each difference is answered as the school decided; what nobody foresaw is agreed to."""
    told = {(row["programme"], row["pupil_id"]): row for row in county.decisions["roster_answers"]}
    groups: dict[tuple[str, int, str, str], list[int]] = defaultdict(list)
    lines = RosterLine.objects.filter(
        semester__code=county.semester, roster__state=RosterState.DRAFT, answered_by=None
    ).exclude(kind=LineKind.RIGHT)
    for pk, roster, school, programme, number, kind in lines.order_by("pk").values_list(
        "pk", "roster", "roster__school__code", "programme__code", "student__id_number", "kind"
    ):
        row = told.get((programme, number))
        text = row["text"] if row else "同意按核定结果办理"
        reason = row["reason_code"] if row and kind == LineKind.MISSING else ""
        groups[school, roster, reason, text].append(pk)
    for number, ((school, _, reason, text), ids) in enumerate(sorted(groups.items()), 1):
        rosters.answer_differences(by=staff.clerk(school), line=ids, reason_code=reason, explanation=text)
        progress("学校说明差异", number, len(groups))


def review_and_approve(county: County, progress: Progress) -> None:
    """The second reviewer reviews, the first approver approves."""
    staff = Staff()
    mine = Roster.objects.filter(semester__code=county.semester)
    submitted = list(mine.awaiting_review().order_by("pk").values_list("pk", flat=True))
    if submitted:
        rosters.review_rosters(by=staff.county(Role.REVIEWER, 2), roster=submitted)
    progress("初审", 1, 2)
    reviewed = list(mine.awaiting_approval().order_by("pk").values_list("pk", flat=True))
    if reviewed:
        rosters.approve_rosters(by=staff.county(Role.APPROVER), roster=reviewed)
    progress("复审", 2, 2)


def publicise(county: County, progress: Progress) -> None:
    """Plan, start, photograph, object and decide, end after its time, confirm."""
    staff = Staff()
    officer = staff.county(Role.PUBLICITY_OFFICER)
    advance(STARTED_ON)
    approved = Roster.objects.filter(semester__code=county.semester, state=RosterState.APPROVED)
    if approved.filter(period=None).exists():
        publicity.plan_period(by=officer, semester=county.semester)
    period = PublicityPeriod.objects.filter(semester__code=county.semester).latest("pk")
    if period.state == PeriodState.PLANNED:
        publicity.start_period(by=officer, period=period.pk)
    period.refresh_from_db()
    if period.state == PeriodState.RUNNING:
        _photograph(period, "START", staff, progress)
        _object(county, period, staff)
        term = Semester.objects.get(pk=period.semester_id)
        length = PeriodLength(term.publicity_days, term.publicity_workdays)
        advance(may_end_on(period.started_on or STARTED_ON, length, calendar.holidays()))
        _photograph(period, "END", staff, progress)
        approver = staff.county(Role.APPROVER)
        unchecked = PublicityEvidence.objects.filter(period=period, checked_by=None).values_list("pk", flat=True)
        if unchecked:
            publicity.check_photos(by=approver, evidence=list(unchecked))
        publicity.end_period(by=approver, period=period.pk)
    confirmable = list(approved.filter(period=period).order_by("pk").values_list("pk", flat=True))
    if confirmable:
        rosters.confirm_rosters(by=staff.county(Role.APPROVER), roster=confirmable)


def advance(day: date) -> None:
    """Move the demo's business date forward to `day`."""
    if day > calendar.business_date():
        set_business_date(by=operator(), date=day)


def _photograph(period: PublicityPeriod, moment: str, staff: Staff, progress: Progress) -> None:
    """Every school sends its photo, two at a time: each is decoded by a process of its own."""
    there = set(PublicityEvidence.objects.filter(period=period, moment=moment).values_list("school__code", flat=True))
    schools = sorted(set(period.rosters.values_list("school__code", flat=True)) - there)

    def send(school: str) -> None:
        publicity.add_photo(
            by=staff.clerk(school), period=period.pk, school=school, moment=moment, file=_photo(school, moment)
        )

    with ThreadPoolExecutor(2) as pool:
        for done in range(0, len(schools), 2):
            list(pool.map(send, schools[done : done + 2]))
            progress("公示照片", min(done + 2, len(schools)), len(schools))


def _photo(school: str, moment: str) -> bytes:
    """A drawn stand-in for the photo of a notice board."""
    image = Image.new("RGB", (480, 320), (196, 184, 160))
    draw = ImageDraw.Draw(image)
    draw.rectangle((90, 30, 390, 300), fill=(250, 250, 246), outline=(90, 90, 90))
    for row in range(12):
        draw.line((110, 80 + row * 16, 370, 80 + row * 16), fill=(120, 120, 120))
    draw.text((120, 45), f"{school} {moment} {calendar.business_date()}", fill=(160, 20, 20))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def _object(county: County, period: PublicityPeriod, staff: Staff) -> None:
    officer, approver = staff.county(Role.PUBLICITY_OFFICER), staff.county(Role.APPROVER)
    for row in sorted(county.decisions["objections"], key=lambda r: (r["day"], r["pupil_id"])):
        line = RosterLine.objects.filter(
            roster__period=period, student__id_number=row["pupil_id"], programme__code=row["programme"]
        ).first()
        if line is None or Objection.objects.filter(roster_line=line, text=row["text"]).exists():
            continue
        received = (period.started_on or STARTED_ON) + timedelta(days=row["day"] - 1)
        advance(received)
        objections.add_objection(
            by=officer, line=line.pk, channel=row["channel"], text=row["text"], received_on=received
        )
    for row in county.decisions["objections"]:
        found = Objection.objects.filter(roster_line__student__id_number=row["pupil_id"], outcome="").first()
        if found:
            objections.decide_objection(
                by=approver, objection=found.pk, outcome=row["decision"], finding=row["finding"]
            )
