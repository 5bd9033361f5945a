"""What the pages of rosters say and offer: picks, stale pages, returns, differences answered at once."""

import re

import pytest
from django.db.models import Count

from aid_admin.audit.models import AuditEvent
from aid_admin.lib.money import yuan_comma
from disbursement.actions.rosters import answer_differences
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import LineKind, RosterState
from students.actions.accounts import correct_account
from students.models import BankAccount, Placement
from tests.disbursement.builders import do, done, enter
from tests.disbursement.money import person
from tests.factories import people

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


def submitted_roster() -> Roster:
    """A submitted roster of several pupils, nobody too many."""
    roster = Roster.objects.annotate(n=Count("lines")).filter(state=RosterState.SUBMITTED, n__gt=3)
    return roster.exclude(lines__kind=LineKind.TOO_MANY).order_by("pk").first()


def fields_of(client, path: str) -> list[str]:
    """What the page's hidden fields say it showed."""
    return re.findall(r'name="seen" value="(\d+:\d+)"', client.get(path).content.decode())


def test_picked_rows_do_not_steer_first_review(submitted):
    roster = submitted_roster()
    path, reviewer = f"/rosters/{roster.pk}/", enter("chushen2")
    every = list(roster.lines.values_list("pk", flat=True))
    done(reviewer, path, "review", every)
    assert set(roster.lines.values_list("state", flat=True)) == {"ACCEPTED"}


def test_refused_line_needs_reason_and_words_shows_both_and_can_be_restored(submitted):
    roster = submitted_roster()
    path, reviewer = f"/rosters/{roster.pk}/", enter("chushen2")
    line = roster.lines.select_related("student").order_by("pk").first()
    bare = do(reviewer, path, "refuse", [line.pk]).content.decode()
    assert "请选择不予通过的原因" in bare
    assert "请写明具体情况" in bare
    done(reviewer, path, "refuse", [line.pk], reason_code="GIVEN_UP", reason="家长来电放弃")
    line.refresh_from_db()
    assert (line.state, line.refusal, line.refusal_note, line.refused_by.username) == (
        "REFUSED", "GIVEN_UP", "家长来电放弃", "chushen2",
    )  # fmt: skip
    text = reviewer.get(f"{path}?tab=REFUSED").content.decode()
    assert "家长来电放弃" in text
    assert text.count('name="pick"') == 1
    event = AuditEvent.objects.latest("seq")
    assert (event.verb, event.count, event.reason) == ("roster.refuse", 1, "家庭自愿放弃 家长来电放弃")
    done(reviewer, path, "restore", [line.pk])
    line.refresh_from_db()
    assert (line.state, line.refusal, line.refused_by) == ("PROPOSED", "", None)


def test_review_dialog_says_how_many_pass_and_how_many_do_not(submitted):
    roster = submitted_roster()
    path, reviewer = f"/rosters/{roster.pk}/", enter("chushen2")
    lines = list(roster.lines.order_by("pk"))
    done(reviewer, path, "refuse", [lines[0].pk], reason_code="OTHER", reason="重复")
    fen = sum(line.amount_fen for line in lines[1:])
    text = reviewer.get(path).content.decode()
    assert f"{len(lines) - 1} 人通过，{yuan_comma(fen)} 元；1 人不通过、不资助（含多报）。" in text


def test_refusing_everybody_is_refused_until_it_is_meant(submitted):
    roster = submitted_roster()
    path, reviewer = f"/rosters/{roster.pk}/", enter("chushen2")
    every = list(roster.lines.values_list("pk", flat=True))
    given = {"reason_code": "OTHER", "reason": "名单作废"}
    text = do(reviewer, path, "refuse", every, **given).content.decode()
    assert "没有一个人通过" in text
    assert "名单作废" in text
    assert set(roster.lines.values_list("state", flat=True)) == {"PROPOSED"}
    done(reviewer, path, "refuse", every, **given, everybody="on")
    assert "注意：没有一个人通过！" in reviewer.get(path).content.decode()


def test_reviewers_refusal_stays_when_the_review_is_withdrawn(submitted):
    roster = submitted_roster()
    path, reviewer = f"/rosters/{roster.pk}/", enter("chushen2")
    line = roster.lines.order_by("pk").first()
    done(reviewer, path, "refuse", [line.pk], reason_code="OTHER", reason="重复")
    done(reviewer, path, "review")
    done(reviewer, path, "withdraw")
    assert list(roster.lines.filter(state="REFUSED")) == [line]
    assert roster.lines.filter(state="PROPOSED").count() == roster.lines.count() - 1
    done(reviewer, path, "return", reason_code="OTHER", reason="请核对", to="DRAFT")
    assert set(roster.lines.values_list("state", "refusal_note")) == {("PROPOSED", "")}


def test_head_does_not_withdraw_what_the_reviewer_has_begun(submitted):
    roster = submitted_roster()
    path = f"/rosters/{roster.pk}/"
    line = roster.lines.order_by("pk").first()
    done(enter("chushen2"), path, "refuse", [line.pk], reason_code="OTHER", reason="重复")
    text = do(enter(roster.submitted_by.username), path, "withdraw").content.decode()
    assert "初审已经开始审核" in text


def test_drafter_neither_refuses_lines_nor_a_school(submitted):
    roster = submitted_roster()
    path, line = f"/rosters/{roster.pk}/", roster.lines.first()
    own = do(enter("chushen1"), path, "refuse", [line.pk], reason_code="OTHER", reason="重复").content.decode()
    assert "须由另一人办理" in own
    head = do(enter(roster.submitted_by.username), path, "refuse", [line.pk], reason_code="OTHER", reason="重复")
    assert head.status_code == 403


# ---- whose turn it is ----------------------------------------------------------------------------------------


def test_drafter_is_told_that_another_reviews_and_does_not_find_it_waiting(submitted):
    roster = submitted_roster()
    drafter, other = enter("chushen1"), enter("chushen2")
    assert "您拟稿的名册由另一名初审人员办理" in drafter.get(f"/rosters/{roster.pk}/").content.decode()
    listed = drafter.get("/rosters/?state=SUBMITTED").content.decode()
    assert "您拟稿的名册由另一名初审人员办理" in listed
    assert re.search(f'value="{roster.pk}" data-for="return"', listed)
    assert re.search(f'value="{roster.pk}" data-for="review return"', other.get("/rosters/").content.decode())
    assert "名册待初审" not in drafter.get("/").content.decode()
    assert "名册待初审" in other.get("/").content.decode()
    assert 'name="pick"' not in drafter.get("/rosters/?state=SUBMITTED&open=mine").content.decode()


def test_account_that_was_corrected_since_the_return_counts_as_work_on_the_roster(submitted):
    roster = returned_roster()
    head = enter(f"fuze-{roster.school.code}")
    assert "名册被退回待修改" in head.get("/").content.decode()
    account = BankAccount.objects.usable().filter(student__rosterline__roster=roster).order_by("pk").first()
    correct_account(
        by=person(f"jingban-{roster.school.code}"), account=account.pk, holder_name="张三丰", holder_relation="祖父",
        holder_id=people.id_number(76), account_no=people.account_no(), bank="RCC", reason="换卡",
    )  # fmt: skip
    assert "退回以后已经改动过" in head.get(f"/rosters/{roster.pk}/").content.decode()
    looked = head.get(f"/rosters/look/?pick={roster.pk}").content.decode()
    assert "1 名学生更正的账号还没有核对" in looked
    opened(roster)
    clerk, path = enter(f"jingban-{roster.school.code}"), f"/rosters/{roster.pk}/"
    page = clerk.get(done(clerk, path, "agree_all")).content.decode()
    if roster.programme.payment_mode == "ACCOUNT":
        assert "下一步由学校负责人先核对 1 名学生更正的银行账号，再上报。" in page


def test_returned_roster_waits_for_clerk_and_head_until_it_goes_up_again(submitted):
    roster = returned_roster()
    clerk, head = enter(f"jingban-{roster.school.code}"), enter(f"fuze-{roster.school.code}")
    path = f"/rosters/{roster.pk}/"
    for client in (clerk, head):
        home = client.get("/").content.decode()
        assert "名册被退回待修改" in home
        assert "名册待上报" not in home
        listed = client.get("/rosters/?open=returned").content.decode()
        assert "退回：信息填写有误：请重新核对" in listed
        shown = client.get(path).content.decode()
        assert "名册被退回待修改" in shown
        assert "现在由学校负责人核对后上报" not in shown
    line = roster.lines.differing().first()
    answer_differences(by=person(f"jingban-{roster.school.code}"), line=[line.pk])
    home = clerk.get("/").content.decode()
    assert "名册被退回待修改" not in home
    assert "退回的名册已有改动，待核对" in home
    assert "照退回原因逐条核对" in home
    assert "退回的名册已有改动，待上报" in head.get("/").content.decode()
    shown = head.get(path).content.decode()
    assert f"说明差异 1 条（{line.student.name}）），不等于都改好了" in shown
    assert f"学生：{line.student.name}。" in shown
    assert "由学校负责人对照退回原因核对，再上报" in shown
    assert "名册被退回待修改" not in shown
    assert "被退回，已有改动" in shown
    looked = head.get(f"/rosters/look/?pick={roster.pk}").content.decode()
    assert "信息填写有误：请重新核对<br>请对照原因逐条核对" in looked
    done(head, path, "submit")
    for client in (clerk, head):
        assert "退回的名册" not in client.get("/").content.decode()
    assert "请重新核对" not in head.get("/rosters/").content.decode()


def test_reason_of_a_return_to_the_reviewer_is_gone_after_the_next_step(submitted):
    roster = submitted_roster()
    path = f"/rosters/{roster.pk}/"
    done(enter("chushen2"), path, "review")
    done(enter("fushen1"), path, "return", reason_code="OTHER", reason="再核一遍", to="SUBMITTED")
    assert "再核一遍" in enter("chushen2").get("/rosters/").content.decode()
    done(enter("chushen2"), path, "review")
    done(enter("fushen1"), path, "approve")
    assert "再核一遍" not in enter("fushen1").get("/rosters/").content.decode()


# ---- stale pages ---------------------------------------------------------------------------------------------


def test_stale_page_is_refused_and_told_who_did_what(submitted):
    roster = submitted_roster()
    path, one, two = f"/rosters/{roster.pk}/", enter("fushen1"), enter("fushen2")
    done(enter("chushen2"), path, "review")
    seen = fields_of(one, path)
    done(two, path, "approve")
    stale = {"do": "return", "return-reason_code": "OTHER", "return-reason": "改", "return-to": "DRAFT", "seen": seen}
    text = one.post(path, stale).content.decode()
    assert "页面已过期" in text
    assert "已由资助中心复审乙复审，现在是“已复审”" in text
    roster.refresh_from_db()
    assert roster.state == RosterState.APPROVED


def test_stale_list_is_refused_too(submitted):
    roster = submitted_roster()
    one, two = enter("chushen2"), enter("chushen2")
    seen = fields_of(one, "/rosters/")
    done(two, f"/rosters/{roster.pk}/", "refuse", [roster.lines.first().pk], reason_code="OTHER", reason="重复")
    text = one.post("/rosters/", {"do": "review", "pick": [roster.pk], "seen": seen}).content.decode()
    assert "页面已过期" in text
    assert "已由您本人标记不予通过" in text
    assert (
        one.post("/rosters/", {"do": "review", "pick": [roster.pk], "seen": fields_of(one, "/rosters/")}).status_code
        == 302
    )


def test_download_does_not_make_a_page_stale(submitted):
    roster = submitted_roster()
    path, reviewer = f"/rosters/{roster.pk}/", enter("chushen2")
    seen = fields_of(reviewer, path)
    do(enter("shenji1"), path, "export", form="xlsx")
    assert reviewer.post(path, {"do": "review", "seen": seen}).status_code == 302


def test_submitting_again_says_that_it_is_done(submitted):
    roster = submitted_roster()
    head = enter(roster.submitted_by.username)
    text = do(head, f"/rosters/{roster.pk}/", "submit").content.decode()
    assert "您已经上报过了，现在是“已上报”" in text


# ---- how far back --------------------------------------------------------------------------------------------


def test_return_offers_what_the_state_allows(submitted):
    roster = submitted_roster()
    path = f"/rosters/{roster.pk}/"
    text = enter("chushen2").get(path).content.decode()
    assert re.search(r'type="hidden" name="return-to" value="DRAFT"', text)  # nothing to choose
    assert 'value="SUBMITTED"' not in text
    assert "退回给：学校经办人修改" in text
    done(enter("chushen2"), path, "review")
    text = enter("fushen1").get(path).content.decode()
    assert 'value="SUBMITTED"' in text
    assert 'value="REVIEWED"' not in text


def test_head_is_offered_no_return_of_a_draft(submitted):
    roster = returned_roster()
    head = enter(f"fuze-{roster.school.code}")
    assert 'value="return"' not in head.get(f"/rosters/{roster.pk}/").content.decode()
    assert 'value="return"' not in head.get("/rosters/?state=DRAFT").content.decode()
    text = do(head, "/rosters/", "return", [roster.pk], reason_code="OTHER", reason="改", to="DRAFT").content.decode()
    assert "已经在学校修改，不用再退回" in text


# ---- answering differences -----------------------------------------------------------------------------------


def opened(roster: Roster) -> list[RosterLine]:
    """The roster's differences, none of them answered."""
    roster.lines.exclude(kind=LineKind.RIGHT).update(answered_by=None, explanation="")
    return list(roster.lines.exclude(kind=LineKind.RIGHT))


def returned_with(kind: LineKind) -> Roster:
    roster = Roster.objects.filter(lines__kind=kind).order_by("pk").first()
    done(enter("chushen2"), "/rosters/", "return", [roster.pk], reason_code="OTHER", reason="请核对", to="DRAFT")
    opened(roster)
    return roster


def test_one_button_agrees_to_all_open_differences(submitted):
    roster = returned_roster()
    lines = opened(roster)
    path, clerk = f"/rosters/{roster.pk}/", enter(f"jingban-{roster.school.code}")
    text = clerk.get(f"{path}?tab=DIFF").content.decode()
    assert text.count('name="pick"') == len(lines)
    assert 'data-dialog="do-agree_all"' in text
    done(clerk, path, "agree_all")
    assert not roster.lines.exclude(kind=LineKind.RIGHT).filter(answered_by=None).exists()
    assert 'data-dialog="do-agree_all"' not in clerk.get(path).content.decode()


def test_agreeing_passes_over_rows_without_a_difference(submitted):
    roster = returned_roster()
    opened(roster)
    path, clerk = f"/rosters/{roster.pk}/", enter(f"jingban-{roster.school.code}")
    done(clerk, path, "agree", list(roster.lines.values_list("pk", flat=True)))
    assert not roster.lines.exclude(kind=LineKind.RIGHT).filter(answered_by=None).exists()
    assert not roster.lines.filter(kind=LineKind.RIGHT).exclude(answered_by=None).exists()
    right = roster.lines.filter(kind=LineKind.RIGHT).first()
    assert "都与核定结果一致" in do(clerk, path, "agree", [right.pk]).content.decode()


def test_school_may_say_why_it_disagrees_and_nothing_else_changes(submitted):
    roster = returned_with(LineKind.TOO_MANY)
    line = roster.lines.filter(kind=LineKind.TOO_MANY).first()
    path, clerk = f"/rosters/{roster.pk}/", enter(f"jingban-{roster.school.code}")
    assert "不是应助未报" in do(clerk, path, "answer", [line.pk], reason_code="LEFT").content.decode()
    assert "请写明为什么有异议" in do(clerk, path, "disagree", [line.pk]).content.decode()
    done(clerk, path, "disagree", [line.pk], explanation="家里确实困难")
    line.refresh_from_db()
    assert (line.reason_code, line.explanation, line.state) == ("DISAGREED", "家里确实困难", "PROPOSED")
    assert "对核定结果有异议；家里确实困难" in enter("chushen2").get(path).content.decode()
    missing = (
        returned_with(LineKind.MISSING).lines.filter(kind=LineKind.MISSING).select_related("roster__school").first()
    )
    other = enter(f"jingban-{missing.roster.school.code}")
    said = do(other, f"/rosters/{missing.roster_id}/", "disagree", [missing.pk], explanation="不对").content.decode()
    assert "请用“不应资助，说明原因”" in said


def test_rows_name_the_deeds_that_fit_them(submitted):
    roster = returned_roster()
    text = enter(f"jingban-{roster.school.code}").get(f"/rosters/{roster.pk}/").content.decode()
    for line in roster.lines.all():
        named = re.search(f'value="{line.pk}" form="deeds" data-for="([^"]*)"', text)[1].split()
        assert ("answer" in named) is (line.kind == LineKind.MISSING)
        assert ("agree" in named) is (line.kind != LineKind.RIGHT)


def test_pupil_who_is_too_many_without_any_ground_is_told_why(submitted):
    line = RosterLine.objects.filter(kind=LineKind.TOO_MANY, entitlement=None).first()
    path = f"/rosters/{line.roster_id}/?tab=TOO_MANY"
    assert "该生没有困难类别" in enter("chushen2").get(path).content.decode()
    Placement.objects.filter(student=line.student).delete()
    assert "该生本学期不在我县学籍中" in enter("chushen2").get(path).content.decode()


# ---- the list when it is empty -------------------------------------------------------------------------------


def test_empty_list_tells_a_filter_from_nothing_there(submitted):
    reviewer = enter("chushen2")
    text = reviewer.get("/rosters/?state=CONFIRMED").content.decode()
    assert "没有符合筛选条件的名册" in text
    assert "看全部名册" in text
    RosterLine.objects.all().delete()
    Roster.objects.all().delete()
    assert "本学期还没有名册" in reviewer.get("/rosters/").content.decode()
