"""What each pupil is entitled to in a run, with the facts it rests on."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from aid_admin.county.models import Semester
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField
from aid_admin.db.scope import Reach, ScopedQuerySet
from eligibility.models.application import AidApplication
from eligibility.models.comparison import ComparisonResult, Run
from eligibility.models.programme import AidProgramme, AidStandard, CategoryRule
from eligibility.rules import Category, ReasonCode
from students.models import Placement, Student


class StudentCategory(Row):
    """A category that a pupil holds in a run; exactly one of them is primary."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="categories")
    category = models.CharField("类别", max_length=30, choices=Category.choices())
    result = models.ForeignKey(ComparisonResult, on_delete=models.PROTECT, null=True)
    application = models.ForeignKey(AidApplication, on_delete=models.PROTECT, null=True)
    valid_to = models.DateField("有效期至", null=True)
    is_primary = models.BooleanField("主要类别", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "学生困难类别"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "student"], condition=Q(is_primary=True), name="one_primary_category"
            ),
            models.UniqueConstraint(fields=["run", "student", "category"], name="category_once"),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.category}"


class EntitlementQuerySet(ScopedQuerySet):
    """Entitlements are seen where the student is."""

    def within(self, reach: Reach) -> "EntitlementQuerySet":
        if reach.county:
            return self.all()
        return self.filter(student__in=Student.objects.within(reach))

    def at_school(self, semester: Semester, school: str) -> "EntitlementQuerySet":
        """Entitlements of pupils placed at the school (by code) in the semester."""
        placed = Placement.objects.of(semester).filter(school__code=school)
        return self.filter(student__in=placed.values("student"))

    def with_school(self, semester: Semester) -> Any:
        """With `school_name`: where the pupil is placed in the semester."""
        place = Placement.objects.of(semester).filter(student=models.OuterRef("student"))
        return self.annotate(school_name=models.Subquery(place.values("school__name")[:1]))

    def granted_sums(self) -> dict[str, int]:
        """Persons, person-times and fen of what is granted, and `considered`, how many rows there are at all."""
        granted = Q(granted=True)
        found: dict[str, int] = self.aggregate(
            persons=models.Count("student", distinct=True, filter=granted),
            person_times=models.Count("pk", filter=granted),
            fen=models.functions.Coalesce(models.Sum("amount_fen", filter=granted), 0),
            considered=models.Count("pk"),
        )
        return found


class Entitlement(Row):
    """One pupil and programme considered: the amount or 0, the reason code, the reason in words, the facts."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, verbose_name="学生")
    programme = models.ForeignKey(AidProgramme, on_delete=models.PROTECT, verbose_name="项目")
    granted = models.BooleanField("应助")
    amount_fen = FenField("金额（分）")
    reason_code = models.CharField("理由代码", max_length=40, choices=ReasonCode.choices())
    why = models.TextField("理由")
    standard = models.ForeignKey(AidStandard, on_delete=models.PROTECT, null=True)
    rule = models.ForeignKey(CategoryRule, on_delete=models.PROTECT, null=True)
    category = models.CharField("类别", max_length=30, blank=True, choices=Category.choices())
    facts = models.JSONField("依据事实")

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "应助结果"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "student", "programme"], name="one_entitlement"),
            models.CheckConstraint(
                condition=Q(granted=True, amount_fen__gt=0, reason_code="GRANTED")
                | (Q(granted=False, amount_fen=0) & ~Q(reason_code="GRANTED")),
                name="granted_means_amount_and_code",
            ),
            models.CheckConstraint(
                condition=Q(granted=False) | Q(standard__isnull=False), name="granted_rests_on_a_standard"
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="insert_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.student_id} {self.programme_id} {self.amount_fen}"

    @property
    def category_words(self) -> str:
        """The category, or why there is none."""
        if self.category:
            return str(self.get_category_display())  # type: ignore[attr-defined]
        if self.granted:
            return "不分类别"
        return "没有困难类别" if self.reason_code == ReasonCode.NO_CATEGORY else "没有核到类别"
