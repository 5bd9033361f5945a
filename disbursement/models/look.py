"""What was doubtful about a batch when somebody locked, reviewed or released it; kept, for the batch goes on without it."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models

from aid_admin.accounts.models import User
from aid_admin.db.base import Row
from aid_admin.db.scope import CountyQuerySet
from disbursement.models.batch import DisbursementBatch
from disbursement.rules.findings import Finding, from_kept
from disbursement.rules.states import LookStep


class BatchLookQuerySet(CountyQuerySet):
    """By batch and order."""

    def counts(self) -> Any:
        """How many doubts were kept last of the batch that the outer query names."""
        length = models.Func(models.F("doubts"), function="jsonb_array_length", output_field=models.IntegerField())
        return self.filter(batch=models.OuterRef("pk")).order_by("-pk").values(count=length)[:1]

    def of(self, batch: Any) -> Any:
        """Those of a batch, in their order, with who looked."""
        return self.filter(batch=batch).select_related("by").order_by("pk")


class BatchLook(Row):
    """One step of a batch: the doubts as they stood, and whether the person said that they were looked at one by one."""

    batch = models.ForeignKey(DisbursementBatch, on_delete=models.PROTECT, related_name="looks", verbose_name="批次")
    step = models.CharField("环节", max_length=10, choices=LookStep.choices())
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="办理人")
    doubts = models.JSONField("疑点", default=list)
    looked = models.BooleanField("已逐条看过", default=False)

    objects = BatchLookQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "疑点过目"
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.batch}{self.get_step_display()}"

    @property
    def findings(self) -> list[Finding]:
        """The doubts as they stood."""
        return from_kept(self.doubts)
