"""A file's way from the sender to being in force."""

import pytest

from aid_admin.accounts.rules import Role
from aid_admin.intake.actions import force
from aid_admin.intake.models import InForce
from aid_admin.intake.rules import UploadState
from aid_admin.lib.refusals import Refused
from students.models import AttendanceRecord, BankAccount, EnrolmentRecord, Student
from tests.aid_admin.lib.sheets import books
from tests.factories import accounts, county, files, intake, people

pytestmark = pytest.mark.django_db


def test_roll_attendance_and_accounts_go_through_the_actions() -> None:
    school = county.school()
    officer, clerk = accounts.user(Role.REGISTRY_OFFICER), accounts.user(Role.SCHOOL_CLERK, school=school.code)
    name, number = people.name(), people.id_number()

    roll = intake.in_force(
        officer, "roll", files.sheet("roll", [files.roll_row(school.code, name=name, id_number=number)])
    )
    intake.in_force(
        clerk, "attendance", files.sheet("attendance", [files.attendance_row(school.name, name=name, id_number=number)])
    )
    rows = [files.account_row(school.name, name=name, id_number=number, account_no="504120660000000001")]
    intake.in_force(clerk, "accounts", files.sheet("accounts", rows))

    assert (roll.rows, roll.accepted, roll.state) == (1, 1, UploadState.COMMITTED)
    assert EnrolmentRecord.objects.get(upload=roll).id_number == number
    assert Student.objects.get(id_number=number).name == name
    assert AttendanceRecord.objects.get().attending
    assert BankAccount.objects.get().account_no == "504120660000000001"


def test_registry_counts_only_after_a_second_officer() -> None:
    officer = accounts.user(Role.REGISTRY_OFFICER)
    row = {"township": "高村镇", "name": people.name(), "id_number": people.id_number(), "policy_text": "未脱贫"}
    upload = intake.read(officer, "poverty", files.sheet("poverty", [row]))

    force.commit_upload(by=officer, upload=upload.pk)
    assert not InForce.objects.filter(upload=upload).exists()
    with pytest.raises(Refused, match="另一名"):
        force.activate_upload(by=officer, upload=upload.pk)
    force.activate_upload(by=accounts.user(Role.REGISTRY_OFFICER), upload=upload.pk)

    assert InForce.objects.get(upload=upload, until=None).confirmed_by != officer


def test_row_with_an_error_stops_the_whole_file_unless_partial_is_said() -> None:
    school = county.school()
    officer = accounts.user(Role.REGISTRY_OFFICER)
    good = files.roll_row(school.code, name=people.name(), id_number=people.id_number())
    bad = files.roll_row("9999999999", name=people.name(), id_number=people.id_number())
    upload = intake.read(officer, "roll", files.sheet("roll", [good, bad]))

    with pytest.raises(Refused, match="没有导入任何一行"):
        force.commit_upload(by=officer, upload=upload.pk)
    assert not Student.objects.exists()
    force.commit_upload(by=officer, upload=upload.pk, partial=True)

    assert Student.objects.get().id_number == good["id_number"]


def test_title_of_another_semester_is_set_aside_and_stops_the_whole_file() -> None:
    school = county.school()
    officer = accounts.user(Role.REGISTRY_OFFICER)
    pupil = [school.code, "小学", "三年级", people.name(), people.id_number()]
    lines = [["淇县2019年秋季学期学籍名册"], ["学校标识码", "学段", "年级", "姓名", "身份证件号"], pupil]
    upload = intake.read(officer, "roll", books.workbook(("学籍", lines)))

    assert (upload.rows, upload.accepted, upload.refused, upload.ignored) == (1, 1, 0, 2)
    assert [(issue.row, issue.level) for issue in upload.issues.all()] == [(1, "error")]
    for partial in (False, True):
        with pytest.raises(Refused, match=r"不是本学期的.*请换成本学期的表"):
            force.commit_upload(by=officer, upload=upload.pk, partial=partial)
    upload.refresh_from_db()
    assert (upload.state, Student.objects.count()) == (UploadState.READ, 0)


def test_undo_puts_the_earlier_roll_back() -> None:
    school = county.school()
    officer = accounts.user(Role.REGISTRY_OFFICER)
    first, second = (
        intake.in_force(
            officer, "roll", files.sheet("roll", [files.roll_row(school.code, name=name, id_number=people.id_number())])
        )
        for name in ("王一", "王二")
    )
    assert InForce.objects.get(kind="roll", until=None).upload == second

    force.undo_upload(by=officer, upload=second.pk, reason="发错了")

    assert InForce.objects.get(kind="roll", until=None).upload == first
