"""应助结果 as a workbook: the rows of the page, of the own reach, numbers masked, logged."""

import io

import pytest
from openpyxl import load_workbook

from aid_admin.audit.models import AuditEvent
from eligibility.models import Entitlement
from tests.disbursement.builders import enter

SCHOOL = "3141000003"
pytestmark = pytest.mark.usefixtures("static_folder")


def _rows(client, query: str = "") -> list[tuple[object, ...]]:
    answer = client.post(f"/entitlements/{query}", {"do": "take_list"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    return list(sheet.iter_rows(min_row=2, values_only=True))


def test_workbook_holds_what_the_page_lists(small_county) -> None:
    reviewer = enter("chushen1")
    rows = _rows(reviewer)
    every = Entitlement.objects.filter(run=Entitlement.objects.latest("run").run)
    assert len([row for row in rows if row[3]]) == every.count()
    granted = [row for row in rows if row[4] == "应助"]
    assert round(sum(float(str(row[5])) for row in granted) * 100) == sum(
        right.amount_fen for right in every.filter(granted=True)
    )
    assert not [row for row in rows if row[1] and "*" not in str(row[1])]
    event = AuditEvent.objects.latest("seq")
    assert (event.verb, event.count) == ("page.export", every.count())
    nutrition = [row for row in _rows(reviewer, "?programme=NUTRITION&granted=yes") if row[3]]
    assert len(nutrition) == every.filter(programme__code="NUTRITION", granted=True).count() > 0
    assert {row[4] for row in nutrition} == {"应助"}


def test_school_takes_out_its_own_pupils_alone(small_county) -> None:
    names = {row[2] for row in _rows(enter(f"jingban-{SCHOOL}")) if row[3]}
    assert len(names) == 1
    assert enter("guanli1").post("/entitlements/", {"do": "take_list"}).status_code == 403
