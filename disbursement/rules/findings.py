"""What a check found: a code, how grave, a Chinese sentence, and whom it concerns."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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


def lines_of(findings: Iterable[Finding]) -> list[Any]:
    """The numbers of the lines that something is said about, each once."""
    return sorted({line_no for finding in findings for line_no in finding.subjects})


def counted(findings: Sequence[Finding]) -> str:
    """How many there are, and of how many lines: 4 处，涉及 7 笔."""
    lines = len(lines_of(findings))
    return f"{len(findings)} 处，涉及 {lines} 笔" if lines else f"{len(findings)} 处"


def of_line(finding: Finding, line_no: int, name: str) -> str:
    """What is found, as it stands in the line's own row: without the number and the name that stand there."""
    return finding.message.removeprefix(f"第{line_no}笔{name}").removeprefix("的")


def as_kept(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Doubts as they are kept with who looked at them."""
    return [{"code": one.code, "message": one.message, "lines": list(one.subjects)} for one in findings]


def from_kept(kept: Iterable[dict[str, Any]]) -> list[Finding]:
    """Doubts as they were kept."""
    return [Finding(Gravity.WARNING, one["code"], one["message"], tuple(one["lines"])) for one in kept]


def blocks(findings: Iterable[Finding]) -> bool:
    """Say whether any finding stands in the way; warnings do not."""
    return any(finding.gravity is Gravity.ERROR for finding in findings)
