"""Bank accounts of the pupils: own or a guardian's, some shared, some that the bank will refuse."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from random import Random
from typing import Final

from aid_admin.county.rules import Stage
from aid_admin.lib.bank_card import luhn_digit
from aid_admin.lib.id_card import check_digit
from demo.county.documents import Document, Page, Row, class_name, grade_name
from demo.county.people import Pupil
from demo.county.schools import School
from demo.county.world import World
from demo.figures import CASH_PROGRAMMES

ACCOUNT_COLUMNS: Final = (
    "序号", "学校名称", "年级", "班级", "学生姓名", "学生身份证号", "开户行", "账户户名", "与学生关系",
    "持卡人身份证号", "银行账号", "联系电话",
)  # fmt: skip
BANKS: Final = {"RCC": "淇县农村信用合作联社", "CCB": "中国建设银行淇县支行"}
_PREFIXES: Final = {
    "RCC": (("621585", "622991", "623013", "623059"), 18),
    "CCB": (("621467", "621700", "622700", "436742", "621284"), 19),
}
_AS_OF: Final = "2020-05-15"
_RCC_SHARE, _PASSBOOKS, _REFUSED = 0.73, 0.006, 0.03
_STRANGERS: Final = 7
_OWN_CARD: Final = {
    Stage.PRESCHOOL: 0.06, Stage.PRIMARY: 0.25, Stage.JUNIOR: 0.5, Stage.SENIOR: 0.85, Stage.VOCATIONAL: 0.85,
}  # fmt: skip
_WAITING: Final = frozenset({
    "transfer_under_way", "claimed_twice", "card_frozen", "policy_unknown", "household_only",
    "registry_faulty_id",
    "name_conflict", "not_confirmed",
})  # fmt: skip
_REFUSALS: Final = (
    ("ACCOUNT_NOT_FOUND", "账号不存在"),
    ("NAME_MISMATCH", "账号户名不符"),
    ("ACCOUNT_CLOSED", "账户已销户"),
    ("ACCOUNT_FROZEN", "账户状态冻结"),
    ("CARD_LOST", "卡已挂失"),
    ("NOT_ACTIVATED", "社保卡金融功能未开通"),
    ("DORMANT", "长期不动户"),
    ("RESTRICTED", "非柜面限制，身份信息不完整"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """Where a pupil's money goes."""

    pupil: Pupil
    bank: str
    number: str
    holder_name: str
    relation: str
    holder_id: str

    @property
    def bank_name(self) -> str:
        return BANKS[self.bank]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An account that the bank refuses at the first payment, why, and what the school then sends."""

    account: Account
    code: str
    text: str
    corrected: Account


class _Opener:
    """Opens accounts; within a family the guardian has one for all the children."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._numbers: set[str] = set()
        self._guardians: dict[int, Account] = {}

    def open(self, pupil: Pupil) -> Account:
        if self._rng.random() < _OWN_CARD[pupil.stage]:
            person = pupil.person
            return self._new(pupil, person.name, "本人", person.id_number)
        family = id(pupil.family)
        if family not in self._guardians:
            guardian, relation = pupil.family.members()[0]
            self._guardians[family] = self._new(pupil, guardian.name, relation, guardian.id_number)
        return replace(self._guardians[family], pupil=pupil)

    def again(self, account: Account) -> Account:
        """A new account of the same holder."""
        return replace(account, number=self._number(account.bank))

    def _new(self, pupil: Pupil, name: str, relation: str, holder_id: str) -> Account:
        bank = "RCC" if self._rng.random() < _RCC_SHARE else "CCB"
        passbook = bank == "RCC" and self._rng.random() < _PASSBOOKS
        number = f"0{self._rng.randrange(10**15, 10**16)}" if passbook else self._number(bank)
        return Account(pupil, bank, number, name, relation, holder_id)

    def _number(self, bank: str) -> str:
        """A card number of the bank, not given out before."""
        prefixes, length = _PREFIXES[bank]
        while True:
            body = self._rng.choice(prefixes) + f"{self._rng.randrange(10 ** (length - 7)):0{length - 7}d}"
            number = body + luhn_digit(body)
            if number not in self._numbers and not _is_misleading(number):
                self._numbers.add(number)
                return number


def _is_misleading(number: str) -> bool:
    """Whether it could pass for an identity number, or for one that a spreadsheet has rounded."""
    return len(number) == 18 and (check_digit(number[:17]) == number[17] or number.endswith("000"))


def is_paid_cash(pupil: Pupil) -> bool:
    """Whether one of the pupil's grants goes to an account."""
    return any(programme in CASH_PROGRAMMES for programme, _ in pupil.grants())


def open_accounts(world: World, others: list[Pupil]) -> tuple[dict[str, Account], list[Refusal]]:
    """Accounts by pupil's number: of all paid in cash, of `others`, of those whose case waits."""
    opener = _Opener(world.rng("accounts"))
    rng = world.rng("account faults")
    also = {id(pupil) for pupil in others if pupil.stage != Stage.VOCATIONAL}
    accounts = {}
    for pupil in world.pupils:
        if is_paid_cash(pupil) or id(pupil) in also or (pupil.kind in _WAITING and pupil.category):
            accounts[pupil.person.id_number] = opener.open(pupil)
    _share_with_strangers(accounts, world, rng)
    used = Counter(account.number for account in accounts.values())
    single = [a for a in accounts.values() if used[a.number] == 1 and is_paid_cash(a.pupil)]
    paid = sum(is_paid_cash(account.pupil) for account in accounts.values())
    chosen = rng.sample(single, max(len(_REFUSALS), round(paid * _REFUSED)))
    refusals = [
        Refusal(account, *_REFUSALS[place % len(_REFUSALS)], opener.again(account))
        for place, account in enumerate(chosen)
    ]
    return accounts, refusals


def _share_with_strangers(accounts: dict[str, Account], world: World, rng: Random) -> None:
    """A few pupils are paid to the account of a family that is not theirs: to be seen, and still payable."""
    paid = [account for account in accounts.values() if account.pupil.cell and is_paid_cash(account.pupil)]
    wanted = world.plan.of(_STRANGERS)
    by_school: dict[str, list[Account]] = defaultdict(list)
    for account in paid:
        by_school[account.pupil.school.code].append(account)
    schools = [owners for owners in by_school.values() if _strangers(owners)]
    for owners in rng.sample(schools, min(wanted, len(schools))):
        lender, borrower = rng.choice(_strangers(owners))
        accounts[borrower.pupil.person.id_number] = replace(lender, pupil=borrower.pupil, relation="其他亲属")


def _strangers(owners: list[Account]) -> list[tuple[Account, Account]]:
    """Neighbours in a school's list: one with a guardian's account, one of another family."""
    return [
        (first, second)
        for first, second in pairwise(owners)
        if first.pupil.family is not second.pupil.family and first.relation != "本人"
    ]


def account_documents(world: World, accounts: dict[str, Account]) -> Iterator[Document]:
    """One file for each school with accounts."""
    by_school: dict[School, list[Account]] = defaultdict(list)
    for account in accounts.values():
        by_school[account.pupil.school].append(account)
    for school in world.schools:
        if school in by_school:
            page = Page("账户", ACCOUNT_COLUMNS, partial(_rows, by_school[school]), "受助学生银行账户采集表")
            path = f"accounts/{school.code}.xlsx"
            yield Document(path, "accounts", _AS_OF, school.name, (page,), school.code)


def _rows(accounts: list[Account]) -> Iterator[Row]:
    for serial, account in enumerate(accounts, start=1):
        pupil = account.pupil
        yield (
            serial, pupil.school.name, grade_name(pupil), class_name(pupil), pupil.person.name,
            pupil.person.id_number, account.bank_name, account.holder_name, account.relation,
            account.holder_id,
            account.number, pupil.family.phone,
        )  # fmt: skip
