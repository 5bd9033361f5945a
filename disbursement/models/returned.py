"""What the bank answered, line by line, booked or not."""

from typing import ClassVar

from django.db import models

from aid_admin.db.fields import FenField, SealedField
from aid_admin.db.scope import CountyQuerySet
from aid_admin.intake.models import UploadedRow
from disbursement.models.batch import DisbursementBatch, PaymentLine
from disbursement.rules.returns import ReturnCode, ReturnMatch
from students.models.roll import WRITTEN_ONCE


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

    objects = CountyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回盘明细"
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="return_row_once")]
        triggers: ClassVar = [WRITTEN_ONCE]

    def __str__(self) -> str:
        return f"{self.line_ref} {self.code}"
