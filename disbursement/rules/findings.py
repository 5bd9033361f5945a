"""What a check found: a code, how grave, a Chinese sentence, and whom it concerns."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from students.rules import Labelled


class Gravity(Labelled):
    ERROR = "ERROR", "须先处理"
    WARNING = "WARNING", "疑点"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `subjects` are the line numbers or school codes that the check was given."""

    gravity: Gravity
    code: str
    message: str
    subjects: tuple[Hashable, ...] = ()


def blocks(findings: Iterable[Finding]) -> bool:
    """Say whether any finding stands in the way; warnings do not."""
    return any(finding.gravity is Gravity.ERROR for finding in findings)
