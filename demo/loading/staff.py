"""The demo's people: two printed logins per role, and a clerk and a head at every school."""

from django.contrib.auth.hashers import make_password

from aid_admin.accounts.actions import create_user, operator
from aid_admin.accounts.models import RoleAssignment, User
from aid_admin.accounts.rules import ROLE_NAMES, Role
from aid_admin.county.models import School

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


def printed_schools() -> list[str]:
    """The two schools whose logins are printed: compulsory ones if there are."""
    schools = School.objects.filter(stages__stage__in=["PRIMARY", "JUNIOR"]).order_by("code").distinct()
    primary = [s.code for s in schools.filter(stages__stage="PRIMARY")][:1]
    every = [s.code for s in schools] + list(School.objects.order_by("code").values_list("code", flat=True))
    return primary + [code for code in every if code not in primary][:1]


def make_school_staff() -> None:
    """Make every school's clerk and head; all of them can log in with the demo's password."""
    known = set(User.objects.values_list("username", flat=True))
    names = []
    for code, name in School.objects.order_by("code").values_list("code", "name"):
        for role, word in ((Role.SCHOOL_CLERK, "经办人"), (Role.SCHOOL_HEAD, "负责人")):
            username = school_user(role, code)
            names.append(username)
            if username not in known:
                create_user(by=operator(), username=username, role=[role], school=[code], name=f"{name}{word}"[:50])
    _give_passwords(names)


def _give_passwords(usernames: list[str]) -> None:
    """One hash for all: the demo's password is printed anyway, and hashing is slow on purpose."""
    without = User.objects.filter(username__in=usernames, password__startswith="!")
    if without.exists():
        without.update(password=make_password(PASSWORD))


def printed_logins() -> list[dict[str, str | None]]:
    """The logins that are printed, the same after every call: the county's, and those of two schools."""
    posts = RoleAssignment.objects.filter(school_code__in=["", *printed_schools()]).select_related("user")
    demo = posts.exclude(user__password__startswith="!").order_by("user", "pk")
    return [
        {
            "username": post.user.username,
            "password": PASSWORD,
            "role": post.role,
            "school": post.school_code or None,
            "totp_secret": None,
        }
        for post in demo
    ]
