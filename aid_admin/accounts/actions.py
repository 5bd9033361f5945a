"""Users and posts: made by the system administrator, who resets and disables but never chooses a password."""

import secrets
from collections.abc import Sequence

from django.contrib.auth import password_validation
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from aid_admin.accounts.acting import Moved, action, record
from aid_admin.accounts.models import RoleAssignment, User
from aid_admin.accounts.permissions import ALLOWED
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.lib.refusals import BadInput, NotFound, Refused

OPERATOR = "operator"


def operator() -> User:
    """Whoever runs commands on the server: a user without a password, who makes the first real ones."""
    user, made = User.objects.get_or_create(username=OPERATOR, defaults={"name": "本机运维"})
    if made:
        user.set_unusable_password()
        user.save()
        RoleAssignment.objects.create(user=user, role=Role.SYSTEM_ADMIN, since=timezone.now())
    return user


@action("user.create", ALLOWED)
def create_user(
    *,
    by: User,
    username: str,
    role: list[str],
    name: str = "",
    school: list[str] | None = None,
    township: list[str] | None = None,
    password: str = "",
) -> User:
    """Make a user with posts. Without a password the user cannot log in until one is set by reset.

    Raises BadInput for an unknown role, a school role without school, or a user name in use.
    """
    posts = _posts(role, school or [], township or [])
    user = User(username=username, name=name or username)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as clash:
        raise BadInput(f"用户名“{username}”已被使用，请换一个。") from clash
    now = timezone.now()
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=post, school_code=code, township_code=area, since=now)
        for post, code, area in posts
    )
    record("user", user.pk, to_state="ACTIVE", reason=" ".join(role))
    return user


def _posts(roles: Sequence[str], schools: Sequence[str], townships: Sequence[str]) -> list[tuple[str, str, str]]:
    posts: list[tuple[str, str, str]] = []
    for text in roles:
        if text not in list(Role):
            raise BadInput(f"没有岗位“{text}”。可用：{'、'.join(Role)}。")
        role = Role(text)
        if role in SCHOOL_ROLES:
            if not schools:
                raise BadInput("学校岗位须指明学校（十位标识码）。")
            posts += [(role, code, "") for code in schools]
        elif role is Role.REVIEWER and townships:
            posts += [(role, "", code) for code in townships]
        else:
            posts.append((role, "", ""))
    return posts


def end_sessions(user: User) -> int:
    """End every session of the user."""
    mine = [s.pk for s in Session.objects.all() if s.get_decoded().get("_auth_user_id") == str(user.pk)]
    return Session.objects.filter(pk__in=mine).delete()[0]


def _user(username: str) -> User:
    found = User.objects.select_for_update().filter(username=username).first()
    if found is None:
        raise NotFound(f"没有用户“{username}”。")
    return found


@action("user.reset", ALLOWED)
def reset_password(*, by: User, username: str) -> str:
    """Give a random one-time password, to be changed at the next login; sessions end."""
    user = _user(username)
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.must_change_password = True
    user.save()
    end_sessions(user)
    record("user", user.pk, to_state="RESET")
    return password


@action("user.disable", ALLOWED)
def disable_user(*, by: User, username: str, reason: str) -> list[Moved]:
    """Disable a user; sessions end at once."""
    user = _user(username)
    if user.pk == by.pk:
        raise Refused("不能停用自己。")
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions(user)
    record("user", user.pk, from_state="ACTIVE", to_state="DISABLED", reason=reason)
    return [Moved("user", user.pk, "ACTIVE", "DISABLED")]


@action("user.password", ALLOWED)
def change_own_password(*, by: User, old: str, new: str) -> None:
    """Change the own password; the old one must be right and the new one good."""
    if not by.check_password(old):
        raise Refused("原密码不正确。")
    try:
        password_validation.validate_password(new, by)
    except ValidationError as problem:
        raise BadInput("".join(problem.messages)) from problem
    by.set_password(new)
    by.must_change_password = False
    by.save()
    record("user", by.pk, to_state="PASSWORD_CHANGED")


@action("identity.reveal", ALLOWED)
def log_reveal(*, by: User, object_type: str, object_id: str, reason: str, school_code: str = "") -> None:
    """Log that identity data were shown in clear, to whom and why."""
    if not reason.strip():
        raise BadInput("查看完整号码须填写原因，系统会留下记录。")
    record(object_type, object_id, to_state="REVEALED", reason=reason, school_code=school_code)
