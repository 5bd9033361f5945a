"""Batches before they are built, and what their lists come to."""

import io

import pytest
from openpyxl import load_workbook

from aid_admin.accounts.models import User
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from disbursement.actions import batches as actions
from disbursement.models import DisbursementBatch, PaymentLine
from tests.disbursement.builders import TERM, enter

pytestmark = pytest.mark.usefixtures("pages")


def test_build_asks_a_job_once(county_at):
    county_at("publicised")
    clerk = enter("caiwu1")
    page = clerk.get("/batches/build/").content.decode()
    assert "待发放（人次）" in page
    first, second = (clerk.post("/batches/build/", {"mode": "WAIVER"}).headers["Location"] for _ in range(2))
    assert first == second
    job = Job.objects.get(kind="batch.build")
    assert (job.subject_id, job.params, job.by.username) == (TERM, {"mode": "WAIVER"}, "caiwu1")


def test_build_shows_beforehand_what_it_makes(county_at):
    county_at("publicised")
    plan = enter("caiwu1").get("/batches/build/").context["plan"]
    actions.build_batches(by=User.objects.get(username="caiwu1"), semester=TERM)
    for batch in DisbursementBatch.objects.all():
        whole, *parts = (part for part in plan if (part.mode, part.bank) == (batch.mode, batch.bank or ""))
        assert {
            "persons": whole.persons,
            "person_times": whole.person_times,
            "fen": whole.amount_fen,
        } == batch.lines.sums()
        told = [(part.programme, part.persons, part.person_times, part.amount_fen) for part in parts]
        assert told == batch.lines.sums_by("programme__name", "programme__position")
    assert len({(part.mode, part.bank) for part in plan}) == DisbursementBatch.objects.count()


def test_build_goes_on_to_the_batches_once_they_are_made(county_at):
    county_at("publicised")
    clerk = enter("caiwu1")
    page = clerk.post("/batches/build/", {"mode": "WAIVER"}).headers["Location"]
    assert clerk.get(page).status_code == 200  # not done yet
    job = Job.objects.get(kind="batch.build")
    queue.work(job.pk)
    assert clerk.get(page).headers["Location"] == "/batches/"
    assert "编制发放批次：编制 1 个批次，共" in clerk.get("/batches/").content.decode()
    assert "查看结果" in clerk.get(f"/jobs/{job.pk}/").content.decode()  # who comes from the list stays


def test_build_get_changes_nothing(county_at):
    county_at("publicised")
    enter("caiwu1").get("/batches/build/?mode=WAIVER")
    assert not Job.objects.filter(kind="batch.build").exists()


def test_payments_are_filtered_by_batch(small_county, django_assert_max_num_queries):
    line = PaymentLine.objects.exclude(batch__state="ABORTED").order_by("pk").first()
    clerk, school = enter("caiwu1"), enter(f"jingban-{line.school.code}")
    for client, lines in ((clerk, line.batch.lines), (school, line.batch.lines.filter(school=line.school))):
        client.get("/payments/")
        with django_assert_max_num_queries(12):
            answer = client.get(f"/payments/?batch={line.batch_id}")
        assert answer.context["page"].total == lines.count() > 0
        assert f'<option value="{line.batch_id}" selected>{line.batch.no}</option>' in answer.content.decode()


def test_batches_leave_with_their_doubts_and_sums(small_county):
    answer = enter("caiwu1").post("/batches/", {"do": "take_list"})
    heads, *rows, total, _, _note = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    place = heads.index("笔数")
    assert heads[place + 2] == "疑点"
    assert total[place] == sum(row[place] for row in rows) == PaymentLine.objects.count()
    kept = {row[0]: row[place + 2] for row in rows}
    for batch in DisbursementBatch.objects.filter(mode="ACCOUNT"):
        assert kept[batch.no] == len(batch.looks.latest("pk").doubts)
