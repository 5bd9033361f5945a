"""发放批次: built from confirmed lines, locked, reviewed and released by different persons, sent, closed."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from aid_admin.accounts.acting import Moved, action, move, record, scoped
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.county.models import BankBin, Semester
from aid_admin.db import bulk
from aid_admin.db.fields import keyring
from aid_admin.lib import bank_card
from aid_admin.lib.refusals import BadInput, Refused
from disbursement.actions import doubts
from disbursement.models import DisbursementBatch, PaymentLine, ReturnLine
from disbursement.permissions import ALLOWED
from disbursement.rules import payment
from disbursement.rules.states import (
    BATCH_MOVES,
    PAYMENT_MOVES,
    BatchMode,
    BatchState,
    LookStep,
    PaymentState,
    close_verb,
)

_LINE = (
    "batch_id", "line_no", "roster_line_id", "retry_of_id", "student_id", "school_id", "programme_id", "payee_name",
    "payee_relation", "account_id", "account_no", "amount_fen", "standard_id", "state", "code", "seal",
)  # fmt: skip
_OPEN = """
  FROM disbursement_rosterline l
  JOIN disbursement_roster r ON r.id = l.roster_id AND r.state = 'CONFIRMED'
  JOIN county_school s ON s.id = r.school_id
  JOIN eligibility_aidprogramme g ON g.id = l.programme_id
  JOIN eligibility_entitlement e ON e.id = l.entitlement_id
  JOIN students_student t ON t.id = l.student_id
  LEFT JOIN students_bankaccount a ON a.student_id = l.student_id AND a.verified_by_id IS NOT NULL
       AND a.ended_at IS NULL AND g.payment_mode = 'ACCOUNT'
 WHERE l.semester_id = %s AND l.state = 'ACCEPTED' AND NOT EXISTS (
       SELECT 1 FROM disbursement_paymentline p WHERE p.roster_line_id = l.id
          AND p.state IN ('WAITING', 'SENT', 'UNKNOWN', 'PAID'))
   AND NOT EXISTS (
       SELECT 1 FROM disbursement_takenout o LEFT JOIN students_bankaccount d ON d.id = o.account_id
        WHERE o.roster_line_id = l.id AND o.put_back_by_id IS NULL AND d.ended_at IS NULL)"""
_NEVER_FAILED = """ AND NOT EXISTS (
       SELECT 1 FROM disbursement_paymentline p WHERE p.roster_line_id = l.id AND p.retry_of_id IS NULL AND p.code <> '')"""
_ORDER = " ORDER BY s.code, g.position, l.id"  # lines were drafted by grade, class and pupil


def _batches(verb: str, by: User, ids: list[int]) -> list[Any]:
    return scoped(DisbursementBatch.objects.select_related("semester"), verb, by, ids)


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be built: one programme's part of a batch, or (`programme` empty) the whole batch."""

    mode: str
    bank: str
    programme: str
    persons: int
    person_times: int
    amount_fen: int


def planned(term: Semester) -> list[Planned]:
    """The batches that batch.build would make now, each followed by its programmes. One query, nothing is written."""
    rows = bulk.query(
        f"""SELECT mode, COALESCE(bank, ''), COALESCE(programme, ''), count(DISTINCT student), count(*), sum(fen)::bigint
              FROM (SELECT CASE g.payment_mode WHEN 'ACCOUNT' THEN 'ACCOUNT' ELSE 'WAIVER' END AS mode, a.bank AS bank,
                           g.name AS programme, g.position AS place, l.student_id AS student, l.amount_fen AS fen
                    {_OPEN}{_NEVER_FAILED} AND (g.payment_mode <> 'ACCOUNT' OR a.id IS NOT NULL)) f
             GROUP BY GROUPING SETS ((mode, bank), (mode, bank, programme, place))
             ORDER BY mode, bank, GROUPING(programme) DESC, place""",
        [term.pk],
    )
    return [Planned(*row) for row in rows]


@action("batch.build", ALLOWED)
def build_batches(*, by: User, semester: str, bank: str = "", mode: str = "") -> list[Moved]:
    """Build batches of everything that may be paid now: one per bank, and one for waivers.

    `bank` (RCC, CCB) or `mode` (ACCOUNT, WAIVER) limits them. Lines without a usable account, held lines, lines
    taken out whose doubt stands, and failed payments stay out (the last are for batch.reissue). Nothing to pay builds nothing.
    """
    term = calendar.semester(semester)
    if mode not in ("", *BatchMode) or bank not in ("", *banks()):
        raise BadInput(f"银行只能是 {'、'.join(banks())}，方式只能是 ACCOUNT（银行代发）或 WAIVER（学校减免）。")
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"batches {term.code}"])
    groups: dict[tuple[str, str | None], list[tuple[Any, ...]]] = defaultdict(list)
    for row in bulk.query(f"SELECT {_COLUMNS} NULL::bigint {_OPEN}{_NEVER_FAILED}{_ORDER}", [term.pk]):
        groups[_group(row)].append(row)
    return [
        _build(term, by, key, rows, None)
        for key, rows in sorted(groups.items(), key=str)
        if key is not None and mode in ("", key[0]) and bank in ("", key[1]) and (key[1] or key[0] == BatchMode.WAIVER)
    ]


_COLUMNS = (
    "l.id, l.student_id, r.school_id, l.programme_id, l.amount_fen, e.standard_id, g.payment_mode, t.name, s.name, "
    "a.id, a.holder_name, a.holder_relation, a.account_no, a.bank, s.code, g.code,"
)


def banks() -> list[str]:
    """Codes of the banks that the county pays through."""
    return sorted(set(BankBin.table().values()) - {bank_card.CREDIT})


def _group(row: tuple[Any, ...]) -> tuple[str, str | None]:
    if row[6] != "ACCOUNT":
        return BatchMode.WAIVER.value, None
    return BatchMode.ACCOUNT.value, row[13]


def _build(
    term: Semester, by: User, key: tuple[str, str | None], rows: list[tuple[Any, ...]], reissue_of: Any
) -> Moved:
    mode, bank = key
    serial = DisbursementBatch.objects.filter(semester=term, bank=bank).count() + 1
    batch = DisbursementBatch.objects.create(
        no=payment.batch_number(term.code, bank, serial), semester=term, mode=mode, bank=bank, built_by=by,
        reissue_of=reissue_of, made_on=calendar.business_date(),
    )  # fmt: skip
    bulk.copy(PaymentLine, _LINE, (_line(batch, number, row) for number, row in enumerate(rows, 1)))
    total = sum(row[4] for row in rows)
    record("disbursementbatch", batch.pk, to_state=BatchState.DRAFTED, count=len(rows))
    return Moved(
        "disbursementbatch", batch.pk, None, BatchState.DRAFTED, len({row[1] for row in rows}), len(rows), total
    )


def _line(batch: DisbursementBatch, number: int, row: tuple[Any, ...]) -> tuple[Any, ...]:
    (line, student, school, programme, amount, standard, _, pupil, school_name, account, holder, relation, account_no,
     _, school_code, programme_code, retry_of) = row  # fmt: skip
    opened = keyring().open_("account_no", bytes(account_no)) if account_no is not None else None
    held = payment.Account(holder, relation, opened or "", True, account) if account else None
    payee = payment.freeze_payee(mode=batch.mode, pupil_name=pupil, school_name=school_name, account=held)
    sealed = payment.SealedPayment(
        batch.no, number, line, student, school_code, programme_code, payee.name, payee.relation, payee.account_no,
        amount, standard,
    )  # fmt: skip
    return (
        batch.pk, number, line, retry_of, student, school, programme, payee.name, payee.relation,
        payee.account_reference, payee.account_no, amount, standard, PaymentState.WAITING.value, "",
        keyring().mac(payment.seal_fields(sealed)),
    )  # fmt: skip


@action("batch.reissue", ALLOWED)
def reissue(*, by: User, batch: int) -> list[Moved]:
    """Build batches of a batch's failed lines whose pupils have a usable account now; each line once.

    An account that the bank refused and that nobody has changed or verified again since stays out, and so does a
    line that a later answer of the bank says may have arrived. Lines of a reissue that was aborted are built anew.
    """
    found = _batches("batch.reissue", by, [batch])[0]
    if found.mode != BatchMode.ACCOUNT or found.state not in (BatchState.SENT, BatchState.CLOSED):
        raise Refused(f"{found}还没有送银行，没有需要补发的明细。")
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"batches {found.semester.code}"])
    groups: dict[tuple[str, str | None], list[tuple[Any, ...]]] = defaultdict(list)
    failed = """ AND f.state IN ('FAILED', 'RETURNED_LATER') AND a.id IS NOT NULL
        AND ((f.batch_id = %s AND a.id IS DISTINCT FROM f.account_id)
             OR f.batch_id IN (SELECT id FROM disbursement_disbursementbatch
                                WHERE reissue_of_id = %s AND state = 'ABORTED'))
        AND NOT EXISTS (SELECT 1 FROM disbursement_paymentline q WHERE q.retry_of_id = f.id)
        AND NOT (l.id = ANY(%s))"""
    joined = _OPEN.replace(
        "WHERE l.semester_id", "JOIN disbursement_paymentline f ON f.roster_line_id = l.id WHERE l.semester_id"
    )
    doubted = list(ReturnLine.objects.may_have_arrived().values_list("payment_line__roster_line", flat=True))
    given = [found.semester_id, found.pk, found.pk, doubted]
    for row in bulk.query(f"SELECT {_COLUMNS} f.id {joined}{failed}{_ORDER}", given):
        groups[_group(row)].append(row)
    if not groups:
        raise Refused(
            f"{found}没有可以补发的明细：失败的学生须先由学校报送新账户，或申明原账户可用，并经负责人核对；"
            "回盘前后不一致的须先核定；每笔只能补发一次。"
        )
    return [_build(found.semester, by, key, rows, found) for key, rows in sorted(groups.items(), key=str)]


@action("batch.lock", ALLOWED)
def lock_batches(*, by: User, batch: list[int]) -> list[Moved]:
    """Freeze count, total and digest; errors in the lines refuse it, warnings wait for the releaser's eye."""
    found = _batches("batch.lock", by, batch)
    results: list[Moved] = []
    for item in found:
        found_doubts = doubts.look_through(item, LookStep.LOCK)
        rows = list(item.lines.order_by("line_no").values_list("line_no", "amount_fen", "seal"))
        if not rows:
            raise Refused(f"{item}没有明细，不能锁定。")
        total = sum(amount for _, amount, _ in rows)
        frozen = digest((number, amount, bytes(seal).hex()) for number, amount, seal in rows)
        sums = {"line_count": len(rows), "total_fen": total, "digest": frozen}
        told = doubts.words_of(found_doubts, looked=None)
        moved = move([item], BATCH_MOVES, "lock", reason=told, locked_by=by, **sums)
        doubts.keep_look(item, LookStep.LOCK, by, found_doubts)
        results += [Moved(m.object, m.id, m.from_state, m.to_state, None, len(rows), total) for m in moved]
    return results


def _refuse_own(found: list[Any], by: User) -> None:
    for item in found:
        if by.pk in (item.built_by_id, item.locked_by_id, item.reviewed_by_id):
            raise Refused(f"您已经手过{item}的前一步，须由另一人办理。")


@action("batch.give_back", ALLOWED)
def give_back_batches(*, by: User, batch: list[int], reason: str) -> list[Moved]:
    """Give locked or reviewed batches back to whoever built them: drafts again, their sums open."""
    if not reason.strip():
        raise BadInput("退回经办须写明原因。", field="reason")
    found = _batches("batch.give_back", by, batch)
    opened = {"locked_by": None, "reviewed_by": None, "line_count": None, "total_fen": None, "digest": ""}
    return move(found, BATCH_MOVES, "give_back", reason=reason, **opened)


@action("batch.review", ALLOWED)
def review_batches(*, by: User, batch: list[int], looked: bool | None = None) -> list[Moved]:
    """A finance approver has looked through the batch; `looked`: and says so of each of its doubts."""
    found = _batches("batch.review", by, batch)
    _refuse_own(found, by)
    return _sign(found, LookStep.REVIEW, by, looked=looked)


def _sign(found: list[Any], step: LookStep, by: User, *, looked: bool | None) -> list[Moved]:
    """Review or release; what was doubtful then is kept, with who looked."""
    verb, hand = ("review", "reviewed_by") if step is LookStep.REVIEW else ("release", "released_by")
    seen = [(item, doubts.look_through(item, step, looked=looked)) for item in found]
    moved: list[Moved] = []
    signed: dict[str, Any] = {hand: by}
    for item, warnings in seen:
        told = doubts.words_of(warnings, looked=looked)
        moved += move([item], BATCH_MOVES, verb, reason=told, **signed)
        doubts.keep_look(item, step, by, warnings, looked=looked)
    return _sums(moved, found)


@action("batch.release", ALLOWED)
def release_batches(*, by: User, batch: list[int], looked: bool | None = None) -> list[Moved]:
    """Another finance approver releases; nobody who had a hand in one of its rosters. `looked`: as in review."""
    found = _batches("batch.release", by, batch)
    _refuse_own(found, by)
    handled = bulk.query(
        """SELECT 1 FROM disbursement_paymentline p JOIN disbursement_rosterline l ON l.id = p.roster_line_id
             JOIN disbursement_roster r ON r.id = l.roster_id
            WHERE p.batch_id = ANY(%s)
              AND %s IN (r.prepared_by_id, r.submitted_by_id, r.reviewed_by_id, r.approved_by_id) LIMIT 1""",
        [[item.pk for item in found], by.pk],
    )
    if handled:
        raise Refused("批次中有您经手审核过的名册，放行须由没有经手的人办理。")
    return _sign(found, LookStep.RELEASE, by, looked=looked)


def _sums(moved: list[Moved], found: list[Any]) -> list[Moved]:
    by_id = {item.pk: item for item in found}
    return [
        Moved(m.object, m.id, m.from_state, m.to_state, None, by_id[m.id].line_count, by_id[m.id].total_fen)
        for m in moved
    ]


@action("batch.close", ALLOWED)
def close_batches(*, by: User, batch: list[int]) -> list[Moved]:
    """Close a batch whose every line has its result; a waiver batch counts as given when it is closed."""
    found = _batches("batch.close", by, batch)
    results: list[Moved] = []
    for item in found:
        if item.mode == BatchMode.WAIVER and item.state == BatchState.RELEASED:
            waivers = item.lines.filter(state=PaymentState.WAITING)
            waivers.update(state=PaymentState.PAID, settled_on=calendar.business_date())
        pending = item.lines.filter(state__in=[PaymentState.SENT, PaymentState.UNKNOWN]).count()
        if pending:
            raise Refused(f"{item}还有 {pending} 笔没有银行结果，不能办结。请先导入回盘文件。")
        disputed = ReturnLine.objects.contradicting().filter(batch=item).count()
        if disputed:
            raise Refused(f"{item}有 {disputed} 笔回盘与已登记结果不一致，核定以后才能办结。")
        results += move([item], BATCH_MOVES, close_verb(item.mode))
    return _sums(results, found)


def may_abort(batch: DisbursementBatch, by: User) -> bool:
    """Once released, and its file perhaps at the bank, only a finance approver who did not release it."""
    another = Role.FINANCE_APPROVER in by.roles and by.pk != batch.released_by_id
    return batch.state != BatchState.RELEASED or another


@action("batch.abort", ALLOWED)
def abort_batches(*, by: User, batch: list[int], reason: str) -> list[Moved]:
    """Break a batch off before it is sent; its lines are free for another."""
    if not reason.strip():
        raise BadInput("中止批次须写明原因。", field="reason")
    found = _batches("batch.abort", by, batch)
    for item in found:
        if not may_abort(item, by):
            raise Refused(f"{item}已经放行，代发文件可能已交给银行；须由放行人以外的财务审批确认没有送出后中止。")
    moved = move(found, BATCH_MOVES, "abort", reason=reason, abort_reason=reason, aborted_by=by)
    rule = PAYMENT_MOVES["abort"]
    PaymentLine.objects.filter(batch__in=found, state__in=rule.sources).update(state=rule.target)
    return moved
