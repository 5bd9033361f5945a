"""The county: townships, villages, schools and fees, semesters, holidays, published figures."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from aid_admin.county.rules import SCHOOL_STEPS, STAGE_CHOICES
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.lib import semester as semester_text
from aid_admin.lib.bank_card import CREDIT


class Township(Row):
    """A street or township."""

    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=30)

    class Meta:
        verbose_name = verbose_name_plural = "乡镇（街道）"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Village(Row):
    """A village or residents' committee (national 12-digit code)."""

    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=30)
    township = models.ForeignKey(Township, on_delete=models.PROTECT, verbose_name="乡镇")
    aliases = ArrayField(models.CharField(max_length=30), verbose_name="别名", default=list, blank=True)
    since = models.DateField("启用日期", null=True, blank=True)
    until = models.DateField("撤并日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "村（居）"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class SchoolQuerySet(ScopedQuerySet):
    """Schools by scope."""

    school_path = "code"
    township_path = "township__code"


class School(Row):
    """A school, by its ten-digit national code."""

    code = models.CharField("学校标识码", max_length=10, unique=True)
    name = models.CharField("学校名称", max_length=60)
    name_key = models.CharField(max_length=60, db_index=True, editable=False)  # sheets that carry only the name
    township = models.ForeignKey(Township, on_delete=models.PROTECT, verbose_name="所属乡镇")
    kind = models.CharField("办学类型", max_length=20, blank=True)
    inclusive = models.BooleanField("普惠性", default=True)
    address = models.CharField("地址", max_length=100, blank=True)
    head_name = models.CharField("负责人", max_length=30, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学校"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class SchoolStage(Row):
    """A stage that a school teaches."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="stages", verbose_name="学校")
    stage = models.CharField("学段", max_length=12, choices=STAGE_CHOICES)

    class Meta:
        verbose_name = verbose_name_plural = "学校学段"
        constraints: ClassVar = [models.UniqueConstraint(fields=["school", "stage"], name="one_stage_per_school")]

    def __str__(self) -> str:
        return f"{self.school} {self.stage}"


class SchoolFee(Row):
    """The approved fee of a school, stage and major, per semester, dated."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    stage = models.CharField("学段", max_length=12, choices=STAGE_CHOICES)
    major_code = models.CharField("专业代码", max_length=12, blank=True)
    amount_fen = FenField("收费标准（分/学期）")
    during = DateRangeField("有效期")
    basis_doc = models.CharField("批准文号", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收费标准"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="fee_positive"),
            ExclusionConstraint(
                name="fees_do_not_overlap",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("stage", RangeOperators.EQUAL),
                    ("major_code", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.stage} {self.major_code}"


class Semester(Row):
    """A semester and its calendar."""

    code = models.CharField("学期代码", max_length=12, unique=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    cut_off_on = models.DateField("学籍截止日期")
    publicity_days = models.PositiveSmallIntegerField("公示日历日", default=7)
    publicity_workdays = models.PositiveSmallIntegerField("公示工作日", default=5)
    closed_on = models.DateField("办结日期", null=True, editable=False)  # set by semester.close alone

    class Meta:
        verbose_name = verbose_name_plural = "学期"
        ordering = ("-starts_on",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="semester_ends_after_start")
        ]

    def __str__(self) -> str:
        return semester_text.label(self.code)


class Deadline(Row):
    """The day by which the schools are to have done a step of the semester."""

    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, related_name="deadlines", verbose_name="学期")
    step = models.CharField("环节", max_length=16, choices=SCHOOL_STEPS)
    due_on = models.DateField("截止日期")

    class Meta:
        verbose_name = verbose_name_plural = "学校各环节截止日期"
        ordering = ("semester", "due_on")
        constraints: ClassVar = [models.UniqueConstraint(fields=["semester", "step"], name="one_deadline_per_step")]

    def __str__(self) -> str:
        return f"{self.semester}{self.get_step_display()}"


class Holiday(Row):
    """A day on which the weekday rule does not hold (State Council's calendar)."""

    day = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("上班", default=False)
    name = models.CharField("说明", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日与调休"
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day}"


class DemoClock(Row):
    """One row, only in a database marked as demo: the business date, which moves forward and never back."""

    business_date = models.DateField("演示日期")
    county = models.CharField("演示县", max_length=60, blank=True)
    hops = models.JSONField("各环节用时（秒）", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "演示时钟"
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="never_back",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__business_date__lt=pgtrigger.F("old__business_date")),
            ),
            pgtrigger.Protect(name="stays_demo", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.business_date}"


class PublishedFigure(Row):
    """A figure that the county printed, to be reconciled with the computed one."""

    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    programme = models.CharField("项目", max_length=40, blank=True)
    measure = models.CharField("指标", max_length=60)
    value = models.BigIntegerField("数值（人次或分）")
    source = models.CharField("出处", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "已公布数字"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["semester", "programme", "measure"], name="one_published_figure")
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.measure}"


class BankBin(Row):
    """A card prefix and length, and the bank it belongs to (domain: BINs)."""

    prefix = models.CharField("卡BIN", max_length=8)
    length = models.PositiveSmallIntegerField("卡号位数")
    bank = models.CharField("银行", max_length=10)
    kind = models.CharField("卡种", max_length=10, default="DEBIT")

    class Meta:
        verbose_name = verbose_name_plural = "银行卡BIN"
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefix", "length"], name="one_bank_per_bin")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.bank}"

    @classmethod
    def table(cls) -> dict[tuple[str, int], str]:
        """Prefix and length → the bank's code, or CREDIT for credit cards, which cannot be paid to."""
        rows = cls.objects.values_list("prefix", "length", "bank", "kind")
        return {(prefix, length): CREDIT if kind == CREDIT else bank for prefix, length, bank, kind in rows}
