"""Forms of the import wizard."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms

from aid_admin.accounts.models import User
from aid_admin.county.models import School
from aid_admin.intake.registry import KINDS, SheetKind
from aid_admin.intake.rules import STANDING_NAMES
from aid_admin.lib.sheets.columns import Column
from aid_admin.lib.sheets.headers import Heading

MOST_BYTES: Final = 64 * 1024 * 1024


def _choices(names: dict[Any, str], first: str) -> list[tuple[str, str]]:
    return [("", first), *((str(code), name) for code, name in names.items())]


class UploadFilter(forms.Form):
    """Filters of the list of uploads."""

    kind = forms.ChoiceField(label="文件类别", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=_choices(STANDING_NAMES, "全部状态"))
    q = forms.CharField(
        label="学校或文件名", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = {code: kind.title for code, kind in KINDS.items()}
        self.fields["kind"].choices = _choices(titles, "全部类别")  # type: ignore[attr-defined]


class UploadForm(forms.Form):
    """A file of one kind, and for which school."""

    school = forms.ModelChoiceField(
        label="学校", queryset=School.objects.none(), empty_label=None, to_field_name="code"
    )
    as_of = forms.DateField(
        label="数据日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="部门导出这份数据的日期，不填按学期开始日期。",
    )
    file = forms.FileField(
        label="文件",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"required": "请选择要上传的文件。", "empty": "文件是空的，请重新选择。"},
    )
    password = forms.CharField(
        label="打开密码",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="文件没有加密就不用填。",
    )

    def __init__(self, *args: Any, kind: SheetKind, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind.of_school:
            schools = School.objects.visible_to(user)
            self.fields["school"].queryset = schools  # type: ignore[attr-defined]
            if user.reach().one_school and (only := schools.first()):
                self.fields["school"].widget = forms.HiddenInput()
                self.initial["school"] = only.code
        else:
            del self.fields["school"]
        if not kind.dated:
            del self.fields["as_of"]

    def clean_file(self) -> Any:
        """Not larger than the reader takes."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("文件超过 64 MB，请拆分后分别上传。")
        return file


class MappingForm(forms.Form):
    """Which heading of the file each field is under; what was recognised is chosen already."""

    def __init__(self, *args: Any, columns: Sequence[Column], heading: Heading, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = list(dict.fromkeys(text for text in heading.texts if text))
        choices = [("", "（表里没有这一列）"), *((text, text) for text in texts)]
        self.guessed = {field: heading.texts[place] for field, place in heading.places.items()}
        for column in columns:
            self.fields[column.field] = forms.ChoiceField(
                label=column.header,
                choices=choices,
                required=column.required,
                initial=self.guessed.get(column.field, ""),
                error_messages={"required": f"“{column.header}”必须有，请选它在表里的列名。"},
            )

    def clean(self) -> dict[str, Any]:
        """One heading for one field."""
        given: dict[str, Any] = super().clean() or {}
        seen: dict[str, str] = {}
        for field, text in list(given.items()):
            if text and text in seen:
                other = self.fields[seen[text]].label
                self.add_error(field, f"“{text}”已经对应了“{other}”，一列只能对应一项。")
            seen.setdefault(text, field)
        return given

    @property
    def mapping(self) -> dict[str, str]:
        """By field the heading chosen; an empty one where a person took away what was recognised."""
        return {field: text for field, text in self.cleaned_data.items() if text or field in self.guessed}


class CommitForm(forms.Form):
    """Committing: with refused rows only by explicit choice, which a button of its own says."""

    partial = forms.BooleanField(required=False)


class ReasonForm(forms.Form):
    """A reason that goes into the audit trail."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明原因，系统会留下记录。"},
    )


class OpinionForm(forms.Form):
    """The second person's word."""

    reason = forms.CharField(label="复核意见", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class EmptyForm(forms.Form):
    """A decision without further words."""
