"""What the schools file: accounts, rosters, and the decisions about them."""

from collections import Counter

import pytest
from stdnum import luhn

from demo.county.accounts import is_paid_cash
from demo.figures import CASH_PROGRAMMES
from tests.demo.conftest import Papers
from tests.demo.county.oracle import valid_number

BINS = {
    ("621585", 18): "RCC", ("622991", 18): "RCC", ("623013", 18): "RCC", ("623059", 18): "RCC",
    ("621467", 19): "CCB", ("621700", 19): "CCB", ("622700", 19): "CCB", ("436742", 19): "CCB", ("621284",
    19): "CCB",
}  # fmt: skip


@pytest.fixture(params=["small", "qixian"])
def papers(request: pytest.FixtureRequest) -> Papers:
    found: Papers = request.getfixturevalue(request.param)
    return found


def test_every_pupil_paid_in_cash_has_an_account(papers: Papers) -> None:
    paid = {pupil.person.id_number for pupil in papers.world.pupils if is_paid_cash(pupil)}
    assert paid
    assert paid <= set(papers.accounts)


def test_account_numbers_are_cards_of_the_two_banks_or_passbooks(papers: Papers) -> None:
    corrected = [refusal.corrected for refusal in papers.refusals]
    for account in [*papers.accounts.values(), *corrected]:
        number = account.number
        assert not valid_number(number)
        assert not number.endswith("000") or len(number) != 18
        if len(number) == 17:
            assert account.bank == "RCC"
        else:
            assert luhn.is_valid(number)
            assert BINS[number[:6], len(number)] == account.bank
    numbers = {account.number for account in papers.accounts.values()}
    assert not numbers & {account.number for account in corrected}


def test_most_accounts_are_of_the_rural_credit_union(qixian: Papers) -> None:
    banks = Counter(account.bank for account in qixian.accounts.values())
    assert 0.6 < banks["RCC"] / banks.total() < 0.85


def test_account_belongs_to_pupil_or_guardian_but_for_the_planted_ones(papers: Papers) -> None:
    strange = [account for account in papers.accounts.values() if account.relation == "其他亲属"]
    assert 1 <= len(strange) <= 7
    for account in papers.accounts.values():
        own = account.holder_id == account.pupil.person.id_number
        guardian = account.holder_id == account.pupil.family.members()[0][0].id_number
        assert own or guardian or account in strange
    for account in strange:
        lender = next(a for a in papers.accounts.values() if a.number == account.number and a is not account)
        assert lender.pupil.family is not account.pupil.family


def test_bank_refuses_three_in_a_hundred_unshared_accounts(qixian: Papers) -> None:
    paid = [account for account in qixian.accounts.values() if is_paid_cash(account.pupil)]
    assert round(len(paid) * 0.03) == len(qixian.refusals)
    used = Counter(account.number for account in qixian.accounts.values())
    for refusal in qixian.refusals:
        assert used[refusal.account.number] == 1
        assert refusal.corrected.pupil is refusal.account.pupil
        assert refusal.corrected.bank == refusal.account.bank
    assert len({refusal.code for refusal in qixian.refusals}) == 8


def test_rosters_are_right_but_for_the_planted_shares(qixian: Papers) -> None:
    kinds = Counter(line.kind for line in qixian.filing.lines)
    assert kinds == {"RIGHT": 7_760, "MISSING": 160, "AMOUNT_DIFFERS": 80, "TOO_MANY": 80}


def test_rosters_lead_back_to_what_is_due(papers: Papers) -> None:
    due = Counter({("", ""): 0})
    for line in papers.filing.lines:
        due[line.pupil.person.id_number, line.programme] += line.due_fen
    grants = {(p.person.id_number, code): fen for p in papers.world.pupils for code, fen in p.grants()}
    assert {key: fen for key, fen in due.items() if fen} == grants


def test_each_kind_of_difference_is_in_the_small_county(small: Papers) -> None:
    assert {line.kind for line in small.filing.lines} == {"RIGHT", "MISSING", "AMOUNT_DIFFERS", "TOO_MANY"}


def test_a_pupil_filed_too_many_gets_nothing_and_has_an_account_for_cash(papers: Papers) -> None:
    for line in papers.filing.lines:
        if line.kind == "TOO_MANY":
            assert not list(line.pupil.grants())
            cash = line.programme in CASH_PROGRAMMES
            assert not cash or line.pupil.person.id_number in papers.accounts
