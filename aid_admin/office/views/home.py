"""The first page: what waits for me."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aid_admin.accounts.gate import StaffRequest
from aid_admin.county import calendar
from aid_admin.office import context, menu


@require_safe
def home(request: StaffRequest) -> HttpResponse:
    """What waits for the person, with count, deadline and the way there."""
    context.forget_bars(request.user)
    _, lines = context.bar(request.user, calendar.chosen(request.session), calendar.business_date())
    shown = [(line, menu.exists(line.path)) for line in lines]
    return render(request, "office/home.html", {"lines": shown, "total": sum(line.count for line in lines)})
