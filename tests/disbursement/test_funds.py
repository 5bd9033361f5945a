"""资金总览: what is shown is added up from documents, rosters and payments; entries are kept when taken back."""

import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, transaction
from openpyxl import load_workbook

from aid_admin.audit.models import AuditEvent
from aid_admin.county import calendar
from aid_admin.lib.refusals import Refused
from disbursement.actions import batches
from disbursement.models import Allotment, BatchLook, PaymentLine, RosterLine
from disbursement.models.allotment import flows_of
from tests.disbursement.builders import TERM, enter
from tests.disbursement.money import person

pytestmark = pytest.mark.usefixtures("static_folder")


def _allot(client: Any, **changed: str) -> Any:
    given = {
        "source": "CENTRAL", "amount_NUTRITION": "1,250,000.50", "document_no": "豫财教〔2020〕12号",
        "received_on": str(calendar.business_date() - timedelta(days=3)),
    } | changed  # fmt: skip
    return client.post("/funds/", {"do": "allot", **{f"allot-{name}": value for name, value in given.items()}})


def _sum(rows: Iterable[Any]) -> int:
    return sum(row.amount_fen for row in rows)


def test_flows_are_those_of_the_rows(small_county) -> None:
    term = calendar.semester(TERM)
    flows = {flow.code: flow for flow in flows_of(term)}
    lines = list(RosterLine.objects.filter(semester=term).select_related("roster", "programme"))
    payments = list(PaymentLine.objects.filter(batch__semester=term).select_related("batch", "programme"))
    retried = {one.retry_of_id for one in payments}
    for code in [*{line.programme.code for line in lines}, ""]:
        granted = [
            x for x in lines
            if (not code or x.programme.code == code)
            and x.roster.state in ("APPROVED", "CONFIRMED") and x.state in ("ACCEPTED", "HELD")
        ]  # fmt: skip
        mine = [x for x in payments if (not code or x.programme.code == code) and x.batch.state != "ABORTED"]
        assert flows[code].approved == _sum(granted) > 0
        assert flows[code].paid == _sum(x for x in mine if x.state == "PAID")
        assert flows[code].batched == _sum(x for x in mine if x.state in ("WAITING", "SENT", "UNKNOWN", "PAID"))
        live = [x for x in mine if x.state in ("SENT", "UNKNOWN", "PAID") and x.batch.mode == "ACCOUNT"]
        assert flows[code].sent == _sum(live)
        failed = [x for x in mine if x.state in ("FAILED", "RETURNED_LATER") and x.pk not in retried]
        assert flows[code].failed == _sum(failed)


def test_allotment_is_entered_shown_and_taken_back(small_county) -> None:
    clerk = enter("caiwu1")
    assert _allot(clerk).status_code == 302
    one = Allotment.objects.get()
    assert (one.amount_fen, one.by.username) == (125000050, "caiwu1")
    text = clerk.get("/funds/").content.decode()
    assert "1,250,000.50" in text
    flow = next(flow for flow in flows_of(one.semester) if flow.code == "NUTRITION")
    assert (flow.allotted, flow.left) == (125000050, 125000050 - flow.approved)
    assert "已经登记过" in _allot(clerk, amount_NUTRITION="5").content.decode()
    assert "已经登记过" in _allot(clerk, amount_NUTRITION="5", document_no="豫财教[2020] 12号").content.decode()
    assert flows_of(one.semester)[-1].left is None  # other programmes have rosters and no entry
    assert "部分未登记" in clerk.get("/funds/").content.decode()
    answer = clerk.post("/funds/", {"do": "take_back", "pick": one.pk, "take_back-reason": "文件调减"})
    assert answer.status_code == 302
    assert flows_of(one.semester)[-1].allotted == 0
    assert "文件调减" in clerk.get("/funds/").content.decode()
    assert _allot(clerk, amount_NUTRITION="5").status_code == 302
    verbs = list(AuditEvent.objects.filter(object_type="allotment").order_by("seq").values_list("verb", flat=True))
    assert verbs == ["funds.allot", "funds.take_back", "funds.allot"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("amount_NUTRITION", "十万", "金额"),
        ("amount_NUTRITION", "-5", "金额不能为负数"),
        ("amount_NUTRITION", "0", "金额要大于 0"),
        ("amount_NUTRITION", "1.005", "最多保留两位小数"),
        ("amount_NUTRITION", "", "请在文件给了钱的项目后面填写金额"),
        ("document_no", "", "请填写指标文号"),
        ("source", "MOON", "选择"),
        ("received_on", "2099-01-01", "不能晚于今天"),
    ],
)
def test_faulty_entry_is_told_and_nothing_typed_is_lost(small_county, field: str, value: str, sentence: str) -> None:
    answer = _allot(enter("caiwu1"), **{field: value})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    kept = "豫财教〔2020〕12号" if field != "document_no" else "1,250,000.50"
    assert kept in answer.content.decode()
    assert not Allotment.objects.exists()


def test_only_the_finance_clerk_enters(small_county) -> None:
    assert _allot(enter("shenpi1")).status_code == 403
    assert enter("chushen1").get("/funds/").status_code == 403
    assert not Allotment.objects.exists()


def test_entry_is_never_changed_nor_deleted(small_county) -> None:
    _allot(enter("caiwu1"))
    for change in (lambda: Allotment.objects.update(amount_fen=1), lambda: Allotment.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_workbook_has_the_entries_and_counts_no_total(small_county) -> None:
    clerk = enter("caiwu1")
    _allot(clerk)
    book = load_workbook(io.BytesIO(clerk.post("/funds/", {"do": "take_list"}).content))
    flows, entries = (list(sheet.iter_rows(values_only=True)) for sheet in book)
    programmes = len(flows_of(calendar.semester(TERM))) - 1
    assert flows[-1][0].startswith(f"共 {programmes} 行。")
    assert [row[0] for row in flows].count("合计") == 1
    assert "已送银行（元）" in flows[0]
    assert entries[1][:4] == ("豫财教〔2020〕12号", "义务教育营养改善计划", "中央", 1250000.5)
    assert entries[-1][0].startswith("共 1 行。")


def test_one_document_is_entered_once_for_all_its_programmes(small_county) -> None:
    clerk = enter("caiwu1")
    assert _allot(clerk, amount_PRESCHOOL_AID="3000").status_code == 302
    assert "已登记 2 个项目的指标。" in clerk.get("/funds/").content.decode()
    found = Allotment.objects.order_by("programme__position").values_list(
        "programme__code", "amount_fen", "document_no"
    )
    number = "豫财教〔2020〕12号"
    assert list(found) == [("PRESCHOOL_AID", 300000, number), ("NUTRITION", 125000050, number)]
    again = _allot(clerk, amount_NUTRITION="", amount_SENIOR_GRANT="100", amount_PRESCHOOL_AID="1").content.decode()
    assert "已经登记过" in again
    assert Allotment.objects.count() == 2  # all of a document or nothing


def test_money_that_does_not_suffice_is_a_doubt_that_approvers_look_at(county_at) -> None:
    county_at("publicised")
    client, told = enter("caiwu1"), "登记的指标1.00元，全县已复审名册要"
    assert _allot(client, amount_NUTRITION="1", amount_SENIOR_FEE_WAIVER="1").status_code == 302
    assert "登记的指标不够：" in client.get("/batches/build/").content.decode()
    for made, approver in (({"bank": "RCC"}, "shenpi1"), ({"mode": "WAIVER"}, "shenpi1")):
        batch = batches.build_batches(by=person("caiwu1"), semester=TERM, **made)[0]
        path = f"/batches/{batch.id}/"
        assert told in client.get(path).content.decode()
        batches.lock_batches(by=person("caiwu1"), batch=[batch.id])
        assert told in enter(approver).get(f"/batches/look/?pick={batch.id}").content.decode()
        with pytest.raises(Refused, match=r"有疑点 .*逐条看过"):
            batches.review_batches(by=person(approver), batch=[batch.id], looked=False)
        batches.review_batches(by=person(approver), batch=[batch.id], looked=True)
        batches.release_batches(by=person("shenpi2"), batch=[batch.id], looked=True)
        kept = BatchLook.objects.filter(batch=batch.id, step="RELEASE").get()
        assert "ALLOTMENT_SHORT" in {one.code for one in kept.findings}
        assert told in client.get(path).content.decode()
