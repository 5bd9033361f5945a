"""What a sheet's column is: its field, its headings, the kind of its values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

from aid_admin.lib.sheets.issues import Issue, Level

Kind = Literal["text", "name", "id_number", "account_no", "phone", "date", "yuan", "integer", "yes_no", "cert_no"]


VERSION_SHEET: Final = "版本"
HELP_SHEET: Final = "填写说明"
OWN_SHEETS: Final = frozenset({VERSION_SHEET, HELP_SHEET, "填表说明"})
"""Sheets of our own templates that hold no data: set aside without a word."""
SAMPLE_MARK: Final = "示例（导入时不算）"
SAMPLE_ID: Final = "11010519491231002X"
"""The row of our own template that shows how to fill it in: the mark in its first cell, this number, the standard's
own example, wherever a number stands. Overwritten with somebody's number it is a row like any other."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    required: the heading must be there. filled: each row must have a value. strict: a faulty value is an
    error and not a warning. adult: a 15-digit identity number is taken and made 18 characters long. asked: the
    template asks for it, though a sheet that says it elsewhere (in its title) is read without.
    """

    field: str
    header: str
    aliases: tuple[str, ...] = ()
    kind: Kind = "text"
    required: bool = False
    filled: bool = False
    strict: bool = False
    max_length: int | None = None
    adult: bool = False
    asked: bool = False

    @property
    def must(self) -> bool:
        """Whether somebody who fills in the template must fill this in."""
        return self.required or self.filled or self.asked


class Status(StrEnum):
    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    WARNED = "warned"
    REFUSED = "refused"
    IGNORED = "ignored"


_GRAVITY: Final = {Level.ERROR: Status.REFUSED, Level.WARNING: Status.WARNED, Level.REPAIR: Status.REPAIRED}


def status_of(issues: tuple[Issue, ...]) -> Status:
    """The gravest of a row's issues decides."""
    levels = {issue.level for issue in issues}
    return next((status for level, status in _GRAVITY.items() if level in levels), Status.ACCEPTED)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: typed values by field, what was found, and what became of it.

    An ignored row has its text under "ignored". `table` is 0 for the table asked for, n for the n-th of the
    other tables that the same file may hold.
    """

    sheet: str
    row: int
    status: Status
    values: dict[str, Any] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    table: int = 0

    def with_issues(self, *more: Issue, values: Mapping[str, Any] | None = None) -> "TableRow":
        """The same row with further issues and changed values; ignored rows stay ignored without issues."""
        issues = self.issues + more
        ignored = self.status is Status.IGNORED and not more
        status = Status.IGNORED if ignored else status_of(issues)
        changed = {**self.values, **values} if values else self.values
        return TableRow(self.sheet, self.row, status, changed, issues, self.table)
