"""A number in clear: with a reason, logged, for thirty seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from aid_admin.accounts.acting import may
from aid_admin.accounts.actions import log_reveal
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.accounts.models import User
from aid_admin.lib import bank_card
from aid_admin.lib.refusals import Forbidden
from aid_admin.office.forms import RevealForm
from disbursement.actions.objections import log_phone_shown
from disbursement.models import Objection, PaymentLine
from eligibility.models import RegistryRecord
from students.models import BankAccount, EnrolmentRecord, Student

SECONDS: Final = 30
_IDENTITY: Final = "identity.reveal"


@dataclass(frozen=True, slots=True)
class Shown:
    """One kind of number: where it stands, who it belongs to and who may see it in clear."""

    title: str
    field: str
    find: Callable[[User, int], Any]
    right: str = _IDENTITY


def _of(model: Any) -> Callable[[User, int], Any]:
    return lambda user, pk: get_object_or_404(model.objects.visible_to(user), pk=pk)


def _member(user: User, pk: int) -> Any:
    """A member of the family on a roll that the user may see."""
    roll = get_object_or_404(EnrolmentRecord.objects.visible_to(user).distinct(), family=pk)
    return roll.family.get(pk=pk)


NUMBERS: Final = {
    "student.id_number": Shown("身份证号", "id_number", _of(Student)),
    "family.id_number": Shown("身份证号", "id_number", _member),
    "family.phone": Shown("电话", "phone", _member),
    "account.account_no": Shown("银行账号", "account_no", _of(BankAccount)),
    "account.holder_id": Shown("持卡人身份证号", "holder_id", _of(BankAccount)),
    "payment.account_no": Shown("收款账号", "account_no", _of(PaymentLine)),
    "registry.id_number": Shown("身份证号", "id_number", _of(RegistryRecord)),
    "registry.cert_no": Shown("证件编号", "cert_no", _of(RegistryRecord)),
    "objection.phone": Shown("联系电话", "objector_phone", _of(Objection), "objection.reveal"),
}


@needs(*sorted({number.right for number in NUMBERS.values()}))
def reveal(request: StaffRequest, what: str, object_id: int) -> HttpResponse:
    """GET asks for the reason in a dialog; POST logs it and shows the number."""
    if what not in NUMBERS:
        raise Http404
    number = NUMBERS[what]
    if not may(request.user, number.right):
        raise Forbidden("您没有查看这类号码的权限。需要时请联系系统管理员调整岗位。")
    owner = number.find(request.user, object_id)
    form = RevealForm(request.POST if request.method == "POST" else None)
    value = None
    if request.method == "POST" and form.is_valid():
        _log(request.user, what, owner, form.cleaned_data["reason"])
        value = getattr(owner, number.field)
        value = (bank_card.in_fours(value) if number.field == "account_no" else value) if value else "（没有登记）"
    shown = {"form": form, "number": number, "owner": owner, "value": value, "seconds": SECONDS}
    return render(request, "office/_reveal.html", shown)


def _log(user: User, what: str, owner: Any, reason: str) -> None:
    if NUMBERS[what].right != _IDENTITY:
        log_phone_shown(by=user, objection=owner.pk, reason=reason)
        return
    school = str(getattr(owner, "scope_code", ""))
    log_reveal(by=user, object_type=what, object_id=str(owner.pk), reason=reason, school_code=school)
