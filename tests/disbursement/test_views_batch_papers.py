"""Lists of a batch by school: one school's at once, all schools' in one document by a job."""

import io

import pytest
from pypdf import PdfReader

from aid_admin.audit.models import AuditEvent
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from disbursement.models import DisbursementBatch
from tests.disbursement.builders import enter

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def released(county_at) -> DisbursementBatch:
    """Released batches with their files; gives one through a bank."""
    county_at("batched")
    return DisbursementBatch.objects.filter(mode="ACCOUNT").order_by("-pk").first()


def test_school_list_has_its_pupils_with_the_last_digits_of_the_account(released):
    school = released.lines.order_by("line_no").first().school
    lines = released.lines.filter(school=school).select_related("student")
    answer = enter("caiwu1").post(f"/batches/{released.pk}/lists/{school.code}/")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    for line in lines:
        assert line.student.name in text
        assert str(line.account_no)[-4:] in text
        assert str(line.account_no) not in text
    event = AuditEvent.objects.latest("seq")
    assert (event.verb, event.count, event.school_code) == ("batch.list", lines.count(), school.code)


def test_list_is_for_finance_and_audit_and_of_a_school_in_the_batch(released):
    waiver = DisbursementBatch.objects.get(mode="WAIVER")
    school = released.lines.first().school.code
    path = f"/batches/{released.pk}/lists/"
    assert enter("shenji1").post(f"{path}{school}/").status_code == 200
    for who in (f"fuze-{school}", "fushen1", "guanli1"):
        assert enter(who).post(f"{path}{school}/").status_code == 403
    clerk = enter("caiwu1")
    assert clerk.get(f"{path}{school}/").status_code == 405
    assert clerk.post(f"{path}0000000000/").status_code == 404
    assert clerk.post(f"/batches/99999/lists/{school}/").status_code == 404
    assert clerk.post(f"/batches/{waiver.pk}/lists/{school}/").status_code == 409


@pytest.mark.parametrize("mode", ["ACCOUNT", "WAIVER"])
def test_all_schools_are_printed_in_one_document(released, mode):
    batch = released if mode == "ACCOUNT" else DisbursementBatch.objects.get(mode=mode)
    schools = list(batch.lines.order_by("school__code").values_list("school__name", flat=True).distinct())
    clerk = enter("caiwu1")
    first, second = (clerk.post(f"/batches/{batch.pk}/print/").headers["Location"] for _ in range(2))
    assert first == second
    job = Job.objects.get(kind="batch.print_all")
    queue.work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("DONE", len(schools), len(schools))
    assert "下载" in clerk.get(f"/batches/{batch.pk}/papers/").content.decode()
    answer = clerk.post(f"/batches/{batch.pk}/papers/{job.pk}/")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    places = [text.index(name) for name in schools]
    assert places == sorted(places)
    history = clerk.get(f"/batches/{batch.pk}/").content.decode()
    assert "打印全部学校清单" in history
    assert "下载打印文件" in history


def test_document_is_not_handed_out_before_it_is_made_nor_for_another_batch(released):
    clerk = enter("caiwu1")
    clerk.post(f"/batches/{released.pk}/print/")
    job = Job.objects.get(kind="batch.print_all")
    assert clerk.post(f"/batches/{released.pk}/papers/{job.pk}/").status_code == 404
    queue.work(job.pk)
    other = DisbursementBatch.objects.exclude(pk=released.pk).first()
    assert clerk.post(f"/batches/{other.pk}/papers/{job.pk}/").status_code == 404
    assert enter("gongshi1").get(f"/batches/{released.pk}/papers/").status_code == 403
