"""The second factor, where AID_SECOND_FACTOR asks for it: setting up the app, and its code after each login."""

from typing import Final

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from aid_admin.accounts import actions
from aid_admin.accounts.back import next_page
from aid_admin.accounts.deeds import attempt
from aid_admin.accounts.forms import CodeForm
from aid_admin.accounts.gate import StaffRequest
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import SECOND_FACTOR_ROLES
from aid_admin.db.fields import keyring
from aid_admin.lib import totp

OPEN: Final = ("/login/code/", "/login/factor/", "/logout/")
ISSUER: Final = "学生资助管理"
_PASSED: Final = "second_factor"
_NEW: Final = "totp_new"


def is_due(request: HttpRequest) -> bool:
    """Whether the person has still to show the second factor in this session."""
    user = request.user
    if not settings.AID_SECOND_FACTOR or not isinstance(user, User) or not user.roles & SECOND_FACTOR_ROLES:
        return False
    return request.session.get(_PASSED) != user.pk


def _pass(request: StaffRequest) -> HttpResponse:
    """On to where the person was going, in a session of a new name."""
    request.session.cycle_key()
    request.session.pop(_NEW, None)
    request.session[_PASSED] = request.user.pk
    return redirect(next_page(request, "/"))


@never_cache
def code(request: StaffRequest) -> HttpResponse:
    """The page after the password; whoever has no app yet sets it up first."""
    if not is_due(request):
        return redirect(next_page(request, "/"))
    if not request.user.totp_secret:
        return redirect("accounts:factor")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        right = attempt(form, actions.check_factor, by=request.user, code=form.cleaned_data["code"])
        if right:
            return _pass(request)
        if right is False:
            form.add_error("code", "动态口令不对，或已经用过。请等手机上换成下一个再输入；连续输错 5 次锁定 15 分钟。")
    return render(request, "registration/code.html", {"form": form, "next": next_page(request, "/")})


@never_cache
def set_up(request: StaffRequest) -> HttpResponse:
    """Scan the QR code, then show by the first code that the app has it."""
    if not is_due(request) or request.user.totp_secret:
        return redirect("accounts:code")
    sealed = request.session.setdefault(_NEW, keyring().seal("totp_secret", totp.new_secret()).hex())
    secret = keyring().open_("totp_secret", bytes.fromhex(sealed))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        attempt(form, actions.set_up_factor, by=request.user, secret=secret, code=form.cleaned_data["code"])
        if not form.errors:
            return _pass(request)
    address = totp.address(secret, request.user.username, ISSUER)
    shown = {
        "form": form,
        "qr": segno.make(address, micro=False, error="m").svg_data_uri(border=1, scale=4),
        "key": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    }
    return render(request, "registration/factor.html", shown)
