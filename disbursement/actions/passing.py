"""Passing rosters in bulk: only those that nothing is odd about; the others want a person's eye, one by one."""

from typing import Any, Final

from aid_admin.accounts.acting import Moved, reach_for
from aid_admin.accounts.models import User
from aid_admin.lib.refusals import NotFound, Refused
from disbursement.actions.flags import flagged_counts
from disbursement.actions.rosters import approve_rosters, review_rosters
from disbursement.models import Roster

_NAMED: Final = 3


def review_in_bulk(*, by: User, roster: list[int], seen: list[str] | None = None) -> list[Moved]:
    """First review of those without 疑点; Refused where each has some."""
    moved: list[Moved] = review_rosters(by=by, roster=_unflagged(by, "roster.review", roster), seen=seen)
    return moved


def approve_in_bulk(*, by: User, roster: list[int], seen: list[str] | None = None) -> list[Moved]:
    """Second review of those without 疑点; Refused where each has some."""
    moved: list[Moved] = approve_rosters(by=by, roster=_unflagged(by, "roster.approve", roster), seen=seen)
    return moved


def _unflagged(by: User, verb: str, ids: list[int]) -> list[int]:
    rows: Any = Roster.objects.within(reach_for(by, verb)).filter(pk__in=ids).select_related(
        "school", "programme", "semester"
    ).order_by("pk")  # fmt: skip
    found = list(rows)
    if len(found) != len(set(ids)):
        raise NotFound("没有找到要处理的名册，可能不在您的范围内。请刷新列表后重试。")
    flagged = {
        pk for term in {item.semester for item in found} for pk in flagged_counts(term, [item.pk for item in found])
    }
    left = [item.pk for item in found if item.pk not in flagged]
    if not left:
        names = "、".join(str(item) for item in found[:_NAMED]) + ("等" if len(found) > _NAMED else "")
        raise Refused(
            f"所选 {len(found)} 份名册都有疑点，不能批量通过：{names}。请打开名册，在“有疑点”里逐人核对后，在名册页上通过。"
        )
    return left
