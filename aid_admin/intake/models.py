"""Uploads, what is wrong with their rows, and which of them is in force."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Self

import pgtrigger
from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county.models import School, Semester
from aid_admin.county.rules import STAGE_CHOICES
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.files.models import StoredFile
from aid_admin.intake.registry import KINDS
from aid_admin.intake.rules import SECOND_PERSON_KINDS, STANDING_NAMES, STATE_NAMES, Standing, UploadState
from aid_admin.lib.refusals import Refused

_NEVER = datetime.min.replace(tzinfo=UTC)


class UploadQuerySet(ScopedQuerySet):
    """Uploads by scope; the system administrator sees the reference tables' uploads and no others."""

    def visible_to(self, user: Any) -> Self:
        if Role.SYSTEM_ADMIN in user.roles and not user.reach():
            return self.filter(kind__in=["schools", "fees"])
        return super().visible_to(user)

    def with_standing(self) -> Any:
        """With `standing`, the one word that pages show (rules.Standing)."""
        terms = InForce.objects.filter(upload=OuterRef("pk"))
        return self.annotate(
            standing=Case(
                When(state=UploadState.REFUSED, then=Value(Standing.REFUSED)),
                When(read_at=None, then=Value(Standing.READING)),
                When(state=UploadState.READ, then=Value(Standing.READ)),
                When(Exists(terms.filter(until=None)), then=Value(Standing.IN_FORCE)),
                When(Exists(terms), then=Value(Standing.OUT_OF_FORCE)),
                default=Value(Standing.PROPOSED),
                output_field=models.CharField(),
            )
        )

    def with_successor(self) -> Any:
        """With `successor`, the newest later upload that holds the same slot or waits for it; none where files add."""
        terms = InForce.objects.filter(upload=OuterRef("pk"))
        holds_or_waits = Exists(terms.filter(until=None)) | ~Exists(terms)
        later = _of_same_slot().filter(holds_or_waits, pk__gt=OuterRef("pk"))
        return self.annotate(successor=Subquery(later.order_by("-pk").values("pk")[:1]))

    def as_shown(self) -> Any:
        """With `standing`, `successor`, `replaced_by` and `shown`: REPLACED where another upload has its place."""
        terms = InForce.objects.filter(upload=OuterRef("pk"), until=None)
        holder = _of_same_slot().filter(Exists(terms), committed_at__gt=OuterRef("committed_at"))
        replaced_by = Case(
            When(standing=Standing.READ, then=F("successor")),
            When(standing=Standing.OUT_OF_FORCE, then=Subquery(holder.values("pk")[:1])),
        )
        shown = Case(When(replaced_by__isnull=False, then=Value(Standing.REPLACED)), default=F("standing"))
        return self.with_standing().with_successor().annotate(replaced_by=replaced_by).annotate(shown=shown)


def _of_same_slot() -> Any:
    """Committed uploads of the slot of the one outside; none where files add."""
    same_school = Q(school=OuterRef("school")) | Q(school=None)
    same_term = Q(semester=OuterRef("semester")) | Q(semester=None)
    replacing = [kind.code for kind in KINDS.values() if kind.replaces]
    return Upload.objects.filter(
        same_school, same_term, kind=OuterRef("kind"), part=OuterRef("part"), state=UploadState.COMMITTED,
        kind__in=replacing,
    )  # fmt: skip


class Upload(Row):
    """One file of one kind. Its rows are written once and count only while the upload is in force."""

    kind = models.CharField("类别", max_length=20)
    stored_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, verbose_name="文件")
    sha256 = models.CharField(max_length=64)
    sender = models.CharField("报送单位", max_length=60, blank=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, verbose_name="学校")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, null=True, blank=True, verbose_name="学期")
    as_of = models.DateField("数据日期", null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, verbose_name="上传人")
    mapping = models.JSONField("列对应", default=dict)
    part = models.CharField("分部", max_length=40, blank=True)
    state = models.CharField(
        "状态", max_length=10, default=UploadState.READ, choices=[(s.value, n) for s, n in STATE_NAMES.items()]
    )
    read_at = models.DateTimeField("读完时间", null=True)
    message = models.TextField("说明", blank=True)
    rows = models.IntegerField("行数", default=0)
    accepted = models.IntegerField("可导入", default=0)
    repaired = models.IntegerField("自动修正", default=0)
    warned = models.IntegerField("提醒", default=0)
    refused = models.IntegerField("有错误", default=0)
    ignored = models.IntegerField("忽略", default=0)
    rows_digest = models.CharField(max_length=64, blank=True)
    stated = models.JSONField("表中的合计", default=list)  # sheet, row, persons, fen; see registry.SheetKind.sums
    committed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="committed_uploads", verbose_name="提交人"
    )
    committed_at = models.DateTimeField("提交时间", null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入文件"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "sha256", "semester", "school"],
                condition=~Q(state=UploadState.REFUSED),
                name="same_file_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(rows=F("accepted") + F("refused")), name="rows_are_accepted_or_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_title}“{self.stored_file.name}”"

    @property
    def kind_title(self) -> str:
        """The kind's Chinese name."""
        return KINDS[self.kind].title if self.kind in KINDS else self.kind

    @property
    def standing_name(self) -> str:
        """The Chinese word for `standing` (rows of with_standing)."""
        return STANDING_NAMES[Standing(self.standing)]  # type: ignore[attr-defined]

    @property
    def shown_name(self) -> str:
        """The Chinese word for `shown` (rows of as_shown), with the number of the upload that took its place."""
        by = self.replaced_by  # type: ignore[attr-defined]
        return f"已被第 {by} 号代替" if by else self.standing_name

    @property
    def was_read(self) -> bool:
        """Whether the file could be read to its end, whatever became of its rows."""
        return bool(self.rows_digest)

    def holder(self) -> "Upload | None":
        """The other upload that holds its slot now; None where files of its kind only add."""
        if self.kind not in KINDS or not KINDS[self.kind].replaces:
            return None
        terms = InForce.objects.filter(
            semester=self.semester_id, kind=self.kind, school=self.school_id, part=self.part, until=None
        )
        term = terms.exclude(upload=self.pk).select_related("upload__stored_file", "upload__by").first()
        return term.upload if term else None

    def later_holder(self) -> "Upload | None":
        """The upload that holds its slot and was committed after it: what an undone one cannot push aside."""
        other = self.holder()
        return other if other and (other.committed_at or _NEVER) > (self.committed_at or _NEVER) else None

    def first_rows(self, most: int) -> list[Any]:
        """The first of its rows that were stored; none for a kind without rows of its own."""
        path = KINDS[self.kind].rows if self.kind in KINDS else ""
        if not path:
            return []
        model: Any = apps.get_model(path)
        related = [field.name for field in model._meta.fields if field.many_to_one and field.name != "upload"]
        return list(model._default_manager.filter(upload=self).select_related(*related).order_by("sheet", "row")[:most])

    @property
    def committer(self) -> User:
        """Who committed; Refused while nobody has."""
        if self.committed_by is None:
            raise Refused(f"{self}还没有提交。")
        return self.committed_by

    @property
    def scope_code(self) -> str:
        """The school's code for events; empty = county."""
        return self.school.code if self.school else ""


class UploadIssue(Row):
    """What is wrong with one cell, and what to do; the value is masked."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="issues")
    sheet = models.CharField("工作表", max_length=100)
    row = models.IntegerField("行")
    column = models.CharField("列", max_length=60, blank=True)
    level = models.CharField("级别", max_length=8)
    code = models.CharField("代码", max_length=40)
    message = models.TextField("问题与办法")
    masked_value = models.CharField("单元格内容", max_length=120, blank=True)
    person = models.CharField("姓名", max_length=60, blank=True)  # whose row it is, so that a clerk finds it at once

    class Meta:
        verbose_name = verbose_name_plural = "导入问题"
        indexes: ClassVar = [models.Index(fields=["upload", "level", "row"], name="issue_preview")]  # preview page

    def __str__(self) -> str:
        return f"{self.sheet} {self.row} {self.message}"


class InForceQuerySet(ScopedQuerySet):
    """What counts now."""

    def current(self, semester: Semester | None, *kinds: str) -> Self:
        """The uploads in force now, of these kinds."""
        return self.filter(semester=semester, kind__in=kinds, until=None)


class InForce(Row):
    """An upload's time in force in its slot (semester, kind, school, part); undo ends it."""

    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, null=True)
    kind = models.CharField(max_length=20)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True)
    part = models.CharField(max_length=40, blank=True)
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="in_force")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "生效记录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["semester", "kind", "school", "part"],
                condition=Q(until=None),
                name="one_upload_in_force_per_slot",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="second_person_is_another"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(SECOND_PERSON_KINDS)) | Q(confirmed_by__isnull=False),
                name="registries_need_a_second_person",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["upload"], name="in_force_upload")]  # is this upload in force?
        triggers: ClassVar = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="facts",
                fields=["semester", "kind", "school", "part", "upload", "since", "proposed_by", "confirmed_by"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.upload_id}"


class UploadedRow(Row):
    """What every imported row has: its upload and its 1-based row as the spreadsheet shows it."""

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT)
    row = models.IntegerField("行")
    sheet = models.CharField("工作表", max_length=100, blank=True)

    class Meta:
        abstract = True


class SchoolRow(UploadedRow):
    """A row of the list of schools: one stage of one school."""

    code = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    stage = models.CharField(max_length=12, choices=STAGE_CHOICES)
    township = models.CharField(max_length=12)
    inclusive = models.BooleanField()
    address = models.CharField(max_length=100, blank=True)
    head = models.CharField(max_length=30, blank=True)
    phone = models.CharField(max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学校名单行"
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="school_row_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.stage}"


class FeeRow(UploadedRow):
    """A row of the list of approved fees."""

    school = models.CharField(max_length=10)
    stage = models.CharField(max_length=12, choices=STAGE_CHOICES)
    major_code = models.CharField(max_length=12, blank=True)
    amount_fen = FenField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    basis_doc = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收费标准行"
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="fee_row_once")]

    def __str__(self) -> str:
        return f"{self.school} {self.stage} {self.major_code}"
