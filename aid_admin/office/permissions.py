"""Who may take lists with identity numbers out of the system."""

from aid_admin.accounts.rules import BUSINESS_ROLES, COUNTY_ROLES, Role

ALLOWED = {
    "report.export": COUNTY_ROLES,
    "statistics.export": BUSINESS_ROLES,
    "audit.verify": frozenset({Role.AUDITOR}),
    "list.export": frozenset(
        {Role.REGISTRY_OFFICER, Role.REVIEWER, Role.APPROVER, Role.FINANCE_CLERK, Role.FINANCE_APPROVER}
    ),
}
