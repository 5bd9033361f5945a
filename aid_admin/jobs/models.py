"""The job row is the queue."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.db.base import Row
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.files.models import StoredFile
from aid_admin.jobs.rules import STATE_NAMES, JobState


class JobQuerySet(ScopedQuerySet):
    """Jobs carry a school's code; empty means the county."""

    school_path = "school_code"
    township_path = ""

    def visible_to(self, user: Any) -> Self:
        """One's own jobs, those of one's scope; all of them for the system administrator, who mends them."""
        if Role.SYSTEM_ADMIN in user.roles:
            return self.all()
        return super().visible_to(user) | self.filter(by=user)


class Job(Row):
    """Work to be done by a worker; written in the transaction that needs it."""

    kind = models.CharField("任务", max_length=40)
    subject_type = models.CharField("对象", max_length=40)
    subject_id = models.CharField("对象编号", max_length=60)
    params = models.JSONField("参数", default=dict)
    params_digest = models.CharField(max_length=64)
    school_code = models.CharField("学校代码", max_length=10, blank=True)
    state = models.CharField(
        "状态", max_length=12, default=JobState.QUEUED, choices=[(s.value, n) for s, n in STATE_NAMES.items()]
    )
    attempt = models.PositiveSmallIntegerField("尝试次数", default=0)
    lease_owner = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    cursor = models.BigIntegerField("进度位置", default=0)
    done = models.BigIntegerField("已处理", default=0)
    total = models.BigIntegerField("总数", null=True)
    message = models.TextField("说明", blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, verbose_name="发起人")
    finished_at = models.DateTimeField("结束时间", null=True)
    result = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, verbose_name="结果文件")

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id", "params_digest"],
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="one_live_job",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "id"], name="job_queue"),  # the workers' claim and the sweep
            models.Index(fields=["subject_type", "subject_id"], name="job_subject"),  # progress on an object's page
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def is_live(self) -> bool:
        """Still waiting or running: the page goes on asking."""
        return self.state in {JobState.QUEUED, JobState.RUNNING}

    @property
    def percent(self) -> int:
        """Progress for the bar; 0 while the total is unknown."""
        return min(100, 100 * self.done // self.total) if self.total else 0


class WorkerBeat(models.Model):
    """When a worker was last heard of; /healthz asks."""

    name = models.CharField("工作进程", max_length=60, primary_key=True)
    at = models.DateTimeField("最近时间")

    class Meta:
        verbose_name = verbose_name_plural = "工作进程心跳"

    def __str__(self) -> str:
        return self.name
