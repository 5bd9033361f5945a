"""How much a file may hold and a reader may use."""

from dataclasses import dataclass
from typing import Final

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class GateLimits:
    """Bytes, zip entries, and how many times larger an unpacked part may be."""

    sheet_bytes: int = 64 * _MIB
    picture_bytes: int = 20 * _MIB
    entries: int = 500
    unpacked_bytes: int = 1024 * _MIB
    ratio: int = 150
    ratio_from_bytes: int = 1 * _MIB


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What the reading child may use: memory, processor seconds, silence in seconds, rows, columns."""

    memory_bytes: int = 1536 * _MIB
    cpu_seconds: int = 60
    silent_seconds: float = 60.0
    rows: int = 300_000
    columns: int = 200
    filled_cells: int = 2_000_000
