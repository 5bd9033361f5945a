"""审计: the trail with filters, the check of chain and invariants, the export."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from aid_admin.accounts.acting import ACTIONS
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import ROLE_NAMES, Role
from aid_admin.audit.models import AuditEvent
from aid_admin.county import lists
from aid_admin.db.pages import page_of
from aid_admin.lib.xlsx_out import ColumnOut
from aid_admin.office import actions, people, wording

_SEES: Final = needs_role(Role.AUDITOR)
_KINDS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "reveal": ("查看完整号码", {"verb__in": ("identity.reveal", "objection.reveal")}),
    "export": ("导出与下载", {"to_state__in": ("EXPORTED", "DOWNLOADED")}),
    "users": ("用户与岗位", {"verb__startswith": "user."}),
    "money": ("批次与银行", {"verb__startswith": "batch."}),
}


class TrailFilter(forms.Form):
    """Filters of the trail."""

    kind = forms.ChoiceField(
        label="类别", required=False, choices=[("", "全部"), *((code, name) for code, (name, _) in _KINDS.items())]
    )
    verb = forms.ChoiceField(label="动作", required=False)
    who = forms.CharField(label="操作人（用户名）", required=False, max_length=150)
    role = forms.ChoiceField(
        label="岗位", required=False, choices=[("", "全部"), *((role.value, name) for role, name in ROLE_NAMES.items())]
    )
    school = forms.CharField(label="学校代码", required=False, max_length=10)
    since = forms.DateField(
        label="起", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label="止", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verbs = sorted((wording.verb_name(verb), verb) for verb in ACTIONS)
        self.fields["verb"].choices = [("", "全部动作"), *((verb, name) for name, verb in verbs)]  # type: ignore[attr-defined]

    def lookups(self) -> dict[str, Any]:
        """The filled-in fields as field lookups."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        paths = {
            "verb": "verb", "who": "actor_username", "role": "actor_role", "school": "school_code",
            "since": "at__date__gte", "until": "at__date__lte",
        }  # fmt: skip
        found = {path: given[name] for name, path in paths.items() if given.get(name)}
        return found | (_KINDS[given["kind"]][1] if given.get("kind") else {})


_COLUMNS: Final = (
    ColumnOut("序号", 9, "int"), ColumnOut("时间", 20), ColumnOut("操作人", 20), ColumnOut("岗位", 18), ColumnOut("学校", 12),
    ColumnOut("动作", 22), ColumnOut("对象", 18), ColumnOut("对象编号", 14), ColumnOut("原状态", 14), ColumnOut("新状态", 16),
    ColumnOut("数量", 8, "int"), ColumnOut("原因", 40), ColumnOut("链值", 66),
)  # fmt: skip


def _listed() -> lists.ListOut:
    """The trail as a workbook: codes beside names, for those who were renamed or are gone."""
    names, schools = people.names(), people.names_of_schools()

    def values(event: Any) -> list[Any]:
        return [
            event.seq, f"{localtime(event.at):%Y-%m-%d %H:%M:%S}", _with_code(names, event.actor_username),
            wording.role_name(event.actor_role), _with_code(schools, event.school_code), wording.verb_name(event.verb),
            wording.object_name(event.object_type), event.object_id, wording.state_name(event.object_type, event.from_state),
            wording.state_name(event.object_type, event.to_state), event.count, event.reason, event.chain_hash,
        ]  # fmt: skip

    return lists.ListOut("审计记录", _COLUMNS, values)


def _with_code(names: dict[str, str], code: str) -> str:
    return f"{names[code]}（{code}）" if code in names else code


@_SEES
@lists.shown_or_taken
def trail(request: StaffRequest) -> HttpResponse:
    """Who did what, when and why, newest first."""
    form = TrailFilter(request.GET or None)
    rows = AuditEvent.objects.visible_to(request.user).filter(**form.lookups()).order_by("-seq")
    if lists.asked(request):
        return lists.answer(request, _listed(), rows, form)
    page = page_of(rows, request.GET.get("page"))
    names = people.names_of(event.actor_username for event in page)
    places = people.school_names(event.school_code for event in page)
    for event in page:
        event.actor_name = names.get(event.actor_username, event.actor_username)
        event.school_name = places.get(event.school_code, event.school_code)
        event.object_name = wording.object_name(event.object_type)
        event.was, event.now = (wording.state_name(event.object_type, x) for x in (event.from_state, event.to_state))
    return render(request, "office/audit_list.html", {"form": form, "page": page})


@require_POST
@needs("audit.verify")
def verify(request: StaffRequest) -> HttpResponse:
    """Check the chain and what must always hold; the outcome is said and logged."""
    faults = actions.verify_trail(by=request.user)
    for fault in faults:
        messages.error(request, fault)
    if not faults:
        messages.success(request, "审计链完整，各项数据恒等式全部成立。")
    return redirect("office:audit")
