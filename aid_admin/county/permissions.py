"""Who may do what with the county's calendar."""

from aid_admin.accounts.rules import Role

_ADMIN = frozenset({Role.SYSTEM_ADMIN})
ALLOWED = {
    "semester.create": _ADMIN,
    "demo.business_date": _ADMIN,
    "demo.mark": _ADMIN,
    "reference.save": _ADMIN,
    "reference.delete": _ADMIN,
    "reference.import": _ADMIN,
    "page.export": frozenset(Role),
}
