"""Rows of rolls and attendance sheets: claims, as many as come; what was settled is the placement."""

from typing import ClassVar

import pgtrigger
from django.db import models

from aid_admin.county.models import School, Village
from aid_admin.county.rules import STAGE_CHOICES
from aid_admin.db.base import Row
from aid_admin.db.fields import SealedField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.intake.models import UploadedRow

WRITTEN_ONCE = pgtrigger.Protect(name="written_once", operation=pgtrigger.Update)


class EnrolmentRecord(UploadedRow):
    """One pupil on one roll (学籍), as the roll system exported it."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    system = models.CharField("学籍系统", max_length=20)
    stage = models.CharField("学段", max_length=12, choices=STAGE_CHOICES)
    grade = models.CharField("年级", max_length=20)
    grade_year = models.PositiveSmallIntegerField("年级序", null=True)
    class_name = models.CharField("班级", max_length=30, blank=True)
    boarding = models.CharField("就读方式", max_length=10)
    enrolment_no = SealedField("学籍号", kind="enrolment_no", null=True)
    name = models.CharField("姓名", max_length=60)
    name_key = models.CharField(max_length=60)
    pinyin_initials = models.CharField(max_length=20, blank=True)
    former_name = models.CharField("曾用名", max_length=60, blank=True)
    id_number = SealedField("身份证号", kind="id_number", null=True)
    id_tail = SealedField(kind="id_tail", null=True)
    id_text = SealedField("身份证号原文", kind="id_text", null=True)
    birth_date = models.DateField("出生日期", null=True)
    sex = models.CharField("性别", max_length=2, blank=True)
    residence = models.CharField("户口性质", max_length=6, blank=True)
    village = models.ForeignKey(Village, on_delete=models.PROTECT, null=True, verbose_name="户籍村")
    major_code = models.CharField("专业代码", max_length=12, blank=True)
    is_agricultural = models.BooleanField("涉农专业", default=False)
    roll_status = models.CharField("学籍状态", max_length=20)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学籍记录"
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="roll_row_once")]
        indexes: ClassVar = [models.Index(fields=["id_number"], name="roll_by_id")]  # comparison
        triggers: ClassVar = [WRITTEN_ONCE]

    def __str__(self) -> str:
        return f"{self.name} {self.school}"


class FamilyMember(Row):
    """A member of the family as the roll names it: the key to children of disabled and to guardians' accounts."""

    enrolment = models.ForeignKey(EnrolmentRecord, on_delete=models.PROTECT, related_name="family")
    name = models.CharField("姓名", max_length=60)
    relation = models.CharField("关系", max_length=20, blank=True)
    is_guardian = models.BooleanField("监护人", default=False)
    id_number = SealedField("身份证号", kind="id_number", null=True)
    phone = SealedField("电话", kind="phone", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "家庭成员"
        indexes: ClassVar = [models.Index(fields=["id_number"], name="family_by_id")]  # comparison through parents

    def __str__(self) -> str:
        return f"{self.name}（{self.relation}）"


class AttendanceRecord(UploadedRow):
    """A school's confirmation that a pupil is, or is not, at school this semester."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    grade = models.CharField("年级", max_length=20, blank=True)
    class_name = models.CharField("班级", max_length=30, blank=True)
    name = models.CharField("姓名", max_length=60)
    name_key = models.CharField(max_length=60)
    id_number = SealedField("身份证号", kind="id_number", null=True)
    id_text = SealedField(kind="id_text", null=True)
    attending = models.BooleanField("在校就读")
    reason = models.CharField("不在校原因", max_length=100, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "在校确认"
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="attendance_row_once")]
        indexes: ClassVar = [models.Index(fields=["id_number"], name="attendance_by_id")]  # comparison
        triggers: ClassVar = [WRITTEN_ONCE]

    def __str__(self) -> str:
        return f"{self.name} {self.school}"
