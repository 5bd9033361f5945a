"""Forms of letters, visits and pairings."""

import uuid
from typing import Any

from django import forms

from aid_admin.accounts.models import User
from aid_admin.county.forms import SchoolFilter, search_field
from aid_admin.county.models import School, Village
from aid_admin.files.photos import PhotoField
from aid_admin.lib.money import parse_yuan
from archives.rules import PIECES, DeliveryWay, EvidenceKind, LetterState, VisitMode
from students.rules import Stage


def day_field(label: str, *, required: bool = False, help_text: str = "不填为今天。") -> forms.DateField:
    """A day, with the browser's own picker."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=help_text,
        error_messages={"invalid": "日期不对，请按 2020-06-20 的样子填写。", "required": f"请填写{label}。"},
    )


def words_field(label: str, *, required: bool = False, rows: int = 2, most: int = 500, help_text: str = "") -> Any:
    """A few lines of text."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
        error_messages={"required": f"请填写{label}。"},
    )


class ArchiveFilter(SchoolFilter):
    """Filters that all lists of this app share: school, township of the household, pupil."""

    township = forms.ChoiceField(label="户籍乡镇", required=False)
    q = search_field()


class LetterFilter(ArchiveFilter):
    """Filters of the list of letters."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *LetterState.choices()])
    village = forms.CharField(label="户籍村代码", required=False, max_length=12, widget=forms.HiddenInput)
    field_order = ("school", "township", "state", "q", "village")


class DeliverForm(forms.Form):
    """How letters reached their families."""

    how = forms.ChoiceField(
        label="送达方式",
        choices=[("", "请选择"), *DeliveryWay.choices()],
        error_messages={"required": "请选择送达方式。"},
    )
    delivered_by = forms.CharField(label="送达人", required=False, max_length=30, help_text="不填为您本人。")
    delivered_on = day_field("送达日期")


class SignForm(forms.Form):
    """The receipt of a letter."""

    signed_by = forms.CharField(
        label="签收人（家长或监护人）", max_length=30, error_messages={"required": "请填写签收人姓名。"}
    )
    relation = forms.CharField(label="与学生关系", required=False, max_length=20)
    signed_on = day_field("签收日期")
    file = PhotoField(label="回执照片或扫描件", required=False, help_text="JPG 或 PNG；可以先登记，以后补传。")

    def clean_file(self) -> bytes | None:
        """The photo's bytes."""
        file = self.cleaned_data["file"]
        return file.read() if file else None


class TakeBackForm(forms.Form):
    """Why an entry is undone."""

    reason = words_field("原因", required=True, help_text="系统会留下记录。")


def photo_field(label: str = "照片", *, phone: bool = False) -> PhotoField:
    """A photo that may be left out; on a phone the camera opens."""
    return PhotoField(label=label, required=False, help_text="JPG 或 PNG，可以不传。", camera=phone)


class VisitFilter(ArchiveFilter):
    """Filters of the list of visits."""

    mode = forms.ChoiceField(label="方式", required=False, choices=[("", "全部方式"), *VisitMode.choices()])
    differs = forms.ChoiceField(
        label="金额", required=False,
        choices=[("", "全部"), ("open", "不一致，待核实"), ("settled", "不一致，已核实")],
    )  # fmt: skip
    field_order = ("school", "township", "mode", "differs", "q")


class VisitForm(forms.Form):
    """One visit, short enough for a phone; what was typed is kept when something is wrong."""

    visited_on = day_field("走访日期", required=True, help_text="")
    mode = forms.ChoiceField(
        label="走访方式", choices=VisitMode.choices(), widget=forms.RadioSelect, initial=VisitMode.HOME
    )
    teachers = forms.CharField(label="走访教师", max_length=60, error_messages={"required": "请填写走访教师。"})
    address = forms.CharField(label="走访地点", max_length=100, required=False)
    policy_explained = forms.BooleanField(label="已向家长讲解资助政策", required=False)
    aid_confirmed = forms.TypedChoiceField(
        label="家长是否确认收到资助", required=False, coerce=lambda text: text == "yes", empty_value=None,
        choices=[("", "没有问到"), ("yes", "确认收到"), ("no", "没有收到或不清楚")],
    )  # fmt: skip
    amount_heard = forms.CharField(
        label="家长说收到多少元", required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="照家长说的填，不要照系统填；与实际发放不一致的，资助中心会核实。",
    )  # fmt: skip
    family_situation = words_field("家庭情况")
    study = words_field("学习情况")
    thoughts = words_field("思想动态")
    difficulty = words_field("主要困难")
    help_given = words_field("帮扶措施")
    next_step = words_field("下一步打算")
    guardian_signed = forms.CharField(label="家长签字（姓名）", max_length=30, required=False)
    photo = photo_field("走访照片", phone=True)
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_amount_heard(self) -> int | None:
        """Fen, or None where nothing was said."""
        text = self.cleaned_data["amount_heard"].strip()
        if not text:
            return None
        try:
            return parse_yuan(text)
        except ValueError as problem:
            raise forms.ValidationError(f"{problem}。") from problem

    def clean_photo(self) -> bytes | None:
        """The photo's bytes."""
        file = self.cleaned_data["photo"]
        return file.read() if file else None

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        found = dict(self.cleaned_data)
        found["amount_heard_fen"] = found.pop("amount_heard")
        found["form_key"] = str(found["form_key"])
        return found


class CorrectVisitForm(VisitForm):
    """A visit as it was recorded, and why that was wrong."""

    reason = words_field("更正原因", required=True, help_text="写明原来哪里登记错了，系统会留下记录。")


class SettleVisitForm(forms.Form):
    """What was found about an amount that differs."""

    note = words_field("核实结果", required=True, most=200)


class PairingFilter(ArchiveFilter):
    """Filters of the list of registered-poor pupils and their mentors."""

    paired = forms.ChoiceField(
        label="结对", required=False, choices=[("", "全部"), ("no", "还没有结对"), ("yes", "已结对")]
    )
    field_order = ("school", "township", "paired", "q")


class MentorForm(forms.Form):
    """A mentor for the picked pupils."""

    mentor_name = forms.CharField(label="帮扶教师", max_length=30, error_messages={"required": "请填写帮扶教师姓名。"})
    mentor_post = forms.CharField(label="职务", max_length=30, required=False)
    mentor_phone = forms.RegexField(
        r"^[0-9 +-]{7,20}$", label="联系电话", required=False, error_messages={"invalid": "电话只能是数字，请核对。"}
    )
    began_on = day_field("结对日期")
    reason = forms.CharField(
        label="变更原因", max_length=200, required=False, help_text="学生已有帮扶教师、要换人时必填。"
    )


class EndForm(forms.Form):
    """Why pairs end."""

    reason = words_field("原因", required=True, most=200)


class PeerFilter(SchoolFilter):
    """Filters of the list of peer pairs."""

    q = search_field()


class PeerForm(forms.Form):
    """Two pupils who help each other."""

    helper = forms.CharField(
        label="帮扶学生", max_length=60, help_text="姓名、拼音首字母或身份证后四位；重名时在后面加空格和班级。",
        error_messages={"required": "请填写帮扶学生。"},
    )  # fmt: skip
    helped = forms.CharField(label="被帮扶学生", max_length=60, error_messages={"required": "请填写被帮扶学生。"})
    club = forms.CharField(label="社团或活动", max_length=40, required=False)
    began_on = day_field("结对日期")


class ActivityForm(forms.Form):
    """An activity."""

    title = forms.CharField(label="活动名称", max_length=60, error_messages={"required": "请填写活动名称。"})
    held_on = day_field("活动日期", required=True, help_text="")
    place = forms.CharField(
        label="活动场所", max_length=40, required=False, help_text="如留守儿童之家、少年宫、心理咨询室、图书室。"
    )
    pupils = forms.IntegerField(
        label="参加人数", min_value=1, max_value=9999, error_messages={"required": "请填写参加人数。"}
    )
    note = words_field("活动情况")
    file = photo_field()

    def clean_file(self) -> bytes | None:
        """The photo's bytes."""
        file = self.cleaned_data["file"]
        return file.read() if file else None


class CorrectActivityForm(ActivityForm):
    """An activity as it was, and why that was wrong."""

    reason = words_field("更正原因", required=True, help_text="系统会留下记录。")


def begun_with(form: type[forms.Form], fields: dict[str, Any]) -> type[forms.Form]:
    """The form as a page opens it: with what is there already."""

    def begun(self: Any, *args: Any, **kwargs: Any) -> None:
        form.__init__(self, *args, **{"initial": fields} | kwargs)

    return type(f"Begun{form.__name__}", (form,), {"__init__": begun})


class DossierFilter(ArchiveFilter):
    """Filters of the list of dossiers."""

    missing = forms.ChoiceField(
        label="缺件", required=False,
        choices=[("", "全部"), ("no", "齐全"), ("any", "有缺件"), *((p.code, f"缺{p.title}") for p in PIECES)],
    )  # fmt: skip
    village = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    field_order = ("school", "township", "missing", "q", "village")


class ScanForm(forms.Form):
    """A scan for a dossier."""

    kind = forms.ChoiceField(
        label="材料种类",
        choices=[("", "请选择"), *EvidenceKind.choices()],
        error_messages={"required": "请选择材料种类。"},
    )
    title = forms.CharField(label="题名", max_length=120, required=False, help_text="如“建档立卡手册第 3 页”。")
    file = photo_field("扫描件或照片", phone=True)

    def clean_file(self) -> bytes:
        """The photo's bytes."""
        file = self.cleaned_data["file"]
        if not file:
            raise forms.ValidationError("请选择扫描件或照片。")
        data: bytes = file.read()
        return data


class CloseForm(forms.Form):
    """Why something stays open in a semester that is closed."""

    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="有遗留时必填：为什么没办完、由谁继续办理。",
    )  # fmt: skip


class ReopenForm(forms.Form):
    """Why a closed semester is opened again."""

    reason = forms.CharField(
        label="原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明为什么重新打开。"},
    )  # fmt: skip


class PosterForm(forms.Form):
    """Which poster, for which wall."""

    stage = forms.ChoiceField(
        label="学段", choices=[("", "请选择"), *Stage.choices()], error_messages={"required": "请选择学段。"},
        help_text="学校选它办的学段，村（居）选村里有学生的学段。",
    )  # fmt: skip
    place = forms.ChoiceField(label="张贴地点", error_messages={"required": "请选择村或学校。"})

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools = School.objects.visible_to(user).values_list("code", "name")
        villages = Village.objects.values_list("code", "township__name", "name")
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            ("学校", [(f"school:{code}", name) for code, name in schools]),
            ("村（居）", [(f"village:{code}", f"{town}{name}") for code, town, name in villages]),
        ]

    def given(self) -> dict[str, str]:
        """What the action takes."""
        kind, code = self.cleaned_data["place"].split(":", 1)
        return {"stage": self.cleaned_data["stage"], kind: code}
