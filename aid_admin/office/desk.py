"""One desk: whose it is, what it may see, and one kind of work that waits at it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from aid_admin.accounts.models import User
from aid_admin.county.models import Semester
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS
from aid_admin.intake.rules import UploadState
from disbursement.models import PaymentLine, Roster
from disbursement.rules.states import REISSUABLE, BatchState
from eligibility.models import AidApplication
from eligibility.pins import RunsShown

Rows = Any


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work: which rows, what it is called, where it is done."""

    rows: Rows
    title: str
    hint: str
    path: str
    due_by: str = ""  # the rows' date, where they have one of their own
    due_at: Callable[[], date | None] = lambda: None  # their date where it is reckoned; asked where the work is there
    step: str = ""  # of county.rules.SCHOOL_STEPS: its deadline is that of this work
    tell: Callable[[date], str] = lambda _today: ""  # said after the hint where the work is there
    one: str = ""  # the address of a single row, {} for its key: opened where just one waits
    one_by: str = "pk"  # which of its fields is the key
    exact: Callable[[], Rows] | None = (
        None  # fewer than `rows`, where SQL alone finds too many; asked where it finds any
    )
    failed: bool = False  # money that did not arrive, or is held back: before all else that is due on the same day


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose desk, which semester, and the runs that stand in it."""

    user: User
    term: Semester
    runs: RunsShown
    today: date

    def see(self, model: Any) -> Rows:
        return model.objects.visible_to(self.user)

    def rosters(self, state: str) -> Rows:
        return self.see(Roster).of(self.term).filter(state=state)

    def applications(self, *states: str) -> Rows:
        return self.see(AidApplication).filter(semester=self.term, state__in=states)


def own_uploads(desk: Desk) -> Iterator[Work]:
    kinds = [kind.code for kind in KINDS.values() if desk.user.roles & kind.roles]
    mine = desk.see(Upload).filter(Q(semester=desk.term) | Q(semester=None), kind__in=kinds)
    read = mine.filter(state=UploadState.READ, read_at__isnull=False).with_successor().filter(successor=None)
    yield Work(read, "文件已读完，等待提交", "核对问题清单后提交导入、改正后重新上传，或放弃", "/uploads/?state=READ")


def unretried(desk: Desk) -> Rows:
    lines = desk.see(PaymentLine).filter(batch__semester=desk.term, state__in=REISSUABLE, retry=None)
    return lines.exclude(batch__state=BatchState.ABORTED)
