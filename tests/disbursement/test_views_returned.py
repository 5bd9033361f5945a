"""退回以后: what a school changed or did not, and what the next reviewer and the school see of it."""

import re

import pytest
from django.utils import timezone

from disbursement.models import Roster, RosterLine
from disbursement.rules.states import LineKind, RosterState
from students.models import BankAccount
from tests.disbursement.builders import done, enter
from tests.disbursement.test_views_review import returned
from tests.disbursement.test_views_rosters import returned_roster

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def submitted(county_at):
    county_at("rostered")


def sent_up(roster: Roster) -> None:
    done(enter(f"fuze-{roster.school.code}"), f"/rosters/{roster.pk}/", "submit")


def propose_account(student: int) -> None:
    """The clerk proposes another account; it waits for the head."""
    now = BankAccount.objects.usable().get(student=student)
    BankAccount.objects.create(
        student_id=student, version=now.version + 1, source_row=now.source_row, proposed_by=now.proposed_by,
        account_no=now.account_no, holder_name=now.holder_name, holder_relation=now.holder_relation, bank=now.bank,
        kind=now.kind, seal=now.seal, reason="换了存折",
    )  # fmt: skip


def roster_page(username: str, roster: Roster) -> str:
    return enter(username).get(f"/rosters/{roster.pk}/").content.decode()


def test_roster_sent_up_as_it_was_is_not_called_mended(submitted):
    roster = returned_roster()
    sent_up(roster)
    text = returned("chushen2")
    assert "原样重报" in text
    assert "已改正上报" not in text
    page = roster_page("chushen2", roster)
    assert "退回后重报" in page
    assert "退回原因：信息填写有误：请重新核对" in page
    assert "<b>没有改动</b>，原样重报" in page


def test_corrected_account_counts_as_a_change_and_the_reviewer_reads_it(submitted):
    roster = returned_roster()
    propose_account(roster.lines.order_by("pk").first().student_id)
    told = f"更正银行账号 1 人（{roster.lines.order_by('pk').first().student.name}）"
    assert told in returned("chushen2")
    assert f"退回以后已经改动过（{told}）" in roster_page(f"fuze-{roster.school.code}", roster)
    assert "被退回，已有改动" in enter(f"fuze-{roster.school.code}").get("/rosters/").content.decode()
    sent_up(roster)
    assert "已改正上报" in returned("chushen2")
    assert f"{told}；重新上报" in roster_page("chushen2", roster)


def test_list_marks_what_came_back_until_it_is_reviewed(submitted):
    roster = returned_roster()
    sent_up(roster)
    text = enter("chushen2").get("/rosters/", {"q": ""}).content.decode()
    assert text.count("退回后重报") == 1
    done(enter("chushen2"), f"/rosters/{roster.pk}/", "review")
    assert "退回后重报" in roster_page("fushen1", roster)  # the second reviewer knows as well
    done(enter("fushen1"), f"/rosters/{roster.pk}/", "approve")
    assert "退回后重报" not in enter("chushen2").get("/rosters/").content.decode()


def test_schools_objection_is_seen_by_the_second_reviewer_too(submitted):
    roster = Roster.objects.filter(lines__kind=LineKind.TOO_MANY).order_by("pk").first()
    line = roster.lines.filter(kind=LineKind.TOO_MANY).order_by("pk").first()
    RosterLine.objects.filter(pk=line.pk).update(reason_code="DISAGREED", explanation="家里确有困难")
    picked = re.search(rf'value="{line.pk}"[^>]*data-why="([^"]+)"', roster_page("chushen2", roster))
    assert "不用再选" in picked[1]
    done(enter("chushen2"), f"/rosters/{roster.pk}/", "review")
    page = enter("fushen1").get(f"/rosters/{roster.pk}/?tab=FLAGGED").content.decode()
    assert "学校对核定结果有异议" in page
    assert "家里确有困难" in page


def test_after_ones_own_step_the_next_roster_is_a_click_away(submitted):
    first, second = Roster.objects.filter(state=RosterState.SUBMITTED).order_by("school__code", "programme__position")[
        :2
    ]
    assert "下一份" not in roster_page("chushen2", first)
    done(enter("chushen2"), f"/rosters/{first.pk}/", "review")
    assert f'href="/rosters/{second.pk}/" title=' in roster_page("chushen2", first)


def test_head_takes_back_what_he_sent_up_and_lands_on_the_whole_list(submitted):
    roster = returned_roster()
    head = enter(f"fuze-{roster.school.code}")
    assert done(head, "/rosters/?state=DRAFT", "submit", [roster.pk]) == "/rosters/"
    page = head.get(f"/rosters/{roster.pk}/").content.decode()
    assert 'data-dialog="do-withdraw"' in page
    assert 'data-dialog="do-return"' not in page


def test_school_sees_which_pupils_account_is_missing_or_waits(submitted):
    roster = Roster.objects.filter(programme__code="LIVING_ALLOWANCE").order_by("pk").first()
    first, second = RosterLine.objects.filter(roster=roster).order_by("pk")[:2]
    BankAccount.objects.filter(student=first.student).update(ended_at=timezone.now())
    propose_account(second.student_id)
    page = roster_page(f"jingban-{roster.school.code}", roster)
    rows = {
        line.pk: re.search(
            rf'<th scope="row" class="brief"><a href="/students/{line.student_id}/">.*?</tr>', page, re.S
        )
        for line in (first, second)
    }
    assert "没有账户" in rows[first.pk][0]
    assert "待核对" in rows[second.pk][0]
    waiting = BankAccount.objects.get(student=second.student, verified_by=None)
    assert f'href="/accounts/{waiting.pk}/correct/?next=/rosters/{roster.pk}/"' in rows[second.pk][0]
    assert "/correct/" not in roster_page(f"fuze-{roster.school.code}", roster)


def test_roster_without_the_schools_list_says_so(submitted):
    roster = returned_roster()
    Roster.objects.filter(pk=roster.pk).update(filed=None)
    RosterLine.objects.filter(roster=roster).exclude(kind=LineKind.RIGHT).update(answered_by=None)
    page = enter("chushen2").get("/rosters/").content.decode()
    assert page.count("学校未上传") == 1
    assert Roster.objects.get(pk=roster.pk).state == RosterState.DRAFT
