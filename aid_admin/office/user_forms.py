"""Forms of users and posts."""

from typing import Any

from django import forms

from aid_admin.accounts.actions import NewUser
from aid_admin.accounts.rules import ROLE_NAMES, SCHOOL_ROLES, Role
from aid_admin.county.models import School, Township

_ROLES = [(role.value, name) for role, name in ROLE_NAMES.items()]


class UserFilter(forms.Form):
    """Filters of the list of users."""

    q = forms.CharField(
        label="用户名或姓名", required=False, max_length=50, widget=forms.TextInput(attrs={"type": "search"})
    )
    role = forms.ChoiceField(label="岗位", required=False, choices=[("", "全部岗位"), *_ROLES])
    school = forms.ChoiceField(label="学校", required=False)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部"),
            ("ACTIVE", "在用"),
            ("DISABLED", "已停用"),
            ("NEVER", "从未登录"),
            ("POSTLESS", "没有岗位"),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = [("", "全部学校"), *School.objects.values_list("code", "name")]  # type: ignore[attr-defined]


class PostForm(forms.Form):
    """One post: role, and where."""

    role = forms.ChoiceField(
        label="岗位", choices=[("", "请选择"), *_ROLES], error_messages={"required": "请选择岗位。"}
    )
    school = forms.ChoiceField(label="学校", required=False, help_text="学校经办人、学校负责人必选，其他岗位不选。")
    township = forms.ChoiceField(label="乡镇", required=False, help_text="只用于按乡镇分工的初审；不选为全县。")
    since = forms.DateField(
        label="任职起", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="今天或以后的日期；不填为马上开始。",
    )  # fmt: skip
    until = forms.DateField(
        label="任职止", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="到这一天结束；不填为长期。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = [("", "（不选）"), *School.objects.values_list("code", "name")]  # type: ignore[attr-defined]
        self.fields["township"].choices = [("", "（不选）"), *Township.objects.values_list("code", "name")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """School roles name a school, others none; only reviewers work by township."""
        given = super().clean() or {}
        role = given.get("role")
        if role in SCHOOL_ROLES and not given.get("school"):
            self.add_error("school", "请选择学校。")
        if role and role not in SCHOOL_ROLES and given.get("school"):
            self.add_error("school", "县里的岗位不选学校。")
        if given.get("township") and role != Role.REVIEWER:
            self.add_error("township", "只有初审按乡镇分工。")
        return given


class NewUserForm(PostForm):
    """A new user with the first post."""

    username = forms.RegexField(
        r"^[A-Za-z0-9@.+_-]{3,60}$", label="用户名",
        error_messages={"required": "请填写用户名。", "invalid": "用户名用 3 到 60 个字母、数字或 - _ . @，不用中文。"},
    )  # fmt: skip
    name = forms.CharField(label="姓名", max_length=50, error_messages={"required": "请填写姓名。"})
    since = until = None  # type: ignore[assignment]
    field_order = ("username", "name", "role", "school", "township")

    def person(self) -> NewUser:
        """What the action takes."""
        given = self.cleaned_data
        return NewUser(given["username"], given["name"], given["role"], given["school"], given["township"])


class BulkForm(forms.Form):
    """A sheet of new users."""

    file = forms.FileField(
        label="名单文件", widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"required": "请选择名单文件。", "empty": "文件是空的，请重新选择。"},
    )  # fmt: skip

    skip = forms.BooleanField(
        label="有问题的行先不建，其余的照样建立", required=False,
        help_text="不勾选时，有一行不对就一个也不建立。",
    )  # fmt: skip

    def clean_file(self) -> Any:
        """A list of people is never large."""
        file = self.cleaned_data["file"]
        if file.size > 5 * 1024 * 1024:
            raise forms.ValidationError("文件超过 5 MB，不像是用户名单，请核对。")
        return file


class WhyForm(forms.Form):
    """A reason that goes into the history."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明原因。"},
    )


class EndPostForm(WhyForm):
    """Why a post ends."""


class HandOverForm(WhyForm):
    """To whom the posts go."""

    to = forms.CharField(label="接手人的用户名", max_length=150, error_messages={"required": "请填写接手人的用户名。"})
    field_order = ("to", "reason")
