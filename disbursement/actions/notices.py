"""公示 on paper: a school's or a village's notice, all of them in one document, the certificate of the result."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db.models import BooleanField, CharField, Count, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from aid_admin.accounts.acting import action, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.audit.history import happened_to
from aid_admin.audit.models import AuditEvent
from aid_admin.county import calendar
from aid_admin.county.models import School
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.lib import workdays
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from disbursement.actions.bundles import Bundle, hand_over, lay_out, made_document
from disbursement.actions.printing import logged, office, one_in_reach
from disbursement.actions.publicity import last_day_of, length_of
from disbursement.models import Objection, PublicityEvidence, PublicityLine, PublicityPeriod
from disbursement.models.publicity import TAKEN_OFF
from disbursement.papers.certificate import (
    Certificate,
    CheckedPhoto,
    Objections,
    certificate_paper,
    certificates_html,
)
from disbursement.papers.notice import Notice, NoticeRow, notice_name, notice_paper, notices_html
from disbursement.papers.paper import Paper
from disbursement.permissions import ALLOWED, CHECKS_EVIDENCE
from disbursement.rules.publicity import Moment, photo_days
from disbursement.rules.states import PeriodState

PRINT: Final = "publicity.print_all"
WHAT: Final = {"schools": "各校公示", "villages": "各村公示", "certificates": "公示结果证明"}
_CERTIFICATES: Final = Q(verb=PRINT, reason=WHAT["certificates"])
_ALL_VILLAGES: Final = Q(verb=PRINT, reason=WHAT["villages"])
_FIELDS: Final = ("school_name", "grade", "class_name", "name", "programme_name", "off")
_STUDENT: Final = "roster_line__student"
_VILLAGE: Final = f"{_STUDENT}__village"


def villages_printed() -> Any:
    """Of a period, whether the notice of each of its villages was printed, with all or alone: a condition for a filter.

    A paper is known in the trail by its name, as `print_village` leaves it there.
    """
    alone = AuditEvent.objects.filter(
        verb="publicity.print_village", object_type="publicityperiod", object_id=Cast(OuterRef("period"), CharField()),
        reason=OuterRef("paper"),
    )  # fmt: skip
    place = Concat(f"{_VILLAGE}__township__name", f"{_VILLAGE}__name")
    name = Concat(Value("公示-"), place, Value("-"), "period__title", Value(".pdf"))  # as notice_name()
    lines = PublicityLine.objects.filter(period=OuterRef("pk")).exclude(**{_VILLAGE: None}).annotate(paper=name)
    return happened_to("publicityperiod", _ALL_VILLAGES) | ~Exists(lines.filter(~Exists(alone)))


def printed_among(period: Any, places: Iterable[str]) -> set[str]:
    """Those of the villages, by township and name, whose notice of the period was printed. One query."""
    events = AuditEvent.objects.filter(object_type="publicityperiod", object_id=str(period.pk))
    papers = events.filter(_ALL_VILLAGES | Q(verb="publicity.print_village")).values_list("verb", "reason").distinct()
    verbs, names = {verb for verb, _ in papers}, {name for _, name in papers}
    return {place for place in places if PRINT in verbs or notice_name(place, period.title) in names}


def certified() -> Any:
    """The same of the certificates of its result."""
    return happened_to("publicityperiod", Q(verb="publicity.certify") | _CERTIFICATES)


def _period(verb: str, by: User, pk: int) -> Any:
    return one_in_reach(PublicityPeriod.objects.select_related("semester"), verb, by, pk)


def _refuse_closed(period: Any, by: User) -> None:
    """A list is shown while it hangs; after that only to those who check evidence."""
    over = period.state in (PeriodState.ENDED, PeriodState.ABORTED)
    if over and not by.roles & CHECKS_EVIDENCE:
        raise NotFound("公示已经结束或不在您的范围内，名单不再提供。")
    if period.state == PeriodState.PLANNED:
        raise Refused("公示还没有开始，名单尚未固定。请先点“开始公示”，再打印张贴。")


def _notice(period: Any, place: str, lines: list[Any], *, of_village: bool = False) -> Notice:
    """Of lines as `_listed` gives them, numbered; those that were taken off are counted and no longer named."""
    rows = [NoticeRow(number, *line[-6:-1]) for number, line in lines if not line[-1]]
    length, last_day = length_of(period.semester), last_day_of(period)
    days = [photo_days(m, started_on=period.started_on, last_day=last_day).due_on for m in Moment] if last_day else []
    return Notice(
        title=period.title, semester=str(period.semester), place=place, started_on=period.started_on,
        ends_on=period.ended_on or last_day, days=length.days, workdays=length.workdays, rows=rows,
        digest=period.list_digest, office=office(), of_village=of_village, taken_off=len(lines) - len(rows),
        persons=len({line[-7] for _, line in lines}),
        photos_due=(days[0], days[1]) if days and not of_village else None,
    )  # fmt: skip


def _listed(lines: Any, *first: str) -> Any:
    """Of each line the `first` fields, the pupil, what is printed, and whether it was taken off the list since."""
    off = ExpressionWrapper(TAKEN_OFF, output_field=BooleanField())
    return (
        lines.annotate(off=off).order_by(first[0], "school__code", "position").values_list(*first, _STUDENT, *_FIELDS)
    )


def _of_schools(period: Any, lines: Any) -> list[Notice]:
    found = groupby(_listed(lines, "school__code", "school_name", "position"), key=itemgetter(0, 1))
    return [_notice(period, name, [(line[2], line) for line in of]) for (_, name), of in found]


def _of_villages(period: Any, lines: Any) -> list[Notice]:
    """Each village's list is numbered anew, by school, grade and class as the schools' lists are."""
    names = (f"{_VILLAGE}__code", f"{_VILLAGE}__township__name", f"{_VILLAGE}__name")
    found = groupby(_listed(lines.exclude(**{_VILLAGE: None}), *names), key=itemgetter(0, 1, 2))
    return [
        _notice(period, f"{township}{village}", list(enumerate(of, 1)), of_village=True)
        for (_, township, village), of in found
    ]


@action("publicity.print", ALLOWED)
def print_notice(*, by: User, period: int, school: str) -> Paper:
    """A school's notice from the frozen list; after the period only for those who check evidence."""
    found = _period("publicity.print", by, period)
    place = School.objects.within(reach_for(by, "publicity.print")).filter(code=school).first()
    if place is None:
        raise NotFound("公示已经结束或不在您的范围内，名单不再提供。")
    _refuse_closed(found, by)
    notices = _of_schools(found, PublicityLine.objects.filter(period=found, school=place))
    if not notices:
        raise NotFound("这次公示没有该校的名单。")
    paper = notice_paper(notices[0])
    return logged(paper, "publicityperiod", found.pk, len(notices[0].rows), school_code=place.code)


@action("publicity.print_village", ALLOWED)
def print_village(*, by: User, period: int, village: str) -> Paper:
    """A village's notice: its pupils of all schools, from the same frozen list."""
    found = _period("publicity.print_village", by, period)
    _refuse_closed(found, by)
    lines = PublicityLine.objects.within(reach_for(by, "publicity.print_village")).filter(period=found)
    notices = _of_villages(found, lines.filter(**{f"{_VILLAGE}__code": village}))
    if not notices:
        raise NotFound("这次公示没有该村的学生。")
    return logged(notice_paper(notices[0]), "publicityperiod", found.pk, len(notices[0].rows))


@action("publicity.certify", ALLOWED)
def certify(*, by: User, period: int, school: str) -> Paper:
    """The certificate of a school's publicity, once the period has ended."""
    found = _period("publicity.certify", by, period)
    papers = _certificates(found, School.objects.within(reach_for(by, "publicity.certify")).filter(code=school))
    if not papers:
        raise NotFound("这次公示没有该校的名单。")
    paper = certificate_paper(papers[0])
    return logged(paper, "publicityperiod", found.pk, papers[0].person_times, school_code=school)


def _certificates(period: Any, schools: Any) -> list[Certificate]:
    if period.state != PeriodState.ENDED:
        raise Refused(f"公示当前是“{period.get_state_display()}”，结束以后才能打印公示结果证明。")
    listed = schools.filter(publicityline__period=period).distinct().order_by("code")
    return [_certificate(period, school) for school in listed]


def _certificate(period: Any, school: School) -> Certificate:
    lines = PublicityLine.objects.filter(period=period, school=school)
    counted = lines.aggregate(times=Count("pk"), persons=Count("roster_line__student", distinct=True))
    found = Objection.objects.filter(roster_line__in=lines.values("roster_line")).aggregate(
        received=Count("pk"), sustained=Count("pk", filter=Q(outcome="SUSTAINED")),
        dismissed=Count("pk", filter=Q(outcome="DISMISSED")),
    )  # fmt: skip
    photos = PublicityEvidence.objects.filter(period=period, school=school, ok=True).select_related("checked_by")
    good: dict[str, Any] = {photo.moment: photo for photo in photos}
    length = length_of(period.semester)
    return Certificate(
        title=period.title, semester=str(period.semester), school=school.name, started_on=period.started_on,
        ended_on=period.ended_on, days=(period.ended_on - period.started_on).days,
        workdays=workdays.workdays_between(period.started_on, period.ended_on, calendar.holidays()),
        least_days=length.days, least_workdays=length.workdays, persons=counted["persons"],
        person_times=counted["times"], digest=period.list_digest,
        photos=tuple(CheckedPhoto(m.label, good[m].sent_on, good[m].checked_by.name) for m in Moment if m in good),
        objections=Objections(**found), dated=calendar.business_date(), office=office(),
        announced_until=last_day_of(period),
    )  # fmt: skip


# ---- all of them in one document -----------------------------------------------------------------------------


@action("publicity.print_all", ALLOWED)
def print_all(*, by: User, period: int, what: str) -> Job:
    """Queue one document: every school's notice, every village's, or every school's certificate."""
    if what not in WHAT:
        raise BadInput("请选择要打印什么：" + "、".join(f"{code}（{name}）" for code, name in WHAT.items()))
    found = _period(PRINT, by, period)
    count = len(_papers(found, by, what))
    if not count:
        raise NotFound("这次公示没有要打印的内容。")
    record("publicityperiod", found.pk, to_state="PRINT_ASKED", count=count, reason=WHAT[what])
    return queue.enqueue(PRINT, "publicityperiod", found.pk, by=by, what=what)


def _papers(period: Any, by: User, what: str) -> list[Any]:
    if what == "certificates":
        return _certificates(period, School.objects.within(reach_for(by, PRINT)))
    _refuse_closed(period, by)
    lines = PublicityLine.objects.within(reach_for(by, PRINT)).filter(period=period)
    return _of_villages(period, lines) if what == "villages" else _of_schools(period, lines)


def make_all(job: Job, progress: queue.Progress) -> str:
    """The job: some papers at a time are laid out, joined in the end, stored."""
    if job.by is None:
        raise Refused("任务没有发起人。")
    what = job.params["what"]
    period = _period(PRINT, job.by, int(job.subject_id))
    papers = _papers(period, job.by, what)
    html: Callable[[list[Any]], str] = certificates_html if what == "certificates" else notices_html
    bundle = Bundle(papers, _rows_of, html)
    name = f"{WHAT[what]}-{period.title}（{len(papers)}份）.pdf"
    by_hand = lay_out(job, progress, bundle, kind="notices", name=name)
    return f"已生成{WHAT[what]} {len(papers)} 份。{by_hand}"


def _rows_of(paper: Any) -> Sequence[NoticeRow]:
    return paper.rows if isinstance(paper, Notice) else []


@action("publicity.download", ALLOWED)
def download_printed(*, by: User, period: int, job: int) -> Paper:
    """A document that was made of the period: a list only as long as it may be shown; logged."""
    document = made_document(PRINT, period, job)
    of = _period("publicity.download", by, period)
    if document.params["what"] != "certificates":
        _refuse_closed(of, by)
    return hand_over(document, "job", document.pk)  # many schools look at the period's own history
