"""How a throw-away child process confines itself before it opens what strangers have sent."""

import ctypes
import os
import resource
import signal
import sys
from typing import Final

_SET_DEATH_SIGNAL: Final = 1


def restrict(memory_bytes: int, cpu_seconds: int, parent: int) -> None:
    """Limit memory and processor time, leave no core file, and die when the parent does."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    # The parent may have died before the signal was asked for.
    if os.getppid() != parent:
        sys.exit(1)
