"""The semester bar, and what the home page says comes next."""

import re
from datetime import date
from typing import Any

import pgtrigger
import pytest

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county.models import School, Semester
from aid_admin.intake.models import Upload
from aid_admin.office.overview import Step, coming_for, now_of, steps_of
from archives.models import NoticeLetter
from disbursement.actions import publicity
from disbursement.models import PaymentLine, Roster, RosterLine
from disbursement.rules.states import RosterState
from eligibility.models import ComparisonResult, CoverageGap
from eligibility.pins import RunsShown, runs_shown
from eligibility.rules import UNDECIDED_VERDICTS
from students.models import Placement
from tests.disbursement.builders import TERM, enter

SCHOOL = "3141000003"


def person(username: str) -> User:
    return User.objects.get(username=username)


STEPS = ("在校确认", "资格认定", "名册上报", "审核", "公示", "发放告知")


def at(now: str, begun: bool = False) -> list[Step]:
    place = STEPS.index(now)
    return [
        Step(title, "", "done" if n < place else "now" if n == place else "later", n <= place)
        for n, title in enumerate(STEPS)
    ]


@pytest.mark.parametrize(
    ("role", "steps", "words"),
    [
        (Role.SCHOOL_CLERK, at("资格认定"), "资助中心正在比对、核定资格.*逐条说明差异.*（5月29日截止）"),
        (Role.SCHOOL_HEAD, at("审核"), "轮到学校：张贴公示表，开始次日、期满次日以前各上传一张照片。"),
        (Role.APPROVER, at("资格认定"), "现在办到“资格认定”，由初审办理.*办到“审核”时，您的工作会出现在这里"),
        (Role.PUBLICITY_OFFICER, at("名册上报"), "现在办到“名册上报”，由各校办理（5月29日截止）.*办到“公示”时"),
        (Role.FINANCE_CLERK, at("发放告知"), "有新的任务时会出现在这里"),
        (Role.REVIEWER, at("发放告知"), "您这一岗位的环节已办完"),
        (Role.AUDITOR, at("公示"), "现在办到“公示”.*有新的任务时"),
        (Role.REVIEWER, [Step("公示", "", "done")], "各个环节都已办完"),
    ],
)
def test_what_comes_next(role: Role, steps: list[Step], words: str) -> None:
    dues = {"ROSTERS": date(2020, 5, 29), "LETTERS": date(2020, 7, 3)}
    told = coming_for({role}, steps, dues)
    assert re.search(words, told), told


def test_nothing_is_foretold_without_steps() -> None:
    assert coming_for({Role.SYSTEM_ADMIN}, [], {}) == ""


LATE_IN_THE_SEMESTER = [
    Step("名册上报", "", "done", True),
    Step("审核", "", "now", True),
    Step("公示", "", "later", True),
    Step("发放告知", "", "later", True),
]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.APPROVER, "有新的任务时会出现在这里。"),
        (Role.PUBLICITY_OFFICER, "有新的任务时会出现在这里。"),
        (Role.REGISTRY_OFFICER, "您这一岗位的环节已办完。"),
    ],
)
def test_all_steps_under_way_are_told(role: Role, words: str) -> None:
    told = coming_for({role}, LATE_IN_THE_SEMESTER, {})
    assert told == (
        "现在几个环节同时在办：“审核”，由初审、复审办理；“公示”，由公示专员、各校、复审办理；"
        f"“发放告知”，由财务经办、财务审批办理。{words}"
    )


def test_own_step_that_has_not_begun_is_foretold() -> None:
    steps = [Step("比对核查", "", "now", True), Step("名册上报", "", "later", True), Step("审核", "", "later")]
    told = coming_for({Role.APPROVER}, steps, {})
    assert re.search("“比对核查”.*“名册上报”.*办到“审核”时，您的工作会出现在这里", told)


def test_school_hears_of_all_its_steps_under_way() -> None:
    told = coming_for({Role.SCHOOL_HEAD}, LATE_IN_THE_SEMESTER, {})
    assert re.search("^接下来：资助中心正在审核名册.*财务正在发放", told)


def test_empty_home_of_a_school_says_what_comes_and_when(county_at, settings, tmp_path) -> None:
    county_at("compared")
    settings.STATIC_ROOT = tmp_path
    school = School.objects.exclude(code=SCHOOL).order_by("code").last().code
    Upload.objects.filter(state="READ").update(state="REFUSED")
    text = enter(f"jingban-{school}").get("/").content.decode()
    assert "接下来：资助中心正在比对、核定资格" in text
    assert "月" in text.split("由负责人上报（")[1][:3]
    assert "比对核查" not in text


# ---- the bar ----


def step(title: str, runs: RunsShown | None = None) -> Any:
    term = Semester.objects.get(code=TERM)
    steps = steps_of(term, person("chushen1").reach(), runs or runs_shown(term))
    return next(one for one in steps if one.title == title)


def test_first_review_is_told_while_it_is_ahead_of_the_second(county_at) -> None:
    county_at("approved")
    every = Roster.objects.exclude(state=RosterState.VOIDED)
    count, approved = every.count(), every.filter(state=RosterState.APPROVED)
    behind = approved.count()
    assert step("审核").note == f"{behind}/{count} 份"
    with pgtrigger.ignore():
        approved.update(state=RosterState.REVIEWED, approved_by=None)
    assert step("审核").note == f"初审 {behind}，复审 0/{count}"


def test_running_publicity_is_under_way(county_at) -> None:
    county_at("approved")
    assert (step("公示").begun, step("公示").note[:2]) == (False, "0/")
    rosters = list(Roster.objects.filter(state=RosterState.APPROVED).order_by("pk").values_list("pk", flat=True)[:2])
    period = publicity.plan_period(by=person("gongshi1"), semester=TERM, title="第一批", roster=rosters)[0].id
    publicity.start_period(by=person("gongshi1"), period=period)
    assert (step("公示").begun, step("公示").note) == (True, "公示中 2 份")
    text = enter("gongshi1").get("/").content.decode()
    assert re.search(r"7\. 公示</td><td[^>]*>公示中 2 份</td><td>.{0,300}进行中", text, re.DOTALL)


def test_publicity_that_ended_waits_to_be_confirmed_and_its_number_does_not_fall(county_at) -> None:
    county_at("publicised")
    confirmed = list(Roster.objects.filter(state=RosterState.CONFIRMED).order_by("pk").values_list("pk", flat=True))
    ended = list(Roster.objects.filter(state=RosterState.APPROVED, period__state="ENDED").values_list("pk", flat=True))
    every = Roster.objects.exclude(state=RosterState.VOIDED).count()
    waits = f"，待确认 {len(ended)}" if ended else ""
    assert step("公示").note == f"{len(confirmed)}/{every} 份{waits}"
    back = Roster.objects.filter(pk__in=confirmed)
    with pgtrigger.ignore():
        back.filter(pk__in=confirmed[:2]).update(state=RosterState.APPROVED, confirmed_by=None)
    assert step("公示").note == f"{len(confirmed) - 2}/{every} 份，待确认 {len(ended) + 2}"
    with pgtrigger.ignore():
        back.update(state=RosterState.APPROVED, confirmed_by=None)
    assert step("公示").note == f"已结束 {len(ended) + len(confirmed)} 份，待确认"


def test_payment_is_over_when_all_before_is_and_the_letters_are_delivered(small_county) -> None:
    grants = RosterLine.objects.filter(roster__state=RosterState.CONFIRMED, state="ACCEPTED")
    paid = PaymentLine.objects.filter(state="PAID")
    assert paid.count() == grants.count()
    assert step("发放告知").note == f"待送达 {NoticeLetter.objects.undelivered().count()} 份"
    delivered = {"state": "DELIVERED", "delivered_on": date(2020, 7, 1), "delivered_how": "POST"}
    with pgtrigger.ignore():
        PaymentLine.objects.filter(roster_line__in=grants, retry=None).update(state="PAID")
        grants.filter(payments=None).update(state="REFUSED")
        NoticeLetter.objects.undelivered().update(**delivered)
        Roster.objects.exclude(state=RosterState.CONFIRMED).update(state=RosterState.VOIDED)
    assert (step("发放告知").state, step("发放告知").note) == ("done", f"{paid.count()}/{grants.count()} 笔")
    one = NoticeLetter.objects.filter(pk=NoticeLetter.objects.first().pk)
    with pgtrigger.ignore():
        one.update(state="PRINTED")
    assert step("发放告知").state == "now"
    with pgtrigger.ignore():
        one.update(**delivered)
        Roster.objects.filter(pk=Roster.objects.last().pk).update(state=RosterState.DRAFT)
    assert step("发放告知").state != "done"


def test_pairs_that_persons_must_look_at_stay_open_beside_what_is_done(county_at, settings, tmp_path) -> None:
    county_at("compared")
    settings.STATIC_ROOT = tmp_path
    run = runs_shown(Semester.objects.get(code=TERM)).comparison
    unsure = ComparisonResult.objects.filter(run=run, verdict__in=UNDECIDED_VERDICTS, decision=None).count()
    gaps = CoverageGap.objects.filter(run=run, outcome="UNKNOWN").count()
    claims = Placement.objects.filter(standing__in=["CLAIMED_TWICE", "TRANSFER"], decided_by=None).count()
    assert min(unsure, gaps, claims) > 0
    assert (step("比对核查").state, step("比对核查").note) == ("open", f"另 {unsure + gaps + claims} 条待确认")
    assert step("资格认定").state == "now"
    assert "已办，有遗留" in enter("chushen1").get("/").content.decode()


@pytest.mark.parametrize(
    ("over", "begun", "now"),
    [
        ("0000", "0000", 0),
        ("1000", "1000", 1),
        ("0100", "1100", 0),  # nothing went on behind the second
        ("0100", "1110", 2),
        ("1010", "1110", 1),
        ("1010", "1111", 3),
        ("1111", "1111", 4),
    ],
)
def test_now_is_behind_the_last_that_is_over_once_work_goes_on_there(over: str, begun: str, now: int) -> None:
    assert now_of([one == "1" for one in over], [one == "1" for one in begun]) == now


def test_comparison_that_is_out_of_date_is_not_over(small_county) -> None:
    shown = runs_shown(Semester.objects.get(code=TERM))
    changed = step("比对核查", RunsShown(shown.comparison, shown.entitlement, comparison_is_due=True))
    assert (changed.state == "done", changed.note) == (False, "待重新比对")


def test_reviewed_rosters_are_under_review(county_at) -> None:
    county_at("compared")
    assert not step("审核").begun
    county_at("rostered")
    assert step("审核").begun  # what schools sent up waits there
    roster = Roster.objects.filter(state=RosterState.SUBMITTED).first()
    Roster.objects.filter(pk=roster.pk).update(state=RosterState.REVIEWED, reviewed_by=person("chushen2"))
    assert step("审核").begun
