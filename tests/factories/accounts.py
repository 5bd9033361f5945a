"""Users with posts."""

from itertools import count

from django.utils import timezone

from aid_admin.accounts.models import RoleAssignment, User
from aid_admin.accounts.rules import Role

_NUMBERS = count(1)
PASSWORD = "ceshi-mima-2020"


def user(*roles: Role | str, school: str = "", township: str = "", username: str = "", password: str = "") -> User:
    """A user who holds `roles`; school roles at `school`, a reviewer at `township` if given."""
    name = username or f"yonghu{next(_NUMBERS)}"
    made = User(username=name, name=name)
    if password:
        made.set_password(password)
    else:
        made.set_unusable_password()
    made.save()
    for role in roles:
        give(made, role, school=school, township=township)
    return made


def give(person: User, role: Role | str, *, school: str = "", township: str = "") -> RoleAssignment:
    """One more post; `posts` is read anew."""
    at_school = role in (Role.SCHOOL_CLERK, Role.SCHOOL_HEAD)
    post = RoleAssignment.objects.create(
        user=person, role=role, school_code=school if at_school else "",
        township_code=township if role == Role.REVIEWER else "", since=timezone.now(),
    )  # fmt: skip
    person.__dict__.pop("posts", None)
    return post


def staff(school: str = "") -> dict[Role, User]:
    """One user for each role; the school roles at `school`, left out without one."""
    roles = [role for role in Role if school or role not in (Role.SCHOOL_CLERK, Role.SCHOOL_HEAD)]
    return {role: user(role, school=school) for role in roles}
