"""The semester that the pages show, kept in the session."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from aid_admin.county import calendar


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the semester and go back to where the person was."""
    request.session["semester"] = calendar.semester(request.POST.get("semester", "")).code
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back.split("?", 1)[0] if safe else "/")
