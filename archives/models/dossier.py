"""一生一档: scans of papers, and packages that leave the house; the rest of a dossier assembles itself."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from aid_admin.accounts.models import User
from aid_admin.county.models import School, Semester, Village
from aid_admin.db.base import Row
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.files.models import StoredFile
from archives.rules import EvidenceKind
from students.models import Student


class EvidenceItem(Row):
    """A scanned paper or photo that belongs into a dossier; a wrong one is withdrawn, never deleted."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="evidence", verbose_name="学生")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    kind = models.CharField("材料种类", max_length=20, choices=EvidenceKind.choices())
    title = models.CharField("题名", max_length=120, blank=True)
    scan = models.ForeignKey(StoredFile, on_delete=models.PROTECT, verbose_name="扫描件")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="上传人")
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="撤回人")
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "档案扫描件"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_reason="")
                | Q(withdrawn_by__isnull=False) & ~Q(withdrawn_reason=""),
                name="withdrawn_scan_says_why",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["student", "semester"], name="evidence_of_pupil")]  # dossier
        triggers: ClassVar = [
            pgtrigger.ReadOnly(name="facts", fields=["student", "semester", "school", "kind", "title", "scan", "by"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title or EvidenceKind(self.kind).label


class ArchivePackage(Row):
    """The dossiers of a village or school and semester as one file; made by a job, never changed."""

    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    village = models.ForeignKey(Village, on_delete=models.PROTECT, null=True, verbose_name="村（居）")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, verbose_name="学校")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, verbose_name="档案包")
    dossiers = models.IntegerField("份数")
    missing = models.IntegerField("缺件")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="制作人")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "档案包"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(village__isnull=True, school__isnull=False) | Q(village__isnull=False, school__isnull=True),
                name="package_of_village_or_school",
            ),
            models.CheckConstraint(condition=Q(missing__gte=0, missing__lte=F("dossiers")), name="package_counts"),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.semester} {self.village or self.school} 档案包"
