"""Forms of publicity and objections."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator

from aid_admin.county.forms import search_field
from aid_admin.files.photos import PhotoField
from disbursement.forms import ProgrammeFilter, _words
from disbursement.rules.publicity import GapKind, Moment
from disbursement.rules.states import PeriodState


def _day(label: str) -> forms.DateField:
    """A day that narrows a list."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, error_messages={"invalid": "请填写日期。"})


class PeriodFilter(ProgrammeFilter):
    """Filters of the list of periods."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *PeriodState.choices()])
    since = _day("开始日期从")
    until = _day("到")
    q = search_field("标题", "标题中的字")


class LinesFilter(forms.Form):
    """Filters of a period's list: one of its schools, one of that school's classes, a name."""

    school = forms.ChoiceField(label="学校", required=False)
    group = forms.ChoiceField(label="班级", required=False)
    q = search_field("姓名", "可以只填一部分")

    def __init__(
        self, *args: Any, schools: Sequence[tuple[str, str]], groups: Collection[str], one_school: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        every = [] if one_school else [("", f"全部 {len(schools)} 所")]
        whole = f"全部 {len(groups)} 个班" if groups else "全部（选学校后可选班级）"
        self.fields["school"].choices = [*every, *schools]  # type: ignore[attr-defined]
        self.fields["group"].choices = [("", whole), *((one, one) for one in groups)]  # type: ignore[attr-defined]

    def wanted(self, **paths: str) -> dict[str, Any]:
        """The filled-in fields that make sense as filters: field name → path; a class of another school does not."""
        self.full_clean()
        return {path: self.cleaned_data[name] for name, path in paths.items() if self.cleaned_data.get(name)}


class HangingFilter(forms.Form):
    """Filters of the calendar of what hangs, and of the photos that are owed."""

    period = forms.ChoiceField(label="公示", required=False)
    township = forms.ChoiceField(label="乡镇", required=False)
    gap = forms.ChoiceField(
        label="情况", required=False, choices=[("", "全部"), *GapKind.choices(), ("none", "没有缺漏（含尚未到期）")]
    )
    q = search_field("学校", "校名中的字")

    def __init__(self, *args: Any, periods: Sequence[Any], townships: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(one.pk), f"{one.title}（{one.get_state_display()}）") for one in periods]
        self.fields["period"].choices = [("", "现在的公示"), *named]  # type: ignore[attr-defined]
        self.fields["township"].choices = [("", "全部乡镇"), *townships]  # type: ignore[attr-defined]

    def wanted(self, name: str) -> str:
        """What a field says; nothing where it makes no sense."""
        self.full_clean()
        return str(self.cleaned_data.get(name, ""))


class VillageFilter(forms.Form):
    """Filters of the villages of a period: a township, a part of the village's name."""

    township = forms.ChoiceField(label="乡镇", required=False)
    q = search_field("村（居）", "村名中的字")

    def __init__(self, *args: Any, townships: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["township"].choices = [("", "全部乡镇"), *((one, one) for one in townships)]  # type: ignore[attr-defined]

    def kept(self, villages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of the villages that the filter leaves."""
        self.full_clean()
        township, text = (self.cleaned_data.get(name, "") for name in ("township", "q"))
        return [one for one in villages if township in ("", one["township"]) and text in one["name"]]


class PhotoFilter(forms.Form):
    """Which photos: those that wait, or what was said of them."""

    ok = forms.ChoiceField(
        label="核查", required=False, choices=[("", "待核查"), ("yes", "核查通过"), ("no", "不通过"), ("all", "全部")]
    )
    moment = forms.ChoiceField(label="开始／结束", required=False, choices=[("", "全部"), *Moment.choices()])
    q = search_field("学校", "校名中的字")

    def wanted(self) -> dict[str, Any]:
        """As filters of the photos."""
        self.full_clean()
        said = self.cleaned_data
        kept = {} if said.get("ok") == "all" else {"ok": {"yes": True, "no": False}.get(said.get("ok", ""))}
        named = {"moment": said.get("moment"), "school__name__contains": said.get("q")}
        return kept | {path: value for path, value in named.items() if value}


class ObjectionFilter(ProgrammeFilter):
    """Filters of the list of objections."""

    outcome = forms.ChoiceField(
        label="结论",
        required=False,
        choices=[
            ("", "全部"),
            ("OPEN", "未办结"),
            ("SUSTAINED", "成立"),
            ("DISMISSED", "不成立"),
            ("TO_PRINT", "待打印"),
        ],
    )
    since = _day("收到日期从")
    until = _day("到")
    q = search_field("学生或内容", "姓名，或异议中的字")


class PlanForm(forms.Form):
    """A new period."""

    title = forms.CharField(label="公示标题", required=False, max_length=100, help_text="不填时按学期生成。")
    planned_on = forms.DateField(
        label="计划开始日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="不早于今天；不填为今天。",
    )
    earliest: ClassVar[date | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.earliest:
            field = self.fields["planned_on"]
            field.initial, field.widget.attrs["min"] = self.earliest, f"{self.earliest:%Y-%m-%d}"


def plan_form(today: date) -> type[PlanForm]:
    """The form whose picker opens on today, the county's own, and goes no further back."""
    return type("DatedPlanForm", (PlanForm,), {"earliest": today})


class PhotoForm(forms.Form):
    """A photo of the posted list."""

    file = PhotoField()


class PhonePhotoForm(forms.Form):
    """The same on a phone, which opens its camera; the picture is shown before it is sent."""

    file = PhotoField(camera=True)


class CheckForm(forms.Form):
    """What the approver says of photos."""

    note = _words("不通过的原因", "请写明原因，学校据此重新拍照。")


class ObjectionForm(forms.Form):
    """Somebody's objection to one line."""

    channel = forms.ChoiceField(
        label="渠道", choices=[(c, c) for c in ("来电", "来访", "来信", "学校转来", "匿名", "其他")]
    )
    objector = forms.CharField(
        label="异议人姓名", required=False, max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="如“张先生”，印在告知书的称呼里；不填为匿名。",
    )  # fmt: skip
    phone = forms.CharField(
        label="联系电话", required=False, max_length=20, validators=[RegexValidator(r"^[0-9+() -]{5,20}$", "电话只填数字和“-”，如 13800000000。")],
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        help_text="只用于联系异议人，加密保存，不印在任何材料上。",
    )  # fmt: skip
    text = _words(
        "异议内容", "请写明异议内容。",
        help_text="会原样印在告知书上：写清对谁、对什么有异议。异议人的姓名、电话填在上面两栏，不要写在这里。",
    )  # fmt: skip
    received_on = forms.DateField(
        label="收到日期", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="不填为今天。"
    )


def objection_form(others: Sequence[tuple[int, str]]) -> type[ObjectionForm]:
    """The form with the pupil's other lines that hang now, none of them chosen; the plain one where there is none."""
    if not others:
        return ObjectionForm
    also = forms.TypedMultipleChoiceField(
        label="同时登记该生的其他项目", required=False, coerce=int, choices=others, widget=forms.CheckboxSelectMultiple,
        help_text="反映的是学生本人的，一并勾选：每个项目登记一条，各自暂缓发放、各自作结论。",
    )  # fmt: skip
    return type("ObjectionFormOfPupil", (ObjectionForm,), {"also": also, "field_order": ["also"]})


class DecideForm(forms.Form):
    """The decision on an objection."""

    outcome = forms.ChoiceField(
        label="结论",
        widget=forms.RadioSelect,
        choices=[("DISMISSED", "不成立：恢复这一项资助"), ("SUSTAINED", "成立：撤下这一项")],
        error_messages={"required": "请选择结论。"},
    )
    finding = _words(
        "调查情况",
        "请写明调查情况。",
        help_text="会印在给异议人的告知书上，请写查了什么、结果怎样，不写身份证号、账号和困难类别。",
    )
