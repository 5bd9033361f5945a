"""Sheet kinds by name; apps register theirs in ready() as dotted paths, so nothing is imported early."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, Final, NamedTuple

from django.utils.module_loading import import_string

from aid_admin.accounts.rules import Role

PERSON: Final = ("id_number", "id_text", "name_key")  # the name counts only where there is no number


class Sum(NamedTuple):
    """What the accepted rows of one sheet come to: under which title, how many lines and persons, how much money."""

    sheet: str
    title: str
    lines: int
    persons: int
    fen: int


class Owed(NamedTuple):
    """A file that a school has still to send: what it is about, where that is seen, the day by which it is due."""

    title: str
    path: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class SheetKind:
    """One kind of file: how it is parsed, where its rows go, who sends it, what it replaces.

    Dotted paths: `module` has COLUMNS, TITLE and parse; `store(upload, rows)` writes a chunk of accepted
    rows while the upload is invisible; `check(upload, rows)` may add issues that need the database;
    `on_force(upload)` and `on_undo(upload)` run in the last short transaction; `closed(upload)` says beforehand why
    `on_force` would refuse, and what to do, "" where it would not; `extras()` adds to the
    parser's context; `parts()` names the parts of its slot in Chinese, by code. `sums(upload)` gives what a clerk checks before committing (list of Sum; the parser's
    `stated_total(row)` reads what the sheet itself says). `rows` names the model of its rows (app.Model).
    What an upload would change (intake.changes): rows of one `key` are the same thing, which changed where one of the
    `facts` did; beside the rows of the upload in force in its slot, or, where files add, those that `known(upload)`
    gives; then `told` says what becomes of them.
    `after_close`: also taken in a semester that is closed.
    `owed(user, semester)` names what the sender has still to send of this kind (list of Owed).
    `next_step` and the address `next_page` tell the sender what comes next once the file is in force; where
    `leads_to(upload)` names the pages that the rows went to (title, address), these; while it names none, `meanwhile`.
    """

    code: str
    title: str
    module: str
    store: str
    roles: frozenset[Role]
    of_school: bool = False
    replaces: bool = True
    part_field: str = ""
    parts: str = ""
    second_person: bool = False
    of_semester: bool = True
    after_close: bool = False
    check: str = ""
    on_force: str = ""
    closed: str = ""
    on_undo: str = ""
    extras: str = ""
    sums: str = ""
    leads_to: str = ""
    owed: str = ""
    meanwhile: str = ""
    own_page: bool = False
    rows: str = ""
    key: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    known: str = ""
    told: str = ""
    next_step: str = ""
    next_page: str = ""

    def call(self, hook: str) -> Callable[..., Any] | None:
        """The function behind one of the paths; None where the kind names none."""
        path = getattr(self, hook)
        return import_string(path) if path else None

    @property
    def dated(self) -> bool:
        """Whether the day on which the data were taken matters: what the county's offices send."""
        return self.of_semester and not (self.of_school or self.own_page)

    def parser(self) -> Any:
        """The module with COLUMNS, TITLE and parse."""
        return import_module(self.module)


KINDS: dict[str, SheetKind] = {}


def register(kind: SheetKind) -> None:
    """Make a sheet kind known."""
    KINDS[kind.code] = kind
