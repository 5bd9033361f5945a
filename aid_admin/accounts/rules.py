"""Roles, what their posts cover, and which of them see business data."""

from enum import StrEnum


class Role(StrEnum):
    """The ten roles (architecture: People)."""

    SCHOOL_CLERK = "school_clerk"
    SCHOOL_HEAD = "school_head"
    REGISTRY_OFFICER = "registry_officer"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    PUBLICITY_OFFICER = "publicity_officer"
    FINANCE_CLERK = "finance_clerk"
    FINANCE_APPROVER = "finance_approver"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"


ROLE_NAMES = {
    Role.SCHOOL_CLERK: "学校经办人",
    Role.SCHOOL_HEAD: "学校负责人",
    Role.REGISTRY_OFFICER: "数据专员",
    Role.REVIEWER: "资助中心初审",
    Role.APPROVER: "资助中心复审",
    Role.PUBLICITY_OFFICER: "公示专员",
    Role.FINANCE_CLERK: "财务经办",
    Role.FINANCE_APPROVER: "财务审批",
    Role.AUDITOR: "审计监察",
    Role.SYSTEM_ADMIN: "系统管理员",
}
SECOND_FACTOR_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.APPROVER, Role.FINANCE_CLERK, Role.FINANCE_APPROVER})
SCHOOL_ROLES = frozenset({Role.SCHOOL_CLERK, Role.SCHOOL_HEAD})
BUSINESS_ROLES = frozenset(Role) - {Role.SYSTEM_ADMIN}
COUNTY_ROLES = BUSINESS_ROLES - SCHOOL_ROLES
REVEALING_ROLES = frozenset(
    {
        Role.REGISTRY_OFFICER,
        Role.REVIEWER,
        Role.APPROVER,
        Role.FINANCE_CLERK,
        Role.FINANCE_APPROVER,
        Role.SCHOOL_CLERK,
        Role.SCHOOL_HEAD,
    }
)
