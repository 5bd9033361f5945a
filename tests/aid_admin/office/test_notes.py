"""What the home page says beside the list."""

import re
from typing import Any

import pytest
from django.utils import timezone

from aid_admin.accounts.models import User
from aid_admin.county.models import Semester
from aid_admin.intake.models import InForce, Upload
from aid_admin.office.notes import notes_for
from aid_admin.office.waiting import waiting_for
from disbursement.actions import batches
from disbursement.actions.drafting import draft_rosters
from disbursement.models import DisbursementBatch, Roster, RosterLine
from disbursement.rules.states import RosterState
from eligibility.actions.entitle import entitle
from eligibility.pins import runs_shown
from tests.disbursement.builders import TERM, enter

SCHOOL = "3141000003"
CLERK = f"jingban-{SCHOOL}"


def person(username: str) -> User:
    return User.objects.get(username=username)


def told(username: str) -> list[str]:
    return [note.text for note in notes_for(person(username), Semester.objects.get(code=TERM))]


def titles(username: str) -> list[str]:
    term = Semester.objects.get(code=TERM)
    return [line.title for line in waiting_for(person(username), term, term.starts_on, runs_shown(term))]


def test_rosters_that_the_reviewer_prepared_wait_for_another(county_at: Any) -> None:
    county_at("rostered")
    submitted = Roster.objects.filter(state=RosterState.SUBMITTED)
    author = submitted.first().prepared_by
    other = User.objects.exclude(pk=author.pk).get(username__in=("chushen1", "chushen2"))
    assert told(author.username) == [
        f"有 {submitted.count()} 份已上报的名册等另一名初审人员办理：是您生成的，您不能再初审。"
    ]
    assert told(other.username) == []
    assert ("名册待初审" in titles(author.username), "名册待初审" in titles(other.username)) == (False, True)
    page = enter(author.username).get("/").content.decode()
    assert "等另一名初审人员办理" in page
    assert 'href="/rosters/?state=SUBMITTED"' in page
    assert "side-count" not in page


def test_rosters_that_the_approver_reviewed_wait_for_another(county_at: Any) -> None:
    county_at("rostered")
    roster = Roster.objects.filter(state=RosterState.SUBMITTED).first()
    assert told("fushen1") == []
    Roster.objects.filter(pk=roster.pk).update(state=RosterState.REVIEWED, reviewed_by=person("fushen1"))
    assert told("fushen1") == ["有 1 份已初审的名册等另一名复审人员办理：是您生成或初审的，您不能再复审。"]
    assert told("fushen2") == []


def test_batches_that_the_approver_reviewed_wait_for_another(county_at: Any) -> None:
    county_at("publicised")
    clerk = person("caiwu1")
    batches.build_batches(by=clerk, semester=TERM)
    batch = [DisbursementBatch.objects.order_by("pk").first().pk]
    batches.lock_batches(by=clerk, batch=batch)
    assert told("shenpi1") == []
    batches.review_batches(by=person("shenpi1"), batch=batch)
    assert told("shenpi1") == ["有 1 个已审核的批次等另一名审批人员放行：是您审核的，您不能再放行。"]
    assert told("shenpi2") == []


def test_clerk_is_told_to_file_then_that_it_came_then_whose_turn_it_is(county_at: Any) -> None:
    county_at("compared")
    filed = InForce.objects.filter(kind="roster", until=None, school__code=SCHOOL)
    held = list(filed.values_list("pk", flat=True))
    filed.update(until=timezone.now())
    Upload.objects.filter(kind="roster", state="READ").update(state="REFUSED")
    assert told(CLERK) == ["学籍已经导入，现在就可以上传“资助发放名册”，不用等资助中心生成名册。"]
    page = enter(CLERK).get("/").content.decode()
    assert "没有催办的事，有一件现在就可以做" in page
    assert 'href="/uploads/new/roster/">上传资助发放名册' in page
    InForce.objects.filter(pk__in=held).update(until=None)
    assert re.search(rf"已收到您上传的 {len(held)} 个项目的填报名册。接下来由资助中心", *told(CLERK))
    _another_file_is_read(InForce.objects.get(pk=held[0]).upload)
    assert re.search(rf"已收到您上传的 {len(held)} 个项目的填报名册。接下来由资助中心", *told(CLERK))
    entitle(by=person("chushen1"), semester=TERM)
    draft_rosters(by=person("chushen1"), semester=TERM)
    own = Roster.objects.filter(school__code=SCHOOL, state=RosterState.DRAFT)
    RosterLine.objects.filter(roster__in=own).update(answered_by=None)
    RosterLine.objects.filter(roster__in=own).exclude(kind="RIGHT").update(answered_by=person(CLERK))
    answered = own.exclude(filed=None).count()
    shared, over = told(CLERK)
    assert shared.startswith("有 2 名学生的账号与另一家庭的学生相同，上报以前请对照")
    assert over == f"有 {answered} 份名册没有差异或差异已全部说明，现在由学校负责人上报。"


def _another_file_is_read(upload: Upload) -> None:
    upload.pk, upload.state, upload.sha256 = None, "READ", "0" * 64
    upload.committed_by = upload.committed_at = None
    upload.save(force_insert=True)


@pytest.mark.usefixtures("small_county")
def test_clerk_whose_rosters_are_under_way_is_told_nothing() -> None:
    assert told(CLERK) == []
