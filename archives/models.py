"""温馨告知书 as rows: what each family is told, frozen when drawn up."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models

from aid_admin.county.models import School, Semester
from aid_admin.db.base import Row
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.files.models import StoredFile
from aid_admin.lib.states import transitions
from archives.rules import LETTER_MOVES, LetterState
from students.models import Student


class NoticeLetterQuerySet(ScopedQuerySet):
    """Letters by scope."""

    def undelivered(self) -> Any:
        """The work queue of those who deliver."""
        return self.filter(state__in=[LetterState.DRAWN_UP, LetterState.PRINTED])


class NoticeLetter(Row):
    """One family's letter of one semester; `facts` hold grants, amounts in fen, payee and the account's last four."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, verbose_name="学生")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    facts = models.JSONField("内容")
    state = models.CharField(
        "状态", max_length=16, default=LetterState.DRAWN_UP, choices=[(s.value, s.value) for s in LetterState]
    )
    delivered_on = models.DateField("送达日期", null=True)
    receipt = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, verbose_name="回执")

    objects = NoticeLetterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "温馨告知书"
        constraints: ClassVar = [models.UniqueConstraint(fields=["student", "semester"], name="one_letter")]
        triggers: ClassVar = [
            pgtrigger.FSM(name="moves", field="state", transitions=transitions(LETTER_MOVES)),
            pgtrigger.ReadOnly(name="facts", fields=["student", "semester", "school", "facts"]),
        ]

    def __str__(self) -> str:
        return f"{self.student} {self.semester}"


class DossierItem(Row):
    """One piece of a student's dossier: which object, in which stage of work; its paper is made when opened."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="dossier")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT)
    stage = models.CharField(
        "阶段", max_length=12, choices=[("IDENTIFY", "精准识别"), ("AID", "精准资助"), ("INFORM", "精准告知")]
    )
    kind = models.CharField("材料", max_length=24)
    object_id = models.BigIntegerField("对象编号")
    title = models.CharField("题名", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "档案材料"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["student", "semester", "kind", "object_id"], name="dossier_item_once")
        ]

    def __str__(self) -> str:
        return self.title
