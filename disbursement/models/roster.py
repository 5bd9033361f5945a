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
from aid_admin.lib.states import transitions
from disbursement.rules.review import Stand
from disbursement.rules.states import (
    ROSTER_MOVES,
    LineKind,
    LineStatus,
    RosterState,
)
from eligibility.models import AidProgramme, Run
from students.models import BankAccount

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
        named = self.model._default_manager.filter(lines__student__in=found)
        return self.filter(pk__in=named.values("pk"))

    def awaiting_review(self) -> Self:
        """Submitted by the school, not yet reviewed."""
        return self.filter(state=RosterState.SUBMITTED)

    def awaiting_approval(self) -> Self:
        """Reviewed, not yet approved."""
        return self.filter(state=RosterState.REVIEWED)

    def returned(self) -> Self:
        """Back at the school, to be mended."""
        return self.filter(state=RosterState.DRAFT).exclude(return_reason="")

    def to_be_filed(self) -> Self:
        """First drafts beside which the school has laid no list of its own; not those where every pupil has a reason."""
        unreasoned = self.model._default_manager.filter(lines__reason_code="")
        return self.filter(state=RosterState.DRAFT, round=1, filed=None, pk__in=unreasoned.values("pk"))

    def to_be_answered(self) -> Self:
        """Drafts with differences of which the school has said nothing yet, once its own list lies beside them."""
        lines = self.model._meta.get_field("lines").related_model._default_manager.unanswered()
        drafts = self.filter(state=RosterState.DRAFT, pk__in=lines.values("roster"))
        return drafts.exclude(round=1, filed=None)

    def with_to_file(self) -> Any:
        """With `to_file`: whether the school's own list is to come before anything else."""
        waiting = self.model._default_manager.to_be_filed()
        return self.annotate(to_file=models.Exists(waiting.filter(pk=models.OuterRef("pk"))))

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

    def with_again(self) -> Any:
        """With `again`: whether the school sent the roster up once more after it was returned; until it is approved."""
        back = models.Exists(_deeds(verb="roster.return", to_state=RosterState.DRAFT))
        again = models.ExpressionWrapper(
            Q(back, state__in=[RosterState.SUBMITTED, RosterState.REVIEWED]), output_field=models.BooleanField()
        )
        return self.annotate(again=again)

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

    @property
    def unfiled(self) -> bool:
        """Whether the school's own list is still to come."""
        return self.state == RosterState.DRAFT and self.round == 1 and self.filed_id is None


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
