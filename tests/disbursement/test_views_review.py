"""What reviewers see beside the lists: evidence, flags, the matrix, returns, the summary."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aid_admin.county.models import DemoClock
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import LineKind
from students.models import BankAccount
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


# ---- the matrix 学校 × 项目 --------------------------------------------------------------------------------------


def matrix(username: str, **chosen: str) -> str:
    return enter(username).get("/rosters/matrix/", chosen).content.decode().partition('class="table-box"')[2]


def today_is(day: str) -> None:
    DemoClock.objects.update(business_date=day)


def test_matrix_tells_how_late_a_returned_roster_is(submitted):
    roster = returned_roster()
    today_is("2020-06-03")  # due on 29 May, a Friday
    text = matrix("chushen2", late="yes")
    assert "逾期 3 个工作日" in text
    assert "退回" in text
    assert text.count('href="/rosters/?school=') == 1
    assert roster.school.name in text


def test_matrix_knows_no_lateness_before_the_deadline(submitted):
    returned_roster()
    today_is("2020-05-29")
    assert "逾期 " not in matrix("chushen2")
    assert matrix("chushen2", late="yes") == ""


def test_matrix_filters_by_township_programme_stand_and_name(submitted):
    roster = returned_roster()
    school = roster.school
    assert f"{school.name}</a>" in matrix("chushen2", stand="RETURNED")
    assert matrix("chushen2", stand="CONFIRMED") == ""
    assert school.name in matrix("chushen2", township=school.township.code)
    assert school.name in matrix("chushen2", programme=roster.programme.code, q=school.name[1:4])
    assert matrix("chushen2", q="没有的学校") == ""


def test_matrix_counts_flagged_lines_for_reviewers_only(submitted):
    roster = Roster.objects.order_by("pk").first()
    share_account(roster)
    assert "疑点 1 人" in matrix("chushen2", q=roster.school.name, programme=roster.programme.code)
    assert "疑点" not in matrix(f"jingban-{roster.school.code}")


def share_account(roster: Roster) -> RosterLine:
    """A pupil of the roster has the account of a pupil of another school; his line."""
    line = roster.lines.filter(kind=LineKind.RIGHT).order_by("pk").first()
    other = BankAccount.objects.usable().exclude(student__rosterline__roster__school=roster.school).first()
    BankAccount.objects.filter(student=line.student, ended_at=None).update(ended_at=other.verified_at)
    BankAccount.objects.create(
        student=line.student, version=9, holder_name="某人", account_no=other.account_no, kind="CARD", bank="RCC",
        proposed_by=other.proposed_by, seal=b"",
    )  # fmt: skip
    return line


def test_matrix_asks_the_same_for_one_school_and_for_all(submitted):
    reviewer = enter("chushen2")

    def queries(**chosen: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            reviewer.get("/rosters/matrix/", chosen)
        return len(asked)

    queries()
    one = queries(q=Roster.objects.first().school.name)
    assert queries() == one
    assert one <= 12
