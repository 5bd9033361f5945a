"""One shape for every table of permitted moves (architecture: State)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Move:
    """A verb may take an object from any of `sources` to `target`."""

    sources: frozenset[str]
    target: str


def transitions(moves: Mapping[str, Move]) -> list[tuple[str, str]]:
    """The (from, to) pairs of a table of moves, sorted: what the FSM trigger lets through."""
    pairs = {(source, move.target) for move in moves.values() for source in move.sources}
    return sorted((str(source), str(target)) for source, target in pairs)
