"""Forms of login and password."""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm


class LoginForm(AuthenticationForm):
    """User name and password; says no more than that they do not fit."""

    error_messages = {  # noqa: RUF012 - Django's own name and kind
        "invalid_login": "用户名或密码不对，请重新输入（注意大小写）。",
        "inactive": "用户名或密码不对，请重新输入（注意大小写）。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:  # shown again: the name stands there, the password is typed anew
            self.fields["username"].widget.attrs.pop("autofocus", None)
            self.fields["password"].widget.attrs["autofocus"] = True


class CodeForm(forms.Form):
    """The six digits that the app shows."""

    code = forms.CharField(
        label="动态口令", max_length=12, error_messages={"required": "请输入手机上的 6 位动态口令。"},
        help_text="手机“身份验证器”里显示的 6 位数字，30 秒换一个，每个只能用一次。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )  # fmt: skip

    def clean_code(self) -> str:
        """Digits alone; apps show them in two groups."""
        return "".join(unicodedata.normalize("NFKC", self.cleaned_data["code"]).split())


class PasswordForm(forms.Form):
    """The old password once, the new one twice."""

    old = forms.CharField(
        label="原密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )
    new = forms.CharField(
        label="新密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        help_text="至少 12 位，不能是常见密码，也不要和用户名、姓名相似。",
    )
    again = forms.CharField(
        label="再输一次新密码", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def clean(self) -> dict[str, str]:
        """Both times the same."""
        given = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", "两次输入的新密码不一样，请重新输入。")
        return given
