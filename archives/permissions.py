"""Who may do what with letters, dossiers, visits and pairings."""

from aid_admin.accounts.rules import SCHOOL_ROLES, Role

_HANDS = SCHOOL_ROLES | {Role.REVIEWER}
ALLOWED = {
    "letters.draw_up": frozenset({Role.REVIEWER}),
    "letters.print": _HANDS,
    "letters.printed": _HANDS,
    "letters.download": _HANDS,
    "letters.deliver": _HANDS,
    "letters.sign": _HANDS,
    "letters.take_back": _HANDS,
    "visit.record": _HANDS,
    "visit.correct": _HANDS,
    "visit.withdraw": _HANDS,
    "visit.settle": frozenset({Role.REVIEWER, Role.APPROVER}),
    "visit.export": _HANDS | {Role.APPROVER},
    "pairing.assign": _HANDS,
    "pairing.end": _HANDS,
    "pairing.export": _HANDS | {Role.APPROVER},
    "peers.pair": SCHOOL_ROLES,
    "peers.end": SCHOOL_ROLES,
    "peers.activity": SCHOOL_ROLES,
    "activity.correct": SCHOOL_ROLES,
    "activity.withdraw": SCHOOL_ROLES,
    "application.print": _HANDS | {Role.APPROVER},
    "policy.print": _HANDS | {Role.APPROVER, Role.PUBLICITY_OFFICER},
    "archive.scan": _HANDS,
    "archive.withdraw_scan": _HANDS,
    "archive.print": _HANDS | {Role.APPROVER},
    "archive.export_missing": _HANDS | {Role.APPROVER},
    "archive.pack": _HANDS | {Role.APPROVER},
    "archive.packed": _HANDS | {Role.APPROVER},
    "semester.close": frozenset({Role.APPROVER}),
    "semester.reopen": frozenset({Role.APPROVER}),
    "archive.download": _HANDS | {Role.APPROVER},
}
