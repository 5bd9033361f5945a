"""Forms of comparison, coverage, entitlement and applications."""

from typing import Any, ClassVar

from django import forms

from aid_admin.county.forms import Filter, SchoolFilter, search_field
from aid_admin.county.models import School
from aid_admin.intake.registry import KINDS
from aid_admin.intake.rules import REGISTRY_KINDS
from eligibility.rules import (
    ApplicationRejection,
    ApplicationReturn,
    ApplicationState,
    Category,
    CoverageOutcome,
    CoverageReason,
    Programme,
    ReasonCode,
    Tier,
    Verdict,
)
from students.rules import Labelled, Standing


def registries() -> list[tuple[str, str]]:
    """The departments' registries, as the import wizard names them."""
    return [("", "全部名单"), *((code, kind.title) for code, kind in KINDS.items() if code in REGISTRY_KINDS)]


def _words(label: str, message: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": message},
    )


class ApplicationFilter(SchoolFilter):
    """Filters of the list of applications."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *ApplicationState.choices()])
    category = forms.ChoiceField(label="申请类别", required=False, choices=[("", "全部类别"), *Category.choices()])
    q = search_field()


class MatchFilter(Filter):
    """Filters of the list of matches."""

    decided = forms.ChoiceField(
        label="决定", required=False, choices=[("", "全部需人工确认的"), ("no", "未决定"), ("yes", "已决定")]
    )
    verdict = forms.ChoiceField(label="结论", required=False, choices=[("", "全部结论"), *Verdict.choices()])
    registry = forms.ChoiceField(label="名单", required=False, choices=registries)
    q = search_field()


class CoverageFilter(Filter):
    """Filters of the list of registry children who are on no roll."""

    outcome = forms.ChoiceField(label="结果", required=False, choices=[("", "全部"), *CoverageOutcome.choices()])
    reason = forms.ChoiceField(label="去向", required=False, choices=[("", "全部去向"), *CoverageReason.choices()])
    registry = forms.ChoiceField(label="名单", required=False, choices=registries)
    q = search_field("姓名或村", "")


class EntitlementFilter(SchoolFilter):
    """Filters of the list of entitlements."""

    programme = forms.ChoiceField(label="资助项目", required=False, choices=[("", "全部项目"), *Programme.choices()])
    granted = forms.ChoiceField(
        label="结果", required=False, choices=[("", "全部"), ("yes", "应助"), ("no", "不予资助")]
    )
    reason = forms.ChoiceField(label="理由", required=False, choices=[("", "全部理由"), *ReasonCode.choices()])
    q = search_field()


class StandingFilter(SchoolFilter):
    """Filters of the list of pupils whose roll and attendance do not agree."""

    standing = forms.ChoiceField(
        label="在籍在校",
        required=False,
        choices=[("", "全部不一致的"), *(c for c in Standing.choices() if c[0] != "GO")],
    )
    q = search_field()


class DecideForm(forms.Form):
    """A person's word on a pair."""

    decision = forms.ChoiceField(
        label="决定",
        widget=forms.RadioSelect,
        choices=[("SAME", "同一人"), ("NOT_SAME", "不是同一人"), ("ASK", "待核实，先放着")],
        error_messages={"required": "请选择决定。"},
    )
    reason = _words("理由", "请写明依据，例如“查户口簿，姓名为登记错字”。")


class SettleForm(forms.Form):
    """Where a registry child is."""

    reason_code = forms.ChoiceField(
        label="去向", choices=[("", "请选择"), *CoverageReason.choices()], error_messages={"required": "请选择去向。"}
    )
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写清怎样核实的，例如学校名称、联系人。",
    )


class ClaimForm(forms.Form):
    """At which school a pupil is."""

    school = forms.ModelChoiceField(
        label="就读学校",
        queryset=School.objects.all(),
        to_field_name="code",
        empty_label="请选择",
        error_messages={"required": "请选择学校。"},
    )
    reason = _words("核定理由", "请写明核定理由。")

    def clean_school(self) -> str:
        """The action takes the school's code."""
        return str(self.cleaned_data["school"].code)


class TierForm(forms.Form):
    """The recognised tier."""

    tier = forms.ChoiceField(label="认定档次", required=False, choices=[("", "按学校推荐的档次"), *Tier.choices()])


class _ReasonForm(forms.Form):
    """A reason that the school reads: a phrase to pick, and words."""

    codes: ClassVar[type[Labelled]]
    reason_code = forms.ChoiceField(label="原因", error_messages={"required": "请选择原因。"})
    reason = forms.CharField(
        label="具体情况", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写清要改什么、补什么，学校据此改正。选择“其他”时必填。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].choices = [("", "请选择"), *self.codes.choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """OTHER says nothing by itself."""
        if self.cleaned_data.get("reason_code") == "OTHER" and not self.cleaned_data.get("reason", "").strip():
            self.add_error("reason", "请写明原因，学校据此改正。")
        return self.cleaned_data


class ReturnForm(_ReasonForm):
    """Why an application goes back."""

    codes = ApplicationReturn


class RejectForm(_ReasonForm):
    """Why an application is turned down."""

    codes = ApplicationRejection
