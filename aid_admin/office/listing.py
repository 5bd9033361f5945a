"""What command `show` lists: per kind its rows, the columns beside id and state, and who may see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, Q, Value, When

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county.models import Semester
from aid_admin.intake.models import Upload
from aid_admin.jobs.models import Job
from aid_admin.lib.refusals import Forbidden
from archives.models import NoticeLetter
from disbursement.models import (
    DisbursementBatch,
    Objection,
    PaymentLine,
    PublicityPeriod,
    Roster,
    RosterLine,
)
from eligibility.models import AidApplication, ComparisonResult, CoverageGap
from eligibility.pins import runs_shown
from eligibility.rules import UNDECIDED_VERDICTS, Verdict
from students.models import BankAccount


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows a user may see, the column that is the state, further columns, paths to semester and school."""

    rows: Callable[[User], Any]
    state: str
    columns: Mapping[str, str]
    semester: str = ""
    school: str = ""


def _visible(model: Any) -> Callable[[User], Any]:
    return lambda user: model.objects.visible_to(user)


def _compared() -> list[int]:
    """Each semester's comparison that stands now."""
    shown = (runs_shown(term).comparison for term in Semester.objects.all())
    return [pk for pk in shown if pk]


def _matches(user: User) -> Any:
    undecided = [*UNDECIDED_VERDICTS, Verdict.HOUSEHOLD_MATCH]
    return ComparisonResult.objects.visible_to(user).filter(run__in=_compared(), verdict__in=undecided)


def _accounts(user: User) -> Any:
    state = Case(
        When(ended_at__isnull=False, then=Value("ENDED")),
        When(verified_by__isnull=False, then=Value("VERIFIED")),
        default=Value("PROPOSED"),
    )
    return BankAccount.objects.visible_to(user).annotate(standing=state)


def _objections(user: User) -> Any:
    state = Case(When(outcome="", then=Value("OPEN")), default=F("outcome"))
    return Objection.objects.visible_to(user).annotate(standing=state)


def _uploads(user: User) -> Any:
    live = Q(in_force__until=None, in_force__isnull=False)
    return Upload.objects.visible_to(user).annotate(
        standing=Case(When(live, then=Value("IN_FORCE")), default=F("state"))
    ).distinct()  # fmt: skip


def _users(user: User) -> Any:
    _only(user, Role.SYSTEM_ADMIN, Role.AUDITOR)
    state = Case(When(is_active=True, then=Value("ACTIVE")), default=Value("DISABLED"))
    return User.objects.annotate(standing=state)


def _jobs(user: User) -> Any:
    _only(user, Role.SYSTEM_ADMIN, Role.AUDITOR)
    return Job.objects.all()


def _only(user: User, *roles: Role) -> None:
    if not user.roles & set(roles):
        raise Forbidden("您没有查看这个列表的权限。")


def _semesters(_user: User) -> Any:
    return Semester.objects.annotate(standing=Value("OPEN"))


KINDS: dict[str, Kind] = {
    "semesters": Kind(_semesters, "standing", {"code": "code", "starts_on": "starts_on", "ends_on": "ends_on"}, "code"),
    "uploads": Kind(
        _uploads, "state",
        {"kind": "kind", "file": "stored_file__name", "school": "school__code", "rows": "rows", "refused": "refused",
         "standing": "standing"},
        "semester__code", "school__code",
    ),
    "applications": Kind(
        _visible(AidApplication), "state",
        {"student": "student__name", "school": "school__code", "tier": "recognised_tier"},
        "semester__code", "school__code",
    ),
    "matches": Kind(
        _matches, "verdict",
        {"student": "student_id", "student_name": "student__name", "registry": "record__registry",
         "record_name": "record__name"},
        "run__semester__code",
    ),
    "coverage": Kind(
        lambda user: CoverageGap.objects.visible_to(user).filter(run__in=_compared()), "outcome",
        {"registry": "record__registry", "name": "record__name", "reason_code": "reason_code",
         "source_row": "record__row"},
        "run__semester__code",
    ),
    "rosters": Kind(
        _visible(Roster), "state",
        {"school": "school__code", "programme": "programme__code", "round": "round", "lines": "line_count",
         "amount_fen": "total_fen", "period": "period_id"},
        "semester__code", "school__code",
    ),
    "lines": Kind(
        _visible(RosterLine), "state",
        {"roster": "roster_id", "school": "roster__school__code", "programme": "programme__code",
         "student": "student_id", "student_name": "student__name", "kind": "kind", "amount_fen": "amount_fen",
         "reason_code": "reason_code"},
        "semester__code", "roster__school__code",
    ),
    "publicity": Kind(
        _visible(PublicityPeriod), "state",
        {"title": "title", "started_on": "started_on", "ended_on": "ended_on"}, "semester__code",
        "rosters__school__code",
    ),
    "objections": Kind(
        _objections, "standing", {"line": "roster_line_id", "due_on": "due_on"}, "roster_line__semester__code",
        "roster_line__roster__school__code",
    ),
    "batches": Kind(
        _visible(DisbursementBatch), "state",
        {"no": "no", "mode": "mode", "bank": "bank", "lines": "line_count", "amount_fen": "total_fen",
         "reissue_of": "reissue_of_id"},
        "semester__code",
    ),
    "payment_lines": Kind(
        _visible(PaymentLine), "state",
        {"batch": "batch_id", "line_no": "line_no", "school": "school__code", "student": "student_id",
         "student_name": "student__name", "amount_fen": "amount_fen", "code": "code", "retry_of": "retry_of_id"},
        "batch__semester__code", "school__code",
    ),
    "accounts": Kind(
        _accounts, "standing",
        {"student": "student_id", "student_name": "student__name", "version": "version", "bank": "bank",
         "holder_name": "holder_name"},
        "", "source_row__school__code",
    ),
    "letters": Kind(
        _visible(NoticeLetter), "state", {"student": "student_id", "school": "school__code"}, "semester__code",
        "school__code",
    ),
    "users": Kind(_users, "standing", {"username": "username", "name": "name"}),
    "jobs": Kind(
        _jobs, "state", {"kind": "kind", "attempt": "attempt", "done": "done", "total": "total", "message": "message"}
    ),
}  # fmt: skip


def items(kind: str, user: User, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The kind's rows within the user's scope, filtered; each with id, state and its columns."""
    spec = KINDS[kind]
    rows = spec.rows(user)
    for name, path in (("semester", spec.semester), ("school", spec.school), ("state", spec.state)):
        if options.get(name) and path:
            rows = rows.filter(**{path: options[name]})
    paths = ["pk", spec.state, *spec.columns.values()]
    names = ["id", "state", *spec.columns]
    return [dict(zip(names, values, strict=True)) for values in rows.order_by("pk").values_list(*paths)]
