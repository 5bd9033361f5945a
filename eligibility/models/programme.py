"""Programmes, dated standards and who is admitted: data, never edited once used."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from aid_admin.county.rules import STAGE_CHOICES
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField
from eligibility.rules import Band, Category, PaymentMode
from students.rules import Boarding

ENTITLED = "EXISTS (SELECT 1 FROM eligibility_entitlement e WHERE e.{column} = OLD.id)"


def read_only_once_used(column: str) -> pgtrigger.Trigger:
    """A dated row may be corrected until an entitlement rests on it, then never."""
    return pgtrigger.Trigger(
        name="read_only_once_used",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF {ENTITLED.format(column=column)} THEN
                IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'during' = to_jsonb(OLD) - 'during'
                   AND lower(NEW.during) = lower(OLD.during) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'a dated row that is in use is never edited; end it and add a new one';
            END IF;
            RETURN COALESCE(NEW, OLD);
        """,
    )


class AidProgramme(Row):
    """One of the county's programmes."""

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    aliases = ArrayField(models.CharField(max_length=60), verbose_name="别名", default=list, blank=True)
    payment_mode = models.CharField("发放方式", max_length=24, choices=PaymentMode.choices())
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "资助项目"
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name


class AidStandard(Row):
    """An amount per semester while it is in force."""

    programme = models.ForeignKey(AidProgramme, on_delete=models.PROTECT, verbose_name="项目")
    stage = models.CharField("学段", max_length=12, choices=STAGE_CHOICES)
    boarding = models.CharField("就读方式", max_length=10, blank=True, choices=Boarding.choices())
    tier = models.CharField("档次", max_length=10, blank=True, choices=Band.choices())
    grades = ArrayField(models.PositiveSmallIntegerField(), verbose_name="年级", default=list, blank=True)
    amount_fen = FenField("标准（分/学期）", null=True)
    by_school_fee = models.BooleanField("按学校收费", default=False)
    during = DateRangeField("有效期")
    basis_doc = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "资助标准"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(by_school_fee=True, amount_fen=None) | Q(by_school_fee=False, amount_fen__gt=0),
                name="standard_amount_or_fee",
            ),
            ExclusionConstraint(
                name="standards_do_not_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("stage", RangeOperators.EQUAL),
                    ("boarding", RangeOperators.EQUAL),
                    ("tier", RangeOperators.EQUAL),
                    (Coalesce(F("grades__0"), Value(0)), RangeOperators.EQUAL),  # grade ranges by their first
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers: ClassVar = [read_only_once_used("standard_id")]

    def __str__(self) -> str:
        return f"{self.programme} {self.get_stage_display()} {self.get_boarding_display()}"


class CategoryRule(Row):
    """Whether a programme admits a category, and to which band of its standard."""

    programme = models.ForeignKey(AidProgramme, on_delete=models.PROTECT, verbose_name="项目")
    boarding = models.CharField("就读方式", max_length=10, blank=True, choices=Boarding.choices())
    category = models.CharField("类别", max_length=30, blank=True, choices=Category.choices())
    variant = models.CharField("细分", max_length=20, blank=True)
    admitted = models.BooleanField("纳入")
    tier = models.CharField("档次", max_length=10, blank=True, choices=Band.choices())
    inclusive_only = models.BooleanField("仅普惠园", default=False)
    during = DateRangeField("有效期")
    basis_doc = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "类别规则"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="category_rules_do_not_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("boarding", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    ("variant", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]
        triggers: ClassVar = [read_only_once_used("rule_id")]

    def __str__(self) -> str:
        return f"{self.programme} {self.category}"


class ProgrammeExclusion(Row):
    """Two programmes that exclude each other; empty for 2020."""

    first = models.ForeignKey(AidProgramme, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(AidProgramme, on_delete=models.PROTECT, related_name="+")
    during = DateRangeField("有效期")

    class Meta:
        verbose_name = verbose_name_plural = "互斥项目"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="exclusion_pair_ordered")
        ]

    def __str__(self) -> str:
        return f"{self.first_id} × {self.second_id}"
