"""What every answer passes: the content security policy, and the office's own refusals as pages."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from aid_admin.office import context

Handler = Callable[[HttpRequest], HttpResponse]
_STATUS = {Forbidden: 403, NotFound: 404, BadInput: 400}


class ContentSecurityPolicy:
    """Send settings.SECURE_CSP; to be deleted at Django 6.2, whose setting has the same name."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.policy = "; ".join(f"{name} {' '.join(values)}" for name, values in settings.SECURE_CSP.items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        if getattr(request, "user", None) and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class OfficeGate:
    """A first password must be changed; a refusal becomes a page that says what happened."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password and request.path not in ("/password/", "/logout/"):
            return redirect("/password/")
        response = self.get_response(request)
        if request.method == "POST" and user.is_authenticated:
            context.forget_bars(user)  # the next page shows what this one has done
        return response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Refused, Forbidden, NotFound and BadInput, with their sentence."""
        if not isinstance(problem, Refused):
            return None
        status = next((code for kind, code in _STATUS.items() if isinstance(problem, kind)), 409)
        if request.headers.get("HX-Request"):
            response = render(request, "components/_refusal.html", {"message": problem.message}, status=status)
            response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#messages", "innerHTML"
            return response
        shown = {"message": problem.message, "status": status, "back": _back(request)}
        return render(request, "office/refusal.html", shown, status=status)


def _back(request: HttpRequest) -> str:
    """Where the person came from, if that is a page of ours."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    return came_from if ours else "/"
