"""Papers handed out: each is logged with the number of its rows and its sha256; numbers in clear need a reason."""

import hashlib
from typing import Any, Final

from django.conf import settings
from django.db.models import Prefetch

from aid_admin.accounts.acting import action, may, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from disbursement.models import (
    DisbursementBatch,
    PaymentFile,
    Roster,
    RosterLine,
)
from disbursement.papers.paper import Office, Paper
from disbursement.papers.payment_order import PaymentOrder, SumLine, payment_order_paper
from disbursement.papers.roster_sheet import RosterRow, RosterSheet, roster_paper, roster_workbook
from disbursement.permissions import ALLOWED
from disbursement.rules.states import LineKind, LineStatus
from eligibility.models import StudentCategory
from students.models import BankAccount, Placement

BANK_NAMES: Final = {"RCC": "农村信用联社", "CCB": "建设银行"}
MOST_ROWS_AS_PDF: Final = 1500
_COUNTED: Final = (LineStatus.PROPOSED, LineStatus.ACCEPTED, LineStatus.HELD)


def office() -> Office:
    """The issuing office, as this installation is set up."""
    return Office(
        phone=settings.AID_OFFICE_PHONE,
        address=settings.AID_OFFICE_ADDRESS,
        complaint=settings.AID_COMPLAINT_PHONE,
    )


def not_set() -> list[str]:
    """What of the office stands on a notice and is not set up; room is left to write it."""
    known = {
        "受理电话": settings.AID_OFFICE_PHONE,
        "受理地址": settings.AID_OFFICE_ADDRESS,
    }
    return [name for name, value in known.items() if not value]


def one_in_reach(rows: Any, verb: str, by: User, pk: int) -> Any:
    """The row in the person's reach, not locked: printing takes seconds and changes nothing."""
    found = rows.within(reach_for(by, verb)).filter(pk=pk).first()
    if found is None:
        raise NotFound("没有找到要打印的内容，可能不在您的范围内。")
    return found


def logged(paper: Paper, kind: str, pk: object, rows: int, *, school_code: str = "", reason: str = "") -> Paper:
    """The paper, with an event of its rows and sha256."""
    sha256 = hashlib.sha256(paper.data).hexdigest()
    note = f"{paper.name}（{reason}）" if reason else paper.name
    record(kind, pk, school_code=school_code, to_state="EXPORTED", count=rows, digest=sha256, reason=note)
    return paper


@action("roster.export", ALLOWED)
def export_roster(*, by: User, roster: int, form: str = "pdf", in_clear: bool = False, reason: str = "") -> Paper:
    """The 资助发放名册 as pdf or xlsx; whole numbers only with the right to reveal and a reason."""
    if form not in {"pdf", "xlsx"}:
        raise BadInput("文件格式只能是 pdf 或 xlsx。")
    if in_clear and not may(by, "identity.reveal"):
        raise Forbidden("您的岗位不能导出完整的证件号和账号。")
    if in_clear and not reason.strip():
        raise BadInput("导出完整证件号和账号须填写原因，系统会留下记录。", field="reason")
    found = one_in_reach(Roster.objects.select_related("school", "programme", "semester", "prepared_by", "submitted_by",
                                               "reviewed_by", "approved_by"), "roster.export", by, roster)  # fmt: skip
    sheet = _roster_sheet(found, in_clear=in_clear, as_on_page=form == "xlsx")
    if form == "pdf" and len(sheet.rows) > MOST_ROWS_AS_PDF:
        raise Refused(f"这份名册有 {len(sheet.rows)} 人，打印成 PDF 太慢，请下载 Excel 后打印。")
    footer = calendar.stamp(by)
    paper = roster_paper(sheet) if form == "pdf" else roster_workbook(sheet, footer=footer)
    why = f"完整号码：{reason.strip()}" if in_clear else ""
    return logged(paper, "roster", found.pk, len(sheet.rows), school_code=found.school.code, reason=why)


def _name(user: User | None) -> str:
    return user.name if user else ""


def _roster_sheet(roster: Any, *, in_clear: bool, as_on_page: bool) -> RosterSheet:
    """What hangs or is signed stands in class order; what is worked on beside the page, as there."""
    lines = (
        RosterLine.objects.filter(roster=roster, state__in=_COUNTED)
        .exclude(kind=LineKind.TOO_MANY)
        .select_related("student__village__township", "entitlement__standard")
        .prefetch_related(
            Prefetch(
                "student__placement_set",
                Placement.objects.filter(semester=roster.semester_id).select_related("enrolment").prefetch_related("enrolment__family"),
                to_attr="places",
            ),
            Prefetch("student__accounts", BankAccount.objects.usable(), to_attr="usable_accounts"),
            Prefetch(
                "student__categories",
                StudentCategory.objects.filter(run=roster.run_id).select_related("result__record", "application__source_row"),
                to_attr="held",
            ),
        )
    )  # fmt: skip
    return RosterSheet(
        school=roster.school.name, programme=roster.programme.name, semester=str(roster.semester),
        round=roster.round, state=roster.get_state_display(), printed_on=calendar.business_date(),
        rows=[_roster_row(line) for line in (lines.order_by("pk") if as_on_page else lines.in_class_order())],
        prepared_by=_name(roster.prepared_by),
        submitted_by=_name(roster.submitted_by), reviewed_by=_name(roster.reviewed_by),
        approved_by=_name(roster.approved_by), digest=roster.digest, in_clear=in_clear, office=office(),
    )  # fmt: skip


def _standard(entitlement: Any) -> int | None:
    """The standard that the amount rests on, in fen; the school's fee where that is the standard."""
    standard = entitlement.standard if entitlement else None
    return (standard.amount_fen or entitlement.amount_fen) if standard else None


def _proof(line: Any) -> tuple[str, str]:
    """Numbers of the household and of the certificate behind the line's category, "" where there is none."""
    held = next((one for one in line.student.held if one.category == line.category), None)
    if held is None:
        return "", ""
    record = held.result.record if held.result else None
    row = record or (held.application.source_row if held.application else None)
    return (record.household_no if record else ""), (row.cert_no or "") if row else ""


def _roster_row(line: Any) -> RosterRow:
    student = line.student
    place = student.places[0] if student.places else None
    roll = place.enrolment if place else None
    family = sorted(roll.family.all(), key=lambda member: (not member.is_guardian, member.pk)) if roll else []
    account = student.usable_accounts[0] if student.usable_accounts else None
    village = student.village
    household_no, cert_no = _proof(line)
    return RosterRow(
        name=student.name, stage=place.get_stage_display() if place else "", grade=line.grade,
        class_name=line.class_name, sex=student.sex, id_number=student.id_number or "",
        enrolment_no=(roll.enrolment_no or "") if roll else "",
        boarding={"BOARDER": "寄宿", "DAY": "走读"}.get(place.boarding if place else "", ""),
        village=f"{village.township.name}{village.name}" if village else "", category=line.get_category_display(),
        guardian=family[0].name if family else "", relation=family[0].relation if family else "",
        bank=BANK_NAMES.get(account.bank, account.branch) if account else "",
        holder=account.holder_name if account else "", account_no=account.account_no if account else "",
        amount_fen=line.amount_fen, remark="暂缓" if line.state == LineStatus.HELD else "",
        guardian_id=(family[0].id_number or "") if family else "", phone=(family[0].phone or "") if family else "",
        standard_fen=_standard(line.entitlement), household_no=household_no, cert_no=cert_no,
    )  # fmt: skip


@action("batch.print", ALLOWED)
def print_order(*, by: User, batch: int) -> Paper:
    """The batch's 拨付单."""
    found = batch_in_reach("batch.print", by, batch)
    file = PaymentFile.objects.filter(batch=found).select_related("stored_file").first()
    lines = found.lines.all()
    totals = lines.sums()
    order = PaymentOrder(
        batch_no=found.no, semester=str(found.semester), way=found.get_mode_display(),
        bank=BANK_NAMES.get(found.bank, found.bank or ""), state=found.get_state_display(), made_on=found.made_on,
        persons=totals["persons"], line_count=totals["person_times"], total_fen=totals["fen"],
        by_programme=[SumLine(*row) for row in lines.sums_by("programme__name", "programme__position")],
        by_school=[SumLine(*row) for row in lines.sums_by("school__name", "school__code")],
        built_by=_name(found.built_by), reviewed_by=_name(found.reviewed_by), released_by=_name(found.released_by),
        digest=found.digest, file_name=file.stored_file.name if file else "", file_sha256=file.sha256 if file else "",
        office=office(),
    )  # fmt: skip
    return logged(payment_order_paper(order), "disbursementbatch", found.pk, order.line_count)


def batch_in_reach(verb: str, by: User, pk: int) -> Any:
    """The batch with its hands, to be printed."""
    rows = DisbursementBatch.objects.select_related("semester", "built_by", "reviewed_by", "released_by")
    return one_in_reach(rows, verb, by, pk)
