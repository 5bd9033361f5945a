"""公示: periods, planning one, one period with its schools and photos; what hangs is printed in views.notices."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, attempt
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from aid_admin.files.photos import photo_page
from aid_admin.lib.pdf.glyphs import names_that_cannot_be_printed
from disbursement.actions import publicity
from disbursement.forms import CheckForm, PeriodFilter, PhotoForm, PlanForm, ReasonForm, plan_form
from disbursement.models import PublicityEvidence, PublicityLine, PublicityPeriod, Roster, RosterLine
from disbursement.permissions import CHECKS_EVIDENCE
from disbursement.rules.publicity import Moment, PhotoFacts, days_late, doubts_about_photo, outlook
from disbursement.rules.states import LineStatus, PeriodState, RosterState

_S = PeriodState
SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.PUBLICITY_OFFICER, Role.APPROVER, Role.AUDITOR)
_NAMES_SECONDS: Final = 600
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
    icon="check-lg", takes=("ok", "seen"), text="看清了：张贴的是该校公示，日期对得上，没有身份证号和困难类别。",
)  # fmt: skip
BAD: Final = Deed(
    "bad", "publicity.check", "不通过", publicity.check_photos, "evidence", "{n} 张照片不通过，学校可以重新上传。",
    form=CheckForm, tone="outline-danger", icon="x-lg", takes=("ok", "seen"),
)  # fmt: skip
PLAN: Final = Deed(
    "plan", "publicity.plan", "制订公示", publicity.plan_period, "roster", form=PlanForm, icon="calendar-event", takes=("semester",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SchoolPhotos:
    """One school's row on the page of a period."""

    school: Any
    lines: int
    photos: "tuple[Slot, ...]"


@dataclass(frozen=True, slots=True)
class Slot:
    """One of a school's two photos: what is there, whether this person may send one now, or why not yet."""

    moment: str
    label: str
    photo: Any
    may_send: bool
    wait: str = ""


@SEES
def period_list(request: StaffRequest) -> HttpResponse:
    """The semester's periods."""
    term = calendar.chosen(request.session)
    form = PeriodFilter(request.GET or None)
    rows = PublicityPeriod.objects.visible_to(request.user).filter(semester=term).with_counts()
    rows = rows.select_related("semester")
    if form.is_bound and form.is_valid() and form.cleaned_data["state"]:
        rows = rows.filter(state=form.cleaned_data["state"])
    page = page_of(rows.order_by("-pk"), request.GET.get("page"))
    holidays = calendar.holidays()
    periods = [(period, publicity.last_day_of(period, holidays)) for period in page]
    shown = {
        "form": form,
        "page": page,
        "periods": periods,
        "may_plan": may(request.user, "publicity.plan"),
        "filtered": bool(form.data.get("state")),
    }
    return render(request, "disbursement/period_list.html", shown)


@needs("publicity.plan")
def period_plan(request: StaffRequest) -> HttpResponse:
    """Choose approved rosters for a new period."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (replace(PLAN, form=plan_form(calendar.business_date())),))
    if deeds.done(semester=term.code):
        period = PublicityPeriod.objects.visible_to(request.user).get(pk=deeds.result[0].id)
        messages.success(request, _planned(period))
        return redirect("disbursement:period", pk=period.pk)
    taken = [_S.PLANNED, _S.RUNNING, _S.ENDED]
    free = Roster.objects.visible_to(request.user).filter(semester=term, state=RosterState.APPROVED)
    rows = free.exclude(period__state__in=taken).select_related("school", "programme").with_sums()
    page = page_of(rows.order_by("school__code", "programme__position"), request.GET.get("page"), size=500)
    return render(request, "disbursement/period_plan.html", {"page": page, "deeds": deeds})


def _planned(period: PublicityPeriod) -> str:
    if period.planned_on > calendar.business_date():
        return f"公示已制订，到 {period.planned_on:%Y-%m-%d} 那天请点“开始公示”。"
    return "公示已制订，现在可以点“开始公示”。"


@SEES
def period_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One period: schools and photos, what is in the way of its end, what may be done."""
    rows = PublicityPeriod.objects.visible_to(request.user).select_related("semester", "planned_by", "ended_by")
    period = get_object_or_404(rows, pk=pk)
    fits: Callable[[Deed], bool] = lambda deed: period.state in deed.states  # noqa: E731
    running, ended = period.state == PeriodState.RUNNING, period.state == PeriodState.ENDED
    reach = request.user.reach()
    obstacles = publicity.obstacles(period) if running and reach.county else []
    deeds = Deeds(request, (START, _end(len(obstacles)), ABORT), fits=fits)
    if deeds.done([period.pk]):
        return redirect("disbursement:period", pk=pk)
    may_print = may_see_list(request, period) and may(request.user, "publicity.print")
    shown = {
        "period": period,
        "deeds": deeds,
        "schools": list(_schools(request, period)),
        "obstacles": obstacles,
        **_outlook(period, obstacles if running and reach.county else None),
        "sends": running and may(request.user, "publicity.photo"),
        "may_print": may_print,
        "may_print_all": may_print and may(request.user, "publicity.print_all"),
        "may_certify": ended and may(request.user, "publicity.certify"),
        "unprintable": _unprintable(request, period) if may_print else [],
        "may_check": running and may(request.user, "publicity.check"),
        "may_object": running and may(request.user, "objection.add"),
        "may_confirm": ended and may(request.user, "roster.confirm"),
        "events": history_of("publicityperiod", period.pk, None if reach.county else reach.schools),
    }
    return render(request, "disbursement/period_detail.html", shown)


def _outlook(period: Any, obstacles: list[str] | None) -> dict[str, Any]:
    """Until when a running period hangs and who ends it; `early`: before its last day nothing is amiss."""
    last_day, today = publicity.last_day_of(period), calendar.business_date()
    if obstacles is None or last_day is None:
        return {"last_day": last_day, "early": False}
    early = today < last_day
    told = outlook(today=today, last_day=last_day, missing=len(obstacles) - early)
    return {"last_day": last_day, "early": early, "outlook": told}


def _end(obstacles: int) -> Deed:
    """The end, which is not the next step while something is in its way."""
    text = f"现在还不能结束（{obstacles} 项，见页面）。{END.text}"
    return replace(END, tone="plain", text=text) if obstacles else END


def _unprintable(request: StaffRequest, period: Any) -> list[str]:
    """Names that no font here can draw; the list is frozen, so the answer is kept a while."""
    mine = PublicityLine.objects.visible_to(request.user).filter(period=period)
    key = f"unprintable-{period.pk}-{request.user.pk}"
    found = cache.get(key)
    if found is None:
        found = names_that_cannot_be_printed(sorted(set(mine.values_list("name", flat=True))))
        cache.set(key, found, _NAMES_SECONDS)
    return list(found)


def may_see_list(request: StaffRequest, period: Any) -> bool:
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
    last_day = publicity.last_day_of(period) if sends else None
    early = bool(last_day and calendar.business_date() < last_day)
    for school, lines in sums.items():
        slots = (_slot(m, evidence.get((school.pk, m.value)), request.user, sends=sends) for m in Moment)
        wait = f"{last_day} 起可以上传" if early else ""
        yield SchoolPhotos(school, lines, tuple(_not_yet(s, wait) if s.moment == Moment.END else s for s in slots))


def _slot(moment: Moment, photo: Any, user: Any, *, sends: bool) -> Slot:
    replaceable = photo is None or photo.ok is False or (photo.ok is None and photo.by_id == user.pk)
    return Slot(moment.value, moment.label, photo, sends and replaceable)


def _not_yet(slot: Slot, wait: str) -> Slot:
    """The closing photo is taken when the list has hung its time."""
    return replace(slot, may_send=False, wait=wait) if wait and slot.may_send and not slot.photo else slot


@require_POST
@needs("publicity.photo")
def photo_add(request: StaffRequest, pk: int, school: str, moment: str) -> HttpResponse:
    """The clerk's photo of the posted list."""
    period = get_object_or_404(PublicityPeriod.objects.visible_to(request.user), pk=pk)
    form = PhotoForm(request.POST, request.FILES)
    label = Moment(moment).label if moment in list(Moment) else ""
    if form.is_valid():
        data = form.cleaned_data["file"].read()
        given = {"period": period.pk, "school": school, "moment": moment, "file": data}
        if attempt(form, publicity.add_photo, by=request.user, **given) is not None:
            messages.success(request, f"{label}照片已上传，{what_follows(period, moment)}")
            return redirect("disbursement:period", pk=pk)
    shown = {"period": period, "form": form, "school": school, "moment": moment, "label": label}
    return render(request, "disbursement/photo_add.html", shown, status=422)


def what_follows(period: Any, moment: str) -> str:
    """What becomes of a photo that was sent in today; that it came late is said to the sender, as to the checker."""
    late = days_late(moment, sent_on=calendar.business_date(), started_on=period.started_on)
    told = f"开始照片晚于公示开始 {late} 天，核查时会提示复审人员。" if late else ""
    return f"等待复审人员核查；核查以前可以更换。{told}"


def _photo(request: StaffRequest, pk: int) -> Any:
    """For the school while the list hangs, and for those who check."""
    rows = PublicityEvidence.objects.visible_to(request.user)
    rows = rows.select_related("photo", "period__semester", "school", "by", "checked_by")
    found = get_object_or_404(rows, pk=pk)
    if found.period.state != PeriodState.RUNNING and not request.user.roles & CHECKS_EVIDENCE:
        raise Http404
    return found


@SEES
@require_safe
def photo(request: StaffRequest, pk: int) -> HttpResponse:
    """A photo's bytes, for the pages that show it."""
    return photo_page(_photo(request, pk).photo)


@SEES
@require_safe
def photo_view(request: StaffRequest, pk: int) -> HttpResponse:
    """One photo large, with its days and what became of it."""
    found = _photo(request, pk)
    last_day = publicity.last_day_of(found.period)
    shown = {"photo": found, "doubts": _doubts(found, last_day), "last_day": last_day}
    may_check = found.ok is None and found.by_id != request.user.pk and may(request.user, "publicity.check")
    return render(request, "disbursement/photo_view.html", shown | {"may_check": may_check})


def _doubts(photo: Any, last_day: date | None) -> list[str]:
    """What of the photo's days the checker should look at."""
    if last_day is None:
        return []
    taken_on = timezone.localdate(photo.taken_at) if photo.taken_at else None
    facts = PhotoFacts(photo.moment, photo.sent_on, taken_on)
    return doubts_about_photo(facts, started_on=photo.period.started_on, last_day=last_day)


@needs("publicity.check")
def photo_check(request: StaffRequest) -> HttpResponse:
    """Photos that wait for the approver's eye."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (GOOD, BAD))
    if deeds.done(ok=deeds.wanted == GOOD.name, seen=request.POST.getlist("seen")):
        return redirect("disbursement:photos")
    rows = PublicityEvidence.objects.visible_to(request.user).filter(period__semester=term, ok=None)
    rows = rows.exclude(by=request.user).select_related("school", "period__semester", "by", "photo")
    page = page_of(rows.order_by("period", "school__code", "-moment"), request.GET.get("page"), size=24)
    holidays = calendar.holidays()
    last_days = {period: publicity.last_day_of(period, holidays) for period in {photo.period for photo in page}}
    photos = [(photo, last_days[photo.period], _doubts(photo, last_days[photo.period])) for photo in page]
    return render(request, "disbursement/photo_check.html", {"page": page, "photos": photos, "deeds": deeds})


@SEES
def period_lines(request: StaffRequest, pk: int) -> HttpResponse:
    """The frozen list, from which an objection is registered; nothing of it after the period."""
    period = get_object_or_404(PublicityPeriod.objects.visible_to(request.user), pk=pk)
    if not may_see_list(request, period):
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
        "held": set(held.filter(state=LineStatus.HELD).values_list("pk", flat=True)),
        "may_object": period.state == PeriodState.RUNNING and may(request.user, "objection.add"),
    }
    return render(request, "disbursement/period_lines.html", shown)
