"""What a printing child may use, and how it says that fonts cannot be drawn here."""

from typing import Final

MEMORY_BYTES: Final = 3 << 30  # 2,000 rows take 420 MB; fonts are mapped on top of that
CPU_SECONDS: Final = 150
WALL_SECONDS: Final = 240
NO_PANGO: Final = 75
