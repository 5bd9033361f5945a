"""The history of one object, for its page."""

from typing import Any, Final

from aid_admin.audit.models import AuditEvent

MOST: Final = 50


def history_of(object_type: str, object_id: object) -> "list[Any]":
    """The newest events of an object, newest first; the caller has seen that the user may see the object."""
    events = AuditEvent.objects.filter(object_type=object_type, object_id=str(object_id))
    return list(events.order_by("-seq")[:MOST])
