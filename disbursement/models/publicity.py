"""公示: a frozen list per school, photos as evidence, objections that hold one pupil's line."""

import secrets
from typing import Any, ClassVar, Final

import pgtrigger
from django.db import models
from django.db.models import F, Q

from aid_admin.accounts.models import User
from aid_admin.audit.history import happened_to
from aid_admin.county.models import School, Semester
from aid_admin.db.base import Row
from aid_admin.db.fields import SealedField
from aid_admin.db.scope import Reach, ScopedQuerySet
from aid_admin.files.models import StoredFile
from aid_admin.lib.states import transitions
from disbursement.models.roster_line import RosterLine
from disbursement.rules.publicity import Moment
from disbursement.rules.states import PERIOD_MOVES, LineStatus, PeriodState
from students.models.roll import WRITTEN_ONCE


def random_token() -> str:
    """An unguessable part of an address."""
    return secrets.token_urlsafe(24)


class PublicityPeriodQuerySet(ScopedQuerySet):
    """A school sees the periods that its rosters are in."""

    school_path = "rosters__school__code"
    township_path = "rosters__school__township__code"

    def within(self, reach: Reach) -> "PublicityPeriodQuerySet":
        if reach.county:
            return self.all()
        return self.filter(pk__in=PublicityPeriod.objects.joined(reach))

    def with_counts(self) -> Any:
        """With `schools`, how many schools the period is at."""
        return self.annotate(schools=models.Count("rosters__school", distinct=True))

    def with_good_photos(self) -> Any:
        """With `good_photos`, how many photos of the period were found good."""
        good = PublicityEvidence.objects.filter(period=models.OuterRef("pk"), ok=True).order_by()
        counted = good.values("period").annotate(number=models.Count("pk")).values("number")
        return self.annotate(good_photos=models.functions.Coalesce(models.Subquery(counted), 0))

    def joined(self, reach: Reach) -> Any:
        """Ids of the periods, found through their rosters' schools."""
        return super().within(reach).values("pk")


class PublicityPeriod(Row):
    """One period of publicity over many rosters."""

    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    title = models.CharField("标题", max_length=100)
    state = models.CharField("状态", max_length=10, default=PeriodState.PLANNED, choices=PeriodState.choices())
    planned_on = models.DateField("计划日期")
    started_on = models.DateField("开始日期", null=True)
    ended_on = models.DateField("结束日期", null=True)
    list_digest = models.CharField("名单校验值", max_length=64, blank=True)
    token = models.CharField(max_length=40, default=random_token, editable=False)
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="制订人")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = PublicityPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state=PeriodState.ENDED) | (Q(started_on__isnull=False) & Q(ended_on__isnull=False)),
                name="ended_period_has_dates",
            )
        ]
        triggers: ClassVar = [pgtrigger.FSM(name="moves", field="state", transitions=transitions(PERIOD_MOVES))]

    def __str__(self) -> str:
        return self.title


TAKEN_OFF: Final = Q(roster_line__state=LineStatus.WITHDRAWN)  # of the frozen list: an objection was sustained


class PublicityLine(Row):
    """One row of the frozen list: what may be shown and nothing else."""

    period = models.ForeignKey(PublicityPeriod, on_delete=models.PROTECT, related_name="lines")
    roster_line = models.ForeignKey(RosterLine, on_delete=models.PROTECT)
    school = models.ForeignKey(School, on_delete=models.PROTECT)
    position = models.IntegerField("序号")
    name = models.CharField("姓名", max_length=60)
    school_name = models.CharField("学校", max_length=60)
    grade = models.CharField("年级", max_length=20, blank=True)
    class_name = models.CharField("班级", max_length=30, blank=True)
    programme_name = models.CharField("资助项目", max_length=60)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示名单"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "roster_line"], name="publicised_once_per_period"),
            models.UniqueConstraint(fields=["period", "school", "position"], name="publicity_position"),
        ]
        triggers: ClassVar = [WRITTEN_ONCE, pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.position} {self.name}"


class PublicityEvidence(Row):
    """A photo of the posted list at the start or the end."""

    period = models.ForeignKey(PublicityPeriod, on_delete=models.PROTECT, related_name="evidence")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    moment = models.CharField("时点", max_length=6, choices=Moment.choices())
    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, verbose_name="照片")
    taken_at = models.DateTimeField("拍摄时间", null=True)
    sent_on = models.DateField("上传日期", null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="上传人")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="核查人")
    ok = models.BooleanField("核查结果", null=True)
    note = models.CharField("核查意见", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示照片"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("by")), name="photo_checked_by_another"
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None, ok=None) | Q(checked_by__isnull=False, ok__isnull=False),
                name="photo_checked_both_set",
            ),
            models.UniqueConstraint(
                fields=["period", "school", "moment"],
                condition=Q(ok=True) | Q(ok=None),
                name="one_live_photo",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}{self.get_moment_display()}"


class ObjectionQuerySet(ScopedQuerySet):
    """Objections hang on the line's school."""

    school_path = "roster_line__roster__school__code"
    township_path = "roster_line__roster__school__township__code"

    def with_letter(self) -> Any:
        """With `letter_printed`: whether the letter that tells the outcome was ever printed, as the trail says."""
        return self.annotate(letter_printed=happened_to("objection", Q(verb="objection.print")))

    def awaiting_letter(self) -> Any:
        """Decided ones whose letter nobody has printed."""
        return self.exclude(outcome="").with_letter().filter(letter_printed=False)


class Objection(Row):
    """Somebody objects to one pupil's line; while open it holds that line alone.

    The phone of who objects is shown to who may `objection.reveal` alone, and printed nowhere.
    """

    roster_line = models.ForeignKey(RosterLine, on_delete=models.PROTECT, verbose_name="名册明细")
    channel = models.CharField("渠道", max_length=20)
    objector = models.CharField("异议人姓名", max_length=30, blank=True, db_default="")
    objector_phone = SealedField("联系电话", kind="phone", null=True, blank=True)
    text = models.TextField("内容")
    received_on = models.DateField("收到日期")
    due_on = models.DateField("办理期限")
    outcome = models.CharField(
        "结论", max_length=10, blank=True, choices=[("SUSTAINED", "成立"), ("DISMISSED", "不成立")]
    )
    finding = models.TextField("调查情况", blank=True)
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="决定人")

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示异议"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None) | (~Q(outcome="") & Q(decided_by__isnull=False)),
                name="objection_decided_both_set",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("registered_by")), name="objection_decided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.pk}号异议"

    @property
    def state(self) -> str:
        """OPEN until decided."""
        return self.outcome or "OPEN"
