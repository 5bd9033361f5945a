"""What is odd about an account, whichever way it came in."""

from types import SimpleNamespace

import pytest

from aid_admin.lib.names.keys import key
from students.actions.account_facts import account_doubts, account_fault

BINS = {("621585", 18): "RCC"}
GOOD = {
    "holder_name": "王老三", "holder_relation": "祖父", "holder_id": "x", "account_no": "621585333333333335", "kind": "CARD",
    "bank": "RCC", "branch": "北阳信用社", "student": SimpleNamespace(name="王小花", name_key=key("王小花")),
}  # fmt: skip


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ({}, []),
        ({"holder_name": "王小花", "holder_relation": "本人", "holder_id": None}, []),
        ({"account_no": "6217234567890123456", "kind": "PASSBOOK"}, ["像银行卡，但校验位不对，请对照原件核对"]),
        ({"account_no": "00000012345678901234", "kind": "PASSBOOK"}, ["像是存折账号，请核对"]),
        ({"account_no": "4111111111111111", "kind": "CARD"}, ["认不出是哪家银行的卡，请核对"]),
        ({"branch": "建行淇县支行"}, ["开户行写的是“建行淇县支行”，不是所选的银行，请核对"]),
        ({"holder_id": None}, ["没有持卡人身份证号，请看持卡人证件"]),
        ({"holder_relation": "本人"}, ["关系是“本人”，户名却不是学生，请核对"]),
        ({"holder_name": "王小花", "holder_relation": "父亲"}, ["户名是学生，关系却是“父亲”，请核对"]),
    ],
)
def test_account_says_what_to_look_at_twice(odd, told):
    assert account_doubts(SimpleNamespace(**GOOD | odd), BINS) == told


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "told"),
    [("62299112", "您填了 8 位，这个开头的卡号应是 18 位"), ("99999999", "您填了 8 位，应是 12 至 22 位")],
)
def test_a_number_of_the_wrong_length_is_told_the_right_one(number: str, told: str) -> None:
    assert account_fault(number, "CARD").startswith(told)
