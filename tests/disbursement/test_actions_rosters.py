"""First review: a pupil on two rosters is granted once; lines of other rosters are not found."""

from collections.abc import Callable

import pytest

from aid_admin.accounts.rules import Role
from aid_admin.audit.models import AuditEvent
from aid_admin.lib.refusals import NotFound, Refused
from disbursement.actions import lines, rosters
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import LineStatus, RosterState
from tests.factories import accounts

At = Callable[[str], str]


def _submitted() -> list[int]:
    return list(Roster.objects.filter(state=RosterState.SUBMITTED).order_by("pk").values_list("pk", flat=True))


def test_pupil_on_two_rosters_of_one_review_is_granted_once(county_at: At) -> None:
    county_at("rostered")
    line = RosterLine.objects.filter(kind="RIGHT", roster__state=RosterState.SUBMITTED).order_by("pk").first()
    assert line is not None
    others = Roster.objects.filter(programme=line.programme, state=RosterState.SUBMITTED).exclude(pk=line.roster_id)
    other = others.exclude(lines__student=line.student).order_by("pk").first()
    assert other is not None
    names = ("student", "semester", "programme", "entitlement", "kind", "amount_fen")
    again = RosterLine.objects.create(roster=other, **{name: getattr(line, name) for name in names})

    rosters.review_rosters(by=accounts.user(Role.REVIEWER), roster=_submitted())

    line.refresh_from_db()
    again.refresh_from_db()
    assert (line.state, again.state, again.refusal) == ("ACCEPTED", "REFUSED", "ALREADY_GRANTED")


@pytest.mark.parametrize("chosen", ["refuse", "accept_reasons"])
def test_review_that_names_a_line_of_another_roster_is_not_found(county_at: At, chosen: str) -> None:
    county_at("rostered")
    first, second = _submitted()[:2]
    foreign = RosterLine.objects.filter(roster=second).order_by("pk").values_list("pk", flat=True)[0]

    with pytest.raises(NotFound, match="勾选的学生不都在这些名册上"):
        rosters.review_rosters(by=accounts.user(Role.REVIEWER), roster=[first], **{chosen: [foreign]})

    assert Roster.objects.get(pk=first).state == RosterState.SUBMITTED
    assert set(RosterLine.objects.filter(roster=first).values_list("state", flat=True)) == {LineStatus.PROPOSED}


def _with(kind: str) -> RosterLine:
    found = RosterLine.objects.filter(kind=kind, roster__state=RosterState.SUBMITTED).select_related("roster")
    return found.order_by("pk")[0]


def test_review_by_command_still_takes_lines_to_refuse(county_at: At) -> None:
    county_at("rostered")
    line, by = _with("RIGHT"), accounts.user(Role.REVIEWER)

    rosters.review_rosters(by=by, roster=[line.roster_id], refuse=[line.pk])

    line.refresh_from_db()
    assert (line.state, line.refusal, line.refused_by) == ("REFUSED", "NOT_ENTITLED", by)
    assert "不通过：不符合资助条件" in AuditEvent.objects.filter(verb="roster.review").latest("seq").reason


def test_nobody_approves_a_roster_of_which_he_refused_a_line(county_at: At) -> None:
    county_at("rostered")
    line = _with("RIGHT")
    both = accounts.user(Role.REVIEWER, Role.APPROVER)
    lines.refuse_lines(by=both, line=[line.pk], reason_code="OTHER", reason="重复")
    rosters.review_rosters(by=accounts.user(Role.REVIEWER), roster=[line.roster_id])

    with pytest.raises(Refused, match="须由另一人复审"):
        rosters.approve_rosters(by=both, roster=[line.roster_id])
    rosters.approve_rosters(by=accounts.user(Role.APPROVER), roster=[line.roster_id])


@pytest.mark.parametrize(
    ("kind", "code", "words", "said"),
    [
        ("TOO_MANY", "OTHER", "重复", "自动不通过"),
        ("RIGHT", "SCHOOL_REASON_ACCEPTED", "", "没有对.*说明未报原因"),
        ("RIGHT", "NOT_ENTITLED", " ", "请写明这些学生为什么不予通过"),
        ("RIGHT", "ALREADY_GRANTED", "重复", "请选择不予通过的原因"),
    ],
)
def test_line_is_not_refused_without_sense(county_at: At, kind: str, code: str, words: str, said: str) -> None:
    county_at("rostered")
    line = _with(kind)

    with pytest.raises(Refused, match=said):
        lines.refuse_lines(by=accounts.user(Role.REVIEWER), line=[line.pk], reason_code=code, reason=words)


def test_line_is_neither_refused_twice_nor_restored_when_it_stands(county_at: At) -> None:
    county_at("rostered")
    line, by = _with("RIGHT"), accounts.user(Role.REVIEWER)
    with pytest.raises(Refused, match="不用取消"):
        lines.restore_lines(by=by, line=[line.pk])
    lines.refuse_lines(by=by, line=[line.pk], reason_code="OTHER", reason="重复")

    with pytest.raises(Refused, match="已经标记"):
        lines.refuse_lines(by=by, line=[line.pk], reason_code="OTHER", reason="重复")


def test_line_is_not_refused_once_the_roster_was_reviewed(county_at: At) -> None:
    county_at("rostered")
    line, by = _with("RIGHT"), accounts.user(Role.REVIEWER)
    rosters.review_rosters(by=by, roster=[line.roster_id])

    with pytest.raises(Refused, match="只有“已上报”的名册可以逐人审核"):
        lines.refuse_lines(
            by=accounts.user(Role.REVIEWER), line=[line.pk], reason_code="OTHER", reason="重复", everybody=True
        )
