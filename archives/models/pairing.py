"""1+1 结对 (a teacher for each pupil), 手拉手 (pupil and pupil) and their activities."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from aid_admin.accounts.models import User
from aid_admin.county.models import School, Semester
from aid_admin.db.base import Row
from aid_admin.db.fields import SealedField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.files.models import StoredFile
from students.models import Student


class PairQuerySet(ScopedQuerySet):
    """Pairs by scope and time."""

    def live(self) -> Any:
        """Pairs that hold today."""
        return self.filter(ended_on=None)


class MentoringPair(Row):
    """1+1: one teacher helps one pupil, from a day to a day; a change ends one pair and begins another."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="mentors", verbose_name="学生")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    mentor_name = models.CharField("帮扶教师", max_length=30)
    mentor_post = models.CharField("职务", max_length=30, blank=True)
    mentor_phone = SealedField("联系电话", kind="phone", null=True)
    began_on = models.DateField("结对日期")
    ended_on = models.DateField("结束日期", null=True)
    end_reason = models.CharField("变更原因", max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="变更人")

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "1+1结对"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["student"], condition=Q(ended_on=None), name="one_live_mentor"),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None, end_reason="")
                | Q(ended_on__gte=F("began_on"), ended_by__isnull=False) & ~Q(end_reason=""),
                name="ended_pair_says_why",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "mentor_name"], name="pairs_of_mentor")]  # load, list
        triggers: ClassVar = [
            pgtrigger.ReadOnly(
                name="facts",
                fields=["student", "school", "mentor_name", "mentor_post", "mentor_phone", "began_on", "by"],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.mentor_name}帮扶{self.student}"


class PeerPair(Row):
    """手拉手: one pupil helps another; counted once, whoever is named first."""

    helper = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="helps", verbose_name="帮扶学生")
    helped = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="helped_by", verbose_name="被帮扶学生")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    club = models.CharField("社团或活动", max_length=40, blank=True)
    began_on = models.DateField("结对日期")
    ended_on = models.DateField("结束日期", null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "手拉手结对"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(helper=F("helped")), name="peers_are_two"),
            models.CheckConstraint(condition=Q(ended_on=None) | Q(ended_on__gte=F("began_on")), name="peers_in_time"),
            models.UniqueConstraint(
                models.functions.Least("helper", "helped"), models.functions.Greatest("helper", "helped"), "semester",
                condition=Q(ended_on=None), name="one_live_peer_pair",
            ),
        ]  # fmt: skip
        triggers: ClassVar = [
            pgtrigger.ReadOnly(name="facts", exclude=["ended_on"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.helper}与{self.helped}手拉手"


class PeerActivity(Row):
    """An activity of pairs or clubs (留守儿童之家, 少年宫, 心理咨询室, 图书室)."""

    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    held_on = models.DateField("活动日期")
    title = models.CharField("活动名称", max_length=60)
    place = models.CharField("活动场所", max_length=40, blank=True)
    pupils = models.PositiveIntegerField("参加人数")
    note = models.TextField("活动情况", blank=True)
    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, verbose_name="照片")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="撤回人")
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True, db_default="")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "帮扶活动"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pupils__gt=0), name="activity_has_pupils"),
            models.UniqueConstraint(
                fields=["semester", "school", "held_on", "title"],
                condition=Q(withdrawn_by=None),
                name="activity_held_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_reason="")
                | Q(withdrawn_by__isnull=False) & ~Q(withdrawn_reason=""),
                name="withdrawn_activity_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title
