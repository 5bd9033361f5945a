"""资助明细: one pupil on a roster; its accepted and held lines are the grants."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q

from aid_admin.accounts.models import User
from aid_admin.county.models import Semester
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.lib.classes import class_order
from aid_admin.lib.states import transitions
from disbursement.models.filed import FiledLine
from disbursement.models.roster import Roster
from disbursement.rules.states import (
    GRANTS,
    LINE_MOVES,
    LIVE_PAYMENTS,
    DiffReason,
    LineKind,
    LineRefusal,
    LineStatus,
    RosterState,
)
from eligibility.models import AidProgramme, Entitlement
from eligibility.rules import Category, PaymentMode
from students.models import BankAccount, Placement, Student
from students.rules import Stage


class RosterLineQuerySet(ScopedQuerySet):
    """Lines hang on their roster's school."""

    school_path = "roster__school__code"
    township_path = "roster__school__township__code"

    def counted(self) -> Self:
        """Lines that are grants or may become one: neither too many nor refused nor taken away."""
        return self.exclude(kind=LineKind.TOO_MANY).exclude(state__in=[LineStatus.REFUSED, LineStatus.WITHDRAWN])

    def differing(self) -> Self:
        """Lines on which school and rules do not agree."""
        return self.exclude(kind=LineKind.RIGHT)

    def unanswered(self) -> Self:
        """Differences of which the school has said nothing yet."""
        return self.differing().filter(answered_by=None)

    def reasoned(self) -> Self:
        """Pupils whom the school did not file, and said why; the reviewer decides."""
        return self.filter(kind=LineKind.MISSING).exclude(reason_code="")

    def accepted_reasons(self) -> Self:
        """Pupils who get nothing because the school's reason holds."""
        return self.filter(state=LineStatus.REFUSED, refusal=LineRefusal.SCHOOL_REASON_ACCEPTED)

    def rare_counts(self) -> dict[str, int]:
        """How many lines the school gave a reason for, and how many are refused."""
        found: dict[str, int] = self.aggregate(
            reasoned=models.Count("pk", filter=Q(kind=LineKind.MISSING) & ~Q(reason_code="")),
            refused=models.Count("pk", filter=Q(state=LineStatus.REFUSED)),
        )
        return found

    def passing(self) -> Self:
        """Lines that a review would accept as they stand."""
        return self.filter(state=LineStatus.PROPOSED).exclude(kind=LineKind.TOO_MANY)

    def with_place(self) -> Any:
        """With `placed_at`, the id of the school where the pupil is in the line's semester."""
        place = Placement.objects.filter(student=models.OuterRef("student"), semester=models.OuterRef("semester"))
        return self.annotate(placed_at=models.Subquery(place.values("school")[:1]))

    def with_account(self) -> Any:
        """With `account_state`: UNVERIFIED while a new account waits for the head, VERIFIED, or NO_ACCOUNT.

        And `account`, the key of the newest that is in use or waits.
        """
        mine = BankAccount.objects.filter(student=models.OuterRef("student"))
        waiting, usable = mine.filter(verified_by=None, ended_at=None), mine.usable()
        state = models.Case(
            models.When(models.Exists(waiting), then=models.Value("UNVERIFIED")),
            models.When(models.Exists(usable), then=models.Value("VERIFIED")),
            default=models.Value("NO_ACCOUNT"),
        )
        newest = mine.filter(ended_at=None).order_by("-version").values("pk")[:1]
        return self.annotate(account_state=state, account=models.Subquery(newest))

    def in_class_order(self) -> list[Any]:
        """As a school counts its pupils: by stage, grade, class and name; for lists that are printed."""
        place = Placement.objects.filter(student=models.OuterRef("student"), semester=models.OuterRef("semester"))
        placed = self.annotate(
            stage=models.Subquery(place.values("stage")[:1]), grade_year=models.Subquery(place.values("grade_year")[:1])
        )
        stages = {stage.value: number for number, stage in enumerate(Stage)}
        return sorted(
            placed.select_related("student"),
            key=lambda line: (
                stages.get(line.stage, 0), line.grade_year or 0, line.grade, class_order(line.class_name),
                line.student.name_key, line.pk,
            ),
        )  # fmt: skip

    def payable(self) -> Self:
        """Accepted lines of confirmed rosters that no payment was ever made for, and that nobody doubts."""
        paid = models.Q(payments__state__in=sorted(LIVE_PAYMENTS)) | models.Q(payments__retry_of=None) & ~models.Q(
            payments__code=""
        )
        had = RosterLine.objects.filter(pk=models.OuterRef("pk")).filter(paid, payments__isnull=False)
        doubted = RosterLine.objects.filter(
            pk=models.OuterRef("pk"),
            taken_out__isnull=False,
            taken_out__put_back_by=None,
            taken_out__account__ended_at=None,
        )
        accepted = self.filter(state=LineStatus.ACCEPTED, roster__state=RosterState.CONFIRMED)
        return accepted.filter(~models.Exists(had), ~models.Exists(doubted))

    def without_account(self) -> Self:
        """Lines whose money goes to an account that nobody has verified yet."""
        usable = BankAccount.objects.usable().filter(student=models.OuterRef("student"))
        return self.filter(~models.Exists(usable), programme__payment_mode=PaymentMode.ACCOUNT)

    def kinds(self) -> dict[str, int]:
        """How many lines there are of each kind."""
        return dict(self.order_by().values_list("kind").annotate(models.Count("pk")))

    def sums(self) -> dict[str, int]:
        """Persons, person-times and fen of the lines that count."""
        found: dict[str, int] = self.counted().aggregate(
            persons=models.Count("student", distinct=True),
            person_times=models.Count("pk"),
            fen=models.functions.Coalesce(models.Sum("amount_fen"), 0),
        )
        return found


class RosterLine(Row):
    """One pupil on a roster: the entitlement beside what the school filed."""

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="lines", verbose_name="名册")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, verbose_name="学生")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT)
    programme = models.ForeignKey(AidProgramme, on_delete=models.PROTECT)
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, null=True)
    filed_line = models.ForeignKey(FiledLine, on_delete=models.PROTECT, null=True)
    kind = models.CharField("比较", max_length=16, choices=LineKind.choices())
    amount_fen = FenField("金额（分）")
    category = models.CharField("困难类别", max_length=30, blank=True, choices=Category.choices())
    grade = models.CharField("年级", max_length=20, blank=True)
    class_name = models.CharField("班级", max_length=30, blank=True)
    state = models.CharField("状态", max_length=12, default=LineStatus.PROPOSED, choices=LineStatus.choices())
    reason_code = models.CharField("学校说明", max_length=24, blank=True, choices=DiffReason.choices())
    explanation = models.TextField("说明", blank=True)
    refusal = models.CharField("不通过原因", max_length=30, blank=True)
    refusal_note = models.TextField("不通过说明", blank=True, db_default="")
    refused_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="不通过办理人"
    )
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = RosterLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名册明细"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["roster", "student"], name="student_once_per_roster"),
            models.UniqueConstraint(
                fields=["semester", "programme", "student"],
                condition=Q(state__in=sorted(GRANTS)),
                name="one_grant",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="line_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(GRANTS)) | Q(entitlement__isnull=False) & ~Q(kind=LineKind.TOO_MANY),
                name="grant_rests_on_entitlement",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(name="moves", field="state", transitions=transitions(LINE_MOVES)),
            pgtrigger.ReadOnly(
                name="facts",
                fields=["roster", "student", "semester", "programme", "entitlement", "amount_fen", "category"],
            ),
            pgtrigger.Protect(
                name="kept", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__state__df="PROPOSED")
            ),
            pgtrigger.Trigger(
                name="entitled_amount",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.kind <> 'TOO_MANY' AND NOT EXISTS (
                        SELECT 1 FROM eligibility_entitlement e WHERE e.id = NEW.entitlement_id AND e.granted
                           AND e.amount_fen = NEW.amount_fen AND e.student_id = NEW.student_id
                           AND e.programme_id = NEW.programme_id) THEN
                        RAISE EXCEPTION 'a line carries the amount of its entitlement';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student} {self.programme_id}"

    @property
    def scope_code(self) -> str:
        """The school's code for events."""
        return self.roster.school.code

    @property
    def refusal_label(self) -> str:
        """Why the line was refused, in Chinese."""
        return LineRefusal(self.refusal).label if self.refusal in list(LineRefusal) else self.refusal

    @property
    def reason_settled(self) -> str:
        """What became of the school's reason for not filing the pupil; nothing while it is open."""
        if self.kind != LineKind.MISSING or not self.reason_code or self.state == LineStatus.PROPOSED:
            return ""
        if self.refusal == LineRefusal.SCHOOL_REASON_ACCEPTED:
            return "采纳学校理由，不资助"
        return "另有原因，不资助" if self.state == LineStatus.REFUSED else "未采纳学校理由，照常资助"

    @property
    def grounds(self) -> str:
        """Why the pupil gets the amount or nothing; of rows with_place."""
        if self.entitlement:
            return self.entitlement.why
        if self.kind != LineKind.TOO_MANY:
            return ""
        place: int | None = getattr(self, "placed_at", None)
        if place is None:
            return "该生本学期不在我县学籍中，不能资助。请学校先办理学籍转接。"
        if place != self.roster.school_id:
            return "该生本学期的就读学校不是本校，由就读学校填报。"
        return "该生没有困难类别：各部门名单中没有，也没有已认定的申请，不符合资助条件。"
