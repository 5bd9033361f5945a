"""Runs of the comparison: what was found for whom, and which registry children are on no roll."""

from enum import StrEnum
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from aid_admin.accounts.models import User
from aid_admin.county.models import Semester
from aid_admin.db.base import Row
from aid_admin.db.scope import CountyQuerySet
from aid_admin.files.models import StoredFile
from eligibility.models.registry import RegistryRecord
from eligibility.rules import UNDECIDED_VERDICTS, CoverageOutcome, CoverageReason, Relation, Verdict
from students.models import Student


class Encode(models.Func):
    """A sealed value as hexadecimal text: the key that decisions outlive snapshots by."""

    template = "encode(%(expressions)s, 'hex')"
    output_field = models.CharField()


class RecordKey(models.Func):
    """The key of a registry row, as the comparison writes it (actions.compare.RECORD_KEY)."""

    arity = 4
    output_field = models.CharField()

    def as_sql(self, compiler: Any, connection: Any, *_how: Any, **_extra: Any) -> Any:  # type: ignore[override]
        """COALESCE of the sealed number and of name, birth date and village."""
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        sql = "COALESCE(encode({}, 'hex'), {} || '|' || COALESCE({}::text, '') || '|' || COALESCE({}::text, ''))"
        return sql.format(*(part for part, _ in parts)), [value for _, values in parts for value in values]


INSERT_ONLY = pgtrigger.Protect(name="insert_only", operation=pgtrigger.Update)


class RunKind(StrEnum):
    """Hops 2 and 3."""

    COMPARE = "COMPARE"
    ENTITLE = "ENTITLE"


class RunState(StrEnum):
    """A run is built in one transaction; BUILDING is never seen from outside."""

    BUILDING = "BUILDING"
    DONE = "DONE"


class RunQuerySet(CountyQuerySet):
    """Runs by semester."""

    def of(self, semester: Semester, kind: str) -> Any:
        """The semester's finished runs of a kind, newest first."""
        return self.filter(semester=semester, kind=kind, state=RunState.DONE).order_by("-pk")


class Run(Row):
    """One comparison or entitlement; pins what it read and is never updated afterwards."""

    kind = models.CharField("种类", max_length=10, choices=[(k.value, k.value) for k in RunKind])
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    inputs = models.JSONField("所用数据", default=dict)
    inputs_digest = models.CharField(max_length=64)
    rules_version = models.CharField(max_length=20)
    state = models.CharField(max_length=10, default=RunState.BUILDING, choices=[(s.value, s.value) for s in RunState])
    counts = models.JSONField("统计", default=dict)
    result_digest = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, verbose_name="执行人")

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "比对与认定运行"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "semester", "inputs_digest", "rules_version"],
                condition=Q(state=RunState.DONE),
                name="same_inputs_one_run",
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="done_is_final", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state="DONE")
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.semester_id} #{self.pk}"


class MatchDecision(Row):
    """A person's word on a pair of pupil and registry row; it outlives snapshots."""

    student_key = models.CharField(max_length=100)
    record_key = models.CharField(max_length=100)
    decision = models.CharField(
        "决定", max_length=10, choices=[("SAME", "同一人"), ("NOT_SAME", "不是同一人"), ("ASK", "待核实")]
    )
    reason = models.TextField("理由")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = CountyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "比对决定"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["student_key", "record_key"], condition=Q(undone_at=None), name="one_live_match_decision"
            ),
            models.CheckConstraint(condition=Q(second_by=None) | ~Q(second_by=F("by")), name="match_second_differs"),
        ]

    def __str__(self) -> str:
        return f"{self.decision}"


class ComparisonResultQuerySet(CountyQuerySet):
    """Results, and what persons said of them since the run."""

    def with_newer_word(self) -> Any:
        """With `word`, the newest live decision on the pair of pupil and registry row; it counts from the next run on."""
        return self.annotate(word=models.Subquery(_words().values("decision")[:1]))

    def decided(self) -> Any:
        """Pairs that a person has decided."""
        return self.filter(Exists(_words()))

    def undecided(self) -> Any:
        """Pairs that nobody has decided."""
        return self.filter(~Exists(_words()))

    def awaiting(self, run: int | None) -> Any:
        """Pairs of a comparison whose verdict a person must give and has not given yet."""
        return self.filter(run=run, verdict__in=UNDECIDED_VERDICTS).undecided() if run else self.none()


def _words() -> Any:
    """Live decisions on the outer result's pair."""
    return MatchDecision.objects.filter(
        student_key=Encode(OuterRef("student__id_number")),
        record_key=RecordKey(
            OuterRef("record__id_number"), OuterRef("record__name_key"), OuterRef("record__birth_date"),
            OuterRef("record__village_id"),
        ),
        undone_at=None,
    )  # fmt: skip


class ComparisonResult(Row):
    """A pupil beside a registry row."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, verbose_name="学生")
    record = models.ForeignKey(RegistryRecord, on_delete=models.PROTECT, verbose_name="名单记录")
    relation = models.CharField("关系", max_length=12, choices=Relation.choices())
    verdict = models.CharField("结论", max_length=24, choices=Verdict.choices())
    score = models.PositiveSmallIntegerField("把握", default=100)
    agreed = models.JSONField("依据", default=list)
    decision = models.ForeignKey(MatchDecision, on_delete=models.PROTECT, null=True)

    objects = ComparisonResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "比对结果"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "student", "record", "relation"], name="one_result_per_pair")
        ]
        indexes: ClassVar = [models.Index(fields=["run", "verdict"], name="result_queue")]  # undecided matches
        triggers: ClassVar = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.student_id} {self.verdict}"


class CoverageGapQuerySet(CountyQuerySet):
    """Gaps, and what persons found out since the run."""

    def awaiting(self, run: int | None) -> Any:
        """Children of a comparison of whom nobody knows yet where they are."""
        if not run:
            return self.none()
        words = CoverageDecision.objects.filter(
            record_key=OuterRef("record_key"), semester=OuterRef("run__semester"), undone_at=None
        )
        return self.filter(~Exists(words), run=run, outcome=CoverageOutcome.UNKNOWN)

    def with_settled(self) -> Any:
        """With `settled`, the newest live reason that a person gave; it counts from the next run on."""
        words = CoverageDecision.objects.filter(
            record_key=OuterRef("record_key"), semester=OuterRef("run__semester"), undone_at=None
        )
        return self.annotate(settled=models.Subquery(words.values("reason_code")[:1]))


class CoverageGap(Row):
    """A registry child of 3-20 who is on no roll of the county."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT)
    record = models.ForeignKey(RegistryRecord, on_delete=models.PROTECT, verbose_name="名单记录")
    record_key = models.CharField(max_length=100)
    outcome = models.CharField("结果", max_length=16, choices=CoverageOutcome.choices())
    reason_code = models.CharField("原因", max_length=40, choices=CoverageReason.choices())

    objects = CoverageGapQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单在籍缺口"
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "record"], name="one_gap_per_record")]
        indexes: ClassVar = [models.Index(fields=["record_key"], name="gap_key")]  # settle by person
        triggers: ClassVar = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.record_id} {self.outcome}"


class CoverageDecision(Row):
    """Where a registry child is who is on no roll, as a person found out."""

    record_key = models.CharField(max_length=100)
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT)
    reason_code = models.CharField("原因", max_length=40, choices=CoverageReason.choices())
    note = models.TextField("说明", blank=True)
    proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    undone_at = models.DateTimeField(null=True)

    objects = CountyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "去向核实"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["record_key", "semester"], condition=Q(undone_at=None), name="one_live_coverage_decision"
            )
        ]

    def __str__(self) -> str:
        return self.reason_code
