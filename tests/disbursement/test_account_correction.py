"""One pupil's account corrected on the page: typed by the clerk, verified by the head, then paid to."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aid_admin.lib import bank_card
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from students.actions.accounts import correct_account, verify_accounts
from students.models import BankAccount
from tests.disbursement.builders import do, done, enter, photo
from tests.disbursement.money import person
from tests.factories import people
from tests.refusing import refused

pytestmark = pytest.mark.usefixtures("pages")
OTHER = "1141000001"
MADE_UP = "6217234567890123456"  # as long as a card and begins like one, but its check digit is wrong


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
        "kind": "PASSBOOK", "account_no": people.account_no(), "reason": "原卡已注销",
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
    given = {
        "account": account.pk, "holder_name": "张三", "holder_id": people.id_number(76), "bank": "RCC", "reason": "换卡",
    }  # fmt: skip
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
        ({"bank": "CCB", "kind": "CARD", "account_no": "622991926600565608"}, "不是所选银行的"),
        ({"bank": ""}, "请选择银行"),
        ({"holder_id": "41062219800101"}, "持卡人身份证号：身份证号应为18位"),
        ({"kind": ""}, "请选择是银行卡还是存折"),
        ({"kind": "CARD", "account_no": MADE_UP}, "像银行卡，但校验位不对，请对照原件核对；是存折的请选存折"),
        ({"kind": "CARD", "account_no": "00000012345678901234"}, "不像银行卡号（16 至 19 位）"),
        ({"account_no": "622991926600565608"}, "是银行卡号，类型请选银行卡"),
        ({"holder_name": "王老三"}, "请填写新持卡人的身份证号"),
        ({"holder_name": " "}, "请填写账户户名"),
        ({"reason": ""}, "请写明为什么更正"),
        ({"holder_name": "王老三", "holder_relation": "本人"}, "户名应当是"),
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


def test_all_that_is_wrong_is_said_in_one_go(account: BankAccount) -> None:
    clerk = enter(_people(account)[0])
    wrong = {"account_no": "6229919265000013", "holder_name": "王老三"}
    text = clerk.post(f"/accounts/{account.pk}/correct/", _typed(account) | wrong).content.decode()
    assert text.count('class="errorlist"') == 2
    for sentence in ("银行账号：", "请填写新持卡人的身份证号"):
        assert sentence in text


def test_only_the_schools_own_clerk_corrects_and_something_must_change(account: BankAccount) -> None:
    clerk, head = _people(account)
    given = {
        "account": account.pk, "holder_name": account.holder_name, "holder_relation": account.holder_relation,
        "account_no": str(account.account_no), "bank": account.bank, "reason": "换卡",
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


def test_own_account_is_in_the_pupils_own_name_and_number(account: BankAccount) -> None:
    clerk, pupil = person(_people(account)[0]), account.student
    given = {
        "account": account.pk,
        "holder_name": pupil.name,
        "bank": "RCC",
        "reason": "换卡",
        "holder_relation": "本人",
    }
    with pytest.raises(BadInput, match="持卡人身份证号却不是这名学生的"):
        correct_account(by=clerk, account_no=people.account_no(), holder_id=people.id_number(77), **given)
    with pytest.raises(BadInput, match="持卡人身份证号是学生本人的"):
        correct_account(
            by=clerk, account_no=people.account_no(), holder_id=str(pupil.id_number),
            **given | {"holder_relation": "祖母", "holder_name": "王老三"},
        )  # fmt: skip
    correct_account(by=clerk, account_no=people.account_no(), holder_id=str(pupil.id_number), **given)


def test_holders_number_is_not_shown_and_stays_with_the_holder(account: BankAccount) -> None:
    name = _people(account)[0]
    first = correct_account(
        by=person(name), account=account.pk, holder_name="王老三", holder_id=people.id_number(78), bank="RCC",
        account_no=people.account_no(), reason="换卡",
    )[0]  # fmt: skip
    assert people.id_number(78) not in enter(name).get(f"/accounts/{first.id}/correct/").content.decode()
    given = {"bank": "RCC", "reason": "号码写错"}
    second = correct_account(
        by=person(name), account=first.id, holder_name="王老三", account_no=people.account_no(), **given
    )[0]
    assert BankAccount.objects.get(pk=second.id).holder_id == people.id_number(78)
    with pytest.raises(BadInput, match="请填写新持卡人的身份证号"):
        correct_account(
            by=person(name), account=second.id, holder_name="王老四", account_no=people.account_no(), **given
        )
    third = correct_account(
        by=person(name), account=second.id, holder_name=account.student.name, holder_relation="本人",
        account_no=people.account_no(), **given,
    )[0]  # fmt: skip
    assert BankAccount.objects.get(pk=third.id).holder_id == account.student.id_number


def test_missing_number_or_wrong_relation_of_the_holder_can_be_mended_alone(account: BankAccount) -> None:
    name = _people(account)[0]
    given = {
        "holder_name": account.holder_name, "account_no": str(account.account_no), "bank": account.bank, "reason": "补登",
    }  # fmt: skip
    made = correct_account(by=person(name), account=account.pk, holder_relation="外祖母", **given)[0]
    assert BankAccount.objects.get(pk=made.id).holder_relation == "外祖母"


def test_what_is_odd_about_a_new_account_is_told_to_clerk_and_head(account: BankAccount) -> None:
    clerk, head = (enter(name) for name in _people(account))
    here = "/accounts/?verified=no"
    path = f"/accounts/{account.pk}/correct/?{urlencode({'next': here})}"
    typed = _typed(account, account_no=MADE_UP, holder_name="王老三", holder_id=people.id_number(79), branch="建行")

    answer = clerk.post(path, typed, follow=True)

    assert answer.redirect_chain == [(here, 302)]
    assert (
        "像银行卡，但校验位不对，请对照原件核对；开户行写的是“建行”，不是所选的银行，请核对。填错了的"
        in answer.content.decode()
    )
    listed = head.get(here).content.decode()
    made = BankAccount.objects.get(student=account.student_id, verified_by=None, ended_at=None)
    assert made.kind == "PASSBOOK"
    assert listed.count("像银行卡，但校验位不对") == 2  # beside the account, and in the dialog of 核对
    assert f"户名变了，原来是{account.holder_name}" in listed
    assert f"户名 王老三（与学生关系：祖母），农村信用联社存折，账号尾号 {MADE_UP[-4:]}" in listed
    assert "第 2 次登记" in listed
    verify_accounts(by=person(_people(account)[1]), account=[made.pk])
    assert "校验位不对" not in head.get("/accounts/").content.decode()


def test_account_goes_back_to_no_page_but_ours(account: BankAccount) -> None:
    clerk = enter(_people(account)[0])
    path = f"/accounts/{account.pk}/correct/?next=https://example.org/"
    assert '<a class="btn btn-plain" href="/accounts/">取消</a>' in clerk.get(path).content.decode()
    assert clerk.post(path, _typed(account)).headers["Location"] == "/accounts/"


def test_nothing_is_left_to_verify(account: BankAccount) -> None:
    head = enter(_people(account)[1])
    assert "都核对完了" in head.get("/accounts/?verified=no").content.decode()
    text = head.get("/accounts/?verified=no&q=zzzz").content.decode()
    assert "都核对完了" not in text
    assert "没有符合条件的账户" in text
    assert '<th scope="col">学校</th>' not in text
    assert '<th scope="col">学校</th>' in enter("caiwu1").get("/accounts/").content.decode()


def test_number_in_clear_stands_in_fours(account: BankAccount) -> None:
    path = f"/reveal/account.account_no/{account.pk}/"
    text = enter(_people(account)[1]).post(path, {"reason": "核对银行账户"}).content.decode()
    assert bank_card.in_fours(str(account.account_no)) in text
    assert f"户名 {account.holder_name}" in text


def test_head_sends_back_what_does_not_agree_with_the_card(account: BankAccount) -> None:
    clerk, head = (enter(name) for name in _people(account))
    given = {"holder_name": "王老三", "holder_id": people.id_number(75), "bank": "RCC", "reason": "换卡"}
    by = person(_people(account)[0])
    (made,) = correct_account(by=by, account=account.pk, account_no=people.account_no(), **given)
    listed = head.get("/accounts/?verified=no").content.decode()
    assert f"现用：{account.holder_name} " in listed
    assert do(head, "/accounts/", "decline", [made.id], reason=" ").status_code == 200

    done(head, "/accounts/", "decline", [made.id], reason="尾号应是 3721")

    assert "账户被负责人退回" in clerk.get("/").content.decode()
    assert "尾号应是 3721" in clerk.get("/accounts/?verified=declined").content.decode()
    assert "尾号应是 3721" in clerk.get(f"/accounts/{made.id}/correct/").content.decode()
    assert "被退回" in clerk.get(f"/students/{account.student_id}/").content.decode()
    assert BankAccount.objects.usable().get(student=account.student_id).pk == account.pk
    with pytest.raises(Refused, match="已经核对过或已停用"):
        verify_accounts(by=person(_people(account)[1]), account=[made.id])
    (again,) = correct_account(by=by, account=made.id, account_no=people.account_no(), **given)
    assert "账户被负责人退回" not in clerk.get("/").content.decode()
    verify_accounts(by=person(_people(account)[1]), account=[again.id])
    refused(
        f"UPDATE students_bankaccount SET declined_reason = 'x' WHERE id = {again.id}", "account_declined_by_another"
    )


def test_errors_are_counted_and_named_on_top_and_no_file_is_asked_for_again(account: BankAccount) -> None:
    clerk = enter(_people(account)[0])
    wrong = {"account_no": "6229919265000013", "holder_name": "王老三"}
    text = clerk.post(f"/accounts/{account.pk}/correct/", _typed(account) | wrong).content.decode()
    assert "有 2 处要改：银行账号、持卡人身份证号。" in text
    assert "要重新选择" not in text
    assert text.index('name="account_no"') < text.index('name="branch"')


def test_account_that_was_replaced_leads_to_the_one_in_use(account: BankAccount) -> None:
    clerk, head = (person(name) for name in _people(account))
    made = correct_account(
        by=clerk, account=account.pk, holder_name="张三", holder_id=people.id_number(76), bank="RCC", reason="换卡",
        account_no=people.account_no(),
    )[0].id  # fmt: skip
    path = f"/accounts/{account.pk}/correct/"
    page = enter(clerk.username).get(path).content.decode()
    assert 'name="account_no"' in page  # still in use
    verify_accounts(by=head, account=[int(made)])
    page = enter(clerk.username).get(path).content.decode()
    assert "这个账户已经停用" in page
    assert f'href="/accounts/{made}/correct/' in page
    assert 'name="account_no"' not in page
    assert 'name="account_no"' in enter(clerk.username).get(f"/accounts/{made}/correct/").content.decode()
