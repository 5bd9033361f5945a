"""公示: periods, planning one, one period with its schools and photos, the notices."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, attempt, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from aid_admin.files import store
from disbursement.actions import printing, publicity
from disbursement.forms import CheckForm, PeriodFilter, PhotoForm, PlanForm, ReasonForm
from disbursement.models import PublicityEvidence, PublicityLine, PublicityPeriod, Roster, RosterLine
from disbursement.permissions import CHECKS_EVIDENCE
from disbursement.rules.publicity import Moment, PeriodLength, may_end_on
from disbursement.rules.states import PeriodState, RosterState

_S = PeriodState
_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.PUBLICITY_OFFICER, Role.APPROVER, Role.AUDITOR)
START: Final = Deed(
    "start", "publicity.start", "开始公示", publicity.start_period, "period", "公示已开始，名单已固定。请打印公示并张贴。",
    one=True, icon="megaphone", text="开始后名单固定，不能再改；当天不计入公示天数。", states={_S.PLANNED},
)  # fmt: skip
END: Final = Deed(
    "end", "publicity.end", "结束公示", publicity.end_period, "period", "公示已结束，名册可以确认。学校和公示专员不能再查看名单。",
    one=True, tone="success", icon="check-lg", text="期满且各校开始、结束照片都核查通过后才能结束。", states={_S.RUNNING},
)  # fmt: skip
ABORT: Final = Deed(
    "abort", "publicity.abort", "中止公示", publicity.abort_period, "period", "公示已中止，其中的名册可以重新安排公示。",
    one=True, form=ReasonForm, tone="outline-danger", icon="x-circle", states={_S.PLANNED, _S.RUNNING},
)  # fmt: skip
GOOD: Final = Deed(
    "good", "publicity.check", "核查通过", publicity.check_photos, "evidence", "{n} 张照片核查通过。", tone="success",
    icon="check-lg", takes=("ok",),
)  # fmt: skip
BAD: Final = Deed(
    "bad", "publicity.check", "不通过", publicity.check_photos, "evidence", "{n} 张照片不通过，学校可以重新上传。",
    form=CheckForm, tone="outline-danger", icon="x-lg", takes=("ok",),
)  # fmt: skip
PLAN: Final = Deed(
    "plan", "publicity.plan", "制订公示", publicity.plan_period, "roster", "公示已制订，到开始那天请点“开始公示”。",
    form=PlanForm, icon="calendar-event", takes=("semester",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SchoolPhotos:
    """One school's row on the page of a period."""

    school: Any
    lines: int
    photos: tuple[tuple[str, str, Any], ...]
    may_send: bool


@_SEES
def period_list(request: StaffRequest) -> HttpResponse:
    """The semester's periods."""
    term = calendar.chosen(request.session)
    form = PeriodFilter(request.GET or None)
    rows = PublicityPeriod.objects.visible_to(request.user).filter(semester=term).with_counts()
    if form.is_bound and form.is_valid() and form.cleaned_data["state"]:
        rows = rows.filter(state=form.cleaned_data["state"])
    page = page_of(rows.order_by("-pk"), request.GET.get("page"))
    periods = [(period, _last_day(period, term)) for period in page]
    shown = {"form": form, "page": page, "periods": periods, "may_plan": may(request.user, "publicity.plan")}
    return render(request, "disbursement/period_list.html", shown)


def _last_day(period: Any, term: Any) -> Any:
    if not period.started_on:
        return None
    length = PeriodLength(term.publicity_days, term.publicity_workdays)
    return period.ended_on or may_end_on(period.started_on, length, calendar.holidays())


@needs("publicity.plan")
def period_plan(request: StaffRequest) -> HttpResponse:
    """Choose approved rosters for a new period."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (PLAN,))
    if deeds.done(semester=term.code):
        return redirect("disbursement:period", pk=deeds.result[0].id)
    taken = [_S.PLANNED, _S.RUNNING, _S.ENDED]
    free = Roster.objects.visible_to(request.user).filter(semester=term, state=RosterState.APPROVED)
    rows = free.exclude(period__state__in=taken).select_related("school", "programme").with_sums()
    page = page_of(rows.order_by("school__code", "programme__position"), request.GET.get("page"), size=500)
    return render(request, "disbursement/period_plan.html", {"page": page, "deeds": deeds})


@_SEES
def period_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One period: schools and photos, what is in the way of its end, what may be done."""
    rows = PublicityPeriod.objects.visible_to(request.user).select_related("semester", "planned_by", "ended_by")
    period = get_object_or_404(rows, pk=pk)
    fits: Callable[[Deed], bool] = lambda deed: period.state in deed.states  # noqa: E731
    deeds = Deeds(request, (START, END, ABORT), fits=fits)
    if deeds.done([period.pk]):
        return redirect("disbursement:period", pk=pk)
    running = period.state == PeriodState.RUNNING
    shown = {
        "period": period,
        "deeds": deeds,
        "schools": list(_schools(request, period)),
        "last_day": _last_day(period, period.semester),
        "obstacles": publicity.obstacles(period) if running and request.user.reach().county else [],
        "may_print": _may_see_list(request, period) and may(request.user, "publicity.print"),
        "may_check": running and may(request.user, "publicity.check"),
        "may_object": running and may(request.user, "objection.add"),
        "may_confirm": period.state == PeriodState.ENDED and may(request.user, "roster.confirm"),
        "events": history_of("publicityperiod", period.pk),
    }
    return render(request, "disbursement/period_detail.html", shown)


def _may_see_list(request: StaffRequest, period: Any) -> bool:
    """While it runs everybody concerned; afterwards only who checks evidence."""
    return period.state == PeriodState.RUNNING or (
        period.state == PeriodState.ENDED and bool(request.user.roles & CHECKS_EVIDENCE)
    )


def _schools(request: StaffRequest, period: Any) -> Iterator[SchoolPhotos]:
    evidence: dict[tuple[int, str], Any] = {}
    for photo in PublicityEvidence.objects.visible_to(request.user).filter(period=period).order_by("pk"):
        evidence[photo.school_id, photo.moment] = photo  # the newest stands
    rosters = Roster.objects.visible_to(request.user).filter(period=period).with_sums()
    sums: dict[Any, int] = {}
    for roster in rosters.select_related("school").order_by("school__code"):
        sums[roster.school] = sums.get(roster.school, 0) + roster.lines_count
    sends = period.state == PeriodState.RUNNING and may(request.user, "publicity.photo")
    for school, lines in sums.items():
        photos = tuple((m.value, m.label, evidence.get((school.pk, m.value))) for m in Moment)
        yield SchoolPhotos(school, lines, photos, sends)


@require_POST
@needs("publicity.photo")
def photo_add(request: StaffRequest, pk: int, school: str, moment: str) -> HttpResponse:
    """The clerk's photo of the posted list."""
    period = get_object_or_404(PublicityPeriod.objects.visible_to(request.user), pk=pk)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data["file"].read()
        given = {"period": period.pk, "school": school, "moment": moment, "file": data}
        if attempt(form, publicity.add_photo, by=request.user, **given) is not None:
            return redirect("disbursement:period", pk=pk)
    shown = {"period": period, "form": form, "school": school, "moment": moment}
    return render(request, "disbursement/photo_add.html", shown, status=422)


@_SEES
def photo(request: StaffRequest, pk: int) -> HttpResponse:
    """A photo's bytes: for the school and for those who check."""
    rows = PublicityEvidence.objects.visible_to(request.user).select_related("photo", "period")
    found = get_object_or_404(rows, pk=pk)
    if found.period.state != PeriodState.RUNNING and not request.user.roles & CHECKS_EVIDENCE:
        raise Http404
    return download(found.photo.name, found.photo.media_type, store.read(found.photo), inline=True)


@needs("publicity.check")
def photo_check(request: StaffRequest) -> HttpResponse:
    """Photos that wait for the approver's eye."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (GOOD, BAD))
    if deeds.done(ok=deeds.wanted == GOOD.name):
        return redirect("disbursement:photos")
    rows = PublicityEvidence.objects.visible_to(request.user).filter(period__semester=term, ok=None)
    rows = rows.exclude(by=request.user).select_related("school", "period", "by", "photo")
    page = page_of(rows.order_by("period", "school__code", "-moment"), request.GET.get("page"), size=24)
    return render(request, "disbursement/photo_check.html", {"page": page, "deeds": deeds})


@require_POST
@needs("publicity.print")
def notice(request: StaffRequest, pk: int, school: str) -> HttpResponse:
    """A school's notice as PDF."""
    return download(*printing.print_notice(by=request.user, period=pk, school=school))


@_SEES
def period_lines(request: StaffRequest, pk: int) -> HttpResponse:
    """The frozen list, from which an objection is registered; nothing of it after the period."""
    period = get_object_or_404(PublicityPeriod.objects.visible_to(request.user), pk=pk)
    if not _may_see_list(request, period):
        raise Http404
    rows = PublicityLine.objects.visible_to(request.user).filter(period=period)
    text, school = request.GET.get("q", "").strip()[:30], request.GET.get("school", "")
    rows = rows.filter(name__contains=text) if text else rows
    rows = rows.filter(school__code=school) if school else rows
    page = page_of(rows.order_by("school__code", "position"), request.GET.get("page"))
    held = RosterLine.objects.visible_to(request.user).filter(pk__in=[line.roster_line_id for line in page])
    shown = {
        "period": period,
        "page": page,
        "q": text,
        "school": school,
        "states": dict(held.values_list("pk", "state")),
        "may_object": period.state == PeriodState.RUNNING and may(request.user, "objection.add"),
    }
    return render(request, "disbursement/period_lines.html", shown)
