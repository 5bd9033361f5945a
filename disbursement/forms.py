"""Forms of rosters, publicity, objections and batches."""

from typing import Any

from django import forms

from aid_admin.accounts.models import User
from aid_admin.county.models import School
from disbursement.rules.returns import ReturnCode
from disbursement.rules.states import (
    BatchState,
    DiffReason,
    PaymentState,
    PeriodState,
    ReturnReason,
    RosterState,
)
from eligibility.rules import Programme

_MOST_RETURN_BYTES = 20 * 1024 * 1024
_PUPIL = "姓名 / 拼音 / 身份证后四位"


def _search(label: str, hint: str = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "search", "placeholder": hint})
    return forms.CharField(label=label, required=False, max_length=60, widget=widget)


def _words(label: str, message: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": message},
        help_text=help_text,
    )


class SchoolFilter(forms.Form):
    """A list's filter by school and programme, within the person's reach."""

    school = forms.ChoiceField(label="学校", required=False)
    programme = forms.ChoiceField(label="资助项目", required=False, choices=[("", "全部项目"), *Programme.choices()])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools = list(School.objects.visible_to(user).values_list("code", "name"))
        self.fields["school"].choices = [("", f"全部 {len(schools)} 所"), *schools]  # type: ignore[attr-defined]

    def wanted(self, **paths: str) -> dict[str, Any]:
        """The filled-in fields as filters: field name → path; nothing of a form that does not make sense."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {path: given[name] for name, path in paths.items() if given.get(name)}


class RosterFilter(SchoolFilter):
    """Filters of the list of rosters."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *RosterState.choices()])
    open = forms.ChoiceField(label="差异", required=False, choices=[("", "全部"), ("yes", "有未说明的差异")])
    q = _search(_PUPIL, "如 wyj")


class PeriodFilter(forms.Form):
    """Filters of the list of periods."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *PeriodState.choices()])


class ObjectionFilter(forms.Form):
    """Filters of the list of objections."""

    outcome = forms.ChoiceField(
        label="结论",
        required=False,
        choices=[("", "全部"), ("OPEN", "未办结"), ("SUSTAINED", "成立"), ("DISMISSED", "不成立")],
    )


class BatchFilter(forms.Form):
    """Filters of the list of batches."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *BatchState.choices()])


class PaymentFilter(SchoolFilter):
    """Filters of the list of payment lines."""

    state = forms.ChoiceField(label="结果", required=False, choices=[("", "全部结果"), *PaymentState.choices()])
    code = forms.ChoiceField(label="银行说明", required=False, choices=[("", "全部"), *ReturnCode.choices()])
    q = _search(_PUPIL, "如 wyj")


class AccountFilter(forms.Form):
    """Filters of the list of accounts."""

    verified = forms.ChoiceField(
        label="核对", required=False, choices=[("", "全部在用"), ("no", "待核对"), ("yes", "已核对")]
    )
    q = _search(_PUPIL, "如 wyj")


class ReaffirmForm(forms.Form):
    """How an account that the bank refused has come to be usable again."""

    reason = _words(
        "怎样恢复的", "请写明账户怎样恢复的，负责人据此核对。", help_text="如：家长 6 月 3 日到信用社办理解冻，有回执。"
    )


class AnswerForm(forms.Form):
    """The clerk's word on differences."""

    reason_code = forms.ChoiceField(
        label="原因",
        choices=[("", "请选择"), *DiffReason.choices()],
        error_messages={"required": "请选择这些学生没有填报的原因。"},
        help_text="只用于“应助未报”。多报、金额不符请用“同意核定结果”。",
    )
    explanation = _words("具体情况", "", required=False, help_text="选择“其他”时必填。")


class AgreeForm(forms.Form):
    """Agreement with what was computed."""

    explanation = _words("补充说明", "", required=False)

    def clean(self) -> dict[str, Any]:
        """Agreement is an empty code."""
        return {**self.cleaned_data, "reason_code": ""}


class ReturnForm(forms.Form):
    """Why rosters go back, and how far."""

    reason_code = forms.ChoiceField(
        label="退回原因",
        choices=[("", "请选择"), *ReturnReason.choices()],
        error_messages={"required": "请选择退回原因。"},
    )
    reason = _words("要改什么", "请写明要改什么，学校据此修改。")
    to = forms.ChoiceField(
        label="退回到",
        choices=[(s.value, s.label) for s in (RosterState.DRAFT, RosterState.SUBMITTED, RosterState.REVIEWED)],
        initial=RosterState.DRAFT,
    )


class ReasonForm(forms.Form):
    """A reason that goes into the history."""

    reason = _words("原因", "请写明原因，系统会留下记录。")


class RemarkForm(forms.Form):
    """A reason that may be left out."""

    reason = _words("原因", "", required=False)


class ExportForm(forms.Form):
    """A roster as a file; numbers in clear only with a reason."""

    form = forms.ChoiceField(label="格式", choices=[("pdf", "PDF（打印盖章）"), ("xlsx", "Excel")])
    in_clear = forms.BooleanField(label="显示完整的身份证号和账号", required=False)
    reason = forms.CharField(
        label="原因", required=False, max_length=100, help_text="显示完整号码时必填，系统会留下记录。"
    )


class PlanForm(forms.Form):
    """A new period."""

    title = forms.CharField(label="公示标题", required=False, max_length=100, help_text="不填时按学期生成。")
    planned_on = forms.DateField(
        label="计划开始日期", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="不填为今天。"
    )


class PhotoForm(forms.Form):
    """A photo of the posted list."""

    file = forms.ImageField(
        label="照片",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
        error_messages={
            "required": "请选择照片。",
            "invalid_image": "不是 JPG 或 PNG 照片，请重新拍照或另存为 JPG 后再上传。",
        },
    )


class CheckForm(forms.Form):
    """What the approver says of photos."""

    note = _words("不通过的原因", "请写明原因，学校据此重新拍照。")


class ObjectionForm(forms.Form):
    """Somebody's objection to one line."""

    channel = forms.ChoiceField(
        label="渠道", choices=[(c, c) for c in ("来电", "来访", "来信", "学校转来", "匿名", "其他")]
    )
    text = _words("异议内容", "请写明异议内容。", help_text="写清对谁、对什么有异议；匿名的照实写“匿名”。")
    received_on = forms.DateField(
        label="收到日期", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="不填为今天。"
    )


class DecideForm(forms.Form):
    """The decision on an objection."""

    outcome = forms.ChoiceField(
        label="结论",
        widget=forms.RadioSelect,
        choices=[("DISMISSED", "不成立：恢复该生资助"), ("SUSTAINED", "成立：撤下该生")],
        error_messages={"required": "请选择结论。"},
    )
    finding = _words("调查情况", "请写明调查情况。")


class BuildForm(forms.Form):
    """Which batches to build."""

    mode = forms.ChoiceField(
        label="范围", required=False, choices=[("", "全部"), ("ACCOUNT", "只编银行代发"), ("WAIVER", "只编学校减免")]
    )


class ReturnFileForm(forms.Form):
    """A bank's return file."""

    file = forms.FileField(
        label="回盘文件",
        widget=forms.FileInput(attrs={"accept": ".txt"}),
        error_messages={"required": "请选择银行返回的文件。", "empty": "文件是空的，请向银行重新索取。"},
    )

    def clean_file(self) -> Any:
        """Not larger than a bank ever sends."""
        file = self.cleaned_data["file"]
        if file.size > _MOST_RETURN_BYTES:
            raise forms.ValidationError("文件超过 20 MB，不像是回盘文件，请核对。")
        return file


class WaiverForm(forms.Form):
    """Which school's list."""

    school = forms.CharField(label="学校", max_length=10, widget=forms.HiddenInput)
