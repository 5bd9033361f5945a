"""Who may do what with users."""

from aid_admin.accounts.rules import SECOND_FACTOR_ROLES, Role

_ADMIN = frozenset({Role.SYSTEM_ADMIN})
ALLOWED = {
    "user.create": _ADMIN,
    "user.create_many": _ADMIN,
    "user.reset": _ADMIN,
    "user.disable": _ADMIN,
    "user.enable": _ADMIN,
    "user.give_post": _ADMIN,
    "user.end_post": _ADMIN,
    "user.hand_over": _ADMIN,
    "user.password": frozenset(Role),
    "factor.set_up": SECOND_FACTOR_ROLES,
    "factor.check": SECOND_FACTOR_ROLES,
    "factor.reset": _ADMIN,
    "identity.reveal": frozenset(Role) - _ADMIN - {Role.AUDITOR, Role.PUBLICITY_OFFICER},
}
