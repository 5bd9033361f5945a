"""The commands' contract: one JSON object, exit codes, sentences in Chinese."""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command, load_command_class

from aid_admin.accounts.acting import ACTIONS
from aid_admin.accounts.actions import operator
from aid_admin.accounts.rules import Role
from aid_admin.county import calendar
from aid_admin.county.actions import mark_demo
from aid_admin.intake.models import Upload
from aid_admin.intake.rules import UploadState
from tests.factories import accounts, county, files, people

pytestmark = pytest.mark.django_db
ENGLISH = re.compile(r"[a-z]+ [a-z]+ ")


def run(*arguments: object) -> tuple[int, dict[str, Any]]:
    """(exit code, the JSON object) of a command."""
    out = io.StringIO()
    name, *given = map(str, arguments)
    try:
        call_command(name, *given, "--json", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def typed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """(exit code, output, errors) of a command line that is refused before anything runs."""
    command = load_command_class("aid_admin.office", arguments[0])
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", *arguments])
    seen = capsys.readouterr()
    return int(end.value.code or 0), seen.out, seen.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show",), "缺少 --as、kind"),
        (("show", "rosters", "--as", "x", "--foo"), "不认识 --foo"),
        (("show", "rosters", "--as"), "--as 后面要写一个值"),
        (("check_file", "x", "--for", "bild"), "--for 不能写成 'bild'，可以写 'sheet'、'photo'、'scan'"),
        (("import_file", "roll", "x", "--as", "x", "--as-of", "heute"), "--as-of 的值 'heute' 不对"),
        (("load_return", "x", "--batch", "b", "--as", "x"), "--batch 的值 'b' 不对"),
        (("import_file", "roll", "x", "--as", "x", "--p"), "--p 可以是 .*--password.*，请写全"),
    ],
)
def test_arguments_that_are_not_understood(capsys, arguments, words) -> None:
    code, out, err = typed(capsys, *arguments)
    assert (code, out) == (2, "")
    assert re.search(words, err)
    assert not ENGLISH.search(err)
    code, out, err = typed(capsys, *arguments, "--json")
    assert (code, err) == (2, "")
    assert re.search(words, json.loads(out)["message"])


def test_help_is_no_error(capsys) -> None:
    code, out, _ = typed(capsys, "show", "--help")
    assert code == 0
    assert "--semester" in out


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    officer = accounts.user(Role.REGISTRY_OFFICER).username
    file = tmp_path / "file"
    file.write_bytes(b"x")
    for path, words in (
        (tmp_path / "nothing.xlsx", "没有找到"),
        (tmp_path, "是文件夹"),
        (file / "under.xlsx", "不是文件夹"),
    ):
        code, answer = run("import_file", "roll", path, "--as", officer)
        assert (code, words in answer["message"], str(path) in answer["message"]) == (2, True, True), answer
        assert "Errno" not in answer["message"]
        assert run("check_file", path, "--for", "sheet")[0] == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied", "/a/b"), "没有权限读写“/a/b”"),
        (FileExistsError(17, "File exists", "/a/b"), "“/a/b”已经存在"),
        (OSError(28, "No space left on device"), "磁盘已满"),
        (OSError(5, "Input/output error"), "系统错误号 5"),
    ],
)
def test_other_errors_of_files_are_told_in_chinese(monkeypatch, error, words) -> None:
    def fail(_path: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", fail)
    code, answer = run("import_file", "roll", "x.xlsx", "--as", accounts.user(Role.REGISTRY_OFFICER).username)
    assert (code, words in answer["message"]) == (2, True), answer
    assert not ENGLISH.search(answer["message"])


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [("--school", "9999", "没有学校“9999”"), ("--semester", "1999-spring", "没有学期“1999-spring”")],
)
def test_show_of_an_unknown_school_or_semester(option: str, value: str, words: str) -> None:
    auditor = accounts.user(Role.AUDITOR).username
    code, answer = run("show", "rosters", option, value, "--as", auditor)
    assert (code, words in answer["message"]) == (2, True), answer
    assert run("show", "rosters", "--semester", "2020-spring", "--as", auditor) == (0, {"items": []})
    assert run("show", "rosters", "--school", county.school().code, "--as", auditor) == (0, {"items": []})


def test_import_file_with_a_mapping(tmp_path: Path) -> None:
    officer = accounts.user(Role.REGISTRY_OFFICER).username
    path = tmp_path / "孤儿.xlsx"
    path.write_bytes(files.workbook(["孩子", "身份证号", "福利证号"], [[people.name(), people.id_number(), "G1"]]))
    code, answer = run("import_file", "orphans", path, "--as", officer)
    assert (code, "缺少 姓名" in answer["message"]) == (2, True)
    code, answer = run("import_file", "orphans", path, "--as", officer, "--map", "nama=孩子")
    assert (code, "name（姓名）" in answer["message"]) == (2, True)
    code, answer = run("import_file", "orphans", path, "--as", officer, "--map", "name=娃")
    assert (code, "没有“娃”这一列" in answer["message"]) == (2, True)
    code, first = run("import_file", "orphans", path, "--as", officer, "--map", "name=孩子")
    assert (code, first["accepted"], first["mapping"]) == (0, 1, {"name": "孩子"})
    code, second = run(
        "import_file", "orphans", path, "--as", officer, "--map", "name=孩子", "--map", "cert_no=福利证号"
    )
    assert (code, second["accepted"], second["upload"] > first["upload"]) == (0, 1, True)
    code, third = run("import_file", "orphans", path, "--as", officer, "--commit")
    assert (code, third["upload"]) == (0, second["upload"])
    code, answer = run("import_file", "orphans", path, "--as", officer, "--map", "name=孩子", "--commit")
    assert (code, "已经按原来的列对应提交" in answer["message"]) == (1, True)
    states = list(Upload.objects.order_by("pk").values_list("state", flat=True))
    assert states == [UploadState.REFUSED, UploadState.REFUSED, UploadState.REFUSED, UploadState.COMMITTED]


def shown(*arguments: object) -> str:
    """What a command tells people."""
    out = io.StringIO()
    name, *given = map(str, arguments)
    with contextlib.suppress(SystemExit):
        call_command(name, *given, stdout=out)
    return out.getvalue()


def test_list_of_actions_is_whole_and_says_how_to_name_the_person() -> None:
    text = shown("act", "--list")
    assert all(re.search(rf"^  {re.escape(name)}( |$)", text, re.MULTILINE) for name in ACTIONS)
    assert "--as 用户名" in text
    assert "demo.business_date         date" in text
    assert len(run("act", "--list")[1]["items"]) == len(ACTIONS)


def test_action_tells_people_in_a_sentence_what_it_did() -> None:
    admin = accounts.user(Role.SYSTEM_ADMIN).username
    refused = shown("act", "demo.business_date", "date=2020-06-09", "--as", admin)
    assert refused.count("\n") == 1
    assert not re.search(r"[{\"]|message", refused)
    mark_demo(by=operator())
    before = calendar.business_date()
    told = shown("act", "demo.business_date", "date=2020-06-09", "--as", admin)
    assert told == f"已办理。\n演示日期：由“{before}”改为“2020-06-09”。\n"
    code, answer = run("act", "demo.business_date", "date=2020-06-10", "--as", admin)
    assert (code, answer["items"][0]["object"], answer["items"][0]["to"]) == (0, "democlock", "2020-06-10")


def test_action_without_a_person_asks_for_one() -> None:
    code, answer = run("act", "upload.undo", "upload=1")
    assert (code, "请用 --as 写明以哪个用户的身份" in answer["message"]) == (2, True)
    code, answer = run("act", "upload.undo", "upload=1", "--as", "niemand")
    assert (code, answer["message"]) == (2, "没有在用的用户“niemand”。")


def test_long_list_says_how_much_is_left_out() -> None:
    for _ in range(55):
        accounts.user(Role.AUDITOR)
    text = shown("show", "users", "--as", accounts.user(Role.AUDITOR).username)
    assert "… 还有 6 条没有列出，加 --json 可以看到全部" in text


def test_import_file_of_faulty_rows_alone_is_staged_and_not_committed(tmp_path: Path) -> None:
    school = county.school()
    clerk = accounts.user(Role.SCHOOL_CLERK, school=school.code).username
    path = tmp_path / "在校.xlsx"
    other = county.school().name
    rows = [files.attendance_row(other, name=people.name(), id_number=people.id_number()) for _ in range(2)]
    path.write_bytes(files.sheet("attendance", rows))
    code, answer = run("import_file", "attendance", path, "--as", clerk)
    assert (code, answer["rows"], answer["refused"], len(answer["issues"])) == (0, 2, 2, 2)
    assert f"整个文件是“{other}”的" in answer["message"]
    for more in (("--commit",), ("--commit", "--partial")):
        assert run("import_file", "attendance", path, "--as", clerk, *more)[0] == 1


def test_import_file_of_an_undone_upload_says_how_to_restore_it(tmp_path: Path) -> None:
    officer, school = accounts.user(Role.REGISTRY_OFFICER), county.school()
    path = tmp_path / "学籍.xlsx"
    path.write_bytes(
        files.sheet("roll", [files.roll_row(school.code, name=people.name(), id_number=people.id_number())])
    )
    code, first = run("import_file", "roll", path, "--as", officer.username, "--commit")
    assert (code, "message" in first) == (0, False)
    run("act", "upload.undo", f"upload={first['upload']}", "--as", officer.username)
    code, answer = run("import_file", "roll", path, "--as", officer.username, "--commit")
    assert (code, answer["already"]) == (0, True)
    assert f"act upload.restore upload={first['upload']}" in answer["message"]
    run("act", "upload.restore", f"upload={first['upload']}", "--as", officer.username)
    assert "message" not in run("import_file", "roll", path, "--as", officer.username, "--commit")[1]
