"""The filters above lists: by school and township within the person's reach; who sees one school is not asked for it."""

from typing import Any

from django import forms
from django.db.models import Value

from aid_admin.accounts.models import User
from aid_admin.county.models import School, Township

PUPIL = "姓名 / 拼音 / 身份证后四位"
PUPIL_EXAMPLE = "如 wyj"
Choices = list[tuple[str, str]]


def search_field(label: str = PUPIL, example: str = PUPIL_EXAMPLE) -> forms.CharField:
    """Words to look for, of pupils if nothing else is said."""
    widget = forms.TextInput(attrs={"type": "search", "placeholder": example})
    return forms.CharField(label=label, required=False, max_length=60, widget=widget)


class Filter(forms.Form):
    """A list's filters."""

    def wanted(self, **paths: str) -> dict[str, Any]:
        """The filled-in fields as filters: field name → path; nothing of a form that does not make sense."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {path: given[name] for name, path in paths.items() if given.get(name)}


class SchoolFilter(Filter):
    """Filters of a list that covers schools; `one_school`: the person's reach is a single one.

    A subclass may have a field `township`: it is offered every township.
    """

    school = forms.ChoiceField(label="学校", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach = user.reach()
        self.one_school = reach.one_school
        schools, towns = _places(user, schools=not self.one_school, townships="township" in self.fields)
        self.school_codes = [code for code, _ in schools] or sorted(reach.schools)
        if "township" in self.fields:
            self.fields["township"].choices = [("", "全部乡镇"), *towns]  # type: ignore[attr-defined]
        if self.one_school:
            del self.fields["school"]
        else:
            self.fields["school"].choices = [("", f"全部 {len(schools)} 所"), *schools]  # type: ignore[attr-defined]


def _places(user: User, *, schools: bool, townships: bool) -> tuple[Choices, Choices]:
    """Codes and names of the schools within reach and of all townships, as far as asked for; one query."""
    seen, every = School.objects.visible_to(user), Township.objects.all()
    if not (schools and townships):
        pairs = ("code", "name")
        return list(seen.values_list(*pairs)) if schools else [], list(every.values_list(*pairs)) if townships else []
    kinds = (rows.annotate(of=Value(of)) for rows, of in ((seen, "school"), (every, "township")))
    first, second = (rows.order_by().values_list("of", "code", "name") for rows in kinds)
    found = list(first.union(second, all=True).order_by("code"))
    return [row[1:] for row in found if row[0] == "school"], [row[1:] for row in found if row[0] == "township"]
