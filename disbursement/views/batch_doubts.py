"""疑点 of a batch as its pages show them: live while it is in hand, as they were kept once it is decided, and who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from disbursement.actions import doubts
from disbursement.models import BatchLook
from disbursement.rules.findings import Finding, Gravity, counted, lines_of, of_line
from disbursement.rules.states import BatchMode, BatchState, LookStep

_S: Final = BatchState
IN_HAND: Final = frozenset({_S.DRAFTED, _S.LOCKED, _S.REVIEWED})
_TO_DO: Final = {
    _S.DRAFTED: "锁定前请逐条核对，可疑的先移出。",
    _S.LOCKED: "由财务审批逐条看过，再审核、放行。",
    _S.REVIEWED: "由另一位财务审批逐条看过，再放行。",
}
_NOT_KEPT: Final = "当时没有记下疑点，下面是按现在的登记情况核对的。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """What is said about a batch. `looks`: the steps since it was last locked, at which the doubts were kept."""

    errors: Sequence[Finding]
    warnings: Sequence[Finding]
    looks: Sequence[Any]
    sentence: str
    checked: bool  # there is anything to look at: payees, or the money of a waiver
    is_open: bool = False  # still to be looked at

    @property
    def counted(self) -> str:
        """4 处，涉及 7 笔."""
        return counted(self.warnings)

    @property
    def all_counted(self) -> str:
        """The same of errors and doubts together."""
        return counted([*self.errors, *self.warnings])

    @property
    def count(self) -> int:
        """Errors and doubts."""
        return len(self.errors) + len(self.warnings)

    @property
    def lines(self) -> list[Any]:
        """Numbers of the lines that something is said about."""
        return lines_of([*self.errors, *self.warnings])

    def tell(self, lines: Sequence[Any]) -> None:
        """Give each of these payment lines what is said about it, as `reasons`."""
        for line in lines:
            about = [one for one in (*self.errors, *self.warnings) if line.line_no in one.subjects]
            line.reasons = [of_line(one, line.line_no, line.student.name) for one in about]


def doubts_of(batch: Any, looks: Sequence[BatchLook]) -> Doubts:
    """`looks`: all of the batch, in their order. A batch that is decided shows what was kept last."""
    kept = _since_lock(looks)
    account = batch.mode == BatchMode.ACCOUNT
    if batch.state in IN_HAND:
        errors, warnings = _found(batch)
        return Doubts(
            errors=errors, warnings=warnings, looks=[] if batch.state == _S.DRAFTED else kept, sentence=_TO_DO[batch.state],
            checked=account or bool(warnings), is_open=True,
        )  # fmt: skip
    errors, now = _found(batch) if batch.state == _S.RELEASED or not kept else ([], [])
    errors = errors if batch.state == _S.RELEASED else []
    warnings = kept[-1].findings if kept else now
    sentence = f"这是{kept[-1].get_step_display()}时的疑点，照当时的样子保留。" if kept else _NOT_KEPT
    checked = account or bool(warnings)
    return Doubts(errors=errors, warnings=warnings, looks=kept, sentence=sentence, checked=checked)


def _since_lock(looks: Sequence[BatchLook]) -> list[BatchLook]:
    last = max((place for place, look in enumerate(looks) if look.step == LookStep.LOCK), default=0)
    return list(looks[last:])


def _found(batch: Any) -> tuple[list[Finding], list[Finding]]:
    found = doubts.findings_of(batch)
    return [f for f in found if f.gravity is Gravity.ERROR], [f for f in found if f.gravity is Gravity.WARNING]
