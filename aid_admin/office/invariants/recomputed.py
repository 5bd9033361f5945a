"""Checks that need keys or Python's digests: seals of accounts and payments, frozen lists."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import BinaryField
from django.db.models.functions import Cast

from aid_admin.audit.rules import digest
from aid_admin.db.fields import keyring
from aid_admin.lib.seal import SealBroken
from disbursement.actions.bank import broken_seals
from disbursement.actions.rosters import list_digest
from disbursement.models import DisbursementBatch, PublicityLine, PublicityPeriod, Roster
from disbursement.rules.states import BatchState, LineStatus, RosterState
from students.actions.accounts import seal_of
from students.models import BankAccount


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name, what holds, and sentences on what breaks it, in order of ids."""

    name: str
    title: str
    find: Callable[[], Iterator[str]]

    def offenders(self) -> list[str]:
        """One sentence for each row that breaks it."""
        return list(self.find())


def _account_seals() -> Iterator[str]:
    rows = BankAccount.objects.annotate(sealed=Cast("account_no", BinaryField())).order_by("pk")
    for pk, student, version, holder, bank, sealed, seal in rows.values_list(
        "pk", "student", "version", "holder_name", "bank", "sealed", "seal"
    ).iterator(chunk_size=2000):
        account = BankAccount(student_id=student, version=version, holder_name=holder, bank=bank)
        try:
            account.account_no = keyring().open_("account_no", bytes(sealed))
            intact = seal_of(account) == bytes(seal)
        except SealBroken:
            intact = False
        if not intact:
            yield f"账户 {pk}（学生 {student}，第 {version} 次登记）的内容与封签不符，可能被改动过。"


def _payment_seals() -> Iterator[str]:
    for batch in DisbursementBatch.objects.order_by("pk"):
        for number in broken_seals(batch):
            yield f"批次 {batch.pk}（{batch.no}）第 {number} 笔的内容与封签不符，可能被改动过。"


def _batch_digests() -> Iterator[str]:
    for batch in DisbursementBatch.objects.exclude(state__in=[BatchState.DRAFTED, BatchState.ABORTED]).order_by("pk"):
        rows = batch.lines.order_by("line_no").values_list("line_no", "amount_fen", "seal")
        if digest((number, amount, bytes(seal).hex()) for number, amount, seal in rows) != batch.digest:
            yield f"批次 {batch.pk}（{batch.no}）的明细与锁定时的校验值不符。"


def _roster_digests() -> Iterator[str]:
    fixed = Roster.objects.filter(state__in=[RosterState.APPROVED, RosterState.CONFIRMED])
    for roster in fixed.exclude(lines__state=LineStatus.WITHDRAWN).select_related("school", "programme").order_by("pk"):
        if list_digest(roster) != roster.digest:
            yield f"名册 {roster.pk}（{roster}）的名单与复审时的校验值不符。"


def _publicity_digests() -> Iterator[str]:
    shown: dict[int, list[tuple[Any, ...]]] = {
        period: [row[1:] for row in rows]
        for period, rows in groupby(
            PublicityLine.objects.order_by("period", "school__code", "position").values_list(
                "period", "position", "name", "school_name", "grade", "class_name", "programme_name"
            ),
            key=lambda row: row[0],
        )
    }
    for period in PublicityPeriod.objects.exclude(started_on=None).order_by("pk"):
        if digest(shown.get(period.pk, [])) != period.list_digest:
            yield f"公示 {period.pk}（{period}）的名单与公示开始时的校验值不符。"


CHECKS = (
    Check("account_seals", "每个银行账户的内容与其封签相符", _account_seals),
    Check("payment_seals", "每笔发放明细的内容与其封签相符", _payment_seals),
    Check("batch_digests", "每个已锁定批次的明细与锁定时的校验值相符", _batch_digests),
    Check("roster_digests", "每份已复审名册的名单与复审时的校验值相符", _roster_digests),
    Check("publicity_digests", "每次公示的名单与开始时的校验值相符", _publicity_digests),
)
