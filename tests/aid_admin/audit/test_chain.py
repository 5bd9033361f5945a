"""The audit chain: every kind of tampering is found, and the first bad row is named."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from aid_admin.accounts.acting import ACTIONS
from aid_admin.accounts.actions import log_reveal
from aid_admin.accounts.rules import Role
from aid_admin.audit import chain
from aid_admin.audit.models import AuditEvent, ChainHead
from aid_admin.audit.rules import GENESIS, Event, first_break, link
from tests.conftest import SmallCounty
from tests.factories import accounts
from tests.tampering import tamper

AT = datetime(2020, 6, 1, 9, tzinfo=UTC)


def _forge(seq: int, previous: str) -> str:
    """SQL that adds an event with a hash that fits: the chain has no secret."""
    event = Event("roster.approve", "roster", "1")
    return f"""INSERT INTO audit_auditevent (seq, at, verb, object_type, object_id, actor_username, actor_role, school_code,
               from_state, to_state, before_digest, after_digest, reason, chain_hash)
               VALUES ({seq}, '{AT.isoformat()}', 'roster.approve', 'roster', '1', '', '', '', '', '', '', '', '',
                       '{link(previous, seq, AT, event)}')"""


def _hash(seq: int) -> str:
    return str(AuditEvent.objects.values_list("chain_hash", flat=True).get(pk=seq))


@pytest.fixture
def last(small_county: SmallCounty) -> int:
    """The number of the newest event."""
    found = ChainHead.objects.get().seq
    assert chain.verify() == (found, None)
    return found


@pytest.mark.parametrize(
    "column",
    ["actor_username", "actor_role", "school_code", "verb", "object_type", "object_id", "from_state", "to_state",
     "before_digest", "after_digest", "reason", "chain_hash"],
)  # fmt: skip
def test_edited_event_is_named(last: int, column: str) -> None:
    full = {"chain_hash": "reverse(chain_hash)", "school_code": "'x'"}  # columns that may have no room for one more
    change = full.get(column, f"{column} || 'x'")
    tamper(f"UPDATE audit_auditevent SET {column} = {change} WHERE seq = {last - 20}")

    assert chain.verify()[1] == last - 20


@pytest.mark.parametrize("change", ["at = at + interval '1 second'", "count = COALESCE(count, 0) + 1"])
def test_edited_moment_or_count_is_named(last: int, change: str) -> None:
    tamper(f"UPDATE audit_auditevent SET {change} WHERE seq = {last - 20}")

    assert chain.verify()[1] == last - 20


def test_deleted_event_is_named(last: int) -> None:
    tamper(f"DELETE FROM audit_auditevent WHERE seq = {last - 9}")

    assert chain.verify()[1] == last - 9


def test_inserted_event_is_named(last: int) -> None:
    place = last - 5
    tamper(
        f"UPDATE audit_auditevent SET seq = -seq WHERE seq >= {place}",
        "UPDATE audit_auditevent SET seq = 1 - seq WHERE seq < 0",
        _forge(place, _hash(place - 1)),
    )

    assert chain.verify()[1] == place + 1  # the forged one fits what is before it; the next one does not


def test_events_in_another_order_are_named(last: int) -> None:
    first = last - 7
    tamper(
        f"UPDATE audit_auditevent SET seq = -seq WHERE seq IN ({first}, {first + 1})",
        f"UPDATE audit_auditevent SET seq = {first} WHERE seq = -{first + 1}",
        f"UPDATE audit_auditevent SET seq = {first + 1} WHERE seq = -{first}",
    )

    assert chain.verify()[1] == first


def test_cut_off_tail_is_found_through_the_head(last: int) -> None:
    tamper(f"DELETE FROM audit_auditevent WHERE seq > {last - 3}")

    assert chain.verify() == (last - 3, last - 2)


def test_forged_tail_is_found_through_the_head(last: int) -> None:
    tamper(_forge(last + 1, _hash(last)))

    assert chain.verify()[1] == last + 1


def test_tail_and_head_cut_together_are_found_through_the_anchor(last: int, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.jsonl"
    assert chain.write_anchor(anchors, "2020-06-12")
    tamper(
        f"DELETE FROM audit_auditevent WHERE seq > {last - 3}",
        f"UPDATE audit_chainhead SET seq = {last - 3}, chain_hash = '{_hash(last - 3)}'",
    )

    assert chain.verify()[1] is None
    assert chain.verify(anchors)[1] == last - 2


def test_chain_rewritten_to_its_end_is_found_through_the_anchor(last: int, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.jsonl"
    chain.write_anchor(anchors, "2020-06-12")
    previous = _hash(last - 3)
    tamper(f"UPDATE audit_auditevent SET reason = '改过' WHERE seq = {last - 2}")
    for event in AuditEvent.objects.filter(pk__gt=last - 3).order_by("seq"):
        facts = Event(**{name: getattr(event, name) for name in chain.FIELDS})
        previous = link(previous, event.seq, event.at, facts)
        tamper(f"UPDATE audit_auditevent SET chain_hash = '{previous}' WHERE seq = {event.seq}")
    tamper(f"UPDATE audit_chainhead SET chain_hash = '{previous}'")

    assert chain.verify()[1] is None
    assert chain.verify(anchors)[1] == last


def test_anchor_is_written_once_a_day(last: int, tmp_path: Path) -> None:
    anchors = tmp_path / "run" / "anchors.jsonl"

    assert [chain.write_anchor(anchors, day) for day in ("2020-06-12", "2020-06-12", "2020-06-13")] == [
        True,
        False,
        True,
    ]
    assert [json.loads(line)["seq"] for line in anchors.read_text().splitlines()] == [last, last]


EVENTS = [Event("roster.review", "roster", str(number), actor_username="wang") for number in range(12)]
Rows = list[tuple[int, datetime, Event, str]]


def _chained() -> Rows:
    rows: Rows = []
    previous = GENESIS
    for seq, event in enumerate(EVENTS, 1):
        previous = link(previous, seq, AT, event)
        rows.append((seq, AT, event, previous))
    return rows


def _edit(rows: Rows, place: int) -> None:
    seq, at, _, stored = rows[place]
    rows[place] = (seq, at, Event("roster.review", "roster", "另"), stored)


def _delete(rows: Rows, place: int) -> None:
    del rows[place]


def _swap(rows: Rows, place: int) -> None:
    rows[place], rows[place - 1] = rows[place - 1], rows[place]


def _double(rows: Rows, place: int) -> None:
    rows.insert(place, rows[place])


@given(st.integers(1, 10), st.sampled_from([(_edit, 1), (_delete, 1), (_swap, 0), (_double, 2)]))
def test_first_break_is_where_the_tampering_began(place: int, kind: tuple[Callable[[Rows, int], None], int]) -> None:
    tampering, offset = kind
    rows = _chained()
    assert first_break(rows) == (12, None)

    tampering(rows, place)

    assert first_break(rows)[1] == place + offset


def test_writers_at_once_make_neither_gap_nor_fork(committed: str) -> None:
    people = [accounts.user(Role.REVIEWER) for _ in range(8)]
    start = threading.Barrier(len(people))

    def act(by: object) -> None:
        start.wait()
        for number in range(10):
            log_reveal(by=by, object_type="student", object_id=str(number), reason="核对")  # type: ignore[arg-type]
        connections.close_all()

    threads = [threading.Thread(target=act, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert chain.verify() == (80, None)
    assert "identity.reveal" in ACTIONS
