"""AuditEvent: the history of every object and the audit trail in one, insert-only and hash-chained."""

from typing import ClassVar

import pgtrigger
from django.db import models

from aid_admin.db.scope import ScopedQuerySet


class AuditEventQuerySet(ScopedQuerySet):
    """Events carry a school's code; empty means the county."""

    school_path = "school_code"
    township_path = ""


class AuditEvent(models.Model):
    """One event; no foreign keys, so that the trail never blocks and never loses anything."""

    seq = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    actor_username = models.CharField("操作人", max_length=150, blank=True)
    actor_role = models.CharField("岗位", max_length=30, blank=True)
    school_code = models.CharField("学校代码", max_length=10, blank=True)
    verb = models.CharField("动作", max_length=60)
    object_type = models.CharField("对象", max_length=40)
    object_id = models.CharField("对象编号", max_length=60)
    from_state = models.CharField("原状态", max_length=40, blank=True)
    to_state = models.CharField("新状态", max_length=40, blank=True)
    before_digest = models.CharField(max_length=64, blank=True)
    after_digest = models.CharField(max_length=64, blank=True)
    reason = models.TextField("原因", blank=True)
    count = models.BigIntegerField("数量", null=True)
    chain_hash = models.CharField("链值", max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),  # history on detail pages
            models.Index(fields=["verb", "seq"], name="audit_verb"),  # filter of the audit page
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="insert_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="no_truncate",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'the audit trail is never emptied';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb} {self.object_type}#{self.object_id}"


class ChainHead(models.Model):
    """One row: the newest event's number and hash; locked last in every action."""

    seq = models.BigIntegerField()
    chain_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "链头"

    def __str__(self) -> str:
        return f"{self.seq}"
