"""学期总览: the figures of the report, beside what was printed."""

import io

import pytest
from openpyxl import load_workbook

from aid_admin.audit.models import AuditEvent
from aid_admin.county.models import PublishedFigure, Semester
from aid_admin.lib.money import wan
from aid_admin.office.report import paid_sums, paragraph, semester_report
from disbursement.models import PaymentLine
from tests.disbursement.builders import TERM, enter


@pytest.fixture
def report(small_county):
    return semester_report(Semester.objects.get(code=TERM))


def printed(measure: str, value: int, programme: str = "") -> None:
    term = Semester.objects.get(code=TERM)
    PublishedFigure.objects.create(semester=term, programme=programme, measure=measure, value=value, source="公开报道")


def test_overview_shows_persons_person_times_and_money(report):
    text = enter("chushen1").get("/reports/").content.decode()
    total = report["total"]
    assert f"<b>{total['persons']}</b> 人" in text
    assert f"<b>{total['person_times']}</b> 人次" in text
    assert f"<b>{wan(total['amount_fen'])}</b> 万元" in text
    for programme in report["programmes"]:
        assert programme["name"] in text


def test_overview_holds_the_paragraph(report):
    assert paragraph(report) in enter("chushen1").get("/reports/").content.decode()


def test_overview_without_published_figures_compares_nothing(report):
    assert "已公布" not in enter("chushen1").get("/reports/").content.decode()


def test_overview_names_a_figure_that_differs(report):
    printed("person_times", report["total"]["person_times"] + 9)
    text = enter("chushen1").get("/reports/").content.decode()
    assert "与已公布数字的差异（1 处）" in text
    assert "合计：资助人次" in text or "全县合计：资助人次" in text
    assert "没有找到原因" in text or "不能确定" in text


def test_overview_explains_a_line_left_out(report):
    left_out = next(p for p in report["programmes"] if p["registered_poor"]["person_times"])
    poor = report["total"]["registered_poor"]
    gap = left_out["registered_poor"]
    printed("registered_poor_person_times", poor["person_times"] - gap["person_times"])
    printed("registered_poor_amount_fen", poor["amount_fen"] - gap["amount_fen"])
    text = enter("chushen1").get("/reports/").content.decode()
    assert "合计漏加" in text


def test_overview_is_not_for_schools_and_the_administrator(small_county):
    assert enter("guanli1").get("/reports/").status_code == 403
    assert enter("guanli1").post("/reports/export/").status_code == 403


def test_export_holds_the_figures_and_is_logged(report):
    printed("person_times", report["total"]["person_times"] + 9)
    client = enter("shenji1")
    assert client.get("/reports/export/").status_code == 405
    answer = client.post("/reports/export/")
    book = load_workbook(io.BytesIO(answer.content))
    rows = list(book["学期总览"].iter_rows(values_only=True))
    assert rows[len(report["programmes"]) + 1][:3] == (
        "合计",
        report["total"]["persons"],
        report["total"]["person_times"],
    )
    head, paid = rows[0], paid_sums(Semester.objects.get(code=TERM))
    given = {row[0]: row[head.index("已发放人次")] for row in rows[1 : len(report["programmes"]) + 2]}
    assert given == {
        p["name"]: paid[p["code"]]["person_times"] if p["code"] in paid else 0 for p in report["programmes"]
    } | {"合计": paid[""]["person_times"]}
    assert paid[""]["person_times"] > 0
    assert len(list(book["与已公布数字的差异"].iter_rows(min_row=2, max_row=2, values_only=True))) == 1
    event = AuditEvent.objects.latest("seq")
    assert (event.verb, event.to_state, len(event.after_digest)) == ("report.export", "EXPORTED", 64)


def test_overview_says_what_counts_and_shows_what_was_paid(report):
    text = enter("chushen1").get("/reports/").content.decode()
    assert "按<b>已确认的名册</b>计算" in text
    paid = PaymentLine.objects.filter(batch__semester__code=TERM, state="PAID")
    sums = paid_sums(Semester.objects.get(code=TERM))
    assert sums[""] == {"person_times": paid.count(), "amount_fen": sum(line.amount_fen for line in paid)}
    assert sum(one["person_times"] for code, one in sums.items() if code) == paid.count()
    foot = text.split("<tfoot>")[1].split("</tfoot>")[0]
    assert f">{paid.count()}</td>" in foot
    assert f">{wan(sums['']['amount_fen'], 5)}</td>" in foot


def test_overview_before_anything_was_paid(county_at, settings, tmp_path):
    county_at("rostered")
    settings.STATIC_ROOT = tmp_path
    assert paid_sums(Semester.objects.get(code=TERM)) == {"": {"person_times": 0, "amount_fen": 0}}
    assert enter("chushen1").get("/reports/").status_code == 200
