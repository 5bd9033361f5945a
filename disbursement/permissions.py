"""Who may do what with rosters, publicity, objections and money."""

from aid_admin.accounts.rules import Role

_CLERK = frozenset({Role.SCHOOL_CLERK})
_REVIEWER = frozenset({Role.REVIEWER})
_APPROVER = frozenset({Role.APPROVER})
_PUBLICITY = frozenset({Role.PUBLICITY_OFFICER})
_FINANCE = frozenset({Role.FINANCE_CLERK})
_FINANCE_APPROVER = frozenset({Role.FINANCE_APPROVER})
_SCHOOL = frozenset({Role.SCHOOL_CLERK, Role.SCHOOL_HEAD})
_AUDITOR = frozenset({Role.AUDITOR})
# who checks evidence goes on seeing a list after its period has ended; nobody else does
CHECKS_EVIDENCE = _APPROVER | _AUDITOR
# who is told what is odd about the lines of rosters: it may name pupils of other schools
SEES_FLAGS = _REVIEWER | _APPROVER | _AUDITOR
ALLOWED = {
    "roster.draft": _REVIEWER,
    "roster.answer": _CLERK,
    "roster.submit": frozenset({Role.SCHOOL_HEAD}),
    "roster.refuse": _REVIEWER,
    "roster.restore": _REVIEWER,
    "roster.review": _REVIEWER,
    "roster.approve": _APPROVER,
    "roster.return": frozenset({Role.SCHOOL_HEAD, Role.REVIEWER, Role.APPROVER}),
    "roster.withdraw": frozenset({Role.SCHOOL_HEAD, Role.REVIEWER, Role.APPROVER}),
    "roster.confirm": _APPROVER,
    "roster.void": frozenset({Role.REVIEWER, Role.APPROVER}),
    "roster.summary": SEES_FLAGS,
    "roster.export": _SCHOOL | _REVIEWER | _APPROVER | _FINANCE | _FINANCE_APPROVER | _AUDITOR,
    "publicity.plan": _PUBLICITY,
    "publicity.start": _PUBLICITY,
    "publicity.photo": _CLERK,
    "publicity.check": _APPROVER,
    "publicity.end": _APPROVER,
    "publicity.abort": frozenset({Role.PUBLICITY_OFFICER, Role.APPROVER}),
    "publicity.print": _SCHOOL | _PUBLICITY | CHECKS_EVIDENCE,
    "publicity.print_all": _PUBLICITY | CHECKS_EVIDENCE,
    "publicity.print_village": _PUBLICITY | CHECKS_EVIDENCE,
    "publicity.certify": _PUBLICITY | CHECKS_EVIDENCE,
    "publicity.download": _PUBLICITY | CHECKS_EVIDENCE,
    "objection.add": _PUBLICITY,
    "objection.decide": _APPROVER,
    "objection.reveal": _PUBLICITY | _APPROVER,
    "objection.print": _PUBLICITY | CHECKS_EVIDENCE,
    "funds.allot": _FINANCE,
    "funds.take_back": _FINANCE,
    "batch.build": _FINANCE,
    "batch.take_out": _FINANCE,
    "batch.put_back": _FINANCE,
    "batch.lock": _FINANCE,
    "batch.give_back": _FINANCE_APPROVER,
    "batch.review": _FINANCE_APPROVER,
    "batch.release": _FINANCE_APPROVER,
    "batch.file": _FINANCE,
    "batch.download": _FINANCE,
    "batch.send": _FINANCE,
    "batch.load_return": _FINANCE,
    "batch.settle": _FINANCE | _FINANCE_APPROVER,
    "batch.close": _FINANCE,
    "batch.abort": frozenset({Role.FINANCE_CLERK, Role.FINANCE_APPROVER}),
    "batch.reissue": _FINANCE,
    "batch.print": _FINANCE | _FINANCE_APPROVER | _AUDITOR,
    "batch.waivers": _FINANCE | _FINANCE_APPROVER | _AUDITOR,
    "batch.list": _FINANCE | _FINANCE_APPROVER | _AUDITOR,
    "batch.print_all": _FINANCE | _FINANCE_APPROVER | _AUDITOR,
    "batch.take_printed": _FINANCE | _FINANCE_APPROVER | _AUDITOR,
}
