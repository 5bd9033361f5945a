"""Who may do what with rosters, publicity, objections and money."""

from aid_admin.accounts.rules import Role

_CLERK = frozenset({Role.SCHOOL_CLERK})
_REVIEWER = frozenset({Role.REVIEWER})
_APPROVER = frozenset({Role.APPROVER})
_PUBLICITY = frozenset({Role.PUBLICITY_OFFICER})
_FINANCE = frozenset({Role.FINANCE_CLERK})
_FINANCE_APPROVER = frozenset({Role.FINANCE_APPROVER})
ALLOWED = {
    "roster.draft": _REVIEWER,
    "roster.answer": _CLERK,
    "roster.submit": frozenset({Role.SCHOOL_HEAD}),
    "roster.review": _REVIEWER,
    "roster.approve": _APPROVER,
    "roster.return": frozenset({Role.SCHOOL_HEAD, Role.REVIEWER, Role.APPROVER}),
    "roster.withdraw": frozenset({Role.SCHOOL_HEAD, Role.REVIEWER, Role.APPROVER}),
    "roster.confirm": _APPROVER,
    "roster.void": frozenset({Role.REVIEWER, Role.APPROVER}),
    "publicity.plan": _PUBLICITY,
    "publicity.start": _PUBLICITY,
    "publicity.photo": _CLERK,
    "publicity.check": _APPROVER,
    "publicity.end": _APPROVER,
    "publicity.abort": frozenset({Role.PUBLICITY_OFFICER, Role.APPROVER}),
    "objection.add": _PUBLICITY,
    "objection.decide": _APPROVER,
    "batch.build": _FINANCE,
    "batch.lock": _FINANCE,
    "batch.review": _FINANCE_APPROVER,
    "batch.release": _FINANCE_APPROVER,
    "batch.file": _FINANCE,
    "batch.send": _FINANCE,
    "batch.load_return": _FINANCE,
    "batch.close": _FINANCE,
    "batch.abort": frozenset({Role.FINANCE_CLERK, Role.FINANCE_APPROVER}),
    "batch.reissue": _FINANCE,
}
