"""Who may do what with students and their accounts."""

from aid_admin.accounts.rules import Role

ALLOWED = {
    "pupil.add_late": frozenset({Role.SCHOOL_CLERK, Role.REGISTRY_OFFICER}),
    "account.correct": frozenset({Role.SCHOOL_CLERK}),
    "account.decline": frozenset({Role.SCHOOL_HEAD}),
    "account.reaffirm": frozenset({Role.SCHOOL_CLERK}),
    "account.verify": frozenset({Role.SCHOOL_HEAD}),
}
