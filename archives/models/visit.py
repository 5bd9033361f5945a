"""教师走访 and 千名教师访千家: what was seen and said, and what the family says it received."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Count, F, Q

from aid_admin.accounts.models import User
from aid_admin.county.models import School, Semester
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.files.models import StoredFile
from archives.rules import VisitMode
from students.models import Student


class HomeVisitQuerySet(ScopedQuerySet):
    """Visits by scope."""

    def of(self, semester: Semester) -> Any:
        """The semester's visits."""
        return self.filter(semester=semester)

    def live(self) -> Any:
        """Visits that count: those that nobody withdrew or corrected."""
        return self.filter(withdrawn_by=None)

    def sums(self) -> dict[str, int]:
        """How many visits, how many pupils, and at how many the amounts differ and nobody has looked yet."""
        differs = Q(amount_heard_fen__isnull=False) & ~Q(amount_heard_fen=F("amount_paid_fen"))
        found: dict[str, int] = self.live().aggregate(
            visits=Count("pk"),
            pupils=Count("student", distinct=True),
            open=Count("pk", filter=differs & Q(settled_by=None)),
        )
        return found

    def amount_differs(self) -> Any:
        """Visits at which the family named another amount than was paid."""
        return self.live().filter(amount_heard_fen__isnull=False).exclude(amount_heard_fen=F("amount_paid_fen"))


class HomeVisit(Row):
    """One visit; `amount_heard_fen` is what the family says, `amount_paid_fen` what was paid by that day.

    A wrong one is withdrawn, never changed; a corrected one is withdrawn and replaced by another row.
    """

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="visits", verbose_name="学生")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    visited_on = models.DateField("走访日期")
    mode = models.CharField("走访方式", max_length=8, choices=VisitMode.choices())
    teachers = models.CharField("走访教师", max_length=60)
    address = models.CharField("走访地点", max_length=100, blank=True)
    family_situation = models.TextField("家庭情况", blank=True)
    study = models.TextField("学习情况", blank=True)
    thoughts = models.TextField("思想动态", blank=True)
    difficulty = models.TextField("主要困难", blank=True)
    policy_explained = models.BooleanField("已讲解资助政策")
    aid_confirmed = models.BooleanField("家长确认收到资助", null=True)
    amount_heard_fen = FenField("家长所知金额（分）", null=True)
    amount_paid_fen = FenField("实际发放金额（分）")
    help_given = models.TextField("帮扶措施", blank=True)
    next_step = models.TextField("下一步打算", blank=True)
    guardian_signed = models.CharField("家长签字", max_length=30, blank=True)
    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, verbose_name="照片")
    form_key = models.UUIDField("表单编号", unique=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="核实人")
    settled_note = models.CharField("金额不一致的核实结果", max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by", verbose_name="更正的记录"
    )
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="撤回人")
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True, db_default="")

    objects = HomeVisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访记录"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_heard_fen__isnull=True) | Q(amount_heard_fen__gte=0), name="heard_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(settled_by=None, settled_note="") | Q(settled_by__isnull=False) & ~Q(settled_note=""),
                name="visit_settled_both_set",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_reason="")
                | Q(withdrawn_by__isnull=False) & ~Q(withdrawn_reason=""),
                name="withdrawn_visit_says_why",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["semester", "school", "visited_on"], name="visit_list")]  # list
        triggers: ClassVar = [
            pgtrigger.ReadOnly(
                name="facts", exclude=["settled_by", "settled_note", "withdrawn_by", "withdrawn_reason"]
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.visited_on} 走访{self.student}"
