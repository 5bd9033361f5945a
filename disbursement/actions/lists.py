"""Lists of a batch by school: 减免清单 or 发放明细, one school's or all of them in one document."""

from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from aid_admin.accounts.acting import action, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.lib.refusals import NotFound, Refused
from disbursement.actions.bundles import Bundle, hand_over, lay_out, made_document
from disbursement.actions.printing import BANK_NAMES, batch_in_reach, logged, office
from disbursement.papers.paper import Paper
from disbursement.papers.payment_list import PaymentList, PaymentRow, payment_list_html, payment_list_paper
from disbursement.papers.waiver_list import WaiverList, WaiverRow, waiver_html, waiver_paper
from disbursement.permissions import ALLOWED
from disbursement.rules.returns import said
from disbursement.rules.states import BatchMode, PaymentState

PRINT: Final = "batch.print_all"
SchoolList = WaiverList | PaymentList
_SCHOOL: Final = ("school__code", "school__name")
_PUPIL: Final = ("roster_line__grade", "roster_line__class_name", "student__name")


def _lists(batch: Any, lines: Any) -> list[SchoolList]:
    """The lists of these lines, a school each."""
    return _waivers(batch, lines) if batch.mode == BatchMode.WAIVER else _payments(batch, lines)


def _waivers(batch: Any, lines: Any) -> list[SchoolList]:
    fields = (*_SCHOOL, *_PUPIL, "student__id_number", "programme__name", "amount_fen")
    found: list[SchoolList] = []
    for (_, school), of in groupby(lines.order_by("school__code", "line_no").values_list(*fields), itemgetter(0, 1)):
        rows = [
            WaiverRow(grade, group, name, number or "", programme, fen)
            for _, _, grade, group, name, number, programme, fen in of
        ]
        found.append(
            WaiverList(
                batch.no, school, str(batch.semester), batch.get_state_display(), batch.made_on, rows, batch.digest,
                office(),
            )
        )  # fmt: skip
    return found


def _payments(batch: Any, lines: Any) -> list[SchoolList]:
    fields = (
        *_SCHOOL,
        "student",
        *_PUPIL,
        "programme__name",
        "payee_name",
        "account_no",
        "amount_fen",
        "state",
        "code",
    )
    found: list[SchoolList] = []
    for (_, school), of in groupby(lines.order_by("school__code", "line_no").values_list(*fields), itemgetter(0, 1)):
        rows = [
            PaymentRow(student, grade, group, name, programme, payee, account_no or "", fen, _result(state, code))
            for _, _, student, grade, group, name, programme, payee, account_no, fen, state, code in of
        ]
        found.append(
            PaymentList(
                batch.no, BANK_NAMES.get(batch.bank, batch.bank), school, str(batch.semester),
                batch.get_state_display(), calendar.business_date(), rows, batch.digest, office(),
            )
        )  # fmt: skip
    return found


def _result(state: str, code: str) -> str:
    """成功, the bank's reason, or the state while there is no result."""
    if state in (PaymentState.WAITING, PaymentState.SENT, PaymentState.UNKNOWN):
        return PaymentState(state).label
    return said(state, code)


def _one(batch: Any, school: str) -> SchoolList:
    lists = _lists(batch, batch.lines.filter(school__code=school))
    if not lists:
        raise NotFound("这个批次没有该校的明细。")
    return lists[0]


@action("batch.waivers", ALLOWED)
def print_waivers(*, by: User, batch: int, school: str) -> Paper:
    """One school's 减免清单 of a waiver batch."""
    found = batch_in_reach("batch.waivers", by, batch)
    if found.mode != BatchMode.WAIVER:
        raise Refused(f"{found}是银行代发批次，没有学校减免清单。")
    listed = _one(found, school)
    return _logged(waiver_paper(listed), found, listed, school)  # type: ignore[arg-type]


@action("batch.list", ALLOWED)
def print_list(*, by: User, batch: int, school: str) -> Paper:
    """One school's 发放明细 of a batch that goes through a bank."""
    found = batch_in_reach("batch.list", by, batch)
    if found.mode != BatchMode.ACCOUNT:
        raise Refused(f"{found}是学校减免批次，没有发放明细，请打印减免清单。")
    listed = _one(found, school)
    return _logged(payment_list_paper(listed), found, listed, school)  # type: ignore[arg-type]


def _logged(paper: Paper, batch: Any, listed: SchoolList, school: str) -> Paper:
    return logged(paper, "disbursementbatch", batch.pk, len(listed.rows), school_code=school)


# ---- all schools in one document -----------------------------------------------------------------------------


@action("batch.print_all", ALLOWED)
def print_all(*, by: User, batch: int) -> Job:
    """Queue one document with the lists of all schools."""
    found = batch_in_reach(PRINT, by, batch)
    schools = found.lines.values("school").distinct().count()
    if not schools:
        raise Refused(f"{found}没有明细，没有可以打印的清单。")
    record("disbursementbatch", found.pk, to_state="PRINT_ASKED", count=schools)
    return queue.enqueue(PRINT, "disbursementbatch", found.pk, by=by)


def make_all(job: Job, progress: queue.Progress) -> str:
    """The job: some lists at a time are laid out, joined in the end, stored."""
    if job.by is None:
        raise Refused("任务没有发起人。")
    batch = batch_in_reach(PRINT, job.by, int(job.subject_id))
    lists = _lists(batch, batch.lines.all())
    title = "减免清单" if batch.mode == BatchMode.WAIVER else "发放明细"
    bundle = Bundle(lists, _rows_of, _html)
    by_hand = lay_out(job, progress, bundle, kind="lists", name=f"{title}-{batch.no}（{len(lists)}所学校）.pdf")
    return f"已生成{title} {len(lists)} 所学校。{by_hand}"


def _rows_of(listed: SchoolList) -> list[Any]:
    return list(listed.rows)


def _html(part: list[SchoolList]) -> str:
    """One document of several lists: each font is in it once."""
    waivers = [listed for listed in part if isinstance(listed, WaiverList)]
    return waiver_html(waivers) if waivers else payment_list_html([x for x in part if isinstance(x, PaymentList)])


@action("batch.take_printed", ALLOWED)
def take_printed(*, by: User, batch: int, job: int) -> Paper:
    """A document that was made; logged in the batch's history."""
    found = batch_in_reach("batch.take_printed", by, batch)
    return hand_over(made_document(PRINT, found.pk, job), "disbursementbatch", found.pk)
