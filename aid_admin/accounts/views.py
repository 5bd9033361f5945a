"""Login, logout and the own password."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator

from aid_admin.accounts.actions import change_own_password
from aid_admin.accounts.deeds import refuse
from aid_admin.accounts.forms import LoginForm, PasswordForm
from aid_admin.accounts.gate import StaffRequest
from aid_admin.lib.refusals import Refused


class Login(LoginView):
    """The login page; a part of a page that asks after the session ended sends the whole page here."""

    authentication_form = LoginForm
    redirect_authenticated_user = True

    @method_decorator(login_not_required)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.headers.get("HX-Request"):
            response = HttpResponse(status=204)
            response.headers["HX-Refresh"] = "true"
            return response
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With `lost`: the person was sending something when the session was found to be over."""
        given = self.request.POST if self.request.method == "POST" else self.request.GET
        return super().get_context_data(**kwargs) | {"lost": bool(given.get("lost"))}


login = Login.as_view()
logout = LogoutView.as_view(next_page="accounts:login")


def password(request: StaffRequest) -> HttpResponse:
    """Change the own password."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        try:
            change_own_password(by=request.user, old=old, new=new)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码已修改，下次请用新密码登录。")
            return redirect("office:home")
    return render(request, "registration/password.html", {"form": form})
