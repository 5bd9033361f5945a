"""The audit chain as pure functions: what is hashed, and how a break is found."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody did to one object; digests stand for personal values."""

    verb: str
    object_type: str
    object_id: str
    actor_username: str = ""
    actor_role: str = ""
    school_code: str = ""
    from_state: str = ""
    to_state: str = ""
    before_digest: str = ""
    after_digest: str = ""
    reason: str = ""
    count: int | None = None


def link(previous: str, seq: int, at: datetime, event: Event) -> str:
    """The hash of one event, chained to the one before it; SHA-256 over canonical JSON."""
    body = {"seq": seq, "at": at.isoformat(timespec="microseconds"), **asdict(event)}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}{len(text)}:{text}".encode()).hexdigest()


def digest(values: Iterable[object]) -> str:
    """A short digest of a list of values, each with its length in front."""
    state = hashlib.sha256()
    for value in values:
        text = str(value)
        state.update(f"{len(text)}:{text}".encode())
    return state.hexdigest()


def first_break(rows: Iterable[tuple[int, datetime, Event, str]]) -> tuple[int, int | None]:
    """Walk (seq, at, event, hash) in order: (rows seen, seq of the first row that does not fit, or None)."""
    previous, expected, seen = GENESIS, 1, 0
    for seq, at, event, stored in rows:
        seen += 1
        if seq != expected or link(previous, seq, at, event) != stored:
            return seen, expected if seq != expected else seq
        previous, expected = stored, seq + 1
    return seen, None
