"""Users and posts: made by the system administrator, who resets and disables but never chooses a password."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.auth import password_validation
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from aid_admin.accounts.acting import Moved, action, record
from aid_admin.accounts.models import RoleAssignment, User
from aid_admin.accounts.permissions import ALLOWED
from aid_admin.accounts.rules import ROLE_NAMES, SCHOOL_ROLES, Role
from aid_admin.lib import totp
from aid_admin.lib.refusals import BadInput, NotFound, Refused

OPERATOR = "operator"
WRONG_CODES = 5
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NewUser:
    """One person to be made a user, with the first post."""

    username: str
    name: str
    role: str
    school: str = ""
    township: str = ""


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
        raise BadInput(f"用户名“{username}”已被使用，请换一个。", field="username") from clash
    now = timezone.now()
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=post, school_code=code, township_code=area, since=now)
        for post, code, area in posts
    )
    record("user", user.pk, to_state="ACTIVE", reason="、".join(ROLE_NAMES[Role(one)] for one in role))
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


@action("user.enable", ALLOWED)
def enable_user(*, by: User, username: str, reason: str = "") -> list[Moved]:
    """Let a disabled user in again, with the posts that are still held; the password stays as it was."""
    user = _user(username)
    if user.is_active:
        raise Refused(f"“{username}”没有停用。")
    User.objects.filter(pk=user.pk).update(is_active=True)
    record("user", user.pk, from_state="DISABLED", to_state="ACTIVE", reason=reason)
    return [Moved("user", user.pk, "DISABLED", "ACTIVE")]


@action("user.give_post", ALLOWED)
def give_post(
    *, by: User, username: str, role: str, school: str = "", township: str = "", since: date | None = None,
    until: date | None = None,
) -> list[Moved]:  # fmt: skip
    """Give a user one more post, from the day `since` (today or later; now without it) to the end of `until`.

    Raises BadInput for days that have passed or the wrong way round, Refused where the post is held or will be.
    """
    user = _user(username)
    ((post, code, area),) = _posts([role], [school] if school else [], [township] if township else [])
    begins, ends = _term(since, until)
    if RoleAssignment.objects.open().filter(user=user, role=post, school_code=code, township_code=area).exists():
        raise Refused(f"{user}已有这个岗位。", field="role")
    made = RoleAssignment.objects.create(
        user=user, role=post, school_code=code, township_code=area, since=begins, until=ends
    )
    days = f"（{since or '即日'}起{f'，至 {until}' if until else ''}）" if since or until else ""
    record("user", user.pk, school_code=code, to_state="POST_GIVEN", reason=_post(post, code, area) + days)
    return [Moved("roleassignment", made.pk, None, "HELD")]


def _term(since: date | None, until: date | None) -> tuple[datetime, datetime | None]:
    """A post's days as moments; raises BadInput beside the day that does not fit."""
    now, zone = timezone.now(), timezone.get_current_timezone()
    today = timezone.localdate(now)
    if since and since < today:
        raise BadInput(f"任职起不能早于今天（{today}）。", field="since")
    if until and until < today:
        raise BadInput("任职止的日期已经过去，请核对。", field="until")
    if since and until and until < since:
        raise BadInput("任职止不能早于任职起。", field="until")
    begins = datetime.combine(since, time.min, zone) if since and since > today else now
    return begins, datetime.combine(until, time.max, zone) if until else None


def _post(role: str, school: str, township: str) -> str:
    """A post in the history's words: what it is and of which school or township."""
    return f"{ROLE_NAMES[Role(role)]} {school}{township}".strip()


@action("user.end_post", ALLOWED)
def end_posts(*, by: User, post: list[int], reason: str) -> list[Moved]:
    """End posts now; whoever has none left sees nothing any more."""
    if not reason.strip():
        raise BadInput("请写明结束任职的原因。")
    found = list(
        RoleAssignment.objects.open().select_for_update(of=("self",)).filter(pk__in=post).select_related("user")
    )
    if len(found) != len(set(post)) or not found:
        raise NotFound("没有找到在任的岗位，可能已经结束。请刷新后再试。")
    if any(one.user_id == by.pk and one.role == Role.SYSTEM_ADMIN for one in found):
        raise Refused("不能结束自己的系统管理员岗位，请由另一名系统管理员办理。")
    return _end(found, reason)


def _end(posts: Sequence[RoleAssignment], reason: str) -> list[Moved]:
    RoleAssignment.objects.filter(pk__in=[one.pk for one in posts]).update(until=timezone.now())
    for one in posts:
        where = _post(one.role, one.school_code, one.township_code)
        record("user", one.user_id, school_code=one.school_code, to_state="POST_ENDED", reason=f"{where}：{reason}")
    return [Moved("roleassignment", one.pk, "HELD", "ENDED") for one in posts]


@action("user.hand_over", ALLOWED)
def hand_over(*, by: User, username: str, to: str, reason: str) -> list[Moved]:
    """A leaving person's posts go to another at once, with the days they end or begin on; sessions end.

    Work waits for posts, so it goes along. Drafts, files and answers belong to the school or the county, never to a person; signatures stay.
    """
    if not reason.strip():
        raise BadInput("请写明交接的原因。", field="reason")
    if username == to:
        raise BadInput("交接给的须是另一个用户。", field="to")
    if not User.objects.filter(username=to).exists():
        raise BadInput(f"没有用户“{to}”，请核对接手人的用户名。", field="to")
    leaving, coming = _user(username), _user(to)
    if not coming.is_active:
        raise Refused(f"“{to}”已停用，不能接手。", field="to")
    posts = list(RoleAssignment.objects.open().select_for_update(of=("self",)).filter(user=leaving))
    if not posts:
        raise Refused(f"“{username}”没有在任的岗位可以交接。")
    held = {(p.role, p.school_code, p.township_code) for p in RoleAssignment.objects.open().filter(user=coming)}
    now = timezone.now()
    moved = _end(posts, f"交接给 {to}，{reason}")
    given = [
        RoleAssignment(
            user=coming,
            role=p.role,
            school_code=p.school_code,
            township_code=p.township_code,
            since=max(now, p.since),
            until=p.until,
        )
        for p in posts
        if (p.role, p.school_code, p.township_code) not in held
    ]
    RoleAssignment.objects.bulk_create(given)
    for post in given:
        where = _post(post.role, post.school_code, post.township_code)
        record("user", coming.pk, school_code=post.school_code, to_state="POST_GIVEN", reason=f"{where}：接 {username}")
    end_sessions(leaving)
    return moved


@action("user.create_many", ALLOWED)
def create_users(*, by: User, people: Sequence[NewUser]) -> list[tuple[str, str, str]]:
    """Make many users at once, all or none: (user name, name, one-time password), shown once and never stored.

    Raises BadInput naming the person for whom it cannot be done.
    """
    made = []
    for person in people:
        password = secrets.token_urlsafe(9)
        try:
            user = create_user(
                by=by, username=person.username, name=person.name, role=[person.role], password=password,
                school=[person.school] if person.school else [], township=[person.township] if person.township else [],
            )  # fmt: skip
        except BadInput as problem:
            raise BadInput(f"{person.name}（{person.username}）：{problem.message}", field=problem.field) from problem
        User.objects.filter(pk=user.pk).update(must_change_password=True)
        made.append((person.username, person.name, password))
    return made


@action("factor.set_up", ALLOWED)
def set_up_factor(*, by: User, secret: str, code: str) -> None:
    """Keep the key of one's own app, shown to work by its first code. Raises BadInput for a wrong one, Refused if set."""
    user = User.objects.select_for_update().get(pk=by.pk)
    if user.totp_secret:
        raise Refused("动态口令已经设置过。换手机的，请由系统管理员先重置。")
    step = totp.step_of(secret, code, at=timezone.now().timestamp())
    if step is None:
        raise BadInput("动态口令不对。请核对手机的时间，等下一个口令出来再输入。", field="code")
    fresh = {"totp_secret": secret, "totp_step": step, "totp_failed": 0, "totp_locked_until": None}
    User.objects.filter(pk=user.pk).update(**fresh)
    record("user", user.pk, to_state="FACTOR_SET_UP")


@action("factor.check", ALLOWED)
def check_factor(*, by: User, code: str) -> bool:
    """Whether the code is right, and was not used before; wrong ones count, and lock as wrong passwords do.

    Raises Refused while it is locked. A wrong code is no refusal: that it was wrong must stay written.
    """
    user, now = User.objects.select_for_update().get(pk=by.pk), timezone.now()
    if user.totp_locked_until and user.totp_locked_until > now:
        raise Refused("动态口令连续输错次数过多，已锁定 15 分钟，请稍后再试。", field="code")
    step = (
        totp.step_of(str(user.totp_secret), code, at=now.timestamp(), after=user.totp_step)
        if user.totp_secret
        else None
    )
    if step is not None:
        User.objects.filter(pk=user.pk).update(totp_step=step, totp_failed=0, totp_locked_until=None)
        record("user", user.pk, to_state="FACTOR_RIGHT")
        return True
    locked = user.totp_failed + 1 >= WRONG_CODES
    until = now + LOCKED_FOR if locked else None
    User.objects.filter(pk=user.pk).update(totp_failed=0 if locked else user.totp_failed + 1, totp_locked_until=until)
    record("user", user.pk, to_state="FACTOR_LOCKED" if locked else "FACTOR_WRONG")
    return False


@action("factor.reset", ALLOWED)
def reset_factor(*, by: User, username: str, reason: str) -> list[Moved]:
    """Take a user's app away, whose phone is lost or new: it is set up anew at the next login; sessions end."""
    user = _user(username)
    if not user.totp_secret:
        raise Refused(f"“{username}”还没有设置动态口令，不用重置。")
    User.objects.filter(pk=user.pk).update(totp_secret=None, totp_failed=0, totp_locked_until=None)
    end_sessions(user)
    record("user", user.pk, to_state="FACTOR_RESET", reason=reason)
    return [Moved("user", user.pk, "FACTOR_SET_UP", "FACTOR_RESET")]


@action("user.password", ALLOWED)
def change_own_password(*, by: User, old: str, new: str) -> None:
    """Change the own password; the old one must be right and the new one good."""
    if not by.check_password(old):
        raise Refused("原密码不正确。", field="old")
    try:
        password_validation.validate_password(new, by)
    except ValidationError as problem:
        raise BadInput("".join(problem.messages), field="new") from problem
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
