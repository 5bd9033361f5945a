"""What reviewers see beside the lists: evidence, flags, the matrix, returns, the summary."""

import pytest

from disbursement.models import Roster
from disbursement.rules.states import LineKind
from tests.disbursement.builders import enter
from tests.disbursement.test_views_rosters import returned_roster

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def submitted(county_at):
    county_at("rostered")


def test_roster_with_open_differences_opens_on_them(submitted):
    roster = returned_roster()
    roster.lines.filter(kind=LineKind.MISSING).update(answered_by=None)
    text = enter("chushen2").get("/rosters/").content.decode()
    assert f'href="/rosters/{roster.pk}/?tab=DIFF"' in text
    other = Roster.objects.exclude(pk=roster.pk).order_by("pk").first()
    assert f'href="/rosters/{other.pk}/"' in text


def test_differences_are_told_in_full(submitted):
    roster = Roster.objects.filter(lines__kind=LineKind.TOO_MANY).order_by("pk").first()
    text = enter("chushen2").get(f"/rosters/{roster.pk}/?tab=DIFF").content.decode()
    assert "<summary>" not in text[text.index('class="table-box"') : text.index('class="columns"')]
