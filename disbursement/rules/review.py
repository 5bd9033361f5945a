"""What a reviewer looks at: where a roster stands at its school, and the signs on a line that want a person's eye."""

from disbursement.rules.states import RosterState
from students.rules import Labelled


class Stand(Labelled):
    """Where a roster stands in the matrix 学校 × 项目: the roster's states, and apart what came back."""

    DRAFT = RosterState.DRAFT.value, RosterState.DRAFT.label
    RETURNED = "RETURNED", "被退回"
    SUBMITTED = RosterState.SUBMITTED.value, RosterState.SUBMITTED.label
    REVIEWED = RosterState.REVIEWED.value, RosterState.REVIEWED.label
    APPROVED = RosterState.APPROVED.value, RosterState.APPROVED.label
    CONFIRMED = RosterState.CONFIRMED.value, RosterState.CONFIRMED.label


class Flag(Labelled):
    """疑点: a sign on a line; with one a line is not passed in bulk, a person looks at it first."""

    DIFFERENCE_OPEN = "DIFFERENCE_OPEN", "差异没有说明"
    REASON_OPEN = "REASON_OPEN", "学校有未报理由，待决定"
    DISAGREED = "DISAGREED", "学校对核定结果有异议"
    PLACE_UNDECIDED = "PLACE_UNDECIDED", "就读学校待核定"
    ACCOUNT_SHARED = "ACCOUNT_SHARED", "账号与另一家庭的学生相同"
    PHONE_SHARED = "PHONE_SHARED", "电话与另一家庭的学生相同"
    SAME_PERSON = "SAME_PERSON", "疑似同一人：同名、同生日、同一家庭"


def stand_of(state: str, return_reason: str) -> Stand:
    """The word for a roster that is not voided."""
    return Stand.RETURNED if state == Stand.DRAFT and return_reason else Stand(state)
