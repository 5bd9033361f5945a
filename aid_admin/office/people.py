"""Reading users, posts and the places that posts name, for the administrator's and the auditor's pages."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Exists, OuterRef, Prefetch, Q

from aid_admin.accounts.actions import OPERATOR
from aid_admin.accounts.models import RoleAssignment, User
from aid_admin.county.models import School, Township

_POSTS: Final = RoleAssignment.objects.live().filter(user=OuterRef("pk"))
_STATES: Final = {
    "ACTIVE": Q(is_active=True),
    "DISABLED": Q(is_active=False),
    "NEVER": Q(is_active=True, last_login=None),
    "POSTLESS": ~Q(Exists(_POSTS)),
}


def staff() -> Any:
    """Everybody but whoever runs commands on the server."""
    return User.objects.exclude(username=OPERATOR)


def staff_list(given: Mapping[str, Any]) -> Any:
    """Staff by the fields of the filter (q, state, role, school), with the posts held now as `held`."""
    rows = staff()
    if given.get("q"):
        rows = rows.filter(Q(username__contains=given["q"]) | Q(name__contains=given["q"]))
    if given.get("state"):
        rows = rows.filter(_STATES[given["state"]])
    post = {name: given[field] for name, field in (("role", "role"), ("school_code", "school")) if given.get(field)}
    if post:
        rows = rows.filter(Exists(RoleAssignment.objects.live().filter(user=OuterRef("pk"), **post)))
    held = RoleAssignment.objects.live().order_by("role", "school_code")
    return rows.prefetch_related(Prefetch("roleassignment_set", held, to_attr="held")).order_by(
        "-is_active", "username"
    )


def places_of(posts: Iterable[RoleAssignment]) -> dict[str, str]:
    """Names of the schools and townships that the posts name, by code."""
    return places_by_code({post.school_code or post.township_code for post in posts})


def places_by_code(codes: Iterable[str]) -> dict[str, str]:
    """Names of these schools and townships, by code."""
    names = dict(School.objects.filter(code__in=codes).values_list("code", "name"))
    return names | dict(Township.objects.filter(code__in=codes).values_list("code", "name"))


def posts_of(user: User) -> list[RoleAssignment]:
    """All posts that the user holds or held, the newest first."""
    return list(RoleAssignment.objects.filter(user=user).order_by("-since", "-pk"))


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """Names by user name."""
    return dict(User.objects.filter(username__in=set(usernames)).values_list("username", "name"))


def names() -> dict[str, str]:
    """Everybody's name by user name."""
    return dict(User.objects.values_list("username", "name"))


def names_of_schools() -> dict[str, str]:
    """Every school's name by code."""
    return dict(School.objects.values_list("code", "name"))


def school_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of schools by code."""
    return dict(School.objects.filter(code__in=set(codes) - {""}).values_list("code", "name"))


def surroundings() -> dict[str, Any]:
    """What a sheet of new users is checked against: schools, townships, user names in use."""
    return {
        "schools": set(School.objects.values_list("code", flat=True)),
        "townships": dict(Township.objects.values_list("name", "code")),
        "taken": set(User.objects.values_list("username", flat=True)),
    }
