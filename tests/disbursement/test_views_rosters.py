"""Rosters: answering, bulk moves, refusals that lose nothing, returns, exports."""

import io
import re

import pytest
from openpyxl import load_workbook

from aid_admin.audit.models import AuditEvent
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import LineKind, RosterState
from students.models import Student
from tests.disbursement.builders import do, done, enter, share_account

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def submitted(county_at):
    county_at("rostered")


def returned_roster() -> Roster:
    """A roster with differences, back at its school."""
    roster = Roster.objects.filter(lines__kind=LineKind.MISSING).order_by("pk").first()
    done(
        enter("chushen2"), "/rosters/", "return", [roster.pk], reason_code="DATA_WRONG", reason="请重新核对", to="DRAFT"
    )
    roster.refresh_from_db()
    return roster


def test_return_needs_words_and_keeps_what_was_typed(submitted):
    roster = Roster.objects.first()
    answer = do(enter("chushen2"), "/rosters/", "return", [roster.pk], reason="第三行姓名写错", to="DRAFT")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "请选择退回原因" in text
    assert "第三行姓名写错" in text
    assert re.search(f'value="{roster.pk}"[^>]* aria-label="选择{roster}" checked', text)
    roster.refresh_from_db()
    assert roster.state == RosterState.SUBMITTED


def test_deed_without_picked_rows_says_so(submitted):
    text = do(enter("chushen2"), "/rosters/", "review").content.decode()
    assert "请先在列表中选择要处理的行" in text


def test_returned_roster_shows_its_reason_to_the_school(submitted):
    roster = returned_roster()
    text = enter(f"jingban-{roster.school.code}").get(f"/rosters/{roster.pk}/").content.decode()
    assert "信息填写有误：请重新核对" in text


def test_clerk_answers_and_head_submits(submitted):
    roster = returned_roster()
    line = roster.lines.filter(kind=LineKind.MISSING).first()
    clerk, head = enter(f"jingban-{roster.school.code}"), enter(f"fuze-{roster.school.code}")
    path = f"/rosters/{roster.pk}/"
    silent = do(clerk, path, "answer", [line.pk], reason_code="OTHER").content.decode()
    assert "请写明具体情况" in silent
    done(clerk, path, "answer", [line.pk], reason_code="LEFT", explanation="三月转走")
    line.refresh_from_db()
    assert (line.reason_code, line.explanation, line.answered_by.username) == (
        "LEFT", "三月转走", f"jingban-{roster.school.code}",
    )  # fmt: skip
    done(head, path, "submit")
    roster.refresh_from_db()
    assert roster.state == RosterState.SUBMITTED


def test_school_sees_a_shared_account_while_it_can_mend_it(submitted):
    roster = returned_roster()
    share_account(roster)
    clerk, path = enter(f"jingban-{roster.school.code}"), f"/rosters/{roster.pk}/"
    assert clerk.get(path).content.decode().count("账号与别的学生相同") == 1


def test_next_roster_with_differences_is_a_click_away(submitted):
    first, second = Roster.objects.filter(school__code="3141000003").order_by("pk")
    clerk = enter("jingban-3141000003")
    RosterLine.objects.filter(roster=second).exclude(kind=LineKind.RIGHT).update(answered_by=None)
    Roster.objects.filter(pk__in=[first.pk, second.pk]).update(state=RosterState.DRAFT)
    assert "下一份</a>" in clerk.get(f"/rosters/{first.pk}/").content.decode()
    (line,) = [one for one, _ in clerk.get("/").context["lines"] if "差异待说明" in one.title]
    assert line.path == f"/rosters/{second.pk}/?tab=DIFF"
    RosterLine.objects.filter(roster=first).exclude(kind=LineKind.RIGHT).update(answered_by=None)
    (line,) = [one for one, _ in clerk.get("/").context["lines"] if "差异待说明" in one.title]
    assert line.path == "/rosters/?open=yes"


def test_head_takes_back_from_the_list_what_nobody_reviewed(submitted):
    roster = Roster.objects.filter(school__code="3141000003").order_by("pk").first()
    head = enter("fuze-3141000003")
    assert f'value="{roster.pk}" data-for="withdraw"' in head.get("/rosters/").content.decode()
    done(head, "/rosters/", "withdraw", [roster.pk])
    roster.refresh_from_db()
    assert roster.state == RosterState.DRAFT
    assert 'data-dialog="do-withdraw"' not in enter("chushen2").get("/rosters/").content.decode()


def test_clerk_agrees_with_what_was_computed(submitted):
    roster = returned_roster()
    line = roster.lines.filter(kind=LineKind.MISSING).first()
    done(enter(f"jingban-{roster.school.code}"), f"/rosters/{roster.pk}/", "agree", [line.pk])
    line.refresh_from_db()
    assert line.reason_code == ""
    assert line.answered_by is not None


def test_reviewer_accepts_a_schools_reason_and_refuses_a_line(submitted):
    roster = returned_roster()
    missing = roster.lines.filter(kind=LineKind.MISSING).first()
    right = roster.lines.filter(kind=LineKind.RIGHT).first()
    path = f"/rosters/{roster.pk}/"
    done(enter(f"jingban-{roster.school.code}"), path, "answer", [missing.pk], reason_code="LEFT", explanation="转走")
    done(enter(f"fuze-{roster.school.code}"), path, "submit")
    reviewer = enter("chushen2")
    assert "写了理由，还没有采纳" in reviewer.get(path).content.decode()
    done(reviewer, path, "accept", [missing.pk])
    done(reviewer, path, "refuse", [right.pk], reason_code="NOT_AT_SCHOOL", reason="走访时已外出")
    done(reviewer, path, "review")
    states = dict(RosterLine.objects.filter(roster=roster).values_list("pk", "refusal"))
    assert states[missing.pk] == "SCHOOL_REASON_ACCEPTED"
    assert states[right.pk] == "NOT_AT_SCHOOL"
    assert RosterLine.objects.filter(roster=roster, state="ACCEPTED").count() == len(states) - 2
    text = enter(f"jingban-{roster.school.code}").get(path).content.decode()
    assert "初审：采纳学校理由，不资助" in text
    assert "走访时已外出" in text


def test_buttons_follow_state_and_person(submitted):
    roster = Roster.objects.first()
    path = f"/rosters/{roster.pk}/"
    drafter, reviewer = enter("chushen1"), enter("chushen2")  # chushen1 drafted it
    assert 'value="review"' not in drafter.get(path).content.decode()
    assert 'value="review"' in reviewer.get(path).content.decode()
    done(reviewer, path, "review")
    text = reviewer.get(path).content.decode()
    assert 'value="review"' not in text
    assert 'value="withdraw"' in text
    assert 'value="withdraw"' not in drafter.get(path).content.decode()
    done(reviewer, path, "withdraw")
    roster.refresh_from_db()
    assert roster.state == RosterState.SUBMITTED


def test_void_needs_a_reason(submitted):
    roster = Roster.objects.first()
    path = f"/rosters/{roster.pk}/"
    assert "请写明原因" in do(enter("chushen2"), path, "void").content.decode()
    done(enter("chushen2"), path, "void", reason="重复生成")
    roster.refresh_from_db()
    assert roster.state == RosterState.VOIDED


def test_draft_again_changes_nothing(submitted):
    before = list(Roster.objects.order_by("pk").values_list("pk", "state"))
    done(enter("chushen1"), "/rosters/", "draft")
    assert list(Roster.objects.order_by("pk").values_list("pk", "state")) == before


def test_confirmation_is_taken_back_while_nothing_is_batched(county_at):
    county_at("publicised")
    roster = Roster.objects.order_by("pk").first()
    path = f"/rosters/{roster.pk}/"
    assert 'value="withdraw"' in enter("fushen1").get(path).content.decode()
    done(enter("fushen1"), path, "withdraw", reason="再核一遍")
    done(enter("fushen1"), path, "confirm")
    roster.refresh_from_db()
    assert roster.state == RosterState.CONFIRMED
    assert roster.digest


def test_confirmation_of_batched_rosters_stays(small_county):
    roster = Roster.objects.filter(confirmed_by__username="fushen1").order_by("pk").first()
    text = do(enter("fushen1"), f"/rosters/{roster.pk}/", "withdraw").content.decode()
    assert "已经编入发放批次" in text


def test_search_finds_the_rosters_of_a_pupil(small_county):
    line = RosterLine.objects.select_related("student", "roster__school").first()
    text = enter("chushen1").get("/rosters/", {"q": line.student.name}).content.decode()
    named = set(RosterLine.objects.filter(student__name__contains=line.student.name).values_list("roster", flat=True))
    assert {f"/rosters/{pk}/" for pk in named} == {
        part for part in text.split('"') if part.startswith("/rosters/") and part[9:10].isdigit()
    }


def test_open_differences_filter(submitted):
    roster = returned_roster()
    roster.lines.filter(kind=LineKind.MISSING).update(answered_by=None)
    text = enter("chushen2").get("/rosters/?open=yes").content.decode()
    assert f"/rosters/{roster.pk}/" in text
    assert text.count('name="pick"') == 1


def test_export_xlsx_masked_by_default_and_logged(small_county):
    roster = Roster.objects.order_by("-pk").first()
    answer = do(enter("shenji1"), f"/rosters/{roster.pk}/", "export", form="xlsx")
    assert answer.status_code == 200
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    place = rows[2].index("身份证号")
    names = [row[rows[2].index("学生姓名")] for row in rows[3 : 3 + roster.lines.counted().count()]]
    assert names == list(roster.lines.counted().order_by("pk").values_list("student__name", flat=True))  # as the page
    assert {"*" in row[place] for row in rows[3 : 3 + roster.lines.counted().count()]} == {True}
    event = AuditEvent.objects.latest("seq")
    assert (event.verb, event.to_state, event.count) == ("roster.export", "EXPORTED", roster.lines.counted().count())
    assert len(event.after_digest) == 64


def test_export_in_clear_needs_a_reason_and_the_right(small_county):
    roster = Roster.objects.order_by("-pk").first()
    path = f"/rosters/{roster.pk}/"
    assert "须填写原因" in do(enter("chushen1"), path, "export", form="xlsx", in_clear="on").content.decode()
    assert do(enter("shenji1"), path, "export", form="xlsx", in_clear="on", reason="查").status_code == 403
    answer = do(enter("chushen1"), path, "export", form="xlsx", in_clear="on", reason="报送财政")
    number = Student.objects.filter(rosterline__roster=roster).first().id_number
    cells = {
        str(c) for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True) for c in row
    }
    assert number in cells
    assert "报送财政" in AuditEvent.objects.latest("seq").reason


def test_export_pdf(small_county):
    roster = Roster.objects.order_by("pk").first()
    answer = do(enter("chushen1"), f"/rosters/{roster.pk}/", "export", form="pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


# ---- one pupil's line at first review ------------------------------------------------------------------------
