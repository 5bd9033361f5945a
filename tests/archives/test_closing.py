"""学期办结: what holds a semester open, what a closed one refuses, what goes on, and opening it again."""

import pytest

from aid_admin.audit.models import AuditEvent
from aid_admin.county.models import Semester
from aid_admin.intake.actions.force import undo_upload
from aid_admin.intake.actions.staging import stage_upload
from aid_admin.intake.models import InForce
from aid_admin.lib.refusals import BadInput, Forbidden, Refused
from archives.actions.closing import close_semester, remaining, reopen_semester
from disbursement.actions.drafting import draft_rosters
from disbursement.actions.rosters import withdraw_rosters
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import RosterState
from eligibility.actions import applications
from eligibility.actions.compare import compare
from eligibility.actions.decisions import decide_match, settle_claim, settle_coverage
from eligibility.actions.entitle import entitle
from eligibility.models import AidApplication, ComparisonResult, CoverageGap
from students.actions.accounts import reaffirm_accounts
from students.models import BankAccount, Placement
from tests.disbursement.builders import TERM, done, enter
from tests.disbursement.money import person

NOTE = "告知书由学校寒假前送完"


def left() -> dict[str, int]:
    return {one.title: one.count for one in remaining(Semester.objects.get(code=TERM)) if one.count}


def close(note: str = NOTE) -> None:
    close_semester(by=person("fushen1"), semester=TERM, note=note)


def test_semester_under_way_is_not_closed_and_says_what_holds_it(county_at):
    county_at("approved")
    waiting = Roster.objects.filter(state=RosterState.APPROVED).count()
    with pytest.raises(Refused, match=f"先办完：名册没有走到“已确认” {waiting}"):
        close()
    assert Semester.objects.get(code=TERM).closed_on is None


def test_what_may_stay_open_is_explained_and_goes_into_the_trail(county_at):
    county_at("paid")
    open_ones = left()
    assert "名册没有走到“已确认”" not in open_ones
    assert open_ones  # the letters are not drawn up yet, but some money came back
    with pytest.raises(BadInput, match="请写明原因"):
        close(note=" ")
    close()
    event = AuditEvent.objects.filter(verb="semester.close").get()
    sums = RosterLine.objects.filter(roster__state=RosterState.CONFIRMED).sums()
    assert NOTE in event.reason
    assert f"{sums['person_times']} 人次" in event.reason
    assert all(f"{title} {count}" in event.reason for title, count in open_ones.items())


def test_closed_semester_takes_no_lists_decisions_or_rosters(county_at):
    county_at("paid")
    close()
    upload = InForce.objects.filter(kind="attendance", until=None).first().upload
    application = AidApplication.objects.order_by("pk").first()
    roster = Roster.objects.exclude(confirmed_by=None).order_by("pk").first()
    pupil = Placement.objects.filter(semester__code=TERM).values_list("student", flat=True)[0]
    tries = {
        "undo": lambda: undo_upload(by=upload.by, upload=upload.pk),
        "compare": lambda: compare(by=person("shuju1"), semester=TERM),
        "entitle": lambda: entitle(by=person("chushen1"), semester=TERM),
        "draft": lambda: draft_rosters(by=person("chushen1"), semester=TERM),
        "withdraw": lambda: withdraw_rosters(by=roster.confirmed_by, roster=[roster.pk], reason="改"),
        "late file": lambda: stage_upload(
            by=upload.by, kind="attendance", data=b"x", name="x.xlsx", semester=TERM, school=upload.school.code
        ),
        "application": lambda: applications.return_applications(
            by=person("chushen1"), application=[application.pk], reason_code="OTHER", reason="补材料"
        ),
        "claim": lambda: settle_claim(
            by=person("shuju1"), student=[pupil], school=upload.school.code, reason="在本校", semester=TERM
        ),
        "match": lambda: decide_match(
            by=person("shuju1"), match=[ComparisonResult.objects.first().pk], decision="SAME", reason="同一人"
        ),
        "coverage": lambda: settle_coverage(
            by=person("shuju1"), coverage=[CoverageGap.objects.first().pk], reason_code="NOT_YET_KINDERGARTEN"
        ),
        "close": close,
    }
    for name, attempt in tries.items():
        with pytest.raises(Refused, match=r"已于 .* 办结"):
            attempt()
        assert InForce.objects.filter(upload=upload, until=None).exists(), name
    roster.refresh_from_db()
    assert roster.state == RosterState.CONFIRMED


def test_money_that_came_back_is_mended_after_the_closing(county_at):
    county_at("paid")
    close()
    account = BankAccount.objects.usable().order_by("pk").first()
    clerk = person(f"jingban-{account.source_row.school.code}")
    assert reaffirm_accounts(by=clerk, account=[account.pk], reason="已解冻")


def test_opened_again_with_a_reason_it_takes_everything(county_at):
    county_at("paid")
    close()
    with pytest.raises(BadInput, match="请写明为什么"):
        reopen_semester(by=person("fushen1"), semester=TERM, reason=" ")
    reopen_semester(by=person("fushen2"), semester=TERM, reason="漏了一名学生")
    assert compare(by=person("shuju1"), semester=TERM)
    with pytest.raises(Refused, match="没有办结"):
        reopen_semester(by=person("fushen1"), semester=TERM, reason="再来")


@pytest.mark.parametrize("who", ["chushen1", "caiwu1", "guanli1"])
def test_only_the_approver_closes(county_at, who):
    county_at("paid")
    with pytest.raises(Forbidden):
        close_semester(by=person(who), semester=TERM, note=NOTE)


def test_page_lists_closes_and_opens(county_at):
    county_at("paid")
    assert "由资助中心复审办结" in enter("chushen1").get("/closing/").content.decode()
    approver = enter("fushen1")
    page = approver.get("/closing/").content.decode()
    for title, count in left().items():
        assert f'>{title}</a></th><td class="num"><b>{count}</b>' in page
    done(approver, "/closing/", "close", note=NOTE)
    page = approver.get("/closing/").content.decode()
    assert "本学期已办结" in page
    assert "（已办结）</option>" in page
    assert NOTE in page
    done(approver, "/closing/", "reopen", reason="漏了一名学生")
    assert "（已办结）" not in approver.get("/closing/").content.decode()
