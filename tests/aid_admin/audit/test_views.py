"""审计: the trail for the auditor, its check and its export."""

import io

from openpyxl import load_workbook

from aid_admin.audit.models import AuditEvent
from tests.disbursement.builders import enter


def test_the_auditor_reads_the_trail(small_county):
    client = enter("shenji1")
    text = client.get("/audit/").content.decode()
    assert "生成告知书" in text
    only = client.get("/audit/?verb=roster.approve").content.decode()
    assert f"共 {AuditEvent.objects.filter(verb='roster.approve').count()} 条" in only
    assert "没有符合条件的记录" in client.get("/audit/?who=nobody").content.decode()


def test_the_auditor_checks_chain_and_data(small_county):
    answer = enter("shenji1").post("/audit/verify/", follow=True).content.decode()
    assert "审计链完整" in answer
    assert AuditEvent.objects.filter(verb="audit.verify").count() == 1


def test_the_export_has_every_event_and_is_one_itself(small_county):
    answer = enter("shenji1").post("/audit/?verb=roster.approve", {"do": "take_list"})
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=2, values_only=True))[:-2]
    assert len(rows) == AuditEvent.objects.filter(verb="roster.approve").count()
    assert AuditEvent.objects.filter(verb="page.export").count() == 1


def test_the_trail_is_the_auditors_alone(small_county):
    for name in ("chushen1", "guanli1", "jingban-3141000003"):
        assert enter(name).get("/audit/").status_code == 403
        assert enter(name).post("/audit/verify/").status_code == 403
        assert enter(name).post("/audit/", {"do": "take_list"}).status_code == 403
