"""What the bank answered, line by line, booked or not; and what a person decided where answers disagree."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from aid_admin.accounts.models import User
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField, SealedField
from aid_admin.db.scope import CountyQuerySet
from aid_admin.intake.models import UploadedRow
from disbursement.models.batch import DisbursementBatch, PaymentLine
from disbursement.rules.returns import MAY_HAVE_ARRIVED, ReturnCode, ReturnMatch, Verdict
from disbursement.rules.states import REISSUABLE, PaymentState
from students.models.roll import WRITTEN_ONCE

ANOTHER_DECIDES = """
    IF NEW.by_id = (SELECT u.by_id FROM disbursement_returnline r JOIN intake_upload u ON u.id = r.upload_id
                     WHERE r.id = NEW.return_line_id) THEN
        RAISE EXCEPTION 'whoever loaded a return file does not settle what it contradicts';
    END IF;
    RETURN NEW;
"""


class ReturnLineQuerySet(CountyQuerySet):
    """Answers of banks."""

    def contradicting(self) -> Any:
        """Answers that nobody has settled and that still say something else than what is booked."""
        paid = Q(payment_line__state=PaymentState.PAID) & ~Q(code=ReturnCode.SUCCESS)
        failed = Q(payment_line__state=PaymentState.FAILED) & ~Q(code=F("payment_line__code"))
        back = Q(payment_line__state=PaymentState.RETURNED_LATER, code__in=sorted(MAY_HAVE_ARRIVED))
        return self.filter(paid | failed | back, match=ReturnMatch.CONTRADICTS, decision=None)

    def may_have_arrived(self) -> Any:
        """Those of them that cast doubt on a failure: until they are settled nothing is paid in its place."""
        return self.contradicting().filter(payment_line__state__in=REISSUABLE, code__in=sorted(MAY_HAVE_ARRIVED))


class ReturnLine(UploadedRow):
    """One line of a return file; an unmatched one is kept too."""

    batch = models.ForeignKey(DisbursementBatch, on_delete=models.PROTECT)
    payment_line = models.ForeignKey(PaymentLine, on_delete=models.PROTECT, null=True, related_name="returns")
    line_ref = models.CharField("行号", max_length=60, blank=True)
    account_no = SealedField(kind="account_no", null=True)
    account_name = models.CharField("户名", max_length=60, blank=True)
    amount_fen = FenField("金额（分）")
    bank_text = models.CharField("银行说明", max_length=200)
    code = models.CharField("结果", max_length=24, choices=ReturnCode.choices())
    match = models.CharField("对应", max_length=16, choices=ReturnMatch.choices())

    objects = ReturnLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回盘明细"
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="return_row_once")]
        triggers: ClassVar = [WRITTEN_ONCE]

    def __str__(self) -> str:
        return f"{self.line_ref} {self.code}"


class ReturnDecision(Row):
    """A person's decision on one answer that contradicts what is booked; another than who loaded the file."""

    return_line = models.OneToOneField(
        ReturnLine, on_delete=models.PROTECT, related_name="decision", verbose_name="回盘明细"
    )
    verdict = models.CharField("核定", max_length=8, choices=Verdict.choices())
    reason = models.TextField("查实情况")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="核定人")
    decided_on = models.DateField("核定日期")

    objects = CountyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回盘核定"
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(reason=""), name="return_decision_has_a_reason")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="another_decides", when=pgtrigger.Before, operation=pgtrigger.Insert, func=ANOTHER_DECIDES
            ),
        ]

    def __str__(self) -> str:
        return f"{self.return_line}：{self.get_verdict_display()}"
