"""公示: periods, planning one, one period with its schools and photos; what hangs is printed in views.notices."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.core.cache import cache
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, attempt
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from aid_admin.lib.pdf.glyphs import names_that_cannot_be_printed
from disbursement.actions import publicity
from disbursement.actions.printing import not_set
from disbursement.forms import ReasonForm
from disbursement.forms.publicity import (
    PeriodFilter,
    PhotoForm,
    PlanForm,
    plan_form,
)
from disbursement.models import PublicityLine, PublicityPeriod, Roster
from disbursement.papers.paper import short_code
from disbursement.permissions import CHECKS_EVIDENCE
from disbursement.rules.publicity import Moment, days_late, outlook
from disbursement.rules.states import PeriodState, RosterState
from disbursement.views.period_schools import SchoolPhotos, days_of, schools_of, taken_off
from disbursement.views.period_start import start_of

_S = PeriodState
SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.PUBLICITY_OFFICER, Role.APPROVER, Role.AUDITOR)
LOOKS: Final = frozenset({Role.PUBLICITY_OFFICER, Role.APPROVER, Role.AUDITOR})
_NAMES_SECONDS: Final = 600
_PRINTED_BY_THE_COUNTY: Final = Q(to_state__in=["EXPORTED", "PRINT_ASKED"]) & ~Q(actor_role__in=sorted(SCHOOL_ROLES))
# photos of many schools that were checked together: one event for each school, and their number for the county
_OF_ONE_AMONG_MANY: Final = Q(verb="publicity.check", count=None)
_CHECKED_OF_MANY: Final = Q(verb="publicity.check", school_code="")
START: Final = Deed(
    "start", "publicity.start", "开始公示", publicity.start_period, "period", "公示已开始，名单已固定。请打印公示并张贴。",
    one=True, icon="megaphone", text="开始后名单固定，不能再改。",
    about="disbursement/_start_about.html", states={_S.PLANNED},
)  # fmt: skip
END: Final = Deed(
    "end", "publicity.end", "结束公示", publicity.end_period, "period", "公示已结束，名册可以确认。学校和公示专员不能再查看名单。",
    one=True, tone="success", icon="check-lg", text="期满且各校开始、结束照片都核查通过后才能结束。结束以后名册可以确认，学校和公示专员不能再查看名单；不能撤销。", states={_S.RUNNING},
)  # fmt: skip
ABORT: Final = Deed(
    "abort", "publicity.abort", "中止公示", publicity.abort_period, "period", "公示已中止，其中的名册可以重新安排公示。",
    one=True, form=ReasonForm, tone="outline-danger", icon="x-circle", states={_S.PLANNED, _S.RUNNING},
)  # fmt: skip
CALL_OFF: Final = replace(
    ABORT, title="撤销计划", done="公示计划已撤销，其中的名册可以重新安排公示。", tone="plain"
)  # what has not begun is not broken off
PLAN: Final = Deed(
    "plan", "publicity.plan", "制订公示", publicity.plan_period, "roster", form=PlanForm, icon="calendar-event", takes=("semester",),
)  # fmt: skip


@SEES
def period_list(request: StaffRequest) -> HttpResponse:
    """The semester's periods."""
    term = calendar.chosen(request.session)
    form = PeriodFilter(request.GET or None, user=request.user)
    every = PublicityPeriod.objects.visible_to(request.user).filter(semester=term)
    rows = _filtered(request.user, every, form).with_counts().select_related("semester")
    page = page_of(rows.order_by("-pk"), request.GET.get("page"))
    holidays = calendar.holidays()
    periods = [(period, publicity.last_day_of(period, holidays)) for period in page]
    shown = {
        "form": form,
        "page": page,
        "periods": periods,
        "may_plan": may(request.user, "publicity.plan"),
        "filtered": form.is_bound,
    }
    return render(request, "disbursement/period_list.html", shown)


def _filtered(user: Any, rows: Any, form: PeriodFilter) -> Any:
    """By what the form says; a period began on its planned day as long as it has not begun."""
    rows = rows.filter(**form.wanted(state="state", q="title__contains"))
    of = form.wanted(school="school__code", programme="programme__code")
    if of:
        rows = rows.filter(pk__in=Roster.objects.visible_to(user).filter(**of).exclude(period=None).values("period"))
    days = form.wanted(since="day__gte", until="day__lte")
    return rows.annotate(day=Coalesce("started_on", "planned_on")).filter(**days) if days else rows


@needs("publicity.plan")
def period_plan(request: StaffRequest) -> HttpResponse:
    """Choose approved rosters for a new period."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (replace(PLAN, form=plan_form(calendar.business_date())),))
    if deeds.done(semester=term.code):
        messages.success(request, "公示已制订。")  # what comes next is said by its page
        return redirect("disbursement:period", pk=deeds.result[0].id)
    taken = [_S.PLANNED, _S.RUNNING, _S.ENDED]
    free = Roster.objects.visible_to(request.user).filter(semester=term, state=RosterState.APPROVED)
    rows = free.exclude(period__state__in=taken).select_related("school", "programme").with_sums()
    page = page_of(rows.order_by("school__code", "programme__position"), request.GET.get("page"), size=500)
    return render(request, "disbursement/period_plan.html", {"page": page, "deeds": deeds})


@SEES
def period_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One period: schools and photos, what is in the way of its end, what may be done."""
    rows = PublicityPeriod.objects.visible_to(request.user).select_related("semester", "planned_by", "ended_by")
    period = get_object_or_404(rows, pk=pk)
    fits: Callable[[Deed], bool] = lambda deed: period.state in deed.states  # noqa: E731
    running, ended = period.state == _S.RUNNING, period.state == _S.ENDED
    reach = request.user.reach()
    obstacles = publicity.obstacles(period) if running and reach.county else []
    deeds = Deeds(request, (START, _end(len(obstacles)), _abort(period)), fits=fits)
    if deeds.done([period.pk]):
        return redirect("disbursement:period", pk=pk)
    may_print = may_see_list(request, period) and may(request.user, "publicity.print")
    schools = list(schools_of(request, period))
    shown = {
        "period": period,
        "deeds": deeds,
        "schools": schools,
        "check_code": short_code(period.list_digest),
        "taken_off": taken_off(request, period) if running and may_print else [],
        "obstacles": obstacles,
        **_outlook(period, schools, obstacles if running and reach.county else None),
        "start": start_of(request, period),
        "may_print": may_print,
        "may_print_all": may_print and may(request.user, "publicity.print_all"),
        "may_certify": ended and may(request.user, "publicity.certify"),
        "not_set": not_set() if may_print else [],
        "may_plan": may(request.user, "publicity.plan"),
        "unprintable": _unprintable(request, period) if may_print else [],
        **_may(request.user, period),
        "events": _events(request.user, period),
    }
    return render(request, "disbursement/period_detail.html", shown)


def _may(user: Any, period: Any) -> dict[str, bool]:
    """What else this person may do with a period that is planned, runs or has ended."""
    running = period.state == _S.RUNNING
    return {
        "sends": running and may(user, "publicity.photo"),
        "may_preview": period.state == _S.PLANNED and may(user, "publicity.print_all"),
        "may_look": running and bool(user.roles & LOOKS),
        "may_check": running and may(user, "publicity.check"),
        "may_object": running and may(user, "objection.add"),
        "may_confirm": period.state == _S.ENDED and may(user, "roster.confirm"),
    }


def _events(user: Any, period: Any) -> list[Any]:
    """The period's history; a school reads what was done with its own papers and photos, not with those of others."""
    reach = user.reach()
    if reach.county:
        return history_of("publicityperiod", period.pk, but=_OF_ONE_AMONG_MANY)
    return history_of("publicityperiod", period.pk, reach.schools, but=_PRINTED_BY_THE_COUNTY | _CHECKED_OF_MANY)


def _outlook(period: Any, schools: list[SchoolPhotos], obstacles: list[str] | None) -> dict[str, Any]:
    """Until when a running period hangs and who ends it; `early`: before its last day; what of the photos is late."""
    last_day, today = publicity.last_day_of(period), calendar.business_date()
    slots = [slot for row in schools for slot in row.photos]
    awaited, overdue = sum(slot.awaited for slot in slots), sum(slot.overdue for slot in slots)
    if obstacles is None or last_day is None:
        return {"last_day": last_day, "early": False, "overdue": overdue}
    early = today < last_day
    told = outlook(today=today, last_day=last_day, missing=len(obstacles) - early, awaited=awaited)
    return {"last_day": last_day, "early": early, "outlook": told, "overdue": overdue}


def _end(obstacles: int) -> Deed:
    """The end, which is not the next step while something is in its way."""
    text = f"现在还不能结束（{obstacles} 项，见页面）。{END.text}"
    return replace(END, tone="plain", text=text) if obstacles else END


def _abort(period: Any) -> Deed:
    return CALL_OFF if period.state == _S.PLANNED else ABORT


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
    days = days_of(period).get(moment)
    return render(request, "disbursement/photo_add.html", shown | {"days": days}, status=422)


def what_follows(period: Any, moment: str) -> str:
    """What becomes of a photo that was sent in today; that it came late is said to the sender, as to the checker."""
    late = days_late(moment, sent_on=calendar.business_date(), started_on=period.started_on)
    told = f"开始照片晚于公示开始 {late} 天，核查时会提示复审人员。" if late else ""
    return f"等待复审人员核查；核查以前可以更换。{told}"
