"""Appending to the chain and walking it."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from aid_admin.audit.models import AuditEvent, ChainHead
from aid_admin.audit.rules import GENESIS, Event, first_break, link
from aid_admin.db import bulk

FIELDS = tuple(Event.__dataclass_fields__)


def append(events: Sequence[Event]) -> None:
    """Add events at the chain's end; call inside a transaction, as its last statement (it locks the head)."""
    if not events:
        return
    head, _ = ChainHead.objects.select_for_update().get_or_create(pk=1, defaults={"seq": 0, "chain_hash": GENESIS})
    seq, previous, rows = head.seq, head.chain_hash, []
    at = timezone.now()
    for event in events:
        seq += 1
        previous = link(previous, seq, at, event)
        rows.append((seq, at, *(getattr(event, name) for name in FIELDS), previous))
    bulk.copy(AuditEvent, ("seq", "at", *FIELDS, "chain_hash"), rows)
    ChainHead.objects.filter(pk=1).update(seq=seq, chain_hash=previous)


def _walk() -> Iterator[tuple[int, datetime, Event, str]]:
    rows = AuditEvent.objects.order_by("seq").values_list("seq", "at", "chain_hash", *FIELDS)
    for seq, at, stored, *values in rows.iterator(chunk_size=5000):
        yield seq, at, Event(**dict(zip(FIELDS, values, strict=True))), stored


def verify(anchors: Path | None = None) -> tuple[int, int | None]:
    """Check every event, the head and the outside anchors: (rows, first bad seq or None).

    A cut-off tail is found through the head, a forged one as well; head and tail cut or rewritten together,
    through the anchors. Everything is read in one snapshot, so that staff may go on working.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            bulk.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _verify(_anchored(anchors))


def _verify(anchored: list[tuple[int, str]]) -> tuple[int, int | None]:
    seen, bad = first_break(_walk())
    if bad is not None:
        return seen, bad
    head = ChainHead.objects.filter(pk=1).first()
    ends = [(head.seq, head.chain_hash)] if head else []
    if max((seq for seq, _ in (*ends, *anchored)), default=0) > seen:
        return seen, seen + 1
    for seq, stored in sorted((*anchored, *ends)):
        if seq and AuditEvent.objects.filter(pk=seq).values_list("chain_hash", flat=True).first() != stored:
            return seen, seq
    known = head.seq if head else 0
    return seen, known + 1 if known < seen else None


def _anchored(anchors: Path | None) -> list[tuple[int, str]]:
    if anchors is None or not anchors.exists():
        return []
    lines = [json.loads(line) for line in anchors.read_text().splitlines() if line.strip()]
    return [(line["seq"], line["hash"]) for line in lines]


def write_anchor(anchors: Path, day: str) -> bool:
    """Append the day's head to a file outside the database, once a day; True if a line was written."""
    head = ChainHead.objects.filter(pk=1).first()
    if head is None or (anchors.exists() and f'"day": "{day}"' in anchors.read_text()):
        return False
    anchors.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with anchors.open("a") as file:
        file.write(json.dumps({"day": day, "seq": head.seq, "hash": head.chain_hash}) + "\n")
    return True
