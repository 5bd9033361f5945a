"""Applications, comparison, coverage, standings and entitlements through their pages."""

import re

import pgtrigger
import pytest
from django.core.cache import cache

from aid_admin.county.models import School, Semester
from eligibility.models import (
    AidApplication,
    ComparisonResult,
    CoverageDecision,
    CoverageGap,
    MatchDecision,
    Run,
)
from eligibility.pins import runs_shown
from eligibility.rules import UNDECIDED_VERDICTS, ApplicationState
from students.models import AttendanceRecord, Placement
from students.rules import Standing
from tests.disbursement.builders import TERM, do, done, enter

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def pages(settings, tmp_path):
    """An empty folder of static files."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture
def draft(small_county) -> AidApplication:
    """An application in draft at a school, as its clerk entered it."""
    done_one = AidApplication.objects.filter(state=ApplicationState.REJECTED).order_by("pk").first()
    return AidApplication.objects.create(
        student=done_one.student, semester=done_one.semester, school=done_one.school,
        school_year=done_one.school_year, category="OTHER_DIFFICULTY", recommended_tier="GENERAL", committed=True,
        entered_by=done_one.entered_by,
    )  # fmt: skip


# ---- applications ----


def test_application_goes_its_way_by_four_hands(draft):
    clerk, head = enter(f"jingban-{draft.school.code}"), enter(f"fuze-{draft.school.code}")
    path = f"/applications/{draft.pk}/"
    done(clerk, "/applications/", "submit", [draft.pk])
    done(head, "/applications/", "return", [draft.pk], reason_code="PAPERS_MISSING", reason="缺收入证明")
    assert "证明材料不全：缺收入证明" in clerk.get(path).content.decode()
    assert f'action="/applications/{draft.pk}/form/"' in clerk.get(path).content.decode()
    done(clerk, path, "submit")
    done(head, path, "review")
    done(enter("fushen1"), "/applications/", "recognise", [draft.pk], tier="SPECIAL")
    draft.refresh_from_db()
    assert (draft.state, draft.recognised_tier) == (ApplicationState.RECOGNISED, "SPECIAL")


def test_application_without_commitment_is_refused_in_words(draft):
    AidApplication.objects.filter(pk=draft.pk).update(committed=False)
    text = do(enter(f"jingban-{draft.school.code}"), "/applications/", "submit", [draft.pk]).content.decode()
    assert "没有个人承诺签字" in text
    draft.refresh_from_db()
    assert draft.state == ApplicationState.DRAFT


def test_application_of_a_foreign_school_is_not_found(draft):
    other = AidApplication.objects.exclude(school=draft.school).first().school.code
    client = enter(f"jingban-{other}")
    assert client.get(f"/applications/{draft.pk}/").status_code == 404
    assert do(client, "/applications/", "submit", [draft.pk]).status_code == 404


def test_application_return_without_reason_keeps_the_picks(draft):
    AidApplication.objects.filter(pk=draft.pk).update(state=ApplicationState.SUBMITTED)
    text = do(enter("chushen1"), "/applications/", "return", [draft.pk]).content.decode()
    assert "请选择原因" in text
    text = do(enter("chushen1"), "/applications/", "return", [draft.pk], reason_code="OTHER").content.decode()
    assert "请写明原因" in text
    assert f'value="{draft.pk}" aria-label="选择{draft.student.name}" checked' in text


def test_application_is_returned_and_turned_down_by_a_phrase_alone(draft):
    AidApplication.objects.filter(pk=draft.pk).update(state=ApplicationState.SUBMITTED)
    done(enter("chushen1"), "/applications/", "return", [draft.pk], reason_code="NO_COMMITMENT")
    draft.refresh_from_db()
    assert (draft.state, draft.decision_reason) == (ApplicationState.RETURNED, "没有个人承诺签字")
    for state in (ApplicationState.SUBMITTED, ApplicationState.SCHOOL_REVIEWED):
        AidApplication.objects.filter(pk=draft.pk).update(state=state)
    done(enter("fushen1"), "/applications/", "reject", [draft.pk], reason_code="NOT_DIFFICULT", reason="月收入 9000 元")
    draft.refresh_from_db()
    assert draft.decision_reason == "家庭经济情况不符合认定条件：月收入 9000 元"


# ---- comparison ----


def test_comparing_again_changes_nothing(small_county):
    before = Run.objects.count()
    done(enter("shuju1"), "/matches/", "compare")
    done(enter("chushen1"), "/entitlements/", "entitle")
    assert Run.objects.count() == before


def test_match_is_decided_with_a_reason_and_moves_to_the_decided(small_county):
    officer = enter("shuju1")
    run = Run.objects.filter(kind="COMPARE").latest("pk")
    match = ComparisonResult.objects.filter(run=run, verdict__in=UNDECIDED_VERDICTS, decision=None).first()
    waiting = re.search(
        r'href="/matches/\?decided=no" class="todo-item.*?todo-count">(\d+)<', officer.get("/").content.decode(), re.S
    )
    assert waiting is not None
    assert officer.get("/matches/?decided=no").context["page"].total == int(waiting[1])  # as many as home says
    bare = do(officer, "/matches/?decided=no", "decide", [match.pk], decision="SAME").content.decode()
    assert "请写明依据" in bare
    done(officer, "/matches/?decided=no", "decide", [match.pk], decision="NOT_SAME", reason="同名不同村")
    assert MatchDecision.objects.filter(decision="NOT_SAME", reason="同名不同村").exists()
    assert f'value="{match.pk}"' not in officer.get("/matches/?decided=no").content.decode()
    assert f'value="{match.pk}"' in officer.get("/matches/?decided=yes").content.decode()


def test_match_is_not_decided_by_others(small_county):
    match = ComparisonResult.objects.latest("pk")
    assert do(enter("shenji1"), "/matches/", "decide", [match.pk], decision="SAME", reason="x").status_code == 403


def test_coverage_is_settled_and_shown_beside_the_run(small_county):
    officer = enter("shuju1")
    run = Run.objects.filter(kind="COMPARE").latest("pk")
    gap = CoverageGap.objects.filter(run=run, outcome="UNKNOWN").first()
    assert "请选择去向" in do(officer, "/coverage/", "settle", [gap.pk], note="问过").content.decode()
    done(officer, "/coverage/", "settle", [gap.pk], reason_code="OUT_OF_COUNTY", note="浚县一中，电话核实")
    assert (
        CoverageDecision.objects.filter(record_key=gap.record_key, undone_at=None).get().reason_code == "OUT_OF_COUNTY"
    )
    row = officer.get("/coverage/?outcome=UNKNOWN").content.decode().split(f'value="{gap.pk}"')[1].split("</tr>")[0]
    assert "在外县就读" in row


def test_standing_is_settled_by_the_officer(small_county):
    place = Placement.objects.exclude(standing=Standing.GO).filter(school__isnull=False).order_by("pk").first()
    officer = enter("shuju1")
    assert "请选择学校" in do(officer, "/standings/", "settle", [place.student_id], reason="x").content.decode()
    done(officer, "/standings/", "settle", [place.student_id], school=place.school.code, reason="到校核实")
    place.refresh_from_db()
    assert place.decided_by.username == "shuju1"
    assert do(enter(f"fuze-{place.school.code}"), "/standings/", "settle", [place.student_id]).status_code == 403


# ---- entitlements ----


def test_entitlements_filters_add_up(small_county):
    client = enter("chushen1")
    texts = {value: client.get(f"/entitlements/?granted={value}").content.decode() for value in ("yes", "no")}
    assert "应助</span>" in texts["yes"]
    assert "应助</span>" not in texts["no"]


def test_entitlements_of_a_school_are_its_own(small_county):
    place = Placement.objects.filter(school__isnull=False).order_by("-pk").first()
    text = enter("chushen1").get("/entitlements/", {"school": place.school.code}).content.decode()
    others = Placement.objects.exclude(school=place.school).values_list("student__name", flat=True)
    assert not [
        name
        for name in others
        if f">{name}</a>" in text and not Placement.objects.filter(school=place.school, student__name=name)
    ]


def test_entitling_names_what_is_open_before_it_runs(county_at):
    county_at("compared")
    unsure = ComparisonResult.objects.awaiting(runs_shown(Semester.objects.get(code=TERM)).comparison)
    pair = unsure.order_by("pk").first()
    counts = {
        "对比对结果待人工确认": unsure.count(),
        "名学生两处同时登记、没有核定": Placement.objects.awaiting(Standing.CLAIMED_TWICE).count(),
        "名学生转学办理中、没有核定": Placement.objects.awaiting(Standing.TRANSFER).count(),
        "名名单中的儿童去向不明": CoverageGap.objects.awaiting(pair.run_id).count(),
    }
    assert all(counts.values())
    dialog = enter("chushen1").get("/entitlements/").content.decode().split('id="do-entitle"')[1].split("</dialog>")[0]
    for what, count in counts.items():
        assert f"<b>{count}</b> {what}" in dialog
    assert "重新比对" not in dialog.split("<ul>")[0]
    done(enter("shuju1"), "/matches/", "decide", [pair.pk], decision="NOT_SAME", reason="同名不同村")
    text = enter("chushen1").get("/entitlements/").content.decode()
    assert "现在不能核定。请先由数据专员重新比对" in text
    assert "do-entitle" not in enter("shenji1").get("/entitlements/").content.decode()


def test_entitling_says_what_comes_next(county_at):
    county_at("compared")
    reviewer = enter("chushen1")
    assert "下一步：去资助名册生成" not in reviewer.get("/entitlements/").content.decode()
    done(reviewer, "/entitlements/", "entitle")
    text = reviewer.get("/entitlements/").content.decode()
    assert "下一步：到“资助名册”点“生成名册”" in text
    assert 'href="/rosters/"' in text
    assert 'class="btn btn-primary" href="/rosters/"' in text
    assert 'class="btn btn-primary" data-dialog="do-draft"' in reviewer.get("/rosters/").content.decode()
    done(reviewer, "/rosters/", "draft")
    text = reviewer.get("/entitlements/").content.decode()
    assert "下一步：去资助名册生成" not in text
    assert "看资助名册" in text
    assert 'class="btn btn-plain" data-dialog="do-draft"' in reviewer.get("/rosters/").content.decode()
    assert "下一步：去资助名册生成" not in enter("fushen1").get("/entitlements/").content.decode()


def test_entitlements_say_why_there_is_no_category(small_county):
    reviewer = enter("chushen1")
    tuition = reviewer.get("/entitlements/?programme=VOCATIONAL_TUITION_WAIVER&granted=yes").content.decode()
    assert "不分类别" in tuition
    assert "没有困难类别</span>" in reviewer.get("/entitlements/?reason=NO_CATEGORY").content.decode()
    assert "没有核到类别" in reviewer.get("/entitlements/?reason=CLAIMED_TWICE").content.decode()


def test_entitlements_say_at_which_school_the_pupil_is(small_county):
    answer = enter("jingban-3141000003").get("/entitlements/")
    names = {right.school_name for right in answer.context["page"]}
    assert names == {"西岗镇江屯村学校"}
    assert answer.content.decode().count("西岗镇江屯村学校</td>") == len(answer.context["page"])


@pytest.mark.parametrize("username", ["chushen1", "shuju1", "fushen1", "shenji1", "jingban-3141000003"])
def test_cold_entitlements_cost_at_most_twelve_queries(small_county, username, django_assert_max_num_queries):
    client = enter(username)
    cache.clear()
    with django_assert_max_num_queries(12):
        assert client.get("/entitlements/").status_code == 200


def test_pupil_claimed_twice_shows_who_claims_him(small_county):
    officer = enter("shuju1")
    place = Placement.objects.filter(standing=Standing.GO, enrolment__isnull=False, attendance__isnull=False).first()
    other = School.objects.exclude(pk=place.school_id).order_by("code").first()
    with pgtrigger.ignore():
        Placement.objects.filter(pk=place.pk).update(standing=Standing.CLAIMED_TWICE)
        AttendanceRecord.objects.filter(pk=place.attendance_id).update(school=other)
    shown = officer.get("/standings/?standing=CLAIMED_TWICE").content.decode()
    roll = place.enrolment
    assert f"学籍：{roll.school.name}（{roll.grade}{roll.class_name}）" in shown
    assert f"在校确认：{other.name}（在校）" in shown
