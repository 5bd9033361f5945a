"""What the rules computed beside what the schools filed: nobody missed, nobody too many."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from disbursement.rules.states import LineKind, LineRefusal


@dataclass(frozen=True, slots=True)
class ComputedLine:
    """An entitlement, granted or not (then 0 fen and the reason); `reference` is its id."""

    school: str
    programme: str
    person: Hashable
    amount_fen: int
    reason_code: str
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class FiledLine:
    """One line of a school's roster; `person` None is somebody whom no roll knows."""

    school: str
    programme: str
    person: Hashable | None
    amount_fen: int
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One pupil and programme, both sides; what counts is the computed amount, never the filed one."""

    kind: LineKind
    school: str
    programme: str
    person: Hashable | None
    computed_fen: int
    filed_fen: int
    reason_code: str
    computed: ComputedLine | None
    filed: FiledLine | None


_Key = tuple[str, str, Hashable]


def lay_side_by_side(computed: Iterable[ComputedLine], filed: Iterable[FiledLine]) -> list[Difference]:
    """Compare both sides by school, programme and person; each line of either side appears once.

    Order: the computed lines as given, then filed lines without a counterpart, then strangers and
    second lines. A refusal of the rules appears only where a school filed it, be it another school than that
    of the pupil's place. A second line of one pupil is TOO_MANY with ALREADY_GRANTED. Raises ValueError if one
    person is computed twice.
    """
    first, surplus = _by_key(filed)
    rows: list[Difference] = []
    seen: set[_Key] = set()
    refused: dict[tuple[str, Hashable], ComputedLine] = {}
    for line in computed:
        key = (line.school, line.programme, line.person)
        if key in seen:
            raise ValueError(f"同一学生的同一项目被计算了两次：{line.school} {line.programme}")
        seen.add(key)
        counterpart = first.pop(key, None)
        if line.amount_fen <= 0:
            refused[line.programme, line.person] = line
        if line.amount_fen > 0 or counterpart:
            rows.append(_compare(line, counterpart))
    rows.extend(_too_many(line, refused.get((line.programme, line.person))) for line in first.values())
    rows.extend(_too_many(line, None, reason) for line, reason in surplus)
    return rows


def _by_key(filed: Iterable[FiledLine]) -> tuple[dict[_Key, FiledLine], list[tuple[FiledLine, str]]]:
    first: dict[_Key, FiledLine] = {}
    surplus: list[tuple[FiledLine, str]] = []
    for line in filed:
        key = (line.school, line.programme, line.person)
        if line.person is None:
            surplus.append((line, ""))
        elif key in first:
            surplus.append((line, LineRefusal.ALREADY_GRANTED.value))
        else:
            first[key] = line
    return first, surplus


def _compare(line: ComputedLine, filed: FiledLine | None) -> Difference:
    filed_fen = filed.amount_fen if filed else 0
    if filed is None:
        kind = LineKind.MISSING
    elif line.amount_fen <= 0:
        kind = LineKind.TOO_MANY
    else:
        kind = LineKind.RIGHT if filed_fen == line.amount_fen else LineKind.AMOUNT_DIFFERS
    reason = "" if kind is LineKind.MISSING else line.reason_code
    return Difference(kind, line.school, line.programme, line.person, line.amount_fen, filed_fen, reason, line, filed)


def _too_many(line: FiledLine, refusal: ComputedLine | None, reason: str = "") -> Difference:
    why = refusal.reason_code if refusal else reason
    return Difference(
        LineKind.TOO_MANY, line.school, line.programme, line.person, 0, line.amount_fen, why, refusal, line
    )
