"""Who may do what in recognition, comparison and entitlement."""

from aid_admin.accounts.rules import Role

_OFFICER = frozenset({Role.REGISTRY_OFFICER})
ALLOWED = {
    "application.submit": frozenset({Role.SCHOOL_CLERK}),
    "application.review": frozenset({Role.SCHOOL_HEAD, Role.REVIEWER}),
    "application.recognise": frozenset({Role.APPROVER}),
    "application.return": frozenset({Role.SCHOOL_HEAD, Role.REVIEWER, Role.APPROVER}),
    "application.reject": frozenset({Role.REVIEWER, Role.APPROVER}),
    "compare": _OFFICER,
    "match.decide": _OFFICER,
    "claim.settle": _OFFICER,
    "coverage.settle": _OFFICER,
    "entitle": frozenset({Role.REVIEWER}),
}
