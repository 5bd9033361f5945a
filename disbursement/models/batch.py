"""发放批次 and what it freezes: payment lines with payee, account and amount; the bank's file."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from aid_admin.accounts.models import User
from aid_admin.county.models import School, Semester
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField, SealedField
from aid_admin.db.scope import CountyQuerySet, ScopedQuerySet
from aid_admin.files.models import StoredFile
from aid_admin.intake.models import Upload
from aid_admin.lib.states import transitions
from disbursement.models.roster_line import RosterLine
from disbursement.rules.returns import ACCOUNT_STAYS, ReturnCode
from disbursement.rules.states import (
    BATCH_MOVES,
    LIVE_PAYMENTS,
    PAYMENT_MOVES,
    REISSUABLE,
    BatchMode,
    BatchState,
    PaymentState,
)
from eligibility.models import AidProgramme, AidStandard
from students.models import BankAccount, Student

_HANDS = ("built_by", "reviewed_by", "released_by")
_FROZEN = ("LOCKED", "REVIEWED", "RELEASED", "SENT", "CLOSED")

SUMS_AT_LOCK = """
    IF NEW.state = 'LOCKED' AND OLD.state <> 'LOCKED' AND NOT EXISTS (
        SELECT 1 FROM disbursement_paymentline WHERE batch_id = NEW.id
        HAVING count(*) = NEW.line_count AND COALESCE(sum(amount_fen), 0) = NEW.total_fen) THEN
        RAISE EXCEPTION 'count or total of the batch is not that of its lines';
    END IF;
    RETURN NEW;
"""
OTHER_HANDS_RELEASE = """
    IF NEW.state = 'RELEASED' AND OLD.state <> 'RELEASED' AND EXISTS (
        SELECT 1 FROM disbursement_paymentline p
          JOIN disbursement_rosterline l ON l.id = p.roster_line_id
          JOIN disbursement_roster r ON r.id = l.roster_id
         WHERE p.batch_id = NEW.id
           AND NEW.released_by_id IN (r.prepared_by_id, r.submitted_by_id, r.reviewed_by_id, r.approved_by_id)) THEN
        RAISE EXCEPTION 'whoever had a hand in a roster does not release its money';
    END IF;
    RETURN NEW;
"""
CORRECTED_BY_THE_BANK = """
    IF OLD.state IN ('FAILED', 'RETURNED_LATER') AND NEW.state = 'PAID' AND NOT EXISTS (
        SELECT 1 FROM disbursement_returndecision d JOIN disbursement_returnline r ON r.id = d.return_line_id
         WHERE r.payment_line_id = NEW.id AND r.code = 'SUCCESS' AND d.verdict = 'TAKEN') THEN
        RAISE EXCEPTION 'a failed payment becomes paid only by a settled answer of the bank';
    END IF;
    RETURN NEW;
"""
ONLY_CONFIRMED = """
    IF NOT EXISTS (
        SELECT 1 FROM disbursement_rosterline l JOIN disbursement_roster r ON r.id = l.roster_id
         WHERE l.id = NEW.roster_line_id AND l.state = 'ACCEPTED' AND r.state = 'CONFIRMED'
           AND l.amount_fen = NEW.amount_fen AND l.student_id = NEW.student_id) THEN
        RAISE EXCEPTION 'only accepted lines of confirmed rosters are paid, with their own amount';
    END IF;
    RETURN NEW;
"""
NO_LINES_ONCE_LOCKED = """
    IF EXISTS (SELECT 1 FROM disbursement_disbursementbatch b
                WHERE b.id = COALESCE(NEW.batch_id, OLD.batch_id) AND b.state <> 'DRAFTED') THEN
        RAISE EXCEPTION 'a locked batch neither gains nor loses lines';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


def _differ() -> Q:
    condition = Q()
    for place, first in enumerate(_HANDS):
        for second in _HANDS[place + 1 :]:
            condition &= Q(**{f"{first}__isnull": True}) | Q(**{f"{second}__isnull": True}) | ~Q(**{first: F(second)})
    return condition


def _signed() -> Q:
    return (
        (~Q(state__in=_FROZEN) | Q(locked_by__isnull=False, line_count__isnull=False, total_fen__isnull=False))
        & (~Q(state__in=_FROZEN[1:]) | Q(reviewed_by__isnull=False))
        & (~Q(state__in=_FROZEN[2:]) | Q(released_by__isnull=False))
    )


class DisbursementBatchQuerySet(CountyQuerySet):
    """Batches of the county."""

    def with_sums(self) -> Any:
        """With `lines_count`, `lines_fen` and `pending`, the lines whose result is not known yet."""
        pending = Q(lines__state__in=[PaymentState.SENT, PaymentState.UNKNOWN])
        return self.annotate(
            lines_count=models.Count("lines"),
            lines_fen=models.functions.Coalesce(models.Sum("lines__amount_fen"), 0),
            pending=models.Count("lines", filter=pending),
            failed=models.Count("lines", filter=Q(lines__state=PaymentState.FAILED) & ~Q(lines__code="")),
        )

    def totals(self) -> dict[str, int]:
        """What the batches with_sums come to together: how many, their lines, fen, lines without a result and failed.

        Batches that were broken off are counted (`aborted`), but not added up: their pupils are in others.
        """
        summed = ("lines_count", "lines_fen", "pending", "failed")
        aborted = Q(state=BatchState.ABORTED)
        found = (
            self.order_by()
            .values("pk", "state", *summed)
            .aggregate(
                batches=models.Count("pk"),
                aborted=models.Count("pk", filter=aborted),
                **{f"all_{name}": models.Sum(name, filter=~aborted, default=0) for name in summed},
            )
        )
        return {name.removeprefix("all_"): int(value) for name, value in found.items()}


class DisbursementBatch(Row):
    """Payments of one semester through one bank, or the fee waivers of one semester."""

    no = models.CharField("批次号", max_length=20, unique=True)
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    mode = models.CharField("方式", max_length=10, choices=BatchMode.choices())
    bank = models.CharField("银行", max_length=10, null=True)  # noqa: DJ001 - null = no bank at all (waivers)
    reissue_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, verbose_name="补发自")
    state = models.CharField("状态", max_length=10, default=BatchState.DRAFTED, choices=BatchState.choices())
    built_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="编制人")
    locked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="锁定人")
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="审核人")
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="放行人")
    aborted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="中止人")
    line_count = models.IntegerField("笔数", null=True)
    total_fen = FenField("金额（分）", null=True)
    digest = models.CharField("校验值", max_length=64, blank=True)
    made_on = models.DateField("编制日期")
    abort_reason = models.TextField("中止原因", blank=True)

    objects = DisbursementBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发放批次"
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=_differ(), name="batch_persons_differ"),
            models.CheckConstraint(condition=_signed(), name="batch_state_is_signed"),
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(aborted_by=None) | ~Q(aborted_by=F("released_by")),
                name="released_batch_aborted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(mode=BatchMode.WAIVER, bank=None) | Q(mode=BatchMode.ACCOUNT, bank__isnull=False),
                name="waiver_has_no_bank",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(name="moves", field="state", transitions=transitions(BATCH_MOVES)),
            pgtrigger.ReadOnly(
                name="facts", fields=["no", "semester", "mode", "bank", "reissue_of", "built_by", "made_on"]
            ),
            pgtrigger.Trigger(
                name="sums_at_lock", when=pgtrigger.Before, operation=pgtrigger.Update, func=SUMS_AT_LOCK
            ),
            pgtrigger.Trigger(
                name="other_hands_release", when=pgtrigger.Before, operation=pgtrigger.Update, func=OTHER_HANDS_RELEASE
            ),
            pgtrigger.Protect(
                name="frozen_sums",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__line_count__isnull=False)
                & ~pgtrigger.Q(new__state="DRAFTED")
                & (
                    pgtrigger.Q(old__line_count__df=pgtrigger.F("new__line_count"))
                    | pgtrigger.Q(old__total_fen__df=pgtrigger.F("new__total_fen"))
                    | pgtrigger.Q(old__digest__df=pgtrigger.F("new__digest"))
                ),
            ),
            # given back, it is as before the lock: no sums, nobody's hands but the builder's
            pgtrigger.Protect(
                name="given_back_is_open",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="DRAFTED")
                & pgtrigger.Q(new__state="DRAFTED")
                & (
                    pgtrigger.Q(new__line_count__isnull=False)
                    | pgtrigger.Q(new__total_fen__isnull=False)
                    | ~pgtrigger.Q(new__digest="")
                    | pgtrigger.Q(new__locked_by__isnull=False)
                    | pgtrigger.Q(new__reviewed_by__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"批次{self.no}"

    def returned_uploads(self) -> Any:
        """The return files that were loaded for this batch."""
        return Upload.objects.filter(kind="returns", semester=self.semester_id, part=self.no)


class PaymentLineQuerySet(ScopedQuerySet):
    """Payment lines by scope and state."""

    def live(self) -> Any:
        """Lines that may still bring, or brought, money."""
        return self.filter(state__in=sorted(LIVE_PAYMENTS))

    def once(self) -> Any:
        """Each grant once: without the lines whose payment anew is among these rows too."""
        return self.exclude(pk__in=self.filter(retry_of__isnull=False).values("retry_of"))

    def states(self) -> dict[str, tuple[int, int]]:
        """Per state: how many lines and fen."""
        rows = self.order_by().values_list("state").annotate(models.Count("pk"), models.Sum("amount_fen"))
        return {state: (count, fen) for state, count, fen in rows}

    def sums(self) -> dict[str, int]:
        """Persons, person-times and fen."""
        found: dict[str, int] = self.aggregate(
            persons=models.Count("student", distinct=True),
            person_times=models.Count("pk"),
            fen=models.functions.Coalesce(models.Sum("amount_fen"), 0),
        )
        return found

    def sums_of_schools(self) -> Any:
        """Per school: its code and name, persons, person-times and fen."""
        return (
            self.order_by("school__code")
            .values("school__code", "school__name")
            .annotate(
                persons=models.Count("student", distinct=True), times=models.Count("pk"), fen=models.Sum("amount_fen")
            )
            .values_list("school__code", "school__name", "persons", "times", "fen")
        )

    def sums_by(self, name: str, order: str) -> list[tuple[str, int, int, int]]:
        """Name, persons, person-times and fen by one of the lines' relations, in its order."""
        grouped = self.order_by(order).values(name, order)
        annotated = grouped.annotate(
            persons=models.Count("student", distinct=True), times=models.Count("pk"), fen=models.Sum("amount_fen")
        )
        return list(annotated.values_list(name, "persons", "times", "fen"))


class PaymentLine(Row):
    """One payment; its facts are frozen and sealed, only its state moves."""

    batch = models.ForeignKey(DisbursementBatch, on_delete=models.PROTECT, related_name="lines", verbose_name="批次")
    line_no = models.IntegerField("序号")
    roster_line = models.ForeignKey(RosterLine, on_delete=models.PROTECT, related_name="payments")
    retry_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="retry")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, verbose_name="学生")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    programme = models.ForeignKey(AidProgramme, on_delete=models.PROTECT, verbose_name="项目")
    payee_name = models.CharField("收款户名", max_length=60)
    payee_relation = models.CharField("关系", max_length=20, blank=True)
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True)
    account_no = SealedField("收款账号", kind="account_no", null=True)
    amount_fen = FenField("金额（分）")
    standard = models.ForeignKey(AidStandard, on_delete=models.PROTECT)
    state = models.CharField("状态", max_length=16, default=PaymentState.WAITING, choices=PaymentState.choices())
    code = models.CharField("银行结果", max_length=24, blank=True, choices=ReturnCode.choices())
    settled_on = models.DateField("结果日期", null=True)  # the business date of the newest outcome
    seal = models.BinaryField()

    objects = PaymentLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发放明细"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "line_no"], name="payment_line_no"),
            models.UniqueConstraint(
                fields=["roster_line"], condition=Q(state__in=sorted(LIVE_PAYMENTS)), name="one_live_payment"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=Q(account=None, account_no=None) | Q(account__isnull=False, account_no__isnull=False),
                name="payment_account_both_set",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["batch", "state"], name="payment_states")]  # batch page
        triggers: ClassVar = [
            pgtrigger.FSM(name="moves", field="state", transitions=transitions(PAYMENT_MOVES)),
            pgtrigger.ReadOnly(
                name="facts",
                fields=[
                    "batch", "line_no", "roster_line", "retry_of", "student", "school", "programme", "payee_name",
                    "payee_relation", "account", "account_no", "amount_fen", "standard", "seal",
                ],
            ),
            pgtrigger.Trigger(
                name="corrected_by_the_bank", when=pgtrigger.Before, operation=pgtrigger.Update, func=CORRECTED_BY_THE_BANK
            ),
            pgtrigger.Trigger(
                name="only_confirmed", when=pgtrigger.Before, operation=pgtrigger.Insert, func=ONLY_CONFIRMED
            ),
            pgtrigger.Trigger(
                name="locked_is_complete",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                func=NO_LINES_ONCE_LOCKED,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.batch_id}-{self.line_no}"

    @property
    def may_be_mended(self) -> bool:
        """Failed, not reissued yet, and the account that it failed at is still the one in use."""
        failed = self.state in REISSUABLE and getattr(self, "retry", None) is None
        return failed and self.account is not None and self.account.is_usable

    @property
    def account_stays(self) -> bool:
        """Whether the bank's answer can be mended without another account."""
        return self.code in ACCOUNT_STAYS

    @property
    def next_step(self) -> str:
        """What to do about the bank's answer; nothing while there is none, or after success."""
        if self.code in ("", ReturnCode.SUCCESS):
            return ""
        return ReturnCode(self.code).next_step

    @property
    def scope_code(self) -> str:
        """The school's code for events."""
        return self.school.code


class PaymentFile(Row):
    """The bank's file of a batch: stored once, the same bytes for ever."""

    batch = models.OneToOneField(DisbursementBatch, on_delete=models.PROTECT, related_name="file")
    profile = models.CharField("版式", max_length=40)
    stored_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    sha256 = models.CharField(max_length=64)
    line_count = models.IntegerField("笔数")
    total_fen = FenField("金额（分）")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = CountyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代发文件"
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.batch} 代发文件"
