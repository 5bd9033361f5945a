"""The trail in plain Chinese: every action, object and state that is written has a name, and the right one."""

import ast
import io
import re
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from aid_admin.accounts.acting import ACTIONS
from aid_admin.audit.models import AuditEvent
from aid_admin.office import wording
from aid_admin.office.views.reveal import NUMBERS
from disbursement.rules.returns import Verdict
from disbursement.rules.states import DiffReason
from tests.disbursement.builders import enter
from tests.test_architecture import nodes

TZ = ZoneInfo("Asia/Shanghai")
LATIN = re.compile(r"[A-Za-z]")


def test_every_action_has_a_name():
    assert " ".join(verb for verb in ACTIONS if wording.verb_name(verb) == verb) == ""


def test_every_number_that_may_be_revealed_has_a_name():
    assert " ".join(kind for kind in NUMBERS if wording.object_name(kind) == kind) == ""


def test_every_object_and_state_of_the_driven_county_has_a_name(small_county):
    events = AuditEvent.objects.values_list("object_type", "from_state", "to_state").distinct()
    assert len(events) > 40
    told = {
        (kind, state): (wording.object_name(kind), wording.state_name(kind, state))
        for kind, before, after in events
        for state in (before, after)
    }
    assert " ".join(f"{kind}/{code}" for (kind, code), names in told.items() if any(map(LATIN.search, names))) == ""


def test_every_state_that_the_code_writes_has_a_name():
    """`record("kind", …, to_state="CODE")`, wherever both are literal."""
    written = [
        (place, node.args[0].value, word.value.value)
        for place, node in nodes(only=r"actions|views|acting")
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and node.args
        if isinstance(node.args[0], ast.Constant)
        for word in node.keywords
        if word.arg in ("to_state", "from_state") and isinstance(word.value, ast.Constant)
    ]
    assert len(written) > 30
    unnamed = [found for found in written if LATIN.search(wording.state_name(found[1], found[2]))]
    assert unnamed == []


@pytest.mark.parametrize(
    ("kind", "code", "word"),
    [
        ("roster", "RETURNED", "RETURNED"),  # nobody writes it
        ("roster", "DRAFT", "草稿"),
        ("roster", "PROPOSED", "恢复待审"),
        ("roster", "REFUSED", "有学生不通过"),
        ("disbursementbatch", "LOCKED", "已锁定"),
        ("audit", "GOOD", "完整"),
        ("audit", "FAULTY", "发现问题"),
        ("bankaccount", "PROPOSED", "待核对"),
        ("peeractivity", "HELD", "已举办"),
        ("upload", "PROPOSED", "待复核"),
        ("publicityevidence", "START", "开始"),
        ("publicityperiod", "START", "开始照片"),
        ("publicityperiod", "REFUSED", "照片不通过"),
        ("comparisonresult", "NOT_SAME", "不是同一人"),
        ("coveragegap", "DROPPED_OUT", "辍学（须上报控辍保学）"),
        *[("roster", reason.value, reason.label) for reason in DiffReason],
        *[("disbursementbatch", verdict.value, verdict.label) for verdict in Verdict],
    ],
)
def test_a_state_is_called_as_its_object_calls_it(kind, code, word):
    assert wording.state_name(kind, code) == word


def test_exported_trail_reads_as_the_page_does(small_county):
    auditor = enter("shenji1")
    page = load_workbook(io.BytesIO(auditor.post("/audit/?kind=money", {"do": "take_list"}).content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    head = next(row for row in rows if "动作" in row)
    released = [row for row in rows if "放行批次" in row]
    assert released
    first = AuditEvent.objects.filter(verb="batch.release").order_by("-seq").first()
    assert released[0][head.index("对象")] == "发放批次"
    assert released[0][head.index("新状态")] == "已放行"
    assert released[0][head.index("操作人")] == f"财务审批乙（{first.actor_username}）"
    assert released[0][head.index("时间")] == f"{first.at.astimezone(TZ):%Y-%m-%d %H:%M:%S}"
    text = auditor.get("/audit/?kind=money").content.decode()
    assert "已审核 → 已放行" in text


def test_every_action_that_counts_says_in_what(small_county):
    verbs = set(AuditEvent.objects.exclude(count=None).values_list("verb", flat=True))
    assert len(verbs) > 10
    assert [verb for verb in verbs if verb not in wording._UNITS] == []
    assert [verb for verb in wording._UNITS if verb not in ACTIONS] == []
    assert wording.counted("batch.build", 36) == "36 笔"
