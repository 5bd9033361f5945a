"""First review: a pupil on two rosters is granted once; lines of other rosters are not found."""

from collections.abc import Callable

import pytest

from aid_admin.accounts.rules import Role
from aid_admin.lib.refusals import NotFound
from disbursement.actions import rosters
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
