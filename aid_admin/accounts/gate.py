"""The gate in front of a page: who holds no post with the right gets 403 before anything is read."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from aid_admin.accounts.acting import may
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import ROLE_NAMES, Role
from aid_admin.lib.refusals import Forbidden


class StaffRequest(HttpRequest):
    """A request behind LoginRequiredMiddleware: somebody is logged in."""

    user: User  # type: ignore[assignment]


View = Callable[..., HttpResponseBase]


def needs(*verbs: str) -> Callable[[View], View]:
    """The page is for those who may perform one of the actions `verbs`; else Forbidden."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def run(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not any(may(request.user, verb) for verb in verbs):
                raise Forbidden("您没有这个页面的权限。需要时请联系系统管理员调整岗位。")
            return view(request, *args, **kwargs)

        return run

    return decorate


def needs_role(*roles: Role) -> Callable[[View], View]:
    """The page is for those who hold one of the roles; else Forbidden."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def run(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.roles & frozenset(roles):
                names = "、".join(ROLE_NAMES[role] for role in roles)
                raise Forbidden(f"您没有这个页面的权限（需要岗位：{names}）。")
            return view(request, *args, **kwargs)

        return run

    return decorate
