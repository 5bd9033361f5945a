"""疑点: what is found in a batch before money leaves; recorded as it stood when somebody locked, reviewed, released it."""

from collections import defaultdict
from typing import Any

from django.db.models import Exists, OuterRef

from aid_admin.accounts.models import User
from aid_admin.county.models import BankBin
from aid_admin.db import bulk
from aid_admin.db.fields import keyring
from aid_admin.lib import bank_card
from aid_admin.lib.refusals import Refused
from disbursement.models import BatchLook, DisbursementBatch, ReturnLine, TakenOut
from disbursement.models.allotment import short_flows
from disbursement.rules.findings import Finding, Gravity, as_kept, counted
from disbursement.rules.release import BatchSums, Elsewhere, PayeeLine, Person, blockers, short_of
from disbursement.rules.states import BatchMode, LineStatus, LookStep, PaymentState


def findings_of(batch: DisbursementBatch) -> list[Finding]:
    """Everything that stands in the way of a batch, or that its releaser should know; of a waiver only its money."""
    if batch.mode == BatchMode.WAIVER:
        return _short(batch)
    lines = list(batch.lines.select_related("student", "account", "roster_line__entitlement").order_by("line_no"))
    families = _families(batch.semester_id, {line.student_id for line in lines})
    bins = BankBin.table()
    changed, doubted, before = _changed(batch), doubted_lines(batch), _taken_out(lines)
    payees = [_payee(line, families, bins, changed, doubted, before) for line in lines]
    count = batch.line_count if batch.line_count is not None else len(lines)
    total_fen = batch.total_fen if batch.total_fen is not None else sum(line.amount_fen for line in lines)
    grants = [line.roster_line for line in lines]
    held = sum(grant.amount_fen for grant in grants if grant.state != LineStatus.ACCEPTED)
    sums = BatchSums(batch.bank or "", count, total_fen, sum(grant.amount_fen for grant in grants), held)
    return [*_short(batch), *blockers(payees, sums, _elsewhere(batch))]


def _short(batch: DisbursementBatch) -> list[Finding]:
    """The batch's programmes for which less was allotted than the semester's rosters bind."""
    mine = set(batch.lines.order_by().values_list("programme__name", flat=True).distinct())
    return [short_of(flow.name, flow.allotted, flow.approved) for flow in short_flows(batch.semester, mine)]


def doubted_lines(batch: DisbursementBatch) -> set[int]:
    """Numbers of lines that pay again what, by a later answer of the bank, may have arrived."""
    doubts = ReturnLine.objects.may_have_arrived().filter(payment_line__roster_line=OuterRef("roster_line"))
    waiting = batch.lines.filter(state=PaymentState.WAITING).filter(Exists(doubts))
    return set(waiting.values_list("line_no", flat=True))


def _changed(batch: DisbursementBatch) -> set[int]:
    """Pupils whose account is another than the one that last brought them money."""
    rows = bulk.query(
        """SELECT l.student_id FROM disbursement_paymentline l
             JOIN LATERAL (SELECT p.account_no FROM disbursement_paymentline p
                            WHERE p.student_id = l.student_id AND p.state = 'PAID' AND p.account_no IS NOT NULL
                              AND p.batch_id < l.batch_id ORDER BY p.id DESC LIMIT 1) before ON true
            WHERE l.batch_id = %s AND before.account_no <> l.account_no""",
        [batch.pk],
    )
    return {student for (student,) in rows}


def _taken_out(lines: list[Any]) -> dict[int, str]:
    """By roster line: how it left a draft before, and what was done about it."""
    left = TakenOut.objects.filter(roster_line__in=[line.roster_line_id for line in lines])
    return {one.roster_line_id: one.history for one in left.select_related("batch").order_by("pk")}


_TOGETHER = """
SELECT DISTINCT '批次' || b.no, o.student_id, s.name, o.account_no FROM disbursement_paymentline l
  JOIN disbursement_paymentline o ON o.account_no = l.account_no AND o.student_id <> l.student_id
  JOIN disbursement_disbursementbatch b ON b.id = o.batch_id AND b.id <> l.batch_id
       AND b.semester_id = %(term)s AND b.state <> 'ABORTED'
  JOIN students_student s ON s.id = o.student_id
 WHERE l.batch_id = %(batch)s
UNION
SELECT '已从批次' || b.no || '移出，' || CASE WHEN t.put_back_by_id IS NOT NULL THEN '已放回待编'
            WHEN d.ended_at IS NULL THEN '待核实' ELSE '学校已重新核对，待编' END,
       o.student_id, s.name, a.account_no
  FROM disbursement_paymentline l
  JOIN students_bankaccount a ON a.account_no = l.account_no AND a.student_id <> l.student_id AND a.ended_at IS NULL
  JOIN disbursement_rosterline o ON o.student_id = a.student_id AND o.semester_id = %(term)s AND o.state = 'ACCEPTED'
  JOIN disbursement_takenout t ON t.id = (SELECT max(n.id) FROM disbursement_takenout n WHERE n.roster_line_id = o.id)
  LEFT JOIN students_bankaccount d ON d.id = t.account_id
  JOIN disbursement_disbursementbatch b ON b.id = t.batch_id
  JOIN students_student s ON s.id = o.student_id
 WHERE l.batch_id = %(batch)s AND NOT EXISTS (
       SELECT 1 FROM disbursement_paymentline p WHERE p.roster_line_id = o.id
          AND p.state IN ('WAITING', 'SENT', 'UNKNOWN', 'PAID'))
 ORDER BY 1, 2"""


def _elsewhere(batch: DisbursementBatch) -> list[Elsewhere]:
    """Lines outside the batch that go to one of its accounts, for another pupil: of the semester's other batches, or
    taken out of one and waiting."""
    rows = bulk.query(_TOGETHER, {"term": batch.semester_id, "batch": batch.pk})
    families = _families(batch.semester_id, {student for _, student, *_ in rows})
    return [
        Elsewhere(
            where, student, Person(name), families.get(student, ([], frozenset()))[1],
            keyring().open_("account_no", bytes(sealed)),
        )
        for where, student, name, sealed in rows
    ]  # fmt: skip


def _families(semester: int, students: set[int]) -> dict[int, tuple[list[Person], frozenset[Any]]]:
    """Guardians by name and ID, and what tells who lives together: the family's ID numbers."""
    if not students:
        return {}
    found: dict[int, tuple[list[Person], frozenset[Any]]] = {}
    people: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
    for student, name, number in bulk.query(
        """SELECT DISTINCT q.student_id, f.name, f.id_number FROM students_placement q
             JOIN students_familymember f ON f.enrolment_id = q.enrolment_id
            WHERE q.semester_id = %s AND q.student_id = ANY(%s)""",
        [semester, list(students)],
    ):
        opened = keyring().open_("id_number", bytes(number)) if number is not None else None
        people[student].append((name, opened))
    for student, members in people.items():
        persons = [Person(name, number) for name, number in members]
        found[student] = persons, frozenset(number for _, number in members if number)
    return found


def _payee(
    line: Any,
    families: dict[int, Any],
    bins: dict[Any, str],
    changed: set[int],
    doubted: set[int],
    before: dict[int, str],
) -> PayeeLine:
    guardians, households = families.get(line.student_id, ([], frozenset()))
    account = line.account
    number = account.account_no if account else ""
    return PayeeLine(
        line_no=line.line_no, student=line.student_id, pupil=Person(line.student.name, line.student.id_number),
        guardians=tuple(guardians), households=households, amount_fen=line.amount_fen, entitled_fen=line.roster_line.entitlement.amount_fen,
        account_no=line.account_no, holder=Person(line.payee_name, account.holder_id if account else None),
        is_verified=bool(account and account.verified_by_id and account.ended_at is None), bank=account.bank if account else "",
        bank_by_number=bank_card.find_bank(number, bins) if number else None,
        has_changed=line.student_id in changed, may_have_arrived=line.line_no in doubted,
        taken_out=before.get(line.roster_line_id, ""),
    )  # fmt: skip


def look_through(batch: Any, step: LookStep, *, looked: bool | None = None) -> list[Finding]:
    """What is doubtful now, before the batch takes a step: an error refuses locking and release.

    `looked`: whether the person says that the doubts were looked at one by one; None: was not asked. Raises Refused
    where it was asked and is not said.
    """
    found = findings_of(batch)
    errors = [one for one in found if one.gravity is Gravity.ERROR]
    if errors and step is not LookStep.REVIEW:
        raise Refused(f"{batch}有 {len(errors)} 处错误，不能{step.label}：{errors[0].message}")
    doubts = [one for one in found if one.gravity is Gravity.WARNING]
    if doubts and looked is False:
        raise Refused(f"{batch}有疑点 {counted(doubts)}，逐条看过、勾选以后才能{step.label}。", field="looked")
    return doubts


def keep_look(batch: Any, step: LookStep, by: User, doubts: list[Finding], *, looked: bool | None = None) -> None:
    """Keep what was doubtful when the batch took the step. A waiver has no payee, so mostly nothing to doubt."""
    if doubts or batch.mode != BatchMode.WAIVER:
        BatchLook.objects.create(batch=batch, step=step, by=by, doubts=as_kept(doubts), looked=bool(looked and doubts))


def words_of(doubts: list[Finding], *, looked: bool | None) -> str:
    """What the history says of them."""
    if not doubts:
        return ""
    return f"疑点 {counted(doubts)}" + ("，已逐条看过" if looked else "")
