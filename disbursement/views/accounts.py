"""Bank accounts: those that wait for the school's head, and those in use."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Case, OuterRef, Subquery, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.back import next_page
from aid_admin.accounts.deeds import Deed, Deeds, attempt
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.county import calendar, lists
from aid_admin.county.models import BankBin
from aid_admin.db.pages import page_of
from aid_admin.files.photos import photo_page
from disbursement.actions.flags import is_shared, shared_accounts
from disbursement.forms import AccountFilter, CorrectAccountForm, DeclineForm, ReaffirmForm
from disbursement.models import Roster, TakenOut
from disbursement.rules.states import RosterState
from disbursement.views.lists import ACCOUNTS
from students.actions.account_facts import account_doubts
from students.actions.accounts import correct_account, decline_accounts, reaffirm_accounts, verify_accounts
from students.models import BankAccount, Student

_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.AUDITOR)
_TOLD_AT_MOST: Final = 7  # a school has one roster of each programme
_WAITING_FIRST: Final = Case(When(verified_by=None, then=0), default=1)
VERIFY: Final = Deed(
    "verify", "account.verify", "核对无误", verify_accounts, "account", "已核对 {n} 个账户，可以用于发放。", tone="success",
    icon="check-lg", text="请对照银行卡或存折原件核对户名和账号。核对后，这名学生原来的账户停用。",
)  # fmt: skip

DECLINE: Final = Deed(
    "decline", "account.decline", "退回更正", decline_accounts, "account", "已退回 {n} 个账户，经办人在待办里看得到原因。",
    form=DeclineForm, icon="arrow-counterclockwise", tone="outline-danger",
    text="与原件不符的退回，经办人更正后再核对；在用的账户不变。",
)  # fmt: skip
REAFFIRM: Final = Deed(
    "reaffirm", "account.reaffirm", "申明账户可用", reaffirm_accounts, "account", "已提交 {n} 个账户，等待学校负责人核对。",
    form=ReaffirmForm, icon="arrow-clockwise", tone="plain",
    text="账号没有变的才用：银行退回过、现在又能用的（如已解冻、已激活），或财务移出、经核实无误的。负责人重新核对后，财务才能发放。"
    "账户变了的，用“更正账户”，人多的上传“银行账号”表成批更正。",
)  # fmt: skip


@_SEES
def account_list(request: StaffRequest) -> HttpResponse:
    """Accounts in use or proposed; the head verifies picked proposals, the clerk reaffirms picked ones in use."""
    deeds = Deeds(request, (VERIFY, DECLINE, REAFFIRM))
    if deeds.done():
        if deeds.wanted == VERIFY.name:
            _tell_of_rosters(request)
        return redirect(request.get_full_path())
    form = AccountFilter(request.GET or None, user=request.user)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = _which(request, wanted.get("verified", ""))
    rows = rows.filter(**form.wanted(school="source_row__school__code"))
    if wanted.get("q"):
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(wanted["q"]))
    rows = rows.select_related("student", "source_row__school", "proposed_by", "verified_by", "declined_by")
    rows = rows.order_by(_WAITING_FIRST, "source_row__school__code", "student__name_key", "pk")
    if lists.asked(request):
        return lists.answer(request, ACCOUNTS, rows, form)
    told = {
        "shared": is_shared(calendar.chosen(request.session).pk),
        "doubt": Subquery(_doubted(request).filter(account=OuterRef("pk")).values("reason")[:1]),
    }
    page = page_of(rows.annotate(**told), request.GET.get("page"), at_once=True)
    _mark(request, page.rows)
    offered = {offer.deed for offer in deeds}
    shown = {
        "form": form, "page": page, "deeds": deeds, "verifies": VERIFY in offered, "reaffirms": REAFFIRM in offered,
        "corrects": may(request.user, "account.correct"), "one_school": form.one_school,
        "shared_asked": wanted.get("verified") == "shared",
        "cleared": [name for name, given in wanted.items() if given] == ["verified"] and wanted["verified"] == "no",
    }  # fmt: skip
    return render(request, "disbursement/account_list.html", shown)


def _mark(request: StaffRequest, accounts: list[Any]) -> None:
    """For who verifies an account: the one that it would take the place of, and what is odd about it."""
    waiting = [account for account in accounts if not account.verified_by_id]
    used = {one.student_id: one for one in _in_use(request, waiting)}
    bins = BankBin.table() if waiting else {}
    for account in waiting:
        account.instead_of, account.odd = used.get(account.student_id), account_doubts(account, bins)
        if account.instead_of and account.instead_of.holder_name != account.holder_name:
            account.odd.append(f"户名变了，原来是{account.instead_of.holder_name}")


def _tell_of_rosters(request: StaffRequest) -> None:
    """After accounts were verified: the rosters that wait to be sent up, for who may do that."""
    if not may(request.user, "roster.submit"):
        return
    drafts = Roster.objects.visible_to(request.user).of(calendar.chosen(request.session))
    drafts = drafts.filter(state=RosterState.DRAFT).select_related("school", "programme")
    found = list(drafts.order_by("programme__position", "round", "pk")[:_TOLD_AT_MOST])
    if found:
        links = format_html_join("、", '<a href="{}">{}</a>', ((_path(roster), roster) for roster in found))
        messages.info(request, format_html("还没有上报的名册：{}。", links))


def _path(roster: Any) -> str:
    return reverse("disbursement:roster", args=[roster.pk])


def _which(request: StaffRequest, verified: str) -> Any:
    rows = BankAccount.objects.visible_to(request.user)
    if verified == "declined":
        return rows.declined()
    if verified == "doubted":
        return rows.filter(pk__in=_doubted(request).values("account"))
    rows = rows.filter(ended_at=None)
    if verified == "shared":
        return rows.filter(pk__in=shared_accounts(calendar.chosen(request.session).pk))
    return rows.filter(**({"verified_by__isnull": verified == "no"} if verified else {}))


@needs("account.correct")
def account_correct(request: StaffRequest, pk: int) -> HttpResponse:
    """Type one pupil's account anew; the head verifies it. Afterwards back to where the person came from."""
    found = _account(request, pk)
    back = next_page(request, reverse("disbursement:accounts"))
    if request.method != "POST" and (instead := _instead_of(request, found)):
        return render(
            request, "disbursement/account_stopped.html", {"account": found, "instead": instead, "back": back}
        )
    if request.method == "POST":
        form = CorrectAccountForm(request.POST, request.FILES, account=found)
        moved = form.is_valid() and attempt(form, correct_account, by=request.user, account=pk, **form.cleaned_data)
        if moved:
            messages.success(request, f"{found.student.name}的新账户已提交，等待学校负责人核对。")
            _warn(request, _account(request, moved[0].id))
            return redirect(back)
    else:
        same = ("holder_name", "holder_relation", "bank", "branch", "kind")
        form = CorrectAccountForm(initial={name: getattr(found, name) for name in same}, account=found)
    status = 422 if form.errors else 200
    doubt = _doubted(request).filter(account=found).values_list("reason", flat=True).first()
    shown = {"account": found, "form": form, "doubt": doubt, "back": back}
    return render(request, "disbursement/account_correct.html", shown, status=status)


def _instead_of(request: StaffRequest, account: Any) -> Any:
    """What has taken the place of an account that is stopped: the one that waits or is in use; None of one to correct."""
    if not account.ended_at:
        return None
    rows = BankAccount.objects.visible_to(request.user).filter(student=account.student_id, ended_at=None)
    if account.declined_by_id:  # the school's answer to it is still to come, or came already
        rows = rows.filter(version__gt=account.version)
    return rows.order_by("-version").first()


def _warn(request: StaffRequest, made: Any) -> None:
    """What is odd about the account that was just proposed; the head sees the same beside it."""
    if odd := account_doubts(made, BankBin.table()):
        messages.warning(request, f"{made.student.name}的新账户：{'；'.join(odd)}。填错了的，请再点“更正账户”。")


@_SEES
@require_safe
def account_proof(request: StaffRequest, pk: int) -> HttpResponse:
    """The photo of card or passbook that came with a correction."""
    return photo_page(_account(request, pk).proof)


def _account(request: StaffRequest, pk: int) -> Any:
    rows = BankAccount.objects.visible_to(request.user).select_related("student", "proof", "source_row__school")
    return get_object_or_404(rows, pk=pk)


def _in_use(request: StaffRequest, proposed: list[Any]) -> Any:
    """The accounts that these proposals would take the place of."""
    students = [account.student_id for account in proposed]
    return BankAccount.objects.visible_to(request.user).usable().filter(student__in=students) if students else ()


def _doubted(request: StaffRequest) -> Any:
    """What finance took out of its batches and the school has not answered yet."""
    return TakenOut.objects.visible_to(request.user).waiting()
