"""Batches, payments and accounts."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from aid_admin.accounts.models import User
from aid_admin.audit.models import AuditEvent
from aid_admin.jobs.models import Job
from demo import bank as demo_bank
from disbursement.actions import batches as actions
from disbursement.models import DisbursementBatch, PaymentLine
from students.models import AccountRow, BankAccount
from tests.disbursement.builders import TERM, do, done, enter

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def drafted(county_at) -> DisbursementBatch:
    """Drafted batches; gives one through a bank."""
    county_at("publicised")
    actions.build_batches(by=User.objects.get(username="caiwu1"), semester=TERM)
    return DisbursementBatch.objects.filter(mode="ACCOUNT").order_by("pk").first()


@pytest.fixture
def released(county_at) -> DisbursementBatch:
    """Released batches with their files; gives one through a bank."""
    county_at("batched")
    return DisbursementBatch.objects.filter(mode="ACCOUNT").order_by("-pk").first()


def test_build_asks_a_job_once(county_at):
    county_at("publicised")
    clerk = enter("caiwu1")
    page = clerk.get("/batches/build/").content.decode()
    assert "待发放（人次）" in page
    first, second = (clerk.post("/batches/build/", {"mode": "WAIVER"}).headers["Location"] for _ in range(2))
    assert first == second
    job = Job.objects.get(kind="batch.build")
    assert (job.subject_id, job.params, job.by.username) == (TERM, {"mode": "WAIVER"}, "caiwu1")


def test_build_get_changes_nothing(county_at):
    county_at("publicised")
    enter("caiwu1").get("/batches/build/?mode=WAIVER")
    assert not Job.objects.filter(kind="batch.build").exists()


def test_batch_page_sums_up_by_programme_and_school(drafted):
    text = enter("caiwu1").get(f"/batches/{drafted.pk}/").content.decode()
    sums = drafted.lines.sums()
    assert f"<b>{sums['person_times']}</b> 笔" in text
    for name, *_ in drafted.lines.sums_by("school__name", "school__code"):
        assert name in text


def test_batch_with_an_account_that_ended_shows_the_error_and_does_not_lock(drafted):
    line = drafted.lines.order_by("line_no").first()
    BankAccount.objects.filter(pk=line.account_id).update(verified_by=None, verified_at=None)
    clerk, path = enter("caiwu1"), f"/batches/{drafted.pk}/"
    assert "账户还没有核实" in clerk.get(path).content.decode()
    assert "不能锁定" in do(clerk, path, "lock").content.decode()
    drafted.refresh_from_db()
    assert drafted.state == "DRAFTED"


def test_buttons_follow_the_hands(drafted):
    path = f"/batches/{drafted.pk}/"
    done(enter("caiwu1"), path, "lock")
    assert 'value="review"' not in enter("caiwu1").get(path).content.decode()
    done(enter("shenpi1"), path, "review")
    assert 'value="release"' not in enter("shenpi1").get(path).content.decode()
    assert 'value="release"' in enter("shenpi2").get(path).content.decode()


def test_abort_needs_a_reason_and_frees_the_lines(drafted):
    path = f"/batches/{drafted.pk}/"
    assert "请写明原因" in do(enter("caiwu1"), path, "abort").content.decode()
    done(enter("caiwu1"), path, "abort", reason="账号有误")
    drafted.refresh_from_db()
    assert (drafted.state, drafted.abort_reason) == ("ABORTED", "账号有误")
    assert "账号有误" in enter("caiwu1").get(path).content.decode()


def test_file_is_for_the_finance_clerk_and_every_download_is_logged(released):
    path = f"/batches/{released.pk}/"
    assert do(enter("shenji1"), path, "file").status_code == 403
    before = AuditEvent.objects.filter(verb="batch.file").count()
    answer = do(enter("caiwu1"), path, "file")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert AuditEvent.objects.filter(verb="batch.file").count() == before + 1


def test_order_is_printed_for_the_auditor_too(released):
    answer = do(enter("shenji1"), f"/batches/{released.pk}/", "order")
    assert answer.content.startswith(b"%PDF-")
    assert AuditEvent.objects.latest("seq").verb == "batch.print"


def test_waiver_list_of_a_school_and_of_no_school(released):
    waiver = DisbursementBatch.objects.get(mode="WAIVER")
    code = waiver.lines.first().school.code
    clerk = enter("caiwu1")
    assert clerk.post(f"/batches/{waiver.pk}/waivers/{code}/").content.startswith(b"%PDF-")
    assert clerk.post(f"/batches/{waiver.pk}/waivers/0000000000/").status_code == 404
    assert clerk.post(f"/batches/{released.pk}/waivers/{code}/").status_code == 409
    assert clerk.get(f"/batches/{waiver.pk}/waivers/{code}/").status_code == 405


def test_waiver_batch_offers_no_bank_file(released):
    waiver = DisbursementBatch.objects.get(mode="WAIVER")
    text = enter("caiwu1").get(f"/batches/{waiver.pk}/").content.decode()
    for deed in ("file", "send", "reissue"):
        assert f'value="{deed}"' not in text
    assert 'value="close"' in text


def _send_and_refuse(batch: DisbursementBatch) -> PaymentLine:
    """Send the batch; the bank refuses its first line."""
    clerk, path = enter("caiwu1"), f"/batches/{batch.pk}/"
    done(clerk, path, "send")
    line = batch.lines.order_by("line_no").first()
    content = do(clerk, path, "file").content
    name, data = demo_bank.answer(batch.bank, content, {line.account_no: "户名不符"})
    loaded = clerk.post(f"{path}return/", {"file": SimpleUploadedFile(name, data)})
    assert loaded.status_code == 302, loaded.content.decode()[:3000]
    again = clerk.post(f"{path}return/", {"file": SimpleUploadedFile(name, data)}, follow=True)
    assert "已经导入过" in again.content.decode()
    return line


def test_failed_line_says_what_to_do_and_is_reissued_to_a_new_account_alone(released):
    line = _send_and_refuse(released)
    clerk, path = enter("caiwu1"), f"/batches/{released.pk}/"
    line.refresh_from_db()
    assert (line.state, line.code) == ("FAILED", "NAME_MISMATCH")
    text = enter(f"jingban-{line.school.code}").get("/payments/?state=FAILED").content.decode()
    assert "请核对生僻字、曾用名和银行登记的户名" in text
    assert "/uploads/new/accounts/" in text
    assert "没有可以补发的明细" in do(clerk, path, "reissue").content.decode()
    account = _propose(line)
    done(enter(f"fuze-{line.school.code}"), "/accounts/", "verify", [account.pk])
    done(clerk, path, "reissue")
    retry = PaymentLine.objects.get(retry_of=line)
    assert (retry.account_id, retry.amount_fen) == (account.pk, line.amount_fen)


def _propose(line: PaymentLine) -> BankAccount:
    """The school's clerk proposes another account of the same bank."""
    old = line.account
    row = AccountRow.objects.get(pk=old.source_row_id)
    clerk = User.objects.get(username=f"jingban-{line.school.code}")
    return BankAccount.objects.create(
        student_id=line.student_id, version=old.version + 1, holder_name=old.holder_name, bank=old.bank,
        account_no="621585100000099998", kind="CARD", source_row=row, proposed_by=clerk, seal=b"",
    )  # fmt: skip


def test_own_account_is_not_verified_by_its_proposer_nor_twice(released):
    line = released.lines.first()
    account = _propose(line)
    head = enter(f"fuze-{line.school.code}")
    assert "待核对" in head.get("/accounts/?verified=no").content.decode()
    done(head, "/accounts/", "verify", [account.pk])
    assert "已经核对过" in do(head, "/accounts/", "verify", [account.pk]).content.decode()
    assert do(enter(f"jingban-{line.school.code}"), "/accounts/", "verify", [account.pk]).status_code == 403


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "文件是空的"), (b"PK\x03\x04xx", "不是文本文件"), ("乱写|一行".encode(), "请核对文件")],
)
def test_return_file_that_is_none_is_refused_in_words(released, data, sentence):
    clerk, path = enter("caiwu1"), f"/batches/{released.pk}/"
    done(clerk, path, "send")
    answer = clerk.post(f"{path}return/", {"file": SimpleUploadedFile("x.txt", data)})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not PaymentLine.objects.filter(batch=released).exclude(state="SENT").exists()


def test_return_before_sending_is_refused(released):
    answer = enter("caiwu1").post(f"/batches/{released.pk}/return/", {"file": SimpleUploadedFile("x.txt", b"1")})
    assert "还没有送银行，不能导入回盘文件" in answer.content.decode()
    assert not PaymentLine.objects.filter(batch=released).exclude(state="WAITING").exists()


def test_payments_export_is_masked_filtered_and_logged(small_county):
    school = PaymentLine.objects.order_by("pk").first().school
    answer = enter("shenji1").post(f"/payments/export/?school={school.code}")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))[1:]
    assert {row[2] for row in rows} == {school.name}
    assert len(rows) == PaymentLine.objects.filter(school=school).count()
    assert all("*" in row[6] for row in rows if row[6])
    event = AuditEvent.objects.latest("seq")
    assert (event.verb, event.count) == ("payment.export", len(rows))
