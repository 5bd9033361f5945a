"""The history of one object, for its page."""

from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from itertools import groupby
from operator import attrgetter, or_
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from aid_admin.audit.models import AuditEvent

MOST: Final = 50


def history_of(
    object_type: str, object_id: object, schools: Collection[str] | None = None, *, but: Q | None = None
) -> list[Any]:
    """The newest deeds on an object, newest first; the caller has seen that the user may see the object.

    `schools`: codes of schools whose events are shown, beside those of no school; None for all. `but`: events that
    are not shown. A deed that wrote several events about the object is shown once; each has `actor_name`, None for
    nobody.
    """
    which = Q(object_type=object_type, object_id=str(object_id))
    newest = _newest(which & ~but if but else which, schools)
    return [_deed(list(same)) for _, same in groupby(newest, key=lambda e: (e.at, e.verb, e.actor_username))]


def history_of_all(objects: Mapping[str, Iterable[object]], schools: Collection[str] | None = None) -> list[Any]:
    """The same of several objects together: by type their ids; each event says of which it is."""
    wanted = [Q(object_type=kind, object_id__in=[str(pk) for pk in ids]) for kind, ids in objects.items()]
    newest = _newest(reduce(or_, wanted, Q(pk__in=[])), schools)
    key = attrgetter("object_type", "object_id", "at", "verb", "actor_username")
    return [_deed(list(same)) for _, same in groupby(newest, key=key)]


def _newest(which: Q, schools: Collection[str] | None) -> Any:
    person = get_user_model().objects.filter(username=OuterRef("actor_username"))
    events = AuditEvent.objects.filter(which)
    if schools is not None:
        events = events.filter(school_code__in=["", *schools])
    return events.annotate(actor_name=Subquery(person.values("name")[:1])).order_by("-seq")[:MOST]


def happened_to(object_type: str, which: Q) -> Exists:
    """Whether an event says so of the row: to filter or annotate a query set of objects of that type."""
    key = Cast(OuterRef("pk"), CharField())
    return Exists(AuditEvent.objects.filter(which, object_type=object_type, object_id=key))


def _deed(events: list[Any]) -> Any:
    """The last event of a deed, with the count and the reason of whichever has one, and where the deed began."""
    deed = events[0]
    deed.from_state = next((event.from_state for event in reversed(events) if event.from_state), "")
    deed.count = next((event.count for event in events if event.count is not None), None)
    deed.reason = next((event.reason for event in events if event.reason), "")
    return deed
