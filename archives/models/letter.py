"""温馨告知书 as rows: what each family is told, frozen when drawn up, and how it reached the family."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Count, F, Q

from aid_admin.accounts.models import User
from aid_admin.county.models import School, Semester
from aid_admin.db.base import Row
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.files.models import StoredFile
from aid_admin.lib.states import transitions
from archives.rules import LETTER_MOVES, DeliveryWay, LetterState
from students.models import Student

_REACHED = [LetterState.DELIVERED, LetterState.RECEIPT_SIGNED]


class NoticeLetterQuerySet(ScopedQuerySet):
    """Letters by scope."""

    def of(self, semester: Semester) -> Any:
        """The semester's letters."""
        return self.filter(semester=semester)

    def undelivered(self) -> Any:
        """The work queue of those who deliver."""
        return self.filter(state__in=[LetterState.DRAWN_UP, LetterState.PRINTED])

    def counts(self) -> dict[str, int]:
        """How many letters stand in each state, and `all`."""
        found: dict[str, int] = self.aggregate(
            all=Count("pk"), **{state.value: Count("pk", filter=Q(state=state)) for state in LetterState}
        )
        return found

    def by_village(self) -> Any:
        """Per village of the households: the counts of each state, those with most to deliver first."""
        grouped = self.values(
            code=F("student__village__code"), village=F("student__village__name"),
            township=F("student__village__township__name"),
        )  # fmt: skip
        counted = {state.value.lower(): Count("pk", filter=Q(state=state)) for state in LetterState}
        return grouped.annotate(all=Count("pk"), **counted).order_by(F("code").asc(nulls_last=True))


class NoticeLetter(Row):
    """One family's letter of one semester; `facts` hold grants, amounts in fen, payee and the account's last four."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="letters", verbose_name="学生")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    number = models.PositiveSmallIntegerField("第几份", default=1)  # a later grant is told in a further letter
    facts = models.JSONField("内容")
    state = models.CharField("状态", max_length=16, default=LetterState.DRAWN_UP, choices=LetterState.choices())
    printed_on = models.DateField("打印日期", null=True)
    delivered_on = models.DateField("送达日期", null=True)
    delivered_how = models.CharField("送达方式", max_length=16, blank=True, choices=DeliveryWay.choices())
    delivered_by = models.CharField("送达人", max_length=30, blank=True)
    signed_on = models.DateField("签收日期", null=True)
    signed_by = models.CharField("签收人", max_length=30, blank=True)
    signed_relation = models.CharField("与学生关系", max_length=20, blank=True)
    receipt = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, verbose_name="回执")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="登记人")

    objects = NoticeLetterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "温馨告知书"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["student", "semester", "number"], name="one_letter"),
            models.CheckConstraint(
                condition=~Q(state__in=_REACHED) | Q(delivered_on__isnull=False) & ~Q(delivered_how=""),
                name="delivered_letter_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(state=LetterState.RECEIPT_SIGNED) | Q(signed_on__isnull=False) & ~Q(signed_by=""),
                name="signed_letter_says_who",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["semester", "school", "state"], name="letter_list")]  # work list
        triggers: ClassVar = [
            pgtrigger.FSM(name="moves", field="state", transitions=transitions(LETTER_MOVES)),
            pgtrigger.ReadOnly(name="facts", fields=["student", "semester", "school", "number", "facts"]),
        ]

    def __str__(self) -> str:
        return f"{self.student}的告知书"

    @property
    def scope_code(self) -> str:
        """The school's code for events."""
        return self.school.code
