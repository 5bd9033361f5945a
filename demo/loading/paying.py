"""Hops 5 and 6 of the demo: batches, the banks' answers, corrected accounts, reissue."""

from collections import defaultdict
from datetime import date
from typing import Any

from aid_admin.accounts.rules import Role
from aid_admin.county.models import School
from aid_admin.files import store
from aid_admin.lib import xlsx_out
from demo import bank as demo_bank
from demo.loading.approving import advance, verify_accounts
from demo.loading.files import County, Progress, take_in
from demo.loading.staff import Staff
from disbursement.actions import bank, batches
from disbursement.models import DisbursementBatch, PaymentFile, PaymentLine
from disbursement.rules.states import BatchMode, BatchState, PaymentState

_ACCOUNT_FIELDS = (
    ("学校名称", "school_name"), ("年级", "grade"), ("班级", "class_name"), ("学生姓名", "name"),
    ("学生身份证号", "id_number"), ("开户行", "bank_name"), ("账户户名", "holder_name"),
    ("与学生关系", "holder_relation"), ("持卡人身份证号", "holder_id"), ("银行账号", "account_no"), ("联系电话", "phone"),
)  # fmt: skip

BUILT_ON, PAID_ON = date(2020, 6, 10), date(2020, 6, 15)


def _in(semester: str, *states: str) -> list[DisbursementBatch]:
    return list(DisbursementBatch.objects.filter(semester__code=semester, state__in=states).order_by("pk"))


def build_and_release(county: County, progress: Progress) -> None:
    """Build, lock, review, release by another, make the files."""
    staff = Staff()
    advance(BUILT_ON)
    if not DisbursementBatch.objects.filter(semester__code=county.semester).exists():
        batches.build_batches(by=staff.county(Role.FINANCE_CLERK), semester=county.semester)
    progress("生成发放批次", 1, 2)
    _release(county.semester, staff)
    progress("代发文件", 2, 2)


def _release(semester: str, staff: Staff) -> None:
    clerk = staff.county(Role.FINANCE_CLERK)
    if ids := [b.pk for b in _in(semester, BatchState.DRAFTED)]:
        batches.lock_batches(by=clerk, batch=ids)
    if ids := [b.pk for b in _in(semester, BatchState.LOCKED)]:
        batches.review_batches(by=staff.county(Role.FINANCE_APPROVER, 1), batch=ids, looked=True)
    if ids := [b.pk for b in _in(semester, BatchState.REVIEWED)]:
        batches.release_batches(by=staff.county(Role.FINANCE_APPROVER, 2), batch=ids, looked=True)
    for batch in _in(semester, BatchState.RELEASED):
        if batch.mode == BatchMode.ACCOUNT and not PaymentFile.objects.filter(batch=batch).exists():
            bank.make_payment_file(by=clerk, batch=batch.pk)


def pay_and_reissue(county: County, progress: Progress) -> None:
    """Send, load the banks' answers, mend what failed, reissue once, close."""
    staff = Staff()
    advance(PAID_ON)
    told = {row["account_no"]: row["bank_text"] for row in county.decisions["refusals"]}
    for number in range(1, 4):  # first payments, reissues, and what a killed run left over
        _send_and_answer(county, staff, told)
        progress("银行回盘", number, 3)
        if not _mend_and_reissue(county, staff, progress):
            break
        _release(county.semester, staff)
    _close(county.semester, staff)


def _send_and_answer(county: County, staff: Staff, told: dict[str, str]) -> None:
    clerk = staff.county(Role.FINANCE_CLERK)
    for batch in _in(county.semester, BatchState.RELEASED):
        if batch.mode == BatchMode.ACCOUNT:
            bank.take_payment_file(by=clerk, batch=batch.pk)
            bank.send_batches(by=clerk, batch=[batch.pk])
    for batch in _in(county.semester, BatchState.SENT):
        if bank.waiting_lines(batch):
            file = PaymentFile.objects.select_related("stored_file").get(batch=batch)
            name, data = demo_bank.answer(batch.bank or "", store.read(file.stored_file), told)
            bank.load_return(by=clerk, batch=batch.pk, data=data, name=name)


def _mend_and_reissue(county: County, staff: Staff, progress: Progress) -> bool:
    """Schools register corrected accounts for failed lines, heads verify, finance reissues; False if none failed."""
    failed = PaymentLine.objects.filter(
        batch__semester__code=county.semester, state=PaymentState.FAILED, retry=None
    ).exclude(code="")
    numbers = set(failed.values_list("student__id_number", flat=True))
    if not numbers:
        return False
    _correct_accounts(county, staff, numbers)
    verify_accounts(staff, progress)
    for pk in sorted(set(failed.values_list("batch", flat=True))):
        batches.reissue(by=staff.county(Role.FINANCE_CLERK), batch=pk)
    return True


def _correct_accounts(county: County, staff: Staff, numbers: set[Any]) -> None:
    by_school: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in county.decisions["refusals"]:
        if row["pupil_id"] in numbers:
            by_school[row["school"]][row["pupil_id"]] = row["corrected"]
    for school, rows in sorted(by_school.items()):
        data = _account_sheet(list(rows.values()), School.objects.get(code=school).name)
        take_in(data, f"{school}-更正账号.xlsx", "accounts", staff.clerk(school), county.semester, school=school)


def _account_sheet(rows: list[dict[str, Any]], school: str) -> bytes:
    columns = [xlsx_out.ColumnOut("序号", 6), *(xlsx_out.ColumnOut(header, 20) for header, _ in _ACCOUNT_FIELDS)]
    named = ({**row, "school_name": school} for row in rows)
    values = ([str(n), *(str(row.get(f) or "") for _, f in _ACCOUNT_FIELDS)] for n, row in enumerate(named, 1))
    return xlsx_out.write([xlsx_out.Sheet("银行账号", columns, values)], footer="")


def _close(semester: str, staff: Staff) -> None:
    clerk = staff.county(Role.FINANCE_CLERK)
    sent = [b for b in _in(semester, BatchState.SENT) if not bank.waiting_lines(b)]
    waivers = [b for b in _in(semester, BatchState.RELEASED) if b.mode == BatchMode.WAIVER]
    if ids := [b.pk for b in sent + waivers]:
        batches.close_batches(by=clerk, batch=ids)
