"""One pupil's account corrected on the page: typed by the clerk, verified by the head, then paid to."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from students.actions.accounts import correct_account, verify_accounts
from students.models import BankAccount
from tests.disbursement.builders import enter, photo
from tests.disbursement.money import person
from tests.factories import people

pytestmark = pytest.mark.usefixtures("pages")
OTHER = "1141000001"


@pytest.fixture
def account(county_at: Callable[[str], str]) -> BankAccount:
    """An account in use at a school that is not OTHER."""
    county_at("publicised")
    usable = BankAccount.objects.usable().exclude(source_row__school__code=OTHER)
    return usable.filter(bank="RCC").order_by("pk")[0]


def _people(account: BankAccount) -> tuple[str, str]:
    assert account.source_row is not None
    code = account.source_row.school.code
    return f"jingban-{code}", f"fuze-{code}"


def _typed(account: BankAccount, **more: Any) -> dict[str, Any]:
    return {
        "holder_name": account.holder_name, "holder_relation": "祖母", "holder_id": "", "bank": "RCC", "branch": "",
        "account_no": people.account_no(), "reason": "原卡已注销",
    } | more  # fmt: skip


def test_correction_waits_for_the_head_and_then_takes_its_place(account: BankAccount) -> None:
    clerk, head = (enter(name) for name in _people(account))
    path = f"/accounts/{account.pk}/correct/"
    listed = clerk.get("/accounts/").content.decode()
    assert path in listed
    assert path not in head.get("/accounts/").content.decode()
    shown = clerk.get(path).content.decode()
    assert account.holder_name in shown
    assert str(account.account_no) not in shown
    number = people.account_no()
    spaced = f"{number[:4]} {number[4:]}"
    file = SimpleUploadedFile("卡.jpg", photo().read(), "image/jpeg")

    answer = clerk.post(path, _typed(account, account_no=spaced, proof=file), follow=True)

    assert "等待学校负责人核对" in answer.content.decode()
    made = BankAccount.objects.get(student=account.student_id, verified_by=None, ended_at=None)
    assert (made.account_no, made.holder_relation, made.reason, made.bank) == (number, "祖母", "原卡已注销", "RCC")
    account.refresh_from_db()
    assert account.ended_at is None
    assert head.get(f"/accounts/{made.pk}/proof/").headers["Content-Type"] == "image/jpeg"
    assert enter(f"jingban-{OTHER}").get(f"/accounts/{made.pk}/proof/").status_code == 404
    assert head.get(f"/accounts/{account.pk}/proof/").status_code == 404
    verify_accounts(by=person(_people(account)[1]), account=[made.pk])
    assert BankAccount.objects.usable().get(student=account.student_id).pk == made.pk


def test_newer_correction_replaces_the_one_that_waits(account: BankAccount) -> None:
    clerk = person(_people(account)[0])
    given = {"account": account.pk, "holder_name": "张三", "bank": "RCC", "reason": "换卡"}
    first = correct_account(by=clerk, account_no=people.account_no(), **given)[0]
    second = correct_account(by=clerk, account_no=people.account_no(), **given)[0]
    waiting = BankAccount.objects.filter(student=account.student_id, verified_by=None, ended_at=None)
    assert list(waiting.values_list("pk", flat=True)) == [second.id]
    with pytest.raises(Refused, match="已经停用"):
        correct_account(by=clerk, account_no=people.account_no(), **given | {"account": first.id})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"account_no": "6229919265000013"}, "银行账号"),
        ({"account_no": ""}, "请填写银行账号"),
        ({"bank": "CCB", "account_no": "622991926600565608"}, "不是所选银行的"),
        ({"bank": ""}, "请选择银行"),
        ({"holder_id": "41062219800101"}, "持卡人身份证号：身份证号应为18位"),
        ({"holder_name": " "}, "请填写账户户名"),
        ({"reason": ""}, "请写明为什么更正"),
        ({"proof": SimpleUploadedFile("卡.jpg", b"GIF89a......", "image/jpeg")}, "不是 JPG 或 PNG 照片"),
    ],
)
def test_faulty_correction_says_so_and_loses_nothing(
    account: BankAccount, wrong: dict[str, Any], sentence: str
) -> None:
    clerk = enter(_people(account)[0])
    answer = clerk.post(f"/accounts/{account.pk}/correct/", _typed(account, branch="北阳信用社") | wrong)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert "北阳信用社" in text
    assert not BankAccount.objects.filter(student=account.student_id, verified_by=None, ended_at=None).exists()


def test_only_the_schools_own_clerk_corrects_and_something_must_change(account: BankAccount) -> None:
    clerk, head = _people(account)
    given = {
        "account": account.pk, "holder_name": account.holder_name, "account_no": str(account.account_no), "bank": account.bank,
        "reason": "换卡",
    }  # fmt: skip
    with pytest.raises(Refused, match="都没有变"):
        correct_account(by=person(clerk), **given)
    given["account_no"] = people.account_no()
    with pytest.raises(Forbidden):
        correct_account(by=person(head), **given)
    with pytest.raises(NotFound):
        correct_account(by=person(f"jingban-{OTHER}"), **given)
    with pytest.raises(BadInput, match="请选择开户银行"):
        correct_account(by=person(clerk), **given | {"bank": "XYZ", "account_no": "101234567890123"})
    assert enter(f"jingban-{OTHER}").get(f"/accounts/{account.pk}/correct/").status_code == 404
