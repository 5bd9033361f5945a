"""Forms of the roof."""

from typing import Any

from django import forms

from aid_admin.accounts.models import User
from aid_admin.county.models import School


class RevealForm(forms.Form):
    """Why somebody wants to see a number in clear."""

    reason = forms.CharField(
        label="查看原因",
        max_length=100,
        error_messages={"required": "请写明为什么要看完整号码，系统会留下记录。"},
        widget=forms.TextInput(attrs={"list": "reveal-reasons", "autocomplete": "off", "autofocus": True}),
    )


class SchoolsFilter(forms.Form):
    """Which schools a table covers: those of one township, or whose name holds a text."""

    township = forms.ChoiceField(label="乡镇", required=False)
    q = forms.CharField(
        label="学校名称", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = School.objects.visible_to(user).order_by("code")
        self._within = list(seen.values_list("code", "name", "township__code", "township__name"))
        towns = sorted({(code, name) for *_, code, name in self._within})
        self.fields["township"].choices = [("", "全部乡镇"), *towns]  # type: ignore[attr-defined]

    def schools(self) -> list[str]:
        """Codes of the schools within the person's reach that are meant."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        town, part = given.get("township"), given.get("q") or ""
        return [code for code, name, of, _ in self._within if town in (None, "", of) and part in name]


class ProgressFilter(SchoolsFilter):
    """Filters of 学校进度."""

    late = forms.ChoiceField(label="范围", required=False, choices=[("", "全部"), ("1", "只看逾期")])


class StatisticsFilter(SchoolsFilter):
    """Filters of a table; the measure that was looked at stays."""

    measure = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
