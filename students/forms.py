"""Forms of the students' pages."""

from typing import Any

from django import forms

from aid_admin.accounts.models import User
from aid_admin.county.models import School
from students.rules import Stage, Standing


class StudentFilter(forms.Form):
    """Filters of the list of students."""

    q = forms.CharField(
        label="姓名 / 拼音 / 身份证后四位",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "如 wyj"}),
    )
    school = forms.ChoiceField(label="学校", required=False)
    stage = forms.ChoiceField(label="学段", required=False, choices=[("", "全部学段"), *Stage.choices()])
    standing = forms.ChoiceField(label="在籍在校", required=False, choices=[("", "全部"), *Standing.choices()])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools = list(School.objects.visible_to(user).values_list("code", "name"))
        self.fields["school"].choices = [("", f"全部 {len(schools)} 所"), *schools]  # type: ignore[attr-defined]
