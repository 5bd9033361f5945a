"""The history of one object, for its page."""

from collections.abc import Collection
from itertools import groupby
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery

from aid_admin.audit.models import AuditEvent

MOST: Final = 50


def history_of(object_type: str, object_id: object, schools: Collection[str] | None = None) -> list[Any]:
    """The newest deeds on an object, newest first; the caller has seen that the user may see the object.

    `schools`: codes of schools whose events are shown, beside those of no school; None for all. A deed that wrote
    several events about the object is shown once; each has `actor_name`, None for nobody.
    """
    person = get_user_model().objects.filter(username=OuterRef("actor_username"))
    events = AuditEvent.objects.filter(object_type=object_type, object_id=str(object_id))
    if schools is not None:
        events = events.filter(school_code__in=["", *schools])
    newest = events.annotate(actor_name=Subquery(person.values("name")[:1])).order_by("-seq")[:MOST]
    return [_deed(list(same)) for _, same in groupby(newest, key=lambda e: (e.at, e.verb, e.actor_username))]


def has_happened(object_type: str, object_id: object, to_state: str) -> bool:
    """Whether an event of the object says so."""
    return AuditEvent.objects.filter(object_type=object_type, object_id=str(object_id), to_state=to_state).exists()


def _deed(events: list[Any]) -> Any:
    """The last event of a deed, with the count and the reason of whichever has one."""
    deed = events[0]
    deed.count = next((event.count for event in events if event.count is not None), None)
    deed.reason = next((event.reason for event in events if event.reason), "")
    return deed
