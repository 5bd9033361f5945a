"""Bank accounts: versions proposed by one person and verified by another; facts never change."""

from typing import ClassVar, Final

import pgtrigger
from django.db import models
from django.db.models import F, Q

from aid_admin.accounts.models import User
from aid_admin.county.models import School
from aid_admin.db.base import Row
from aid_admin.db.fields import SealedField
from aid_admin.db.scope import ScopedQuerySet
from aid_admin.files.models import StoredFile
from aid_admin.intake.models import UploadedRow
from students.models.student import Student

ACCOUNT_KINDS: Final = [("CARD", "银行卡"), ("PASSBOOK", "存折")]


class AccountRow(UploadedRow):
    """A row of a school's list of accounts, as sent."""

    school = models.ForeignKey(School, on_delete=models.PROTECT)
    student = models.ForeignKey(Student, on_delete=models.PROTECT)
    holder_name = models.CharField(max_length=60)
    holder_relation = models.CharField(max_length=20, blank=True)
    holder_id = SealedField(kind="id_number", null=True)
    account_no = SealedField(kind="account_no")
    kind = models.CharField(max_length=10)
    bank = models.CharField(max_length=10)
    branch = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "账号表行"
        constraints: ClassVar = [models.UniqueConstraint(fields=["upload", "sheet", "row"], name="account_row_once")]

    def __str__(self) -> str:
        return f"{self.student_id}"


class BankAccountQuerySet(ScopedQuerySet):
    """Accounts belong to the school whose list proposed them."""

    school_path = "source_row__school__code"
    township_path = "source_row__school__township__code"

    def usable(self) -> "BankAccountQuerySet":
        """Verified and not ended: what money may be paid to."""
        return self.filter(verified_by__isnull=False, ended_at=None)

    def declined(self) -> "BankAccountQuerySet":
        """Proposals that the head turned down and that the school has not answered by a newer one."""
        newer = BankAccount.objects.filter(student=models.OuterRef("student"), version__gt=models.OuterRef("version"))
        return self.filter(~models.Exists(newer), declined_by__isnull=False)


class BankAccount(Row):
    """One version of a student's account; `seal` is an HMAC over the facts."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="accounts", verbose_name="学生")
    version = models.PositiveSmallIntegerField("版本")
    holder_name = models.CharField("户名", max_length=60)
    holder_relation = models.CharField("与学生关系", max_length=20, blank=True)
    holder_id = SealedField("持卡人身份证号", kind="id_number", null=True)
    account_no = SealedField("银行账号", kind="account_no")
    kind = models.CharField("类型", max_length=10, choices=ACCOUNT_KINDS)
    bank = models.CharField("银行", max_length=10)
    branch = models.CharField("开户行", max_length=60, blank=True)
    source_row = models.ForeignKey(AccountRow, on_delete=models.PROTECT, null=True)
    proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="提出人")
    reason = models.TextField("提出理由", blank=True)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="核对人")
    verified_at = models.DateTimeField(null=True)
    usable_from = models.DateField(null=True)
    ended_at = models.DateTimeField("停用时间", null=True)
    declined_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="退回人")
    declined_reason = models.TextField("退回原因", blank=True, db_default="")
    seal = models.BinaryField()

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "银行账户"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["student", "version"], name="account_version_once"),
            models.UniqueConstraint(
                fields=["student"],
                condition=Q(verified_by__isnull=False, ended_at=None),
                name="one_usable_account",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("proposed_by")), name="account_verified_by_another"
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None, verified_at=None)
                | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="account_verified_both_set",
            ),
            models.CheckConstraint(
                condition=Q(declined_by=None, declined_reason="")
                | Q(declined_by__isnull=False, verified_by=None, ended_at__isnull=False)
                & ~Q(declined_reason="")
                & ~Q(declined_by=F("proposed_by")),
                name="account_declined_by_another",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account_no"], name="account_number")]  # shared accounts
        triggers: ClassVar = [
            pgtrigger.ReadOnly(
                name="facts",
                fields=[
                    "student", "version", "holder_name", "holder_relation", "holder_id", "account_no", "kind",
                    "bank", "branch", "source_row", "proposed_by", "reason", "seal",
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.student}第 {self.version} 次登记的账户"

    @property
    def is_usable(self) -> bool:
        """Verified and not ended."""
        return self.verified_by_id is not None and self.ended_at is None
