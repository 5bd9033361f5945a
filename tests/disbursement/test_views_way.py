"""The whole way through the pages: from submitted rosters to money that arrived, each hand its own."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from aid_admin.accounts.actions import operator
from aid_admin.county import calendar
from aid_admin.county.actions import set_business_date
from aid_admin.files import store
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from demo import bank as demo_bank
from disbursement.models import (
    DisbursementBatch,
    Objection,
    PaymentFile,
    PaymentLine,
    PublicityEvidence,
    PublicityPeriod,
    Roster,
    RosterLine,
)
from disbursement.rules.publicity import PeriodLength, may_end_on
from tests.disbursement.builders import do, done, enter, photo


def _states(model):
    return set(model.objects.values_list("state", flat=True))


def test_the_way_from_roster_to_paid(county_at, pages):
    county_at("rostered")
    _review_and_approve()
    period = _publicise()
    _confirm(period)
    _build_and_release()
    _pay()


def _pass(who: str, deed: str, ids: list[int]) -> None:
    """In bulk, and what is odd one by one on its own page."""
    done(enter(who), "/rosters/", deed, ids)
    for pk in Roster.objects.filter(state={"review": "SUBMITTED", "approve": "REVIEWED"}[deed]).values_list(
        "pk", flat=True
    ):
        done(enter(who), f"/rosters/{pk}/", deed)


def _review_and_approve():
    ids = list(Roster.objects.values_list("pk", flat=True))
    _pass("chushen2", "review", ids)
    assert _states(Roster) == {"REVIEWED"}
    _pass("fushen1", "approve", ids)
    assert _states(Roster) == {"APPROVED"}
    assert not Roster.objects.filter(digest="").exists()


def _publicise() -> PublicityPeriod:
    officer, approver = enter("gongshi1"), enter("fushen1")
    ids = list(Roster.objects.values_list("pk", flat=True))
    path = done(officer, "/publicity/plan/", "plan", ids, title="春季公示")
    period = PublicityPeriod.objects.get()
    assert path == f"/publicity/{period.pk}/"
    done(officer, path, "start")
    assert period.lines.count() == RosterLine.objects.filter(state="ACCEPTED").count()
    refused = do(approver, path, "end")
    assert refused.status_code == 200
    assert "还不能结束公示" in refused.content.decode()
    _photos(period, "START")
    _object(period, officer, approver)
    period.refresh_from_db()
    length = PeriodLength(period.semester.publicity_days, period.semester.publicity_workdays)
    set_business_date(by=operator(), date=may_end_on(period.started_on, length, calendar.holidays()) + timedelta(1))
    _photos(period, "END")
    evidence = list(PublicityEvidence.objects.values_list("pk", flat=True))
    done(approver, "/publicity/photos/", "good", evidence)
    done(approver, path, "end")
    return period


def _photos(period, moment):
    for code in set(period.rosters.values_list("school__code", flat=True)):
        answer = enter(f"jingban-{code}").post(f"/publicity/{period.pk}/photo/{code}/{moment}/", {"file": photo()})
        assert answer.status_code == 302, answer.content.decode()[:3000]


def _object(period, officer, approver):
    line = period.lines.first().roster_line
    empty = do(officer, f"/objections/new/{line.pk}/", "add", channel="匿名")
    assert "请写明异议内容" in empty.content.decode()
    done(officer, f"/objections/new/{line.pk}/", "add", channel="来电", text="已经转走")
    line.refresh_from_db()
    assert line.state == "HELD"
    objection = Objection.objects.get()
    own = do(officer, f"/objections/{objection.pk}/", "decide", outcome="DISMISSED", finding="查过")
    assert own.status_code == 403
    done(approver, f"/objections/{objection.pk}/", "decide", outcome="DISMISSED", finding="到校核实，在校")
    line.refresh_from_db()
    assert line.state == "ACCEPTED"


def _confirm(period):
    ids = list(period.rosters.values_list("pk", flat=True))
    done(enter("fushen1"), "/rosters/", "confirm", ids)
    assert _states(Roster) == {"CONFIRMED"}
    head = period.rosters.first().submitted_by.username
    assert enter(head).get(f"/publicity/{period.pk}/list/").status_code == 404
    assert enter("gongshi1").get(f"/publicity/{period.pk}/list/").status_code == 404
    assert enter("fushen1").get(f"/publicity/{period.pk}/list/").status_code == 200


def _build_and_release():
    clerk = enter("caiwu1")
    asked = clerk.post("/batches/build/", {"mode": ""})
    job = Job.objects.latest("pk")
    assert asked.headers["Location"] == f"/jobs/{job.pk}/?go_on"
    queue.work_all()
    job.refresh_from_db()
    assert job.state == "DONE", job.message
    ids = list(DisbursementBatch.objects.values_list("pk", flat=True))
    assert len(ids) >= 2
    done(clerk, "/batches/", "lock", ids)
    done(enter("shenpi1"), "/batches/", "review", ids, looked="on")
    same = do(enter("shenpi1"), "/batches/", "release", ids)
    assert "须由另一人办理" in same.content.decode()
    done(enter("shenpi2"), "/batches/", "release", ids, looked="on")
    assert _states(DisbursementBatch) == {"RELEASED"}


def _pay():
    clerk = enter("caiwu1")
    for batch in DisbursementBatch.objects.filter(mode="ACCOUNT"):
        path = f"/batches/{batch.pk}/"
        done(clerk, path, "file")
        file = do(clerk, path, "download")
        assert file.content == store.read(PaymentFile.objects.get(batch=batch).stored_file)
        assert do(clerk, path, "download").content == file.content
        done(clerk, path, "send")
        name, data = demo_bank.answer(batch.bank, file.content, {})
        cut = clerk.post(f"{path}return/", {"file": SimpleUploadedFile(name, data[: len(data) // 2])})
        assert cut.status_code == 200
        assert "请向银行重新索取" in cut.content.decode()
        loaded = clerk.post(f"{path}return/", {"file": SimpleUploadedFile(name, data)})
        assert loaded.status_code == 302
        result = clerk.get(loaded.headers["Location"]).content.decode()
        assert "文件各行均已登记。" in result
        done(clerk, path, "close")
    assert set(PaymentLine.objects.filter(batch__mode="ACCOUNT").values_list("state", flat=True)) == {"PAID"}
    waiver = DisbursementBatch.objects.get(mode="WAIVER")
    done(clerk, f"/batches/{waiver.pk}/", "close")
    assert _states(DisbursementBatch) == {"CLOSED"}
