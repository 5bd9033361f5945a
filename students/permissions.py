"""Who may do what with students and their accounts."""

from aid_admin.accounts.rules import Role

ALLOWED = {
    "account.verify": frozenset({Role.SCHOOL_HEAD}),
}
