"""Lists as workbooks: the rows of the page and of the own reach, its filters in words, numbers masked, logged."""

import io
import re

import pytest
from openpyxl import load_workbook

from aid_admin.audit.models import AuditEvent
from aid_admin.county import actions
from disbursement.models import Roster
from students.models import Placement, Student
from tests.disbursement.builders import enter

SCHOOL = "3141000003"
PAGES = [
    ("/students/", "chushen1"),
    ("/uploads/", "shuju1"),
    ("/applications/", "chushen1"),
    ("/matches/?verdict=MATCHED", "shuju1"),
    ("/standings/", "shuju1"),
    ("/coverage/", "shuju1"),
    ("/rosters/", "chushen1"),
    ("/batches/", "caiwu1"),
    ("/accounts/", "caiwu1"),
    ("/letters/", "chushen1"),
    ("/users/", "guanli1"),
]
pytestmark = pytest.mark.usefixtures("static_folder")


def _taken(client, address: str):
    answer = client.post(address, {"do": "take_list"})
    assert answer.status_code == 200, (address, answer.status_code)
    return load_workbook(io.BytesIO(answer.content)).active


def _rows(sheet) -> list[tuple[object, ...]]:
    """The rows under the heading, without the sums and the note."""
    rows = list(sheet.iter_rows(min_row=2, max_row=sheet.max_row - 2, values_only=True))
    return [row for row in rows if not str(row[0]).startswith("合计")]


@pytest.mark.parametrize(("address", "who"), PAGES)
def test_list_leaves_whole_masked_and_logged(small_county, address: str, who: str) -> None:
    client = enter(who)
    shown = client.get(address).context["page"]
    assert 'value="take_list"' in client.get(address).content.decode()
    sheet = _taken(client, address)
    rows = _rows(sheet)
    assert len(rows) == shown.total > 0
    assert not re.search(r"\d{17}[\dX]|\d{16,}", " ".join(str(value) for row in rows for value in row))
    event = AuditEvent.objects.latest("seq")
    assert (event.verb, event.count, event.actor_username) == ("page.export", len(rows), who)
    note = str(sheet.cell(sheet.max_row, 1).value)
    assert note.startswith(f"共 {len(rows)} 行。")
    assert who in note


def test_filters_hold_and_stand_on_the_list(small_county) -> None:
    client = enter("chushen1")
    sheet = _taken(client, f"/students/?school={SCHOOL}&standing=GO")
    here = Placement.objects.filter(school__code=SCHOOL, standing="GO")
    assert {row[0] for row in _rows(sheet)} == set(here.values_list("student__name", flat=True))
    assert f"学校={here.first().school.name}" in sheet.cell(sheet.max_row, 1).value
    assert "在籍在校=" in AuditEvent.objects.latest("seq").reason


def test_school_takes_its_own_alone_and_others_nothing(small_county) -> None:
    rows = _rows(_taken(enter(f"jingban-{SCHOOL}"), "/rosters/"))
    assert len(rows) == Roster.objects.filter(school__code=SCHOOL, semester__code="2020-spring").count() > 0
    assert len({row[0] for row in rows}) == 1
    assert enter("gongshi1").post("/coverage/", {"do": "take_list"}).status_code == 403
    assert enter("guanli1").post("/students/", {"do": "take_list"}).status_code == 403


def test_other_posts_to_a_list_are_refused(small_county) -> None:
    assert enter("chushen1").post("/students/", {"do": "x"}).status_code == 405


def test_too_long_a_list_is_refused_with_a_way_out(small_county, monkeypatch) -> None:
    monkeypatch.setattr(actions, "MOST", Student.objects.count() - 1)
    answer = enter("chushen1").post(
        "/students/", {"do": "take_list"}, headers={"referer": "http://testserver/students/"}
    )
    assert answer.status_code in (302, 409, 422)
    assert "筛选" in answer.content.decode()
