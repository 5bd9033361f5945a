"""公示: planned, started with a frozen list, evidenced by photos, ended after its time; objections."""

from datetime import date
from typing import Any

from aid_admin.accounts.acting import Moved, action, move, reach_for, record, scoped
from aid_admin.accounts.models import User
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.county.models import School
from aid_admin.files import store
from aid_admin.lib import images, workdays
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from disbursement.models import (
    Objection,
    PublicityEvidence,
    PublicityLine,
    PublicityPeriod,
    Roster,
    RosterLine,
)
from disbursement.permissions import ALLOWED
from disbursement.rules.publicity import (
    Moment,
    PeriodLength,
    PhotoState,
    SchoolPhotos,
    obstacles_to_end,
)
from disbursement.rules.states import (
    LINE_MOVES,
    PERIOD_MOVES,
    LineStatus,
    PeriodState,
    RosterState,
)

OBJECTION_WORKDAYS = 5


@action("publicity.plan", ALLOWED)
def plan_period(
    *, by: User, semester: str, title: str = "", roster: list[int] | None = None, planned_on: date | None = None
) -> list[Moved]:
    """Plan a period over approved rosters that are in none; without `roster`, over all of the semester."""
    term = calendar.semester(semester)
    approved = Roster.objects.within(reach_for(by, "publicity.plan")).of(term).filter(state=RosterState.APPROVED)
    chosen = _free(approved.filter(pk__in=roster) if roster else approved)
    if not chosen or (roster and len(chosen) != len(set(roster))):
        raise Refused("没有可以公示的名册：名册须已通过复审，且不在别的公示中。")
    period = PublicityPeriod.objects.create(
        semester=term,
        title=title.strip() or f"{term}学生资助名单公示",
        planned_on=planned_on or calendar.business_date(),
        planned_by=by,
    )
    Roster.objects.filter(pk__in=[item.pk for item in chosen]).update(period=period)
    record("publicityperiod", period.pk, to_state=PeriodState.PLANNED, count=len(chosen))
    return [Moved("publicityperiod", period.pk, None, PeriodState.PLANNED)]


def _free(rosters: Any) -> list[Roster]:
    """Those in no period, locked in id order; the periods are read once the locks are held."""
    locked = list(rosters.order_by("pk").select_for_update(of=("self",)).prefetch_related("period"))
    return [item for item in locked if item.period is None or item.period.state == PeriodState.ABORTED]


def _period(verb: str, by: User, pk: int) -> Any:
    return scoped(PublicityPeriod.objects.select_related("semester"), verb, by, [pk])[0]


@action("publicity.start", ALLOWED)
def start_period(*, by: User, period: int) -> list[Moved]:
    """Freeze the list (name, school, grade, class, programme) and start counting."""
    found = _period("publicity.start", by, period)
    today = calendar.business_date()
    lines = list(
        RosterLine.objects.filter(roster__period=found, state=LineStatus.ACCEPTED)
        .select_related("student", "roster__school", "programme")
        .order_by("roster__school__code", "programme__position", "pk")  # drafted by grade, class and pupil
    )
    positions: dict[int, int] = {}
    frozen = []
    for line in lines:
        school = line.roster.school
        positions[school.pk] = positions.get(school.pk, 0) + 1
        frozen.append(
            PublicityLine(
                period=found, roster_line=line, school=school, position=positions[school.pk], name=line.student.name,
                school_name=school.name, grade=line.grade, class_name=line.class_name,
                programme_name=line.programme.name,
            )
        )  # fmt: skip
    PublicityLine.objects.bulk_create(frozen, batch_size=2000)
    shown = digest((x.position, x.name, x.school_name, x.grade, x.class_name, x.programme_name) for x in frozen)
    moved = move([found], PERIOD_MOVES, "start", started_on=today, list_digest=shown)
    return [Moved(m.object, m.id, m.from_state, m.to_state, None, len(frozen)) for m in moved]


@action("publicity.photo", ALLOWED)
def add_photo(*, by: User, period: int, school: str, moment: str, file: bytes) -> list[Moved]:
    """Keep a photo of the posted list; re-encoded, without its hidden data. A refused one may be replaced."""
    found = _period("publicity.photo", by, period)
    place = School.objects.within(reach_for(by, "publicity.photo")).filter(code=school).first()
    if place is None or not found.rosters.filter(school=place).exists():
        raise NotFound("这次公示没有您这所学校的名单。")
    if found.state != PeriodState.RUNNING:
        raise Refused(f"{found}不在公示期内，不能上传照片。")
    if moment not in list(Moment):
        raise BadInput("请选择照片时点：START（开始）或 END（结束）。")
    live = PublicityEvidence.objects.filter(period=found, school=place, moment=moment).exclude(ok=False)
    if live.exists():
        raise Refused("这一时点的照片已经上传；核查不通过时才需要重传。")
    try:
        photo = images.clean_photo(file)
    except images.BadPhoto as problem:
        raise BadInput(f"{problem}。") from problem
    stored = store.put(
        photo.jpeg, kind="photo", name=f"公示照片-{place.code}-{moment}.jpg", media_type="image/jpeg", by=by,
        school_code=place.code,
    )  # fmt: skip
    evidence = PublicityEvidence.objects.create(period=found, school=place, moment=moment, photo=stored, by=by)
    record(
        "publicityevidence", evidence.pk, school_code=place.code, to_state=moment, digest=stored.sha256,
    )  # fmt: skip
    return [Moved("publicityevidence", evidence.pk, None, moment)]


@action("publicity.check", ALLOWED)
def check_photos(*, by: User, evidence: list[int], ok: bool = True, note: str = "") -> list[Moved]:
    """Look at photos: good, or refused with a note; never one's own."""
    if not ok and not note.strip():
        raise BadInput("核查不通过时请写明原因。")
    found: list[Any] = scoped(PublicityEvidence.objects, "publicity.check", by, evidence)
    for item in found:
        if item.checked_by_id is not None:
            raise Refused(f"{item}已经核查过，请刷新。")
        if item.by_id == by.pk:
            raise Refused("不能核查自己上传的照片。")
    PublicityEvidence.objects.filter(pk__in=[item.pk for item in found]).update(checked_by=by, ok=ok, note=note)
    state = "GOOD" if ok else "REFUSED"
    record("publicityevidence", found[0].pk, to_state=state, reason=note, count=len(found))
    return [Moved("publicityevidence", item.pk, "UNCHECKED", state) for item in found]


def photos_of(period: PublicityPeriod) -> list[SchoolPhotos]:
    """What stands of every school's two photos."""
    states: dict[tuple[int, str], PhotoState] = {}
    for school, moment, ok in (
        PublicityEvidence.objects.filter(period=period).order_by("pk").values_list("school", "moment", "ok")
    ):
        states[school, moment] = {None: PhotoState.UNCHECKED, True: PhotoState.GOOD, False: PhotoState.REFUSED}[ok]
    schools = School.objects.filter(roster__period=period).distinct().order_by("code")
    absent = PhotoState.ABSENT
    return [
        SchoolPhotos(s.code, s.name, states.get((s.pk, "START"), absent), states.get((s.pk, "END"), absent))
        for s in schools
    ]


def obstacles(period: PublicityPeriod) -> list[str]:
    """Sentences that say why the period cannot end yet; none when it can."""
    if period.started_on is None:
        return ["公示还没有开始。"]
    term = period.semester
    findings = obstacles_to_end(
        started_on=period.started_on,
        today=calendar.business_date(),
        length=PeriodLength(term.publicity_days, term.publicity_workdays),
        holidays=calendar.holidays(),
        photos=photos_of(period),
    )
    return [finding.message for finding in findings]


@action("publicity.end", ALLOWED)
def end_period(*, by: User, period: int) -> list[Moved]:
    """End a period whose 7 days and 5 working days are over and whose photos are good."""
    found = _period("publicity.end", by, period)
    if found.state == PeriodState.RUNNING and (reasons := obstacles(found)):
        more = f"（另有 {len(reasons) - 3} 条）" if len(reasons) > 3 else ""
        raise Refused("还不能结束公示：" + "".join(reasons[:3]) + more)
    return move([found], PERIOD_MOVES, "end", ended_on=calendar.business_date(), ended_by=by)


@action("publicity.abort", ALLOWED)
def abort_period(*, by: User, period: int, reason: str) -> list[Moved]:
    """Break a period off; its rosters may be publicised again."""
    if not reason.strip():
        raise BadInput("中止公示须写明原因。")
    return move([_period("publicity.abort", by, period)], PERIOD_MOVES, "abort", reason=reason)


@action("objection.add", ALLOWED)
def add_objection(*, by: User, line: int, channel: str, text: str, received_on: date | None = None) -> list[Moved]:
    """Register an objection during publicity; it holds that pupil's line and nothing else."""
    found: Any = scoped(
        RosterLine.objects.select_related("roster__school", "roster__period", "student"), "objection.add", by, [line]
    )[0]
    period = found.roster.period
    if period is None or period.state != PeriodState.RUNNING:
        raise Refused("这名学生的名单不在公示期内，不能登记异议。")
    if not text.strip():
        raise BadInput("请写明异议内容。")
    day = received_on or calendar.business_date()
    objection = Objection.objects.create(
        roster_line=found, channel=channel, text=text, received_on=day, registered_by=by,
        due_on=workdays.add_workdays(day, OBJECTION_WORKDAYS, calendar.holidays()),
    )  # fmt: skip
    if found.state == LineStatus.ACCEPTED:
        move([found], LINE_MOVES, "hold", reason="公示异议")
    record("objection", objection.pk, school_code=found.scope_code, to_state="OPEN", reason=channel)
    return [Moved("objection", objection.pk, None, "OPEN")]


@action("objection.decide", ALLOWED)
def decide_objection(*, by: User, objection: int, outcome: str, finding: str) -> list[Moved]:
    """SUSTAINED takes the line away; DISMISSED frees it, unless another objection is open."""
    if outcome not in {"SUSTAINED", "DISMISSED"} or not finding.strip():
        raise BadInput("请选择结论（SUSTAINED 成立 / DISMISSED 不成立）并写明调查情况。")
    found: Any = scoped(Objection.objects, "objection.decide", by, [objection])[0]
    if found.outcome:
        raise Refused("这条异议已经有结论，请刷新。")
    if found.registered_by_id == by.pk:
        raise Refused("异议由登记人以外的人决定。")
    Objection.objects.filter(pk=found.pk, outcome="").update(outcome=outcome, finding=finding, decided_by=by)
    line = (
        RosterLine.objects.select_for_update(of=("self",)).select_related("roster__school").get(pk=found.roster_line_id)
    )
    if outcome == "SUSTAINED" and line.state in (LineStatus.ACCEPTED, LineStatus.HELD):
        move([line], LINE_MOVES, "withdraw", reason="公示异议成立")
    elif line.state == LineStatus.HELD and not line.objection_set.filter(outcome="").exists():
        move([line], LINE_MOVES, "release", reason="公示异议不成立")
    record("objection", found.pk, school_code=line.scope_code, from_state="OPEN", to_state=outcome, reason=finding)
    return [Moved("objection", found.pk, "OPEN", outcome)]
