import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disbursement.rules.payment import (
    SEALED_FIELDS,
    Account,
    LineReference,
    NoUsableAccount,
    SealedPayment,
    batch_number,
    freeze_payee,
    line_reference,
    parse_line_reference,
    seal_fields,
)

ACCOUNT = Account("王秀英", "母亲", "622991000000000018", True, 7)


def test_payee_is_the_accounts_holder() -> None:
    payee = freeze_payee(mode="ACCOUNT", pupil_name="张梓涵", school_name="一小", account=ACCOUNT)

    assert (payee.name, payee.relation, payee.account_no, payee.account_reference) == (
        "王秀英", "母亲", "622991000000000018", 7,
    )  # fmt: skip


def test_waiver_goes_to_the_school_without_account() -> None:
    payee = freeze_payee(mode="WAIVER", pupil_name="张梓涵", school_name="淇县一中", account=ACCOUNT)

    assert (payee.name, payee.account_no, payee.account_reference) == ("淇县一中", None, None)


@pytest.mark.parametrize("account", [None, Account("王秀英", "母亲", "622991000000000018", False)])
def test_without_usable_account_nothing_is_frozen(account: Account | None) -> None:
    with pytest.raises(NoUsableAccount, match="张梓涵没有已核实的银行账户"):
        freeze_payee(mode="ACCOUNT", pupil_name="张梓涵", school_name="一小", account=account)


def test_seal_covers_every_fact_in_its_fixed_order() -> None:
    payment = SealedPayment("20201CCB001", 1, 2, 3, "学", "NUTRITION", "王秀英", "母亲", None, 40000, 5)

    assert set(SEALED_FIELDS) == set(SealedPayment.__slots__)
    assert seal_fields(payment) == (
        "payment-line/1", "20201CCB001", 1, 2, 3, "学", "NUTRITION", "王秀英", "母亲", None, 40000, 5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("semester", "bank", "serial", "number"),
    [
        ("2020-spring", "CCB", 1, "20201CCB001"),
        ("2020-autumn", "RCC", 12, "20202RCC012"),
        ("2020-spring", None, 3, "20201FEE003"),
    ],
)
def test_batch_number(semester: str, bank: str | None, serial: int, number: str) -> None:
    assert batch_number(semester, bank, serial) == number


@pytest.mark.parametrize(("bank", "serial"), [("ccb", 1), ("CCB", 1000), ("CCBX", 1)])
def test_batch_number_that_does_not_fit(bank: str, serial: int) -> None:
    with pytest.raises(ValueError, match="批次号不合规则"):
        batch_number("2020-spring", bank, serial)


@pytest.mark.parametrize("line_no", [-1, 100000])
def test_line_number_that_does_not_fit(line_no: int) -> None:
    with pytest.raises(ValueError, match="不合规则"):
        line_reference("20201CCB001", line_no)


@given(st.integers(0, 99999), st.sampled_from(["20201CCB001", "20192RCC120", "20251FEE999"]))
def test_reference_is_read_back_from_any_remark(line_no: int, batch_no: str) -> None:
    reference = line_reference(batch_no, line_no)

    assert len(reference) == 18
    assert parse_line_reference(f" 淇县资助2020 {reference.lower()} 已付") == LineReference(batch_no, line_no)


@given(st.integers(0, 99999), st.integers(0, 17), st.sampled_from(string.digits + string.ascii_uppercase))
def test_one_wrong_character_is_noticed(line_no: int, place: int, wrong: str) -> None:
    reference = line_reference("20201CCB001", line_no)
    if reference[place] != wrong:
        assert parse_line_reference(reference[:place] + wrong + reference[place + 1 :]) is None


@given(st.integers(0, 99999), st.integers(0, 16))
def test_two_swapped_characters_are_noticed(line_no: int, place: int) -> None:
    reference = line_reference("20201CCB001", line_no)
    left, right = reference[place], reference[place + 1]
    if left != right:
        swapped = reference[:place] + right + left + reference[place + 2 :]
        assert parse_line_reference(swapped) is None


@pytest.mark.parametrize("text", [None, "", "无", "20201CCB00100001"])
def test_no_reference(text: str | None) -> None:
    assert parse_line_reference(text) is None
