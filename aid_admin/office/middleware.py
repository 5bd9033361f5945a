"""What every answer passes: the login, the content security policy, the office's own refusals as pages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from aid_admin.accounts import factor
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from aid_admin.office import context
from aid_admin.office.routes import allowed_methods

Handler = Callable[[HttpRequest], HttpResponse]
_STATUS = {Forbidden: 403, NotFound: 404, BadInput: 400}


class LoginGate(LoginRequiredMiddleware):
    """As Django's; who was sending something is told that it was not done, and comes back to the page it was on."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        address = f"{settings.LOGIN_URL}?{urlencode({'next': _back(request), 'lost': 1})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)


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
        if factor.is_due(request) and request.path not in factor.OPEN:
            return redirect(f"{reverse('accounts:code')}?{urlencode({'next': _wanted(request)})}")
        if user.is_authenticated and user.must_change_password and request.path not in ("/password/", "/logout/"):
            return redirect("/password/")
        response = self.get_response(request)
        if user.is_authenticated and (request.method == "POST" or "HX-Refresh" in response.headers):
            context.forget_bars(user)  # the next page shows what this one has done
        if response.status_code == 405 and "text/html" in request.headers.get("Accept", ""):
            return _not_that_way(request, response)
        return response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Refused, Forbidden, NotFound and BadInput, with their sentence."""
        if not isinstance(problem, Refused):
            return None
        status = next((code for kind, code in _STATUS.items() if isinstance(problem, kind)), 409)
        if request.headers.get("HX-Request"):
            return _beside(request, problem.message, status)
        shown = {"message": problem.message, "status": status, "back": _back(request)}
        return render(request, "office/refusal.html", shown, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what is not there or not within reach: with menu and ways back for whoever is logged in."""
    message = "没有这个页面或这条记录，也可能不在您的管理范围内。"
    if not request.user.is_authenticated:
        return render(request, "404.html", status=404)
    if request.headers.get("HX-Request"):
        return _beside(request, message, 404)
    shown = {"message": message, "status": 404, "back": _back(request)}
    return render(request, "office/refusal.html", shown, status=404)


def _beside(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """The refusal of what a part of a page asked for, told above that page."""
    response = render(request, "components/_refusal.html", {"message": message}, status=status)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#messages", "innerHTML"
    return response


def _back(request: HttpRequest) -> str:
    """Where the person came from, if that is a page of ours."""
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(came_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


def _not_that_way(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The page for an address that takes the press of a button and nothing else, or nothing that is sent to it."""
    message = "这个地址是页面上的按钮用的，不能直接打开，也不能刷新。请回到原来的页面，看办理的结果，或重新点按钮。"
    if request.method == "POST":
        message = "这个页面只供查看，不接受提交的内容。刚才的操作没有完成，请回到原来的页面重新办理。"
    shown = {"message": message, "status": 405, "back": _above(request.path)}
    page = "office/refusal.html" if request.user.is_authenticated else "405.html"
    told = render(request, page, shown, status=405)
    told.headers["Allow"] = response.headers.get("Allow", "")
    return told


def _wanted(request: HttpRequest) -> str:
    """Where the person was going: what was sent is not sent again."""
    return request.get_full_path() if request.method == "GET" else "/"


def _above(path: str) -> str:
    """The nearest address above this one that can be opened."""
    parts = path.strip("/").split("/")
    for end in range(len(parts) - 1, 0, -1):
        address = f"/{'/'.join(parts[:end])}/"
        try:
            view = resolve(address).func
        except Resolver404:
            continue
        if "GET" in allowed_methods(view):
            return address
    return "/"


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose token is no longer good: sent from a page older than the present login."""
    return render(request, "403_csrf.html", {"back": _back(request)}, status=403)
