"""Forms of the pages beside the rosters: the matrix, what was returned, the summary."""

from typing import Any

from django import forms

from aid_admin.accounts.models import User
from aid_admin.county.forms import Filter, search_field
from aid_admin.county.models import School, Township
from disbursement.forms import ProgrammeFilter
from disbursement.rules.review import Stand
from eligibility.rules import Programme


class TownshipFilter(Filter):
    """Filters by township and programme, within the person's reach."""

    township = forms.ChoiceField(label="乡镇", required=False)
    programme = forms.ChoiceField(label="资助项目", required=False, choices=[("", "全部项目"), *Programme.choices()])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = School.objects.visible_to(user).values("township")
        towns = list(Township.objects.filter(pk__in=mine).values_list("code", "name"))
        self.fields["township"].choices = [("", "全部乡镇"), *towns]  # type: ignore[attr-defined]


class MatrixFilter(TownshipFilter):
    """Filters of the matrix 学校 × 项目."""

    stand = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *Stand.choices()])
    q = search_field("学校名称", "如 江屯")
    late = forms.ChoiceField(label="逾期", required=False, choices=[("", "全部"), ("yes", "只看逾期")])


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class ReturnedFilter(ProgrammeFilter):
    """Filters of what was returned."""

    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "全部"), ("roster", "资助名册"), ("aidapplication", "认定申请")]
    )
    since = _day("起")
    until = _day("止")
