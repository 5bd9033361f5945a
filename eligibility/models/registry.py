"""Rows of the departments' registries: one table for all of them."""

from typing import ClassVar

from django.db import models

from aid_admin.county.models import Village
from aid_admin.db.fields import SealedField
from aid_admin.db.scope import CountyQuerySet
from aid_admin.intake.models import UploadedRow
from aid_admin.intake.registry import KINDS
from eligibility.rules import Category, PolicyStatus, ProofState
from students.models.roll import WRITTEN_ONCE


class RegistryRecord(UploadedRow):
    """One person as a department lists him; bank accounts and phones are not kept."""

    registry = models.CharField("名单", max_length=20)
    name = models.CharField("姓名", max_length=60)
    name_key = models.CharField(max_length=60)
    id_number = SealedField("身份证号", kind="id_number", null=True)
    id_text = SealedField("身份证号原文", kind="id_text", null=True)
    cert_no = SealedField("证件编号", kind="cert_no", null=True)
    birth_date = models.DateField("出生日期", null=True)
    sex = models.CharField("性别", max_length=2, blank=True)
    household_no = models.CharField("户编号", max_length=40, blank=True)
    member_no = models.CharField("人编号", max_length=40, blank=True)
    relation = models.CharField("与户主关系", max_length=20, blank=True)
    village = models.ForeignKey(Village, on_delete=models.PROTECT, null=True, verbose_name="村")
    category = models.CharField("类别", max_length=30, choices=Category.choices())
    variant = models.CharField("城乡", max_length=10, blank=True)
    policy_status = models.CharField("脱贫属性", max_length=24, blank=True, choices=PolicyStatus.choices())
    proof_state = models.CharField("证件状态", max_length=12, blank=True, choices=ProofState.choices())
    valid_to = models.DateField("有效期至", null=True)
    is_covered_member = models.BooleanField("保障对象", null=True)
    extra = models.JSONField("其他", default=dict)
    row_digest = models.CharField(max_length=64)

    objects = CountyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "部门名单记录"
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="registry_row_once")]
        indexes: ClassVar = [
            models.Index(fields=["id_number"], name="registry_by_id"),  # comparison
            models.Index(fields=["upload", "birth_date"], name="registry_children"),  # coverage
        ]
        triggers: ClassVar = [WRITTEN_ONCE]

    def __str__(self) -> str:
        return f"{self.name}（{KINDS[self.registry].title}）"
