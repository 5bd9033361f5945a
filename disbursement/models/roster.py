"""资助发放名册: one per school, programme, semester and round; its accepted and held lines are the grants."""

from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan

from aid_admin.accounts.models import User
from aid_admin.audit.models import AuditEvent
from aid_admin.county.models import School, Semester
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.intake.models import Upload
from aid_admin.lib.classes import class_order
from aid_admin.lib.states import transitions
from disbursement.models.filed import FiledLine
from disbursement.rules.review import Stand
from disbursement.rules.states import (
    GRANTS,
    LINE_MOVES,
    LIVE_PAYMENTS,
    ROSTER_MOVES,
    DiffReason,
    LineKind,
    LineRefusal,
    LineStatus,
    RosterState,
)
from eligibility.models import AidProgramme, Entitlement, Run
from eligibility.rules import Category, PaymentMode
from students.models import BankAccount, Placement, Student
from students.rules import Stage

HANDS = ("prepared_by", "submitted_by", "reviewed_by", "approved_by")
_AFTER_SUBMIT = [RosterState.SUBMITTED, RosterState.REVIEWED, RosterState.APPROVED, RosterState.CONFIRMED]


def _differ() -> Q:
    """No two hands of one roster are the same person's."""
    condition = Q()
    for place, first in enumerate(HANDS):
        for second in HANDS[place + 1 :]:
            condition &= Q(**{f"{first}__isnull": True}) | Q(**{f"{second}__isnull": True}) | ~Q(**{first: F(second)})
    return condition


def _signed() -> Q:
    """A state names the person who brought the roster there."""
    return (
        (~Q(state__in=_AFTER_SUBMIT) | Q(submitted_by__isnull=False))
        & (~Q(state__in=_AFTER_SUBMIT[1:]) | Q(reviewed_by__isnull=False))
        & (~Q(state__in=_AFTER_SUBMIT[2:]) | Q(approved_by__isnull=False))
        & (~Q(state=RosterState.CONFIRMED) | Q(confirmed_by__isnull=False))
    )


def _deeds(**which: str) -> Any:
    """Events on the outer query's roster; taking out a copy is none."""
    own = {"object_type": "roster", "object_id": Cast(models.OuterRef("pk"), models.CharField())}
    return AuditEvent.objects.filter(**own, **which).exclude(verb="roster.export")


def _last_deed(**which: str) -> models.Subquery:
    """The number of the last event on the outer query's roster."""
    return models.Subquery(
        _deeds(**which).order_by().values("object_id").annotate(last=models.Max("seq")).values("last")
    )


class RosterQuerySet(ScopedQuerySet):
    """Rosters as the staff speak of them."""

    def of(self, semester: Semester) -> Self:
        """The semester's rosters that are not voided."""
        return self.filter(semester=semester).exclude(state=RosterState.VOIDED)

    def with_pupil(self, found: Any) -> Self:
        """Rosters that name one of these students."""
        lines = RosterLine.objects.filter(roster=models.OuterRef("pk"), student__in=found)
        return self.filter(models.Exists(lines))

    def awaiting_review(self) -> Self:
        """Submitted by the school, not yet reviewed."""
        return self.filter(state=RosterState.SUBMITTED)

    def awaiting_approval(self) -> Self:
        """Reviewed, not yet approved."""
        return self.filter(state=RosterState.REVIEWED)

    def returned(self) -> Self:
        """Back at the school, to be mended."""
        return self.filter(state=RosterState.DRAFT).exclude(return_reason="")

    def standing(self, stand: str) -> Self:
        """Those that stand there, in the words of the matrix."""
        if stand == Stand.RETURNED:
            return self.returned()
        return self.filter(state=stand, return_reason="") if stand == Stand.DRAFT else self.filter(state=stand)

    def untouched_by(self, user: User) -> Self:
        """Rosters in which the person has no hand yet."""
        return self.exclude(reduce(or_, (Q(**{hand: user.pk}) for hand in HANDS)))

    def with_version(self) -> Any:
        """With `version`, the number of the last deed on the roster; taking out a copy is none."""
        return self.annotate(version=models.functions.Coalesce(_last_deed(), 0))

    def with_mended(self) -> Any:
        """With `mended`: whether the roster, or the account of a pupil on it, was worked on since it was last returned."""
        back = _deeds(verb="roster.return").order_by("-seq").values("at")[:1]
        account = BankAccount.objects.filter(student__rosterline__roster=models.OuterRef("pk"))
        changed = models.Exists(account.filter(created_at__gt=models.OuterRef("returned_at")))
        touched = GreaterThan(_last_deed(), _last_deed(verb="roster.return"))
        mended = models.ExpressionWrapper(Q(touched) | Q(changed), output_field=models.BooleanField())
        return self.annotate(returned_at=models.Subquery(back)).annotate(mended=mended)

    def with_sums(self) -> Any:
        """With `lines_count`, `lines_fen`, `too_many` and `open_differences` for lists."""
        counted = ~Q(lines__kind=LineKind.TOO_MANY) & ~Q(lines__state__in=[LineStatus.REFUSED, LineStatus.WITHDRAWN])
        return self.annotate(
            lines_count=models.Count("lines", filter=counted),
            lines_fen=models.functions.Coalesce(models.Sum("lines__amount_fen", filter=counted), 0),
            too_many=models.Count("lines", filter=Q(lines__kind=LineKind.TOO_MANY)),
            differences=models.Count("lines", filter=~Q(lines__kind=LineKind.RIGHT)),
            open_differences=models.Count("lines", filter=~Q(lines__kind=LineKind.RIGHT) & Q(lines__answered_by=None)),
        )


class Roster(Row):
    """A school's roster of one programme."""

    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    school = models.ForeignKey(School, on_delete=models.PROTECT, verbose_name="学校")
    programme = models.ForeignKey(AidProgramme, on_delete=models.PROTECT, verbose_name="项目")
    round = models.PositiveSmallIntegerField("批次轮", default=1)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, verbose_name="认定运行")
    filed = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, verbose_name="填报文件")
    state = models.CharField("状态", max_length=12, default=RosterState.DRAFT, choices=RosterState.choices())
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="拟稿人")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="上报人")
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="初审人")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="复审人")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="确认人")
    return_reason = models.TextField("退回原因", blank=True)
    period = models.ForeignKey(
        "disbursement.PublicityPeriod", on_delete=models.PROTECT, null=True, related_name="rosters", verbose_name="公示"
    )
    line_count = models.IntegerField("人数", null=True)
    total_fen = FenField("金额（分）", null=True)
    digest = models.CharField(max_length=64, blank=True)

    objects = RosterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资助发放名册"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["semester", "school", "programme", "round"],
                condition=~Q(state=RosterState.VOIDED),
                name="one_roster",
            ),
            models.CheckConstraint(condition=_differ(), name="roster_persons_differ"),
            models.CheckConstraint(condition=_signed(), name="roster_state_is_signed"),
        ]
        indexes: ClassVar = [models.Index(fields=["semester", "state"], name="roster_list")]  # list of rosters
        triggers: ClassVar = [
            pgtrigger.FSM(name="moves", field="state", transitions=transitions(ROSTER_MOVES)),
            pgtrigger.ReadOnly(name="facts", fields=["semester", "school", "programme", "round", "prepared_by"]),
        ]

    def __str__(self) -> str:
        return f"{self.school.name}{self.programme.name}名册"

    @property
    def scope_code(self) -> str:
        """The school's code for events."""
        return self.school.code


def closed_to(upload: Upload) -> str:
    """Why a filed list can no longer be put in force, and what to do: its roster has gone up. Else ""."""
    rosters = Roster.objects.filter(
        semester=upload.semester_id, school=upload.school_id, programme__code=upload.part, round=1
    )
    gone_up = rosters.exclude(state__in=[RosterState.DRAFT, RosterState.VOIDED]).select_related("programme").first()
    if gone_up is None:
        return ""
    return (
        f"“{gone_up.programme}”的名册已经上报，这份文件现在不能提交。"
        "不用了就点“放弃”；确实要更换填报名单的，先请资助中心初审把名册退回学校，再来提交。"
    )


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
