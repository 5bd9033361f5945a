"""What a school filed, as filed, for ever."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aid_admin.county.models import School, Semester
from aid_admin.db.fields import FenField, SealedField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.intake.models import UploadedRow
from eligibility.models import AidProgramme
from students.models.roll import WRITTEN_ONCE


class FiledLine(UploadedRow):
    """A line of a school's filled-in roster."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT)
    programme = models.ForeignKey(AidProgramme, on_delete=models.PROTECT, verbose_name="项目")
    id_number = SealedField(kind="id_number", null=True)
    name = models.CharField("姓名", max_length=60)
    grade = models.CharField("年级", max_length=20, blank=True)
    class_name = models.CharField("班级", max_length=30, blank=True)
    amount_fen = FenField("填报金额（分）")
    account_no = SealedField(kind="account_no", null=True)
    account_name = models.CharField(max_length=60, blank=True)
    bank_name = models.CharField(max_length=60, blank=True)
    category_text = models.CharField("填报类别", max_length=60, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "填报行"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "sheet", "row"], name="filed_row_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="filed_amount_positive"),
        ]
        indexes: ClassVar = [models.Index(fields=["id_number"], name="filed_by_id")]  # side by side
        triggers: ClassVar = [WRITTEN_ONCE]

    def __str__(self) -> str:
        return f"{self.name} {self.amount_fen}"


def programme_names() -> dict[str, str]:
    """What the part of a filed roster is called: the programme's name by its code."""
    return dict(AidProgramme.objects.values_list("code", "name"))
