"""What reviewers see beside the lists: evidence, flags, the matrix, returns, the summary."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aid_admin.county.models import DemoClock, Semester
from aid_admin.intake.models import InForce, Upload
from aid_admin.lib.money import in_words
from disbursement.models import FiledLine, Roster, RosterLine
from disbursement.rules.states import LineKind
from students.models import BankAccount
from tests.disbursement.builders import do, done, enter, share_account
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


# ---- evidence beside the lines, and passing in bulk ---------------------------------------------------------------


def evidence(username: str, roster: Roster, line: RosterLine) -> str:
    """The panel alone, as htmx asks for it."""
    answer = enter(username).get(f"/rosters/{roster.pk}/?line={line.pk}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_evidence_names_registry_roll_attendance_and_account(submitted):
    line = RosterLine.objects.filter(kind=LineKind.RIGHT, category="LOW_INCOME_ALLOWANCE").order_by("pk").first()
    text = evidence("chushen2", line.roster, line)
    for words in (line.student.name, "低保", "名单日期", "学籍：", "在校确认：", "系统里没有上学期"):
        assert words in text
    assert "<html" not in text
    assert line.student.id_number not in text


def test_evidence_of_another_rosters_line_is_not_found(submitted):
    line, other = RosterLine.objects.first(), Roster.objects.order_by("-pk").first()
    assert enter("chushen2").get(
        f"/rosters/{other.pk}/?line={line.pk}", headers={"HX-Request": "true"}
    ).status_code == 404  # fmt: skip


def test_school_sees_no_evidence(submitted):
    roster = Roster.objects.order_by("pk").first()
    assert 'id="evidence"' not in enter(f"jingban-{roster.school.code}").get(f"/rosters/{roster.pk}/").content.decode()


def test_shared_account_is_flagged_with_the_other_pupils_name(submitted):
    roster = Roster.objects.order_by("pk").first()
    line = share_account(roster)
    text = enter("chushen2").get(f"/rosters/{roster.pk}/?tab=FLAGGED").content.decode()
    assert text.count('name="pick"') == 1
    assert "账号与另一家庭的学生相同" in text
    number = BankAccount.objects.get(student=line.student, version=9).account_no
    other = BankAccount.objects.usable().filter(account_no=number).exclude(student=line.student).first()
    text = evidence("chushen2", roster, line)
    assert other.student.name in text
    shared = text[text.index("相同的账号") :].split("<h3>核定")[0]
    for account in (other, BankAccount.objects.get(student=line.student, version=9)):
        assert account.student.name in shared
        assert account.holder_name in shared
    assert shared.count(number[-4:]) >= 2
    assert number not in text
    plain = roster.lines.exclude(pk=line.pk).order_by("pk").first()
    assert "相同的账号" not in evidence("chushen2", roster, plain)


def last_autumn(roster: Roster, lines: list[RosterLine]) -> Semester:
    """The school's roster of the same programme in the semester before, with these pupils."""
    term = Semester.objects.create(
        code="2019-autumn", starts_on="2019-08-15", ends_on="2020-01-20", cut_off_on="2019-09-30"
    )
    before = Roster.objects.create(
        semester=term, school=roster.school, programme=roster.programme, run=roster.run, prepared_by=roster.prepared_by
    )
    for line in lines:
        RosterLine.objects.create(
            roster=before, student=line.student, semester=term, programme=line.programme, entitlement=line.entitlement,
            kind=LineKind.RIGHT, amount_fen=line.amount_fen,
        )  # fmt: skip
    RosterLine.objects.filter(roster=before).update(state="ACCEPTED")
    return term


def test_last_semester_is_compared_and_who_is_missing_is_named(submitted):
    roster = Roster.objects.filter(programme__code="LIVING_ALLOWANCE").order_by("pk").first()
    lines = list(roster.lines.filter(kind=LineKind.RIGHT).order_by("pk"))
    last_autumn(roster, lines[:5])
    lost = lines[0]
    RosterLine.objects.filter(pk=lost.pk).update(state="REFUSED", refusal="NOT_AT_SCHOOL")
    reviewer = enter("chushen2")
    text = reviewer.get(f"/rosters/{roster.pk}/").content.decode()
    assert f"新增 <b>{len(lines) - 5}</b> 人，减少 <b>1</b> 人" in text
    missing = reviewer.get(f"/rosters/{roster.pk}/?tab=GONE").content.decode().partition('class="table-box"')[2]
    assert lost.student.name in missing
    assert lines[1].student.name not in missing
    assert "不在校就读" in missing
    assert "2019年秋季学期：" in evidence("chushen2", roster, lines[1])


def test_roster_page_asks_the_same_for_few_lines_and_for_many(submitted):
    reviewer = enter("chushen2")

    def queries(roster: Roster) -> int:
        with CaptureQueriesContext(connection) as asked:
            reviewer.get(f"/rosters/{roster.pk}/")
        return len(asked)

    rosters = sorted(Roster.objects.all(), key=lambda roster: roster.lines.count())
    queries(rosters[0])
    assert abs(queries(rosters[0]) - queries(rosters[-1])) <= 2  # what one pupil's evidence has, another's has not


def test_bulk_passes_only_what_nothing_is_odd_about_and_tells_the_rest(submitted):
    odd = Roster.objects.order_by("pk").first()
    share_account(odd)
    others = list(Roster.objects.exclude(pk=odd.pk).filter(programme=odd.programme).values_list("pk", flat=True))
    reviewer = enter("chushen2")
    answer = do(reviewer, "/rosters/", "review", [odd.pk, *others])
    assert answer.headers["Location"] == "/rosters/?open=flagged&state=SUBMITTED"
    text = reviewer.get(answer.headers["Location"]).content.decode()
    assert "另有 1 份有疑点，没有通过" in text
    assert f'href="/rosters/{odd.pk}/?tab=FLAGGED"' in text
    odd.refresh_from_db()
    assert odd.state == "SUBMITTED"
    assert set(Roster.objects.filter(pk__in=others).values_list("state", flat=True)) == {"REVIEWED"}


def test_bulk_of_odd_rosters_alone_is_refused(submitted):
    odd = Roster.objects.order_by("pk").first()
    share_account(odd)
    reviewer = enter("chushen2")
    assert "都有疑点，不能批量通过" in do(reviewer, "/rosters/", "review", [odd.pk]).content.decode()
    assert "您已经逐人核对过" in reviewer.get(f"/rosters/{odd.pk}/").content.decode()
    done(reviewer, f"/rosters/{odd.pk}/", "review")
    odd.refresh_from_db()
    assert odd.state == "REVIEWED"


# ---- what the head sees before sending up -------------------------------------------------------------------------


def looked_at(head: Client, roster: Roster) -> str:
    return str(head.get("/rosters/look/", {"pick": roster.pk}).content.decode())


def test_submission_shows_what_the_action_would_refuse(submitted):
    roster = returned_roster()
    head = enter(f"fuze-{roster.school.code}")
    assert "不能上报" not in looked_at(head, roster)
    roster.lines.filter(kind=LineKind.MISSING).update(answered_by=None)
    text = looked_at(head, roster)
    refused = do(head, f"/rosters/{roster.pk}/", "submit").content.decode()
    sentence = re.search(r"不能上报</span> <b>有差异没有说明</b>：([^<]*)", text)
    assert sentence
    assert sentence[1].split("，")[0].strip() in refused
    roster.refresh_from_db()
    assert roster.state == "DRAFT"


def test_submission_sums_by_programme_in_words_and_warnings_do_not_block(submitted):
    roster = returned_roster()
    head = enter(f"fuze-{roster.school.code}")
    BankAccount.objects.filter(student__rosterline__roster=roster).update(ended_at=timezone.now())
    text = looked_at(head, roster)
    sums = roster.lines.sums()
    assert f'<td class="num">{sums["person_times"]}</td>' in text
    assert in_words(sums["fen"]) in text
    if roster.programme.payment_mode == "ACCOUNT":
        assert "人次没有核对过的银行账号" in text
    assert "退回以后还没有改动过" in text
    done(head, f"/rosters/{roster.pk}/", "submit")


def test_submission_of_another_school_is_not_looked_at(submitted):
    roster = returned_roster()
    other = Roster.objects.exclude(school=roster.school).first()
    assert roster.programme.name not in looked_at(enter(f"fuze-{other.school.code}"), roster)


# ---- what was returned, and what was done about it ------------------------------------------------------------------


def returned(username: str, **chosen: str) -> str:
    return str(enter(username).get("/rosters/returned/", chosen).content.decode().partition('class="table-box"')[2])


def test_return_is_listed_until_it_is_mended_and_sent_again(submitted):
    roster = returned_roster()
    text = returned("shenji1")
    assert "<b>信息填写有误</b><div>请重新核对</div>" in text
    assert "还没有改" in text
    path = f"/rosters/{roster.pk}/"
    line = roster.lines.filter(kind=LineKind.MISSING).first()
    done(enter(f"jingban-{roster.school.code}"), path, "answer", [line.pk], reason_code="LEFT", explanation="转走")
    assert "改动中" in returned("chushen2")
    done(enter(f"fuze-{roster.school.code}"), path, "submit")
    text = returned("chushen2", school=roster.school.code, programme=roster.programme.code, kind="roster")
    assert "说明差异 1 条" in text
    assert "已改正上报" in text
    assert returned("chushen2", until="2020-01-01") == ""
    assert returned("chushen2", kind="aidapplication") == ""


def test_school_sees_its_own_returns_alone(submitted):
    roster = returned_roster()
    other = Roster.objects.exclude(school=roster.school).first()
    assert roster.programme.name in returned(f"jingban-{roster.school.code}")
    assert returned(f"jingban-{other.school.code}") == ""


def test_list_filed_anew_is_compared_with_the_one_returned(submitted):
    roster = Roster.objects.exclude(filed=None).filter(lines__kind=LineKind.MISSING).order_by("pk").first()
    returned_roster()
    slot = InForce.objects.get(upload=roster.filed, until=None)
    old = list(FiledLine.objects.filter(upload=roster.filed).order_by("row"))
    new = Upload.objects.get(pk=roster.filed_id)
    new.pk, new.sha256 = None, "0" * 64
    new.save()
    for line in old[1:]:  # the first is gone, the second gets a yuan more
        line.pk, line.upload = None, new
        line.amount_fen += 100 if line.row == old[1].row else 0
        line.save()
    InForce.objects.filter(pk=slot.pk).update(until=timezone.now())
    slot.pk, slot.upload, slot.since = None, new, timezone.now()
    slot.save()
    assert "重新填报：新增 0 人，减少 1 人，金额变动 1 人" in returned("chushen2")
