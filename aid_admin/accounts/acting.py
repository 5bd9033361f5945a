"""Actions: the one way in which anything is written.

`@action("roster.approve", ALLOWED)` opens the transaction, checks the right, collects events and, as its
last statement, locks the audit chain and appends them. An inner action joins the outer one. The page, the
job and the command `act` call the same function.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from django.db import models, transaction

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import ROLE_NAMES, Role
from aid_admin.audit import chain
from aid_admin.audit.rules import Event
from aid_admin.db.scope import Reach
from aid_admin.lib.refusals import Forbidden, NotFound, Refused
from aid_admin.lib.states import Move


@dataclass(frozen=True, slots=True)
class Moved:
    """What an action did to one object: the row that command `act` prints."""

    object: str
    id: int | str
    from_state: str | None = None
    to_state: str | None = None
    persons: int | None = None
    person_times: int | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A registered action: its name, who may, and the function behind it."""

    name: str
    roles: frozenset[Role]
    call: Callable[..., Any]
    parameters: Mapping[str, inspect.Parameter]


@dataclass(slots=True)
class _Frame:
    verb: str
    by: User
    role: str
    events: list[Event] = field(default_factory=list)


F = TypeVar("F", bound=Callable[..., Any])
ACTIONS: dict[str, Action] = {}
_frame: ContextVar[_Frame | None] = ContextVar("action", default=None)


def may(user: User, verb: str) -> bool:
    """Whether the user holds a post that allows the action somewhere."""
    return user.is_active and bool(user.reach(ACTIONS[verb].roles))


def reach_for(user: User, verb: str) -> Reach:
    """Where the user may perform the action."""
    return user.reach(ACTIONS[verb].roles)


def action(name: str, allowed: Mapping[str, frozenset[Role]]) -> Callable[[F], F]:
    """Make a keyword-only function an action; `allowed` is the app's table of verbs and roles."""
    roles = allowed[name]

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def run(*, by: User, **given: Any) -> Any:
            role = _role_used(by, name, roles)
            outer = _frame.get()
            frame = _Frame(name, by, role, outer.events if outer else [])
            token, before = _frame.set(frame), len(frame.events)
            done = False
            try:
                with transaction.atomic():
                    result = function(by=by, **given)
                    if outer is None:
                        chain.append(frame.events)
                done = True
            finally:
                if not done:
                    del frame.events[before:]  # what was rolled back did not happen, even if the outer action goes on
                _frame.reset(token)
            return result

        found = inspect.signature(function).parameters
        parameters = {n: p for n, p in found.items() if n != "by" and p.kind is not p.VAR_KEYWORD}
        ACTIONS[name] = Action(name, roles, run, parameters)
        return cast("F", run)

    return decorate


def _role_used(by: User, verb: str, roles: frozenset[Role]) -> str:
    held = sorted(roles & by.roles)
    if not by.is_active or not held:
        names = "、".join(ROLE_NAMES[role] for role in sorted(roles))
        raise Forbidden(f"您没有此项操作的权限（需要岗位：{names}）。", verb=verb)
    return held[0]


def scoped(rows: Any, verb: str, by: User, ids: Iterable[int]) -> list[Any]:
    """Lock and return the rows with these ids, in id order, within the scope of the verb; else NotFound."""
    wanted = sorted(set(ids))
    found = list(rows.within(reach_for(by, verb)).filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)))
    if len(found) != len(wanted) or not wanted:
        raise NotFound("没有找到要处理的记录，可能已被删除或不在您的范围内。请刷新列表后重试。")
    return found


def record(
    object_type: str,
    object_id: object,
    *,
    school_code: str = "",
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    count: int | None = None,
    digest: str = "",
) -> None:
    """Collect one event of the running action; it is appended when the outermost action ends."""
    frame = _frame.get()
    if frame is None:
        raise RuntimeError("record() outside an action")
    frame.events.append(
        Event(
            verb=frame.verb,
            object_type=object_type,
            object_id=str(object_id),
            actor_username=frame.by.username,
            actor_role=frame.role,
            school_code=school_code,
            from_state=from_state,
            to_state=to_state,
            after_digest=digest,
            reason=reason,
            count=count,
        )
    )


def move(
    objects: Sequence[models.Model],
    moves: Mapping[str, Move],
    verb: str,
    *,
    to_state: str | None = None,
    reason: str = "",
    **columns: Any,
) -> list[Moved]:
    """Take locked objects to the verb's target state by compare-and-set; all or none.

    `to_state` overrides the target where the verb names one (return). `columns` are written along.
    Raises Refused, naming the state in the way, when one object is not where the verb starts.
    """
    rule = moves[verb]
    target = to_state or rule.target
    results = []
    for item in objects:
        old: str = item.state  # type: ignore[attr-defined]
        if old not in rule.sources:
            raise _not_from_here(item, old)
        manager = type(item)._base_manager
        if manager.filter(pk=item.pk, state=old).update(state=target, **columns) != 1:
            raise _not_from_here(item, old)
        item.state = target  # type: ignore[attr-defined]
        for name, value in columns.items():
            setattr(item, name, value)
        kind = type(item)._meta.model_name or ""
        record(
            kind, item.pk, school_code=getattr(item, "scope_code", ""), from_state=old, to_state=target, reason=reason
        )
        results.append(Moved(kind, item.pk, old, target))
    return results


def _not_from_here(item: models.Model, state: str) -> Refused:
    choices: dict[str, str] = dict(item._meta.get_field("state").flatchoices)  # type: ignore[union-attr]
    return Refused(f"{item}当前状态是“{choices.get(state, state)}”，不能进行此项操作。页面可能已过期，请刷新后再试。")
