"""退回与修改记录: every return of rosters and applications, and what was done about it since; read from the audit trail."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from aid_admin.audit.models import AuditEvent
from aid_admin.intake.models import InForce
from aid_admin.lib.money import yuan_comma
from disbursement.models import FiledLine
from disbursement.rules.states import RosterState
from students.models import BankAccount

_KINDS: Final = {"roster": "资助名册", "aidapplication": "认定申请"}
_SENT_UP: Final = frozenset({"roster.submit", "application.submit"})
_DONE: Final = {
    "roster.draft": "重新比对", "roster.answer": "说明差异", "roster.submit": "重新上报", "application.submit": "重新提交",
    "application.review": "学校评议", "roster.void": "作废",
}  # fmt: skip
_NAMED: Final = 3
_PUPILS: Final = re.compile("学生：(.+?)。")  # as roster.answer records a few of them
_Key = tuple[str, str]  # kind and number of the object


@dataclass(slots=True)
class Return:
    """One return as its page shows it. `standing`: SENT (again), UNCHANGED (sent again as it was), CHANGED, OPEN, or
    ABOVE: it never left the county.
    """

    event: Any
    kind: str
    about: Any
    code: str
    words: str
    changes: list[str]
    standing: str


def returns_of(rosters: Any, applications: Any) -> Any:
    """The events of returning these objects, which the person may see, with `actor_name`."""

    def numbers(rows: Any) -> Any:
        return rows.order_by().annotate(number=Cast("pk", CharField())).values("number")

    person = get_user_model().objects.filter(username=OuterRef("actor_username"))
    return AuditEvent.objects.filter(
        Q(verb="roster.return", object_type="roster", object_id__in=numbers(rosters))
        | Q(verb="application.return", object_type="aidapplication", object_id__in=numbers(applications))
    ).annotate(actor_name=Subquery(person.values("name")[:1]))


def with_changes(events: Sequence[Any], rosters: Any, applications: Any) -> list[Return]:
    """What each return was about and what followed it; six queries, however many returns there are."""
    named = {
        ("roster", str(row.pk)): row
        for row in rosters.filter(pk__in=_ids(events, "roster")).select_related("school", "programme", "semester")
    } | {
        ("aidapplication", str(row.pk)): row
        for row in applications.filter(pk__in=_ids(events, "aidapplication")).select_related("school", "student")
    }
    later = _later(events)
    rosters = [row for (kind, _), row in named.items() if kind == "roster"]
    mends = _Mends(_Filed(row for row in rosters if row.round == 1), _Accounts(rosters, events))
    return [
        _told(event, named[event.object_type, event.object_id], later[event.object_type, event.object_id], mends)
        for event in events
        if (event.object_type, event.object_id) in named
    ]


def _ids(events: Iterable[Any], kind: str) -> list[int]:
    return [int(event.object_id) for event in events if event.object_type == kind]


def _later(events: Sequence[Any]) -> Mapping[_Key, list[Any]]:
    """The deeds on these objects since the first of the returns, oldest first."""
    found: dict[_Key, list[Any]] = defaultdict(list)
    for kind in _KINDS:
        mine = [event for event in events if event.object_type == kind]
        if mine:
            since = AuditEvent.objects.filter(object_type=kind, object_id__in={event.object_id for event in mine})
            for one in since.filter(seq__gt=min(event.seq for event in mine)).order_by("seq"):
                found[one.object_type, one.object_id].append(one)
    return found


def _told(event: Any, about: Any, later: Sequence[Any], mends: "_Mends") -> Return:
    code, _, words = event.reason.partition("：")
    following = [one for one in later if one.seq > event.seq]
    until = next((one for one in following if one.verb == event.verb), None)
    deeds = [one for one in following if until is None or one.seq < until.seq]
    changes = mends.between(about, event.at, until.at if until else None) if event.object_type == "roster" else []
    mended = bool(changes) or any(one.verb in _DONE and one.verb not in _SENT_UP for one in deeds)
    return Return(
        event, _KINDS[event.object_type], about, code if words else "", words or event.reason,
        changes + _deeds(deeds), _standing(event, deeds, mended=mended),
    )  # fmt: skip


def _deeds(deeds: Sequence[Any]) -> list[str]:
    """What was done since, each kind once, with how many lines it touched and, where they are few, whose."""
    counts: dict[str, int] = {}
    for one in deeds:
        if one.verb in _DONE:
            counts[one.verb] = counts.get(one.verb, 0) + (one.count if one.verb == "roster.answer" and one.count else 0)
    whose = _whose([one for one in deeds if one.verb == "roster.answer"])
    return [f"{_DONE[verb]} {count} 条{whose}" if count else _DONE[verb] for verb, count in counts.items()]


def _whose(answers: Sequence[Any]) -> str:
    """The pupils whose differences were answered; "" where they are many."""
    told = [_PUPILS.match(one.reason) for one in answers]
    names = list(dict.fromkeys(name for found in told if found for name in found[1].split("、")))
    return f"（{'、'.join(names)}）" if all(told) and 0 < len(names) <= _NAMED else ""


def _standing(event: Any, deeds: Sequence[Any], *, mended: bool) -> str:
    if event.object_type == "roster" and event.to_state != RosterState.DRAFT:
        return "ABOVE"
    if any(one.verb in _SENT_UP for one in deeds):
        return "SENT" if mended or event.object_type != "roster" else "UNCHANGED"
    return "CHANGED" if mended else "OPEN"


class _Filed:
    """The lists that schools filed for these rosters, and when each was in force; two queries."""

    def __init__(self, rosters: Iterable[Any]) -> None:
        found = list(rosters)
        self._uploads: dict[tuple[int, int, str], list[Any]] = defaultdict(list)
        here = {"school__in": {r.school_id for r in found}, "semester__in": {r.semester_id for r in found}}
        for one in InForce.objects.filter(kind="roster", **here).order_by("since", "pk"):
            self._uploads[one.semester_id, one.school_id, one.part].append(one)
        several = [one.upload_id for many in self._uploads.values() if len(many) > 1 for one in many]
        self._lines: dict[int, dict[str, int]] = defaultdict(dict)
        for upload, number, name, fen in FiledLine.objects.filter(upload__in=several).values_list(
            "upload", "id_number", "name", "amount_fen"
        ):
            who = str(number or name)
            self._lines[upload][who] = self._lines[upload].get(who, 0) + fen

    def difference(self, roster: Any, since: Any, until: Any) -> list[str]:
        """What the list filed after a return (and before the next one) says otherwise; nothing where none was filed."""
        mine = self._uploads[roster.semester_id, roster.school_id, roster.programme.code]
        before = [one for one in mine if one.since <= since]
        after = [one for one in mine if one.since > since and (until is None or one.since <= until)]
        if roster.round != 1 or not after:
            return []
        old = self._lines[before[-1].upload_id] if before else {}
        return [f"重新填报：{_compared(old, self._lines[after[-1].upload_id])}"]


class _Accounts:
    """The accounts that were proposed for pupils on these rosters, and when; one query."""

    def __init__(self, rosters: Sequence[Any], events: Iterable[Any]) -> None:
        self._proposed: dict[int, list[tuple[Any, int, str]]] = defaultdict(list)
        if not rosters:
            return
        since = min(event.at for event in events)
        found = BankAccount.objects.filter(student__rosterline__roster__in=rosters, created_at__gt=since)
        for roster, at, student, name in found.values_list(
            "student__rosterline__roster", "created_at", "student", "student__name"
        ):
            self._proposed[roster].append((at, student, name))

    def difference(self, roster: Any, since: Any, until: Any) -> list[str]:
        """How many pupils' accounts were mended after a return, and before the next one."""
        mine = self._proposed[roster.pk]
        names = list(dict(one[1:] for one in mine if one[0] > since and (until is None or one[0] <= until)).values())
        told = "、".join(names[:_NAMED]) + ("等" if len(names) > _NAMED else "")
        return [f"更正银行账号 {len(names)} 人（{told}）"] if names else []


@dataclass(frozen=True, slots=True)
class _Mends:
    """What was changed about rosters, beside the deeds on the rosters themselves."""

    filed: _Filed
    accounts: _Accounts

    def between(self, roster: Any, since: Any, until: Any) -> list[str]:
        """In words, oldest kind first."""
        return self.filed.difference(roster, since, until) + self.accounts.difference(roster, since, until)


def _compared(old: Mapping[str, int], new: Mapping[str, int]) -> str:
    added, removed = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    changed = sum(old[key] != fen for key, fen in new.items() if key in old)
    return (
        f"新增 {added} 人，减少 {removed} 人，金额变动 {changed} 人，"
        f"合计由 {yuan_comma(sum(old.values()))} 元改为 {yuan_comma(sum(new.values()))} 元"
    )
