"""Users and their posts. A post names a school or township by code, so that accounts lies below county."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from aid_admin.accounts.rules import BUSINESS_ROLES, ROLE_NAMES, SCHOOL_ROLES, Role
from aid_admin.db.base import Row
from aid_admin.db.fields import SealedField
from aid_admin.db.scope import Reach


class UserManager(BaseUserManager["User"]):
    """Users are found by their name."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """A member of staff. There is no superuser: every right comes from a post."""

    username = models.CharField("用户名", max_length=150, unique=True)
    name = models.CharField("姓名", max_length=50)
    phone = SealedField("电话", kind="phone", null=True, blank=True)
    is_active = models.BooleanField("在用", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    totp_secret = SealedField("动态口令密钥", kind="totp_secret", null=True, blank=True)
    totp_step = models.BigIntegerField("用过的动态口令", default=0, db_default=0, editable=False)  # none is good twice
    totp_failed = models.PositiveSmallIntegerField("动态口令连续输错", default=0, db_default=0, editable=False)
    totp_locked_until = models.DateTimeField("动态口令锁定至", null=True, editable=False)

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def posts(self) -> "list[RoleAssignment]":
        """The live posts, read once per request."""
        return list(self.roleassignment_set.live())

    @property
    def roles(self) -> frozenset[str]:
        """The roles held now."""
        return frozenset(post.role for post in self.posts)

    @property
    def role_names(self) -> str:
        """The roles in Chinese, for the page head."""
        return "、".join(ROLE_NAMES[Role(role)] for role in sorted(self.roles))

    def reach(self, roles: Iterable[str] | None = None) -> Reach:
        """What the live posts with one of `roles` cover; without roles every post that sees business data."""
        wanted = BUSINESS_ROLES if roles is None else frozenset(roles)
        mine = [post for post in self.posts if post.role in wanted]
        return Reach(
            county=any(not post.school_code and not post.township_code for post in mine),
            townships=frozenset(post.township_code for post in mine if post.township_code),
            schools=frozenset(post.school_code for post in mine if post.school_code),
        )

    # What the admin asks of a user; only system_admin has anything to do there.
    @property
    def is_staff(self) -> bool:
        """May enter the reference-data admin."""
        return Role.SYSTEM_ADMIN in self.roles

    def has_perm(self, _perm: str, _obj: object = None) -> bool:
        """Rights in the admin: reference data for system_admin."""
        return self.is_active and self.is_staff

    def has_module_perms(self, _label: str) -> bool:
        """See has_perm."""
        return self.is_active and self.is_staff


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    """Posts by time."""

    def open(self) -> Any:
        """Posts that have not ended: held now, or to begin."""
        return self.filter(Q(until=None) | Q(until__gt=models.functions.Now()))

    def live(self) -> Any:
        """Posts that are held today (the machine's date: a post is not a business fact)."""
        return self.open().filter(since__lte=models.functions.Now())


class RoleAssignment(Row):
    """A post: who holds which role where, since and until."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, verbose_name="用户")
    role = models.CharField("岗位", max_length=30, choices=[(role.value, ROLE_NAMES[role]) for role in Role])
    school_code = models.CharField("学校代码", max_length=10, blank=True)
    township_code = models.CharField("乡镇代码", max_length=12, blank=True)
    since = models.DateTimeField("任职起")
    until = models.DateTimeField("任职止", null=True, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位任职"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "role", "school_code", "township_code"],
                condition=Q(until=None),
                name="one_live_post",
                violation_error_message="该用户已有这个岗位。",
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(SCHOOL_ROLES), township_code="") & ~Q(school_code="")
                | ~Q(role__in=sorted(SCHOOL_ROLES)) & Q(school_code=""),
                name="school_roles_name_a_school",
            ),
            models.CheckConstraint(
                condition=Q(township_code="") | Q(role=Role.REVIEWER), name="only_reviewers_by_township"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
