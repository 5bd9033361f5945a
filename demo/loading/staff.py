"""The demo's people: two printed logins per role, and a clerk and a head at every school."""

from django.contrib.auth.hashers import make_password

from aid_admin.accounts.actions import create_user, operator
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import ROLE_NAMES, SCHOOL_ROLES, Role

PASSWORD = "yanshi-2020-chun"  # noqa: S105 - of invented people in a database marked as demo
_PREFIX = {
    Role.REGISTRY_OFFICER: "shuju",
    Role.REVIEWER: "chushen",
    Role.APPROVER: "fushen",
    Role.PUBLICITY_OFFICER: "gongshi",
    Role.FINANCE_CLERK: "caiwu",
    Role.FINANCE_APPROVER: "shenpi",
    Role.AUDITOR: "shenji",
    Role.SYSTEM_ADMIN: "guanli",
}


def county_user(role: Role, number: int) -> str:
    """The user name of the first or second demo person of a county role."""
    return f"{_PREFIX[role]}{number}"


def school_user(role: Role, school: str) -> str:
    """The user name of a school's clerk or head."""
    return f"{'jingban' if role is Role.SCHOOL_CLERK else 'fuze'}-{school}"


class Staff:
    """Finds demo users by role, read once."""

    def __init__(self) -> None:
        self._users = {user.username: user for user in User.objects.all()}

    def county(self, role: Role, number: int = 1) -> User:
        """The first or second person of a county role."""
        return self._users[county_user(role, number)]

    def clerk(self, school: str) -> User:
        """The school's clerk."""
        return self._users[school_user(Role.SCHOOL_CLERK, school)]

    def head(self, school: str) -> User:
        """The school's head."""
        return self._users[school_user(Role.SCHOOL_HEAD, school)]


def make_county_staff() -> None:
    """Make the county's demo users where they do not exist yet."""
    known = set(User.objects.values_list("username", flat=True))
    for role in _PREFIX:
        for number in (1, 2):
            username = county_user(role, number)
            if username not in known:
                create_user(
                    by=operator(), username=username, role=[role], name=f"{ROLE_NAMES[role]}{'甲乙'[number - 1]}"
                )
    _give_passwords([county_user(role, number) for role in _PREFIX for number in (1, 2)])


def make_school_staff(schools: dict[str, str], printed: list[str]) -> None:
    """Make every school's clerk and head; those of `printed` schools can log in."""
    known = set(User.objects.values_list("username", flat=True))
    for code, name in schools.items():
        for role, word in ((Role.SCHOOL_CLERK, "经办人"), (Role.SCHOOL_HEAD, "负责人")):
            username = school_user(role, code)
            if username not in known:
                create_user(by=operator(), username=username, role=[role], school=[code], name=f"{name}{word}"[:50])
    _give_passwords([school_user(role, code) for role in SCHOOL_ROLES for code in printed])


def _give_passwords(usernames: list[str]) -> None:
    """One hash for all: the demo's password is printed anyway, and hashing is slow on purpose."""
    without = User.objects.filter(username__in=usernames, password__startswith="!")
    if without.exists():
        without.update(password=make_password(PASSWORD))


def printed_logins() -> list[dict[str, str | None]]:
    """The logins that may be printed, the same after every call."""
    users = User.objects.exclude(password__startswith="!").prefetch_related("roleassignment_set").order_by("id")
    return [
        {
            "username": user.username,
            "password": PASSWORD,
            "role": post.role,
            "school": post.school_code or None,
            "totp_secret": None,
        }
        for user in users
        for post in user.roleassignment_set.all()
    ]
