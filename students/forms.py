"""Forms of the students' pages."""

from typing import Any

from django import forms

from aid_admin.accounts.models import User
from aid_admin.county.forms import SchoolFilter, search_field
from aid_admin.county.models import School, Village
from aid_admin.files.photos import PhotoField
from students.rules import Boarding, Residence, Stage, Standing


class StudentFilter(SchoolFilter):
    """Filters of the list of students."""

    q = search_field()
    stage = forms.ChoiceField(label="学段", required=False, choices=[("", "全部学段"), *Stage.choices()])
    standing = forms.ChoiceField(label="在籍在校", required=False, choices=[("", "全部"), *Standing.choices()])

    field_order = ("q",)


class LateForm(forms.Form):
    """A late pupil, the reason and the proof."""

    school = forms.ChoiceField(label="学校", error_messages={"required": "请选择学校。"})
    name = forms.CharField(label="学生姓名", max_length=50, error_messages={"required": "请填写学生姓名。"})
    id_number = forms.CharField(label="身份证号", max_length=20, error_messages={"required": "请填写身份证号。"})
    enrolment_no = forms.CharField(
        label="学籍号",
        max_length=30,
        help_text="没有本县学籍的学生不能补录。",
        error_messages={"required": "请填写学籍号。"},
    )
    stage = forms.ChoiceField(
        label="学段", choices=[("", "请选择"), *Stage.choices()], error_messages={"required": "请选择学段。"}
    )
    grade = forms.CharField(
        label="年级",
        max_length=20,
        help_text="如“三年级”“七年级”“高一”“大班”。",
        error_messages={"required": "请填写年级。"},
    )
    class_name = forms.CharField(label="班级", max_length=30, required=False)
    boarding = forms.ChoiceField(
        label="就读方式", choices=Boarding.choices(), widget=forms.RadioSelect, initial=Boarding.DAY
    )
    village = forms.ChoiceField(label="户籍村", required=False)
    residence = forms.ChoiceField(label="户口性质", required=False, choices=[("", "不清楚"), *Residence.choices()])
    major_code = forms.CharField(label="专业代码（中职）", max_length=12, required=False)
    guardian_name = forms.CharField(label="监护人姓名", max_length=50, required=False)
    guardian_relation = forms.CharField(label="与学生关系", max_length=20, required=False)
    guardian_id = forms.CharField(
        label="监护人身份证号", max_length=20, required=False, help_text="残疾人子女等要凭父母证件认定的，必须填写。"
    )
    reason = forms.CharField(
        label="补录原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如：4 月转入，学籍系统已办结。", error_messages={"required": "请写明补录原因。"},
    )  # fmt: skip
    proof = PhotoField(
        label="证明材料照片", help_text="学籍系统截图、转学证明等，JPG 或 PNG。",
        error_messages={"required": "请选择证明材料照片。"},
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools = list(School.objects.visible_to(user).values_list("code", "name"))
        villages = Village.objects.values_list("code", "township__name", "name")
        self.fields["school"].choices = schools if len(schools) == 1 else [("", "请选择"), *schools]  # type: ignore[attr-defined]
        self.fields["village"].choices = [  # type: ignore[attr-defined]
            ("", "外县或不清楚"), *((code, f"{town}{name}") for code, town, name in villages)
        ]  # fmt: skip

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        found = dict(self.cleaned_data)
        found["proof"] = found["proof"].read()
        return found
