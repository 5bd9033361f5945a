"""资金总览: what was allotted by source, what rosters and batches bind, what arrived and what came back."""

from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render

from aid_admin.accounts.deeds import Deed, Deeds
from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import Role
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of
from aid_admin.lib.money import parse_yuan
from aid_admin.lib.xlsx_out import ColumnOut
from disbursement.actions import funds
from disbursement.forms import ReasonForm
from disbursement.models import Allotment
from disbursement.models.allotment import Flow, flows_of
from disbursement.rules.states import FundSource
from eligibility.rules import Programme

_SEES: Final = needs_role(Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.APPROVER, Role.AUDITOR)


class AllotForm(forms.Form):
    """What one document gives, programme by programme: its number and date are written once."""

    adds_up = True  # the dialog shows what the amounts come to
    document_no = forms.CharField(
        label="指标文号",
        max_length=60,
        help_text="如：豫财教〔2020〕12号。",
        error_messages={"required": "请填写指标文号。"},
    )
    received_on = forms.DateField(
        label="下达日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写下达日期。", "invalid": "日期不对，请按 2020-03-20 的样子填写。"},
    )  # fmt: skip
    source = forms.ChoiceField(
        label="资金来源",
        choices=[("", "请选择"), *FundSource.choices()],
        error_messages={"required": "请选择资金来源。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for programme in Programme:
            amount = forms.CharField(label=f"{programme.label}（元）", max_length=20, required=False)
            amount.widget.attrs |= {"inputmode": "decimal", "data-adds": ""}
            self.fields[f"amount_{programme}"] = amount

    def clean(self) -> dict[str, Any]:
        """The document, and `amounts` in fen by programme; what is no amount is said beside its field."""
        given = {name: value for name, value in self.cleaned_data.items() if not name.startswith("amount_")}
        amounts = {
            str(programme): fen for programme in Programme if (fen := self._fen(f"amount_{programme}")) is not None
        }
        if not amounts and not self.errors:
            raise forms.ValidationError("请在文件给了钱的项目后面填写金额。")
        return given | {"amounts": amounts}

    def _fen(self, name: str) -> int | None:
        text = self.cleaned_data.get(name, "")
        try:
            return parse_yuan(text) if text else None
        except ValueError as problem:
            self.add_error(name, f"{problem}。")
            return None


ALLOT: Final = Deed(
    "allot", "funds.allot", "登记指标", funds.allot_document, done="已登记 {n} 个项目的指标。", takes=("semester",), form=AllotForm,
    icon="plus-lg", text="照指标文件登记：文号、日期和来源填一次，各项目的金额分别填，没有的留空。一份文件有几个来源的，每个来源登记一次。",
)  # fmt: skip
TAKE_BACK: Final = Deed(
    "take_back", "funds.take_back", "撤销登记", funds.take_back, "allotment", "已撤销 {n} 笔指标。", form=ReasonForm,
    tone="outline-danger", icon="arrow-counterclockwise", text="登记错了，或文件被后来的文件调减时用；原记录保留备查。",
)  # fmt: skip


def _flow(flow: Flow) -> list[Any]:
    return [
        flow.name, *(fen or None for fen in flow.sources), flow.allotted or None, flow.approved, flow.batched, flow.sent, flow.paid, flow.failed, flow.left,
    ]  # fmt: skip


LISTED: Final = lists.ListOut(
    "资金总览", (
        ColumnOut("资助项目", 34), *(ColumnOut(f"{source.label}（元）", 16, "money") for source in FundSource),
        ColumnOut("指标合计（元）", 16, "money"), ColumnOut("已复审名册（元）", 16, "money"),
        ColumnOut("已编批次（元）", 16, "money"), ColumnOut("已送银行（元）", 16, "money"), ColumnOut("已发放（元）", 16, "money"), ColumnOut("退回未补发（元）", 16, "money"),
        ColumnOut("指标余额（元）", 16, "money"),
    ), _flow,
)  # fmt: skip


def _entry(one: Any) -> list[Any]:
    undone = one.taken_back_by
    return [
        one.document_no, one.programme.name, one.get_source_display(), one.amount_fen, one.received_on, one.by.name,
        "已撤销" if undone else "已登记", f"{one.taken_back_reason}（{undone.name}）" if undone else "",
    ]  # fmt: skip


ENTRIES: Final = lists.ListOut(
    "指标登记", (
        ColumnOut("指标文号", 26), ColumnOut("资助项目", 34), ColumnOut("资金来源", 10), ColumnOut("金额（元）", 16, "money"),
        ColumnOut("下达日期", 12), ColumnOut("登记人", 12), ColumnOut("状态", 10), ColumnOut("撤销原因", 40),
    ), _entry,
)  # fmt: skip


@_SEES
def overview(request: StaffRequest) -> HttpResponse:
    """The semester's money by programme, and the entries behind it."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (ALLOT, TAKE_BACK))
    if deeds.done(semester=term.code):
        return redirect(request.get_full_path())
    flows = flows_of(term)
    entries = Allotment.objects.visible_to(request.user).filter(semester=term)
    entries = entries.select_related("programme", "by", "taken_back_by").order_by("-received_on", "-pk")
    if lists.asked(request):
        added = [lists.ListAdded(ENTRIES, entries)]
        return lists.answer(request, LISTED, flows[:-1], total=_flow(flows[-1]), added=added)
    shown = {
        "flows": flows[:-1],
        "total": flows[-1],
        "short": [flow for flow in flows[:-1] if flow.left is not None and flow.left < 0],
        "sources": [source.label for source in FundSource],
        "page": page_of(entries, request.GET.get("page")),
        "deeds": deeds,
        "top": [offer for offer in deeds if offer.deed is ALLOT],
        "of_entries": [offer for offer in deeds if offer.deed is TAKE_BACK],
    }
    return render(request, "disbursement/funds.html", shown)
