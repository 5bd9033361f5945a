"""Who may do what with letters and dossiers."""

from aid_admin.accounts.rules import Role

ALLOWED = {"letters.draw_up": frozenset({Role.REVIEWER})}
