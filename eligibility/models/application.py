"""认定申请: the rows as sent, and the application that goes through recognition."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from aid_admin.accounts.models import User
from aid_admin.county.models import School, Semester
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField, SealedField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.intake.models import UploadedRow
from aid_admin.lib.states import transitions
from eligibility.rules import MOVES, ApplicationState, Category, Tier
from students.models import Student
from students.models.roll import WRITTEN_ONCE

LIVE = [state.value for state in ApplicationState if state is not ApplicationState.REJECTED]


class ApplicationRow(UploadedRow):
    """A row of a school's sheet of applications, as sent."""

    school = models.ForeignKey(School, on_delete=models.PROTECT)
    student = models.ForeignKey(Student, on_delete=models.PROTECT)
    category = models.CharField(max_length=30, blank=True, choices=Category.choices())
    cert_no = SealedField(kind="cert_no", null=True)
    income_fen = FenField(null=True)
    factors = models.TextField(blank=True)
    recommended_tier = models.CharField(max_length=10, blank=True, choices=Tier.choices())
    reason = models.TextField(blank=True)
    committed = models.BooleanField()
    applied_on = models.DateField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "申请表行"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "sheet", "row"], name="application_row_once")
        ]
        triggers: ClassVar = [WRITTEN_ONCE]

    def __str__(self) -> str:
        return f"{self.student_id}"


class ApplicationMember(Row):
    """A member of the applicant's family, from the second sheet."""

    application_row = models.ForeignKey(ApplicationRow, on_delete=models.PROTECT, related_name="family")
    name = models.CharField("姓名", max_length=60)
    relation = models.CharField("关系", max_length=20, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "申请人家庭成员"

    def __str__(self) -> str:
        return self.name


class AidApplication(Row):
    """A pupil's application for recognition in one school year."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, verbose_name="学生")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    school_year = models.CharField("学年", max_length=10)
    source_row = models.OneToOneField(ApplicationRow, on_delete=models.PROTECT, null=True)
    state = models.CharField("状态", max_length=16, default=ApplicationState.DRAFT, choices=ApplicationState.choices())
    category = models.CharField("申请类别", max_length=30, blank=True, choices=Category.choices())
    recommended_tier = models.CharField("推荐档次", max_length=10, blank=True, choices=Tier.choices())
    recognised_tier = models.CharField("认定档次", max_length=10, blank=True, choices=Tier.choices())
    income_fen = FenField("人均年收入（分）", null=True)
    factors = models.TextField("影响因素", blank=True)
    committed = models.BooleanField("已承诺", default=False)
    decision_reason = models.TextField("决定理由", blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="录入人")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    school_reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "认定申请"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["student", "school_year"], condition=Q(state__in=LIVE), name="one_live_application"
            ),
            models.CheckConstraint(
                condition=(Q(decided_by=None) | ~Q(decided_by=F("entered_by")))
                & (Q(school_reviewed_by=None) | ~Q(school_reviewed_by=F("entered_by")))
                & (Q(decided_by=None) | Q(school_reviewed_by=None) | ~Q(decided_by=F("school_reviewed_by"))),
                name="application_persons_differ",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.RECOGNISED)
                | (Q(decided_by__isnull=False) & ~Q(recognised_tier="")),
                name="recognised_by_somebody_with_tier",
            ),
        ]
        triggers: ClassVar = [pgtrigger.FSM(name="moves", field="state", transitions=transitions(MOVES))]

    def __str__(self) -> str:
        return f"{self.student.name}的认定申请"

    @property
    def scope_code(self) -> str:
        """The school's code for events."""
        return self.school.code
