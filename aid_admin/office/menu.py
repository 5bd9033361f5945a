"""The side bar by role: entries appear as soon as their address exists and the person holds one of the roles."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.urls import is_valid_path

from aid_admin.accounts.rules import BUSINESS_ROLES, COUNTY_ROLES, SCHOOL_ROLES, Role

_ALL: Final = frozenset(Role)
_REGISTRY: Final = frozenset({Role.REGISTRY_OFFICER, Role.AUDITOR})
_MONEY: Final = frozenset({Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.AUDITOR})
_REVIEW: Final = frozenset({Role.REVIEWER, Role.APPROVER, Role.AUDITOR})
_ADMIN: Final = frozenset({Role.SYSTEM_ADMIN})
_SENDERS: Final = frozenset(
    {Role.SCHOOL_CLERK, Role.SCHOOL_HEAD, Role.REGISTRY_OFFICER, Role.REVIEWER, Role.AUDITOR, Role.SYSTEM_ADMIN}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    path: str
    title: str
    icon: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as this person sees it on this page."""

    path: str
    title: str
    icon: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    title: str
    items: list[Shown]


MENU: Final[tuple[tuple[str, tuple[Entry, ...]], ...]] = (
    (
        "",
        (
            Entry("/", "待办事项", "list-check", _ALL),
            Entry("/progress/", "学校进度", "calendar-week", BUSINESS_ROLES),
        ),
    ),
    (
        "数据",
        (
            Entry("/uploads/", "数据导入", "database-up", _SENDERS),
            Entry("/students/", "学生", "people", BUSINESS_ROLES),
            Entry("/standings/", "在籍在校核对", "person-check", SCHOOL_ROLES | _REGISTRY),
            Entry("/accounts/", "银行账号", "wallet2", SCHOOL_ROLES | _MONEY),
        ),
    ),
    (
        "认定",
        (
            Entry("/matches/", "部门比对", "shuffle", _REGISTRY),
            Entry("/coverage/", "不漏一人", "flag", _REGISTRY | _REVIEW),
            Entry("/applications/", "认定申请", "file-earmark-text", SCHOOL_ROLES | _REVIEW),
            Entry("/entitlements/", "应助结果", "card-checklist", BUSINESS_ROLES),
        ),
    ),
    (
        "发放",
        (
            Entry("/rosters/", "资助名册", "table", BUSINESS_ROLES),
            Entry(
                "/publicity/", "公示管理", "megaphone",
                SCHOOL_ROLES | {Role.PUBLICITY_OFFICER, Role.APPROVER, Role.AUDITOR},
            ),
            Entry("/objections/", "公示异议", "question-circle", frozenset({Role.PUBLICITY_OFFICER, Role.APPROVER, Role.AUDITOR})),
            Entry("/funds/", "资金总览", "wallet2", _MONEY | {Role.APPROVER}),
            Entry("/batches/", "资金发放", "bank", _MONEY),
            Entry("/payments/", "发放明细", "cash-coin", SCHOOL_ROLES | _MONEY),
        ),
    ),
    (
        "归档与统计",
        (
            Entry("/letters/", "告知书", "envelope-paper", SCHOOL_ROLES | _REVIEW),
            Entry("/archives/", "一生一档", "archive", SCHOOL_ROLES | _REVIEW),
            Entry("/policy/", "政策宣传", "megaphone", SCHOOL_ROLES | {Role.REVIEWER, Role.APPROVER, Role.PUBLICITY_OFFICER}),
            Entry("/visits/", "走访记录", "house", SCHOOL_ROLES | _REVIEW),
            Entry("/pairing/", "结对帮扶", "person-hearts", SCHOOL_ROLES | _REVIEW),
            Entry("/reports/", "学期总览", "journal-text", COUNTY_ROLES),
            Entry("/statistics/", "统计", "bar-chart", BUSINESS_ROLES),
            Entry("/closing/", "学期办结", "shield-check", _REVIEW | _MONEY),
        ),
    ),
    (
        "系统",
        (
            Entry("/users/", "用户与岗位", "person-badge", _ADMIN | {Role.AUDITOR}),
            Entry("/admin/", "基础数据", "building", _ADMIN),
            Entry("/office/components/", "界面组件", "tags", _ADMIN),
            Entry("/jobs/", "后台任务", "clock-history", _ALL),
            Entry("/audit/", "审计", "shield-check", frozenset({Role.AUDITOR})),
        ),
    ),
)  # fmt: skip


@lru_cache(maxsize=256)
def exists(path: str) -> bool:
    """Whether some page answers at this address."""
    return bool(is_valid_path(path.split("?", 1)[0]))


def _is_current(entry: Entry, path: str) -> bool:
    return path == entry.path if entry.path == "/" else path.startswith(entry.path)


def menu_for(roles: Collection[str], path: str, waiting: int) -> list[Group]:
    """The menu of somebody with these roles on the page `path`; `waiting` stands beside 待办事项."""
    groups = []
    for title, entries in MENU:
        shown = [
            Shown(e.path, e.title, e.icon, _is_current(e, path), waiting if e.path == "/" else 0)
            for e in entries
            if e.roles & frozenset(roles) and exists(e.path)
        ]
        if shown:
            groups.append(Group(title, shown))
    return groups
