"""Who may take lists with identity numbers out of the system."""

from aid_admin.accounts.rules import COUNTY_ROLES, Role

ALLOWED = {
    "report.export": COUNTY_ROLES,
    "list.export": frozenset(
        {Role.REGISTRY_OFFICER, Role.REVIEWER, Role.APPROVER, Role.FINANCE_CLERK, Role.FINANCE_APPROVER}
    ),
}
