"""公示 photos by phone: a code on the clerk's screen, a page without login behind it, one photo, a quarter of an hour."""

import time
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from aid_admin.accounts.deeds import refuse
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.accounts.models import User
from aid_admin.county.models import School
from aid_admin.lib.refusals import NotFound, Refused
from disbursement.actions import publicity
from disbursement.actions.phone import MINUTES, Ticket
from disbursement.forms.publicity import PhonePhotoForm
from disbursement.models import PublicityPeriod, Roster
from disbursement.papers.paper import qr
from disbursement.rules.publicity import Moment
from disbursement.rules.states import PeriodState
from disbursement.views.period_schools import days_of
from disbursement.views.publicity import what_follows

SPARE_SECONDS: Final = 60  # a code is replaced before it is dead
_LOCAL: Final = ("localhost", "127.", "[::1]")


@require_safe
@needs("publicity.photo")
def photo_by_phone(request: StaffRequest, pk: int, school: str, moment: str) -> HttpResponse:
    """The code, shown until the photo has come; the page asks every few seconds whether it has."""
    period = get_object_or_404(PublicityPeriod.objects.visible_to(request.user).select_related("semester"), pk=pk)
    rosters = Roster.objects.visible_to(request.user).filter(period=period, school__code=school)
    place = get_object_or_404(School.objects.visible_to(request.user), pk__in=rosters.values("school"))
    if moment not in list(Moment):
        raise Http404
    ticket = Ticket.of(request.user, period.pk, place.code, moment)
    if request.headers.get("HX-Request"):
        return _has_come(request, ticket, period)
    publicity.refuse_moment(period, moment)
    address = request.build_absolute_uri(reverse("disbursement:photo_from_phone", args=[ticket.sealed()]))
    shown = {
        "period": period,
        "place": place,
        "label": Moment(moment).label,
        "days": days_of(period).get(moment),
        "code": qr(address),
        "address": address,
        "minutes": MINUTES,
        "standing": ticket.standing,
        "asked": int(time.time()),
        "unreachable": request.get_host().startswith(_LOCAL),
    }
    return render(request, "disbursement/photo_by_phone.html", shown)


def _has_come(request: StaffRequest, ticket: Ticket, period: Any) -> HttpResponse:
    """Nothing yet; or on to the period with the photo; or the page anew where its code is too old or of no use."""
    asked, standing = request.GET.get("asked", ""), request.GET.get("standing", "")
    if standing and standing != str(ticket.standing):
        messages.success(request, f"{Moment(ticket.moment).label}照片已收到，{what_follows(period, ticket.moment)}")
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("disbursement:period", args=[ticket.period])})
    fresh = asked.isascii() and asked.isdigit() and time.time() - int(asked) < MINUTES * 60 - SPARE_SECONDS
    return HttpResponse(
        status=204, headers={} if fresh and period.state == PeriodState.RUNNING else {"HX-Refresh": "true"}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def photo_from_phone(request: HttpRequest, ticket: str) -> HttpResponse:
    """The phone's page: take a photo, send it in the name of the clerk whose screen showed the code."""
    try:
        wanted, user, place = Ticket.opened(ticket)
    except Refused as refusal:
        return render(request, "disbursement/photo_from_phone.html", {"over": refusal.message}, status=410)
    form: Any = PhonePhotoForm(request.POST, request.FILES) if request.method == "POST" else PhonePhotoForm()
    shown = {
        "form": form,
        "label": Moment(wanted.moment).label,
        "place": place,
        "sender": user.name,
    }
    if request.method == "POST" and form.is_valid() and _sent(form, wanted, user):
        return render(request, "disbursement/photo_from_phone.html", shown | {"done": True})
    status = 422 if form.errors else 200
    return render(request, "disbursement/photo_from_phone.html", shown, status=status)


def _sent(form: Any, wanted: Ticket, user: User) -> bool:
    try:
        publicity.add_photo(
            by=user, period=wanted.period, school=wanted.school, moment=wanted.moment,
            file=form.cleaned_data["file"].read(), standing=wanted.standing,
        )  # fmt: skip
    except NotFound:
        form.add_error(None, "这次公示已经没有您学校的名单，照片没有上传。请在电脑上查看公示页面。")
    except Refused as refusal:
        refuse(form, refusal)
    return not form.errors
