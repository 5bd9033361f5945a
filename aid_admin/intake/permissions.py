"""Who may do what with uploads; which kinds a role may send is told by the kind."""

from aid_admin.accounts.rules import Role

SENDERS = frozenset({Role.SCHOOL_CLERK, Role.REGISTRY_OFFICER, Role.FINANCE_CLERK, Role.SYSTEM_ADMIN})
ALLOWED = {
    "upload.stage": SENDERS,
    "upload.commit": SENDERS,
    "upload.undo": SENDERS,
    "upload.restore": SENDERS,
    "upload.discard": SENDERS,
    "upload.mark": SENDERS,
    "upload.download": SENDERS,
    "upload.print": SENDERS,
    "upload.activate": frozenset({Role.REGISTRY_OFFICER}),
    "upload.decline": frozenset({Role.REGISTRY_OFFICER}),
}
