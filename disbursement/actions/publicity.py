"""公示: planned, started with a frozen list, evidenced by photos, ended after its time."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from aid_admin.accounts.acting import Moved, action, move, reach_for, record, scoped
from aid_admin.accounts.models import RoleAssignment, User
from aid_admin.accounts.rules import Role
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester
from aid_admin.files import store
from aid_admin.lib import images
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from disbursement.models import (
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
    may_end_on,
    obstacles_to_end,
)
from disbursement.rules.states import (
    PERIOD_MOVES,
    LineStatus,
    PeriodState,
    RosterState,
)


@action("publicity.plan", ALLOWED)
def plan_period(
    *, by: User, semester: str, title: str = "", roster: list[int] | None = None, planned_on: date | None = None
) -> list[Moved]:
    """Plan a period over approved rosters that are in none; without `roster`, over all of the semester."""
    term, today = calendar.semester(semester), calendar.business_date()
    if planned_on and planned_on < today:
        raise Refused(
            f"计划开始日期 {planned_on} 已经过去，不能早于今天（{today}）。请改日期，或不填。", field="planned_on"
        )
    approved = Roster.objects.within(reach_for(by, "publicity.plan")).of(term).filter(state=RosterState.APPROVED)
    chosen = _free(approved.filter(pk__in=roster) if roster else approved)
    if not chosen or (roster and len(chosen) != len(set(roster))):
        raise Refused("没有可以公示的名册：名册须已通过复审，且不在别的公示中。")
    period = PublicityPeriod.objects.create(
        semester=term,
        title=_title(term, title, chosen),
        planned_on=planned_on or today,
        planned_by=by,
    )
    Roster.objects.filter(pk__in=[item.pk for item in chosen]).update(period=period)
    record("publicityperiod", period.pk, to_state=PeriodState.PLANNED, count=len(chosen))
    return [Moved("publicityperiod", period.pk, None, PeriodState.PLANNED)]


def _title(term: Semester, wished: str, rosters: list[Roster]) -> str:
    """A title that no other period of the semester has: by the round of its rosters, then by its number.

    Raises Refused for a wished title that is taken: two notices on one wall must be told apart.
    """
    mine = PublicityPeriod.objects.filter(semester=term)
    title = wished.strip()
    if title and mine.filter(title=title).exists():
        raise Refused(f"本学期已经有一次公示叫“{title}”，请换一个标题（如加上批次或日期）。")
    first = min(roster.round for roster in rosters)
    plain = f"{term}学生资助名单公示" + (f"（补充，第{first}轮）" if first > 1 else "")
    taken = mine.filter(title__startswith=plain).count() if not title else 0
    return title or (f"{plain}（第{taken + 1}次）" if taken else plain)


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
    frozen = lines_to_hang(found, RosterLine.objects)
    PublicityLine.objects.bulk_create(frozen, batch_size=2000)
    shown = digest((x.position, x.name, x.school_name, x.grade, x.class_name, x.programme_name) for x in frozen)
    moved = move([found], PERIOD_MOVES, "start", started_on=calendar.business_date(), list_digest=shown)
    return [Moved(m.object, m.id, m.from_state, m.to_state, None, len(frozen)) for m in moved]


def lines_to_hang(period: PublicityPeriod, rows: Any) -> list[PublicityLine]:
    """The list as the period's start would freeze it now, of those `rows` (roster lines) that are in it; unsaved."""
    lines = rows.filter(roster__period=period, state=LineStatus.ACCEPTED)
    ordered = sorted(
        lines.select_related("roster__school", "programme").in_class_order(),
        key=lambda line: (line.roster.school.code, line.programme.position),
    )
    positions: dict[int, int] = {}
    hung = []
    for line in ordered:
        school = line.roster.school
        positions[school.pk] = positions.get(school.pk, 0) + 1
        hung.append(
            PublicityLine(
                period=period, roster_line=line, school=school, position=positions[school.pk], name=line.student.name,
                school_name=school.name, grade=line.grade, class_name=line.class_name,
                programme_name=line.programme.name,
            )
        )  # fmt: skip
    return hung


@action("publicity.photo", ALLOWED)
def add_photo(
    *, by: User, period: int, school: str, moment: str, file: bytes, standing: int | None = None
) -> list[Moved]:
    """Keep a photo of the posted list; re-encoded, without its hidden data.

    A refused one is followed by another; one that waits for its check may be exchanged by whoever sent it.
    `standing` comes from a phone's ticket: photo_standing must still say so, else somebody was quicker.
    """
    place = School.objects.within(reach_for(by, "publicity.photo")).filter(code=school).first()
    if place is None or not Roster.objects.filter(period=period, school=place).exists():
        raise NotFound("这次公示没有您这所学校的名单。")
    if moment not in list(Moment):
        raise BadInput("请选择照片时点：START（开始）或 END（结束）。")
    photo = _decoded(file)  # takes seconds, so the period, which all schools share, is locked only afterwards
    found = _period("publicity.photo", by, period)
    if standing is not None and standing != photo_standing(found.pk, place.code, moment):
        raise Refused("已经有了更新的照片，这一张没有上传。")
    refuse_moment(found, moment)
    live = _live_photo(found, place, moment, by)
    stored = store.put(
        photo.jpeg, kind="photo", name=f"公示照片-{place.code}-{moment}.jpg", media_type="image/jpeg", by=by,
        school_code=place.code,
    )  # fmt: skip
    _refuse_used(stored.sha256, place, moment)
    facts = {
        "photo": stored, "sent_on": calendar.business_date(),
        "taken_at": timezone.make_aware(photo.taken_at) if photo.taken_at else None,
    }  # fmt: skip
    if live:
        PublicityEvidence.objects.filter(pk=live.pk).update(**facts)
    evidence = live or PublicityEvidence.objects.create(period=found, school=place, moment=moment, by=by, **facts)
    what = f"{place.name}{Moment(moment).label}照片{'（更换）' if live else ''}{'（手机）' if standing is not None else ''}"
    record("publicityevidence", evidence.pk, school_code=place.code, to_state=moment, digest=stored.sha256)
    record("publicityperiod", found.pk, school_code=place.code, to_state=moment, reason=what, digest=stored.sha256)
    return [Moved("publicityevidence", evidence.pk, None, moment)]


def _decoded(file: bytes) -> images.CleanPhoto:
    try:
        return images.clean_photo(file)
    except images.BadPhoto as problem:
        raise BadInput(f"{problem}。", field="file") from problem


def photo_standing(period: int, school: str, moment: str) -> int:
    """The stored file of the newest photo of a school's moment, whatever was said of it; 0 while there is none."""
    rows = PublicityEvidence.objects.filter(period=period, school__code=school, moment=moment)
    return rows.order_by("-pk").values_list("photo", flat=True).first() or 0


def last_day_of(period: Any, holidays: Mapping[date, bool] | None = None) -> date | None:
    """The day on which both counts of a started period are full: it may end, and the closing photo is taken."""
    if period.started_on is None:
        return None
    days_off = calendar.holidays() if holidays is None else holidays
    return may_end_on(period.started_on, length_of(period.semester), days_off)


def length_of(term: Semester) -> PeriodLength:
    """How long lists hang in this semester."""
    return PeriodLength(term.publicity_days, term.publicity_workdays)


def refuse_moment(period: Any, moment: str) -> None:
    """Raises Refused where the period does not run, or its closing photo would come too early."""
    if period.state != PeriodState.RUNNING:
        raise Refused(f"{period}不在公示期内，不能上传照片。")
    last_day = last_day_of(period)
    if moment == Moment.END and last_day and calendar.business_date() < last_day:
        raise Refused(f"结束照片要在公示期最后一天（{last_day}）或以后拍摄上传，现在还早，名单请继续张贴。")


def _live_photo(period: Any, place: School, moment: str, by: User) -> PublicityEvidence | None:
    """The photo that waits for its check, if this person may exchange it."""
    rows = PublicityEvidence.objects.filter(period=period, school=place, moment=moment).exclude(ok=False)
    live: Any = rows.select_for_update(of=("self",)).select_related("by").first()
    if live and live.ok:
        raise Refused("这张照片已经核查通过，不用再传。")
    if live and live.by_id != by.pk:
        raise Refused(f"这张照片由{live.by.name}上传，核查以前只能由上传人更换。")
    found: PublicityEvidence | None = live
    return found


def _refuse_used(sha256: str, place: School, moment: str) -> None:
    """One picture proves one thing: it serves one school and one moment."""
    used = PublicityEvidence.objects.filter(photo__sha256=sha256).order_by("pk").first()
    if used is None:
        return
    if used.school_id != place.pk:
        raise Refused("这张照片别的学校已经上传过，请上传本校拍摄的照片。", field="file")
    if used.moment != moment:
        raise Refused(f"这张照片已经作为{used.get_moment_display()}照片上传过，请另拍一张。", field="file")
    raise Refused("这张照片已经上传过了；要更换请选另一张。", field="file")


@action("publicity.check", ALLOWED)
def check_photos(
    *, by: User, evidence: list[int], ok: bool = True, note: str = "", seen: list[str] | None = None
) -> list[Moved]:
    """Look at photos: good, or refused with a note; never one's own.

    `seen` names what was looked at, as evidence:photo; a photo exchanged since is refused.
    """
    if not ok and not note.strip():
        raise BadInput("核查不通过时请写明原因。", field="note")
    rows = PublicityEvidence.objects.select_related("period", "school")
    found: list[Any] = scoped(rows, "publicity.check", by, evidence)
    shown = dict(text.split(":", 1) for text in seen or [] if ":" in text)
    for item in found:
        if item.checked_by_id is not None:
            raise Refused(f"{item}照片已经核查过，请刷新。")
        if item.by_id == by.pk:
            raise Refused("不能核查自己上传的照片。")
        if shown.get(str(item.pk), str(item.photo_id)) != str(item.photo_id):
            raise Refused(f"{item}照片刚刚被学校更换，请刷新页面看新照片。")
    PublicityEvidence.objects.filter(pk__in=[item.pk for item in found]).update(checked_by=by, ok=ok, note=note)
    state = "GOOD" if ok else "REFUSED"
    record("publicityevidence", found[0].pk, to_state=state, reason=note, count=len(found))
    for period in sorted({item.period_id for item in found}):
        _tell_checked(period, [item for item in found if item.period_id == period], state, note)
    return [Moved("publicityevidence", item.pk, "UNCHECKED", state) for item in found]


def _tell_checked(period: int, photos: list[Any], state: str, note: str) -> None:
    """The period's history says what was found: each school reads of its own photos, the county of how many there were."""
    said = "核查通过" if state == "GOOD" else f"不通过：{note}"
    by_school: dict[str, list[Any]] = {}
    for item in photos:
        by_school.setdefault(item.school.code, []).append(item)
    many = len(by_school) > 1
    for code, own in sorted(by_school.items()):
        whose = f"{own[0].school}{'、'.join(item.get_moment_display() for item in own)}照片{said}"
        count = None if many else len(own)
        record("publicityperiod", period, school_code=code, to_state=state, reason=whose, count=count)
    if many:
        record("publicityperiod", period, to_state=state, reason=said, count=len(photos))


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
    findings = obstacles_to_end(
        started_on=period.started_on,
        today=calendar.business_date(),
        length=length_of(period.semester),
        holidays=calendar.holidays(),
        photos=photos_of(period),
    )
    return [finding.message for finding in findings]


def clerks_of(schools: list[str]) -> dict[str, list[User]]:
    """School code → the clerks who hold a post there today."""
    posts = RoleAssignment.objects.live().filter(role=Role.SCHOOL_CLERK, school_code__in=schools, user__is_active=True)
    found: dict[str, list[User]] = {}
    for post in posts.select_related("user").order_by("pk"):
        found.setdefault(post.school_code, []).append(post.user)
    return found


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
        raise BadInput("中止公示须写明原因。", field="reason")
    return move([_period("publicity.abort", by, period)], PERIOD_MOVES, "abort", reason=reason)
