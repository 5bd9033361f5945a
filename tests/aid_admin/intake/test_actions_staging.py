"""Which file is read how: mapping by hand, the same file again, a file of another kind."""

import pytest

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.intake.actions import force, staging
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS
from aid_admin.intake.rules import UploadState
from aid_admin.jobs import queue
from aid_admin.lib.refusals import BadInput, Refused
from tests.factories import accounts, county, files, intake, people

pytestmark = pytest.mark.django_db
HEAD = ["孩子", "证号", "福利证号", "户主"]
MAPPING = {"name": "孩子", "id_number": "证号"}


@pytest.fixture
def officer() -> User:
    return accounts.user(Role.REGISTRY_OFFICER)


def orphans() -> bytes:
    return files.workbook(HEAD, [[people.name(), people.id_number(), "GE1", people.name()]])


def staged(by: User, data: bytes, mapping: dict[str, str] | None = None) -> tuple[Upload, bool]:
    return staging.stage_upload(by=by, kind="orphans", data=data, name="孤儿.xlsx", mapping=mapping)


def read(by: User, data: bytes, mapping: dict[str, str] | None = None) -> Upload:
    upload, _ = staged(by, data, mapping)
    queue.work_all()
    upload.refresh_from_db()
    return upload


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"nama": "孩子"}, "没有字段“nama”.*name（姓名）.*id_number（身份证号）"),
        ({"name": "孩子", "guardian_name": " 孩 子"}, "“孩子”.*两个字段"),
    ],
)
def test_mapping_that_cannot_be(officer: User, mapping: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        staged(officer, orphans(), mapping)
    assert not Upload.objects.exists()


def test_unrecognised_headings_are_read_by_mapping(officer: User) -> None:
    data = orphans()
    first = read(officer, data)
    assert (first.state, first.message.count("缺少")) == (UploadState.REFUSED, 1)
    second = read(officer, data, MAPPING)
    assert (second.state, second.accepted, second.mapping) == (UploadState.READ, 1, MAPPING)
    assert staged(officer, data) == (second, True)  # without a mapping the same bytes find it
    assert staged(officer, data, MAPPING) == (second, True)


def test_other_mapping_reads_the_file_anew_while_it_is_not_committed(officer: User) -> None:
    data = orphans()
    first = read(officer, data, MAPPING)
    second = read(officer, data, MAPPING | {"guardian_name": "户主"})
    first.refresh_from_db()
    assert (first.state, second.state) == (UploadState.REFUSED, UploadState.READ)
    assert f"第 {second.pk} 号" in first.message
    force.commit_upload(by=officer, upload=second.pk)
    with pytest.raises(Refused, match="已经按原来的列对应提交"):
        staged(officer, data, MAPPING)
    with pytest.raises(Refused, match="没有被接收"):
        force.commit_upload(by=officer, upload=first.pk)


def test_other_mapping_waits_for_the_reading(officer: User) -> None:
    data = orphans()
    upload, _ = staged(officer, data, MAPPING)
    with pytest.raises(Refused, match="还在读取"):
        staged(officer, data, MAPPING | {"guardian_name": "户主"})
    upload.refresh_from_db()
    assert upload.state == UploadState.READ


def test_mapping_by_hand_needs_nothing_but_the_stored_file(officer: User) -> None:
    upload = read(officer, orphans())
    heading = staging.heading_of(upload)
    assert heading is not None
    assert heading.texts == tuple(HEAD)
    again = staging.map_upload(by=officer, upload=upload, mapping=MAPPING)
    queue.work_all()
    again.refresh_from_db()
    assert (again.accepted, again.stored_file.name) == (1, "孤儿.xlsx")


def test_list_of_another_kind_is_refused_by_its_name(officer: User) -> None:
    row = {
        "name": people.name(), "id_number": people.id_number(), "cert_no": "", "category_text": "肢体",
        "level_text": "二级", "status_text": "正常", "township": "高村镇",
    }  # fmt: skip
    for kind in ("poverty", "roll", "orphans"):
        upload = intake.read(officer, kind, files.sheet("disability", [row]))
        assert (upload.state, upload.rows) == (UploadState.REFUSED, 0)
        assert f"像“{KINDS['disability'].title}”" in upload.message, kind


@pytest.mark.parametrize("kind", [code for code, kind in KINDS.items() if not kind.own_page])
def test_template_of_a_kind_is_taken_for_no_other(kind: str) -> None:
    columns = KINDS[kind].parser().COLUMNS
    data = files.workbook([column.header for column in columns], [["x"] * len(columns)])
    upload = intake.read(accounts.user(*Role, school=county.school().code), kind, data)
    assert "表头像" not in upload.message
    assert upload.state == UploadState.READ or "1 行都有错误" in upload.message
