"""A pupil whom two rolls hold is answered for the programmes of both, until a person settles where he is."""

from typing import Any

import pytest

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.office.exports import entitlements, roster_diff
from disbursement.actions.drafting import draft_rosters
from disbursement.models import RosterLine
from eligibility.actions.compare import compare
from eligibility.actions.decisions import settle_claim
from eligibility.actions.entitle import entitle
from eligibility.models import Entitlement, StudentCategory
from students.models import Placement
from tests.factories import accounts, county, files, intake, people

TERM = county.SEMESTER
Row = dict[str, Any]


@pytest.fixture
def officer(db) -> User:
    return accounts.user(Role.REGISTRY_OFFICER)


def _child() -> Row:
    return {"name": people.name(), "id_number": people.id_number()}


def _on_roll(officer: User, school: Any, rows: list[Row]) -> None:
    intake.in_force(officer, "roll", files.sheet("roll", [files.roll_row(school.code, **row) for row in rows]))


def _poor(officer: User, child: Row) -> None:
    row = {"township": "高村镇", "policy_text": "未脱贫", "household_no": "1", "relation": "之子", **child}
    intake.in_force(officer, "poverty", files.sheet("poverty", [row]))


def _entitle(officer: User) -> None:
    compare(by=officer, semester=TERM)
    entitle(by=accounts.user(Role.REVIEWER), semester=TERM)


def _answers(child: Row) -> dict[str, str]:
    rows = Entitlement.objects.filter(student__id_number=child["id_number"])
    return dict(rows.values_list("programme__code", "reason_code"))


VOCATIONAL = {"stage_text": "中职", "grade": "一年级", "major_code": "010100", "major_name": "种植"}


def test_two_rolls_are_refused_for_the_programmes_of_both_stages(officer):
    child, junior, college = _child(), county.school(stages=("JUNIOR",)), county.school(stages=("VOCATIONAL",))
    _on_roll(officer, junior, [child | {"stage_text": "初中", "grade": "九年级"}])
    _on_roll(officer, college, [child | VOCATIONAL])
    _poor(officer, child)
    _entitle(officer)
    programmes = {"NUTRITION", "LIVING_ALLOWANCE", "VOCATIONAL_TUITION_WAIVER", "VOCATIONAL_GRANT"}
    assert _answers(child) == dict.fromkeys(programmes, "CLAIMED_TWICE")
    assert StudentCategory.objects.filter(student__id_number=child["id_number"]).count() == 1
    exported = {row[4]: row[2:4] for row in entitlements.rows(county.semester())}
    assert exported["NUTRITION"] == (junior.code, "九年级")
    assert exported["VOCATIONAL_GRANT"] == (college.code, "一年级")


def test_second_roll_without_any_category_is_considered_as_a_first_one_is(officer):
    child, junior, college = _child(), county.school(stages=("JUNIOR",)), county.school(stages=("VOCATIONAL",))
    _on_roll(officer, junior, [child | {"stage_text": "初中", "grade": "九年级"}])
    _on_roll(officer, college, [child | VOCATIONAL])
    _entitle(officer)
    assert _answers(child) == dict.fromkeys(("VOCATIONAL_TUITION_WAIVER", "VOCATIONAL_GRANT"), "CLAIMED_TWICE")


def test_transfer_under_way_to_another_stage_is_refused_at_both(officer):
    child, junior, college = _child(), county.school(stages=("JUNIOR",)), county.school(stages=("VOCATIONAL",))
    _on_roll(officer, junior, [child | {"stage_text": "初中", "grade": "九年级", "status_text": "转出(办理中)"}])
    _on_roll(officer, college, [child | VOCATIONAL])
    _poor(officer, child)
    _entitle(officer)
    assert set(_answers(child).values()) == {"TRANSFER_UNDER_WAY"}
    assert len(_answers(child)) == 4


def test_ended_roll_beside_two_live_ones_does_not_speak_for_the_pupil(officer):
    child, schools = _child(), [county.school(stages=(stage,)) for stage in ("PRESCHOOL", "PRIMARY", "VOCATIONAL")]
    _on_roll(officer, schools[0], [child | {"stage_text": "学前", "grade": "大班", "status_text": "退学"}])
    _on_roll(officer, schools[1], [child])
    _on_roll(officer, schools[2], [child | VOCATIONAL])
    _poor(officer, child)
    _entitle(officer)
    assert set(_answers(child).values()) == {"CLAIMED_TWICE"}
    assert "PRESCHOOL_AID" not in _answers(child)


def test_settled_pupil_is_answered_for_the_stage_of_that_school_alone(officer):
    child, junior, college = _child(), county.school(stages=("JUNIOR",)), county.school(stages=("VOCATIONAL",))
    _on_roll(officer, junior, [child | {"stage_text": "初中", "grade": "九年级"}])
    _on_roll(officer, college, [child | VOCATIONAL])
    compare(by=officer, semester=TERM)
    pupil = Placement.objects.get(student__id_number=child["id_number"]).student_id
    settle_claim(by=officer, student=[pupil], school=college.code, reason="到校核实", semester=TERM)
    again = accounts.user(Role.REGISTRY_OFFICER)
    compare(by=again, semester=TERM)
    entitle(by=accounts.user(Role.REVIEWER), semester=TERM)
    assert set(_answers(child)) == {"VOCATIONAL_TUITION_WAIVER", "VOCATIONAL_GRANT"}
    assert "CLAIMED_TWICE" not in _answers(child).values()


def test_second_school_that_filed_the_pupil_is_told_why_not(officer):
    child, here, there = _child(), county.school(stages=("PRESCHOOL",)), county.school()
    _on_roll(officer, here, [child | {"stage_text": "学前", "grade": "大班"}])
    _on_roll(officer, there, [child | {"grade": "一年级"}])
    _poor(officer, child)
    clerk = accounts.user(Role.SCHOOL_CLERK, school=there.code)
    filed = child | {"school_code": there.code, "programme_text": "NUTRITION", "amount_fen": 400}
    intake.in_force(clerk, "roster", files.sheet("roster", [filed]), school=there.code)
    _entitle(officer)
    draft_rosters(by=accounts.user(Role.REVIEWER), semester=TERM, school=there.code)
    line = RosterLine.objects.select_related("entitlement").get(roster__school=there)
    assert (line.kind, line.entitlement.reason_code) == ("TOO_MANY", "CLAIMED_TWICE")
    assert [(row[0], row[4], row[9]) for row in roster_diff.rows(county.semester())] == [
        (there.code, "TOO_MANY", "CLAIMED_TWICE")
    ]
