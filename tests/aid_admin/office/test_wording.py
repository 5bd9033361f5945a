"""The trail in plain Chinese: every action, object and state that the driven county wrote has a name."""

import io
import re
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from aid_admin.accounts.acting import ACTIONS
from aid_admin.audit.models import AuditEvent
from aid_admin.office import wording
from tests.disbursement.builders import enter

TZ = ZoneInfo("Asia/Shanghai")
CODE = re.compile(r"[A-Za-z]")


def test_every_action_has_a_name():
    assert " ".join(verb for verb in ACTIONS if wording.verb_name(verb) == verb) == ""


def test_every_object_and_state_of_the_driven_county_has_a_name(small_county):
    events = AuditEvent.objects.values_list("object_type", "from_state", "to_state").distinct()
    assert len(events) > 40
    told = {
        (kind, state): (wording.object_name(kind), wording.state_name(kind, state))
        for kind, before, after in events
        for state in (before, after)
    }
    assert " ".join(f"{k}/{s}" for (k, s), names in told.items() if any(map(CODE.search, names))) == ""


def test_a_state_is_called_as_its_object_calls_it():
    assert wording.state_name("disbursementbatch", "LOCKED") == "已锁定"
    assert wording.state_name("roster", "NO_SUCH") == "NO_SUCH"
    assert wording.object_name("disbursementbatch") == "发放批次"


def test_exported_trail_reads_as_the_page_does(small_county):
    auditor = enter("shenji1")
    page = load_workbook(io.BytesIO(auditor.post("/audit/export/?kind=money").content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    head = next(row for row in rows if "动作" in row)
    released = [row for row in rows if "放行批次" in row]
    assert released
    first = AuditEvent.objects.filter(verb="batch.release").order_by("-seq").first()
    assert released[0][head.index("新状态")] == "已放行"
    assert released[0][head.index("时间")] == f"{first.at.astimezone(TZ):%Y-%m-%d %H:%M:%S}"
    text = auditor.get("/audit/?kind=money").content.decode()
    assert "已审核 → 已放行" in text
