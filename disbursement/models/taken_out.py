"""明细 taken out of a draft because something about them is doubtful: they wait until the doubt is answered."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q

from aid_admin.accounts.models import User
from aid_admin.db.base import Row
from aid_admin.db.scope import ScopedQuerySet
from disbursement.models.batch import DisbursementBatch, PaymentLine
from disbursement.models.roster_line import RosterLine
from disbursement.rules.states import BatchState, LineStatus
from students.models import BankAccount


class TakenOutQuerySet(ScopedQuerySet):
    """By scope, and by whether the doubt stands."""

    school_path = "roster_line__roster__school__code"
    township_path = "roster_line__roster__school__township__code"

    def waiting(self) -> Self:
        """Nobody put the line back, the account is still the one that was doubted, and the grant is not paid otherwise."""
        paid = PaymentLine.objects.live().filter(roster_line=models.OuterRef("roster_line"))
        return self.filter(~models.Exists(paid), put_back_by=None, account__ended_at=None)

    def with_whereabouts(self) -> Any:
        """With what tells where the line is now, for `built_into` and `whereabouts`."""
        kept = PaymentLine.objects.exclude(batch__state=BatchState.ABORTED).select_related("batch").order_by("pk")
        related = (
            "by",
            "put_back_by",
            "account",
            "roster_line__student",
            "roster_line__programme",
            "roster_line__roster__school",
        )
        payments = models.Prefetch("roster_line__payments", kept, to_attr="payments_kept")
        return self.select_related(*related).prefetch_related(payments)

    def of(self, term: Any) -> Self:
        """Those of a semester."""
        return self.filter(roster_line__semester=term)


class TakenOut(Row):
    """One line that left a draft, and why.

    The school answers by another account, or by the same one verified anew: either ends the account of then. A
    finance clerk may also put the line back.
    """

    roster_line = models.ForeignKey(RosterLine, on_delete=models.PROTECT, related_name="taken_out")
    batch = models.ForeignKey(DisbursementBatch, on_delete=models.PROTECT, related_name="+", verbose_name="批次")
    line_no = models.IntegerField("序号")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, related_name="taken_out")
    reason = models.TextField("移出原因")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="移出人")
    taken_on = models.DateField("移出日期")
    put_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="放回人")
    put_back_reason = models.TextField("放回原因", blank=True)

    objects = TakenOutQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "移出明细"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="taken_out_has_a_reason"),
            models.CheckConstraint(
                condition=Q(put_back_by=None, put_back_reason="")
                | Q(put_back_by__isnull=False) & ~Q(put_back_reason=""),
                name="put_back_has_a_reason",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(
                name="facts", fields=["roster_line", "batch", "line_no", "account", "reason", "by", "taken_on"]
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.batch}第{self.line_no}笔"

    @property
    def scope_code(self) -> str:
        """The school's code for events."""
        return self.roster_line.scope_code

    @property
    def built_into(self) -> PaymentLine | None:
        """Its newest payment in a later batch that was not broken off."""
        later = [one for one in self.roster_line.payments_kept if one.batch_id > self.batch_id]  # type: ignore[attr-defined]
        return later[-1] if later else None

    @property
    def whereabouts(self) -> str:
        """Where the line is now, while no batch has it."""
        grant = self.roster_line
        if grant.state != LineStatus.ACCEPTED:
            return f"名册上{grant.get_state_display()}"
        if self.put_back_by is not None:
            return f"{self.put_back_by.name}已放回，待编批次：{self.put_back_reason}"
        if self.account is not None and self.account.ended_at is not None:
            return "学校已重新核对账户，待编批次"
        return "待学校核实账户"

    @property
    def history(self) -> str:
        """What became of it, in a sentence without an end."""
        answer = f"后放回：{self.put_back_reason}" if self.put_back_by_id else "此后账户已重新核对"
        return f"曾从{self.batch}移出：{self.reason}；{answer}"
