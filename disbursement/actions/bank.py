"""What goes to the bank and what comes back: the payment file, sending, the return file."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BinaryField, Q
from django.db.models.functions import Cast
from django.utils import timezone

from aid_admin.accounts.acting import Moved, action, move, record, scoped
from aid_admin.accounts.models import User
from aid_admin.audit.history import happened_to
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.db import bulk
from aid_admin.db.fields import keyring
from aid_admin.files import store
from aid_admin.intake.models import InForce, Upload, UploadIssue
from aid_admin.intake.rules import UploadState
from aid_admin.lib import bank_card
from aid_admin.lib.refusals import BadInput, Refused
from aid_admin.lib.seal import SealBroken
from disbursement.actions import doubts
from disbursement.banks.lines import FileHeader, FileLine, ReturnRow
from disbursement.banks.profile import Profile, profile_for
from disbursement.banks.reading import parse_return, return_batch_no
from disbursement.banks.writing import write_payment_file
from disbursement.models import DisbursementBatch, PaymentFile, PaymentLine, ReturnLine
from disbursement.permissions import ALLOWED
from disbursement.rules import payment
from disbursement.rules.returns import (
    Answer,
    ExpectedLine,
    Matched,
    ReturnMatch,
    SentLines,
    canonical_code,
    match_file,
    payment_verb,
)
from disbursement.rules.states import BATCH_MOVES, PAYMENT_MOVES, BatchMode, BatchState, PaymentState

_RETURN = (
    "upload_id", "sheet", "row", "batch_id", "payment_line_id", "line_ref", "account_no", "account_name", "amount_fen",
    "bank_text", "code", "match",
)  # fmt: skip

_TAKEN = Q(verb="batch.download")  # printing its order leaves the same state, but nothing for a bank


def _batch(verb: str, by: User, pk: int) -> Any:
    return scoped(DisbursementBatch.objects.select_related("semester"), verb, by, [pk])[0]


def broken_seals(batch: DisbursementBatch) -> list[int]:
    """Line numbers whose facts no longer fit their seal, or whose account cannot be opened any more."""
    rows = batch.lines.annotate(sealed=Cast("account_no", BinaryField())).order_by("line_no").values_list(
        "line_no", "roster_line", "student", "school__code", "programme__code", "payee_name", "payee_relation",
        "sealed", "amount_fen", "standard", "seal",
    )  # fmt: skip
    return [row[0] for row in rows if not _seal_holds(batch.no, row)]


def _seal_holds(batch_no: str, row: tuple[Any, ...]) -> bool:
    before: tuple[Any, Any, Any, Any, Any, Any, Any] = row[:7]
    sealed, amount_fen, standard, seal = row[7:]
    try:
        account_no = None if sealed is None else keyring().open_("account_no", bytes(sealed))
    except SealBroken:
        return False
    facts = payment.SealedPayment(batch_no, *before, account_no, amount_fen, standard)
    return keyring().mac(payment.seal_fields(facts)) == bytes(seal)


@action("batch.file", ALLOWED)
def make_payment_file(*, by: User, batch: int) -> PaymentFile:
    """Make the bank's file of a released batch, once; afterwards the stored one is given."""
    found = _batch("batch.file", by, batch)
    existing = _file_of(found)
    if existing:
        return existing
    if found.mode != BatchMode.ACCOUNT:
        raise Refused(f"{found}是学校减免批次，没有银行代发文件，请打印各校减免清单。")
    if found.state not in (BatchState.RELEASED, BatchState.SENT):
        raise Refused(f"{found}当前是“{found.get_state_display()}”，放行后才能生成代发文件。")
    refuse_doubted(found, "生成代发文件")
    broken = broken_seals(found)
    if broken:
        raise Refused(f"{found}第 {broken[0]} 笔的内容与锁定时不一致，已停止生成，请联系审计人员。")
    profile = profile_for(found.bank)
    header = FileHeader(found.no, found.made_on, found.line_count, found.total_fen)
    made = write_payment_file(profile, header, file_lines(found))
    stored = store.put(made.data, kind="payment", name=made.name, media_type=made.media_type, by=by)
    file = PaymentFile.objects.create(
        batch=found, profile=f"{profile.key}/{profile.version}", stored_file=stored, sha256=stored.sha256,
        line_count=found.line_count, total_fen=found.total_fen, made_by=by,
    )  # fmt: skip
    _tell(found, file, "FILE_MADE")
    return file


def _file_of(batch: Any) -> PaymentFile | None:
    file: PaymentFile | None = PaymentFile.objects.filter(batch=batch).select_related("stored_file").first()
    return file


def _tell(batch: Any, file: PaymentFile, what: str) -> None:
    """In the batch's history: the file's name, its lines, its sha256."""
    record(
        "disbursementbatch", batch.pk, to_state=what, count=file.line_count, digest=file.sha256,
        reason=file.stored_file.name,
    )  # fmt: skip


@action("batch.download", ALLOWED)
def take_payment_file(*, by: User, batch: int) -> PaymentFile:
    """Hand out the bank's file that was made; every time is in the batch's history."""
    found = _batch("batch.download", by, batch)
    file = _file_of(found)
    if file is None:
        raise Refused(f"{found}还没有生成代发文件，请先生成。")
    _tell(found, file, "EXPORTED")
    return file


def refuse_doubted(batch: Any, step: str) -> None:
    """Nothing leaves in place of a payment that, by a later answer of the bank, may have arrived."""
    doubted = sorted(doubts.doubted_lines(batch))
    if doubted:
        raise Refused(
            f"{batch}第 {doubted[0]} 笔补发的那一笔，银行后来的回盘与已登记的失败不一致，可能已经到账，核定前不能{step}。"
            "请先在原批次核定；确已到账的，由财务审批中止本批次。"
        )


def file_lines(batch: DisbursementBatch) -> list[FileLine]:
    """The batch's lines as the bank's file has them, in their frozen order."""
    rows = batch.lines.order_by("line_no").values_list(
        "line_no", "account_no", "payee_name", "amount_fen", "programme__name", "account__branch"
    )
    return [
        FileLine(number, payment.line_reference(batch.no, number), account, name, amount, programme, branch or "")
        for number, account, name, amount, programme, branch in rows
    ]


def is_taken(batch: Any) -> bool:
    """Whether anybody has downloaded the batch's file."""
    return bool(taken_among([batch]))


def taken_among(batches: Iterable[Any]) -> set[int]:
    """Ids of those of the batches whose file somebody has downloaded. One query."""
    rows = DisbursementBatch.objects.filter(pk__in=[batch.pk for batch in batches])
    return set(rows.filter(happened_to("disbursementbatch", _TAKEN)).values_list("pk", flat=True))


def _refuse_untaken(batch: Any) -> None:
    """What nobody has made and taken cannot be at the bank."""
    if not PaymentFile.objects.filter(batch=batch).exists():
        raise Refused(f"{batch}还没有生成代发文件，请先生成、下载并交给银行。")
    if not is_taken(batch):
        raise Refused(f"{batch}的代发文件还没有人下载过，不可能已在银行。请先下载并交给银行，再登记。")


@action("batch.send", ALLOWED)
def send_batches(*, by: User, batch: list[int]) -> list[Moved]:
    """Mark released batches as handed to the bank; needs the file, taken by somebody."""
    found: list[Any] = scoped(DisbursementBatch.objects, "batch.send", by, batch)
    for item in found:
        if item.mode == BatchMode.WAIVER:
            raise Refused(f"{item}是学校减免批次，放行后直接办结。")
        if item.state == BatchState.RELEASED:
            _refuse_untaken(item)
        refuse_doubted(item, "送银行")
    moved = move(found, BATCH_MOVES, "send")
    rule = PAYMENT_MOVES["send"]
    PaymentLine.objects.filter(batch__in=found, state__in=rule.sources).update(state=rule.target)
    return [
        Moved(m.object, m.id, m.from_state, m.to_state, None, item.line_count, item.total_fen)
        for m, item in zip(moved, found, strict=True)
    ]


@action("batch.load_return", ALLOWED)
def load_return(*, by: User, batch: int, data: bytes, name: str) -> tuple[Upload, bool]:
    """Book a bank's return file; lines that cannot be booked are kept and listed as issues.

    Lines that say again what is booked are only counted (`ignored`). The same file is a no-op.
    """
    found = _batch("batch.load_return", by, batch)
    sha256 = store.hashlib.sha256(data).hexdigest()
    known = Upload.objects.filter(kind="returns", sha256=sha256, semester=found.semester).first()
    if known and known.part == found.no:
        return known, True
    if known:
        raise Refused(f"这个回盘文件已在批次{known.part}导入过，不是{found}的。", field="file")
    if found.mode != BatchMode.ACCOUNT or found.state not in (BatchState.SENT, BatchState.CLOSED):
        raise Refused(f"{found}还没有送银行，不能导入回盘文件。")
    profile = profile_for(found.bank)
    rows = parse_return(profile, data)
    named = return_batch_no(profile, data)
    if named and named != found.no:  # kept under the wrong batch, it could never be booked in its own
        raise Refused(f"这个回盘文件是批次{named}的，不是{found}的，请在那一批次导入。", field="file")
    stored = store.put(data, kind="return", name=name, media_type="text/plain", by=by)
    now = timezone.now()
    upload = Upload.objects.create(
        kind="returns", stored_file=stored, sha256=sha256, sender=found.bank, semester=found.semester, by=by,
        state=UploadState.COMMITTED, read_at=now, committed_by=by, committed_at=now, part=found.no,
    )  # fmt: skip
    matched = _match(found, profile, rows)
    _write(upload, found, profile, matched)
    InForce.objects.create(
        semester=found.semester, kind="returns", part=str(upload.pk), upload=upload, since=now, proposed_by=by
    )
    booked = _book(found, matched)
    same = sum(m.match is ReturnMatch.UNCHANGED for _, _, m in matched)
    upload.rows, upload.accepted, upload.ignored = len(rows) - same, booked, same
    upload.refused = upload.rows - booked
    upload.rows_digest = digest((row.row, row.bank_text) for row, _, _ in matched)
    upload.save()
    record("disbursementbatch", found.pk, to_state="RETURN_LOADED", count=booked, digest=sha256)
    return upload, False


def _match(batch: Any, profile: Profile, rows: list[ReturnRow]) -> list[tuple[ReturnRow, str, Matched]]:
    lines = [
        ExpectedLine(number, account, amount, state, pk, code)
        for number, account, amount, state, pk, code in batch.lines.select_for_update().values_list(
            "line_no", "account_no", "amount_fen", "state", "pk", "code"
        )
    ]
    codes = [canonical_code(row.bank_text, profile.return_codes).value for row in rows]
    answers = [
        Answer(row.line_ref, row.account_no, row.amount_fen, code) for row, code in zip(rows, codes, strict=True)
    ]
    return list(zip(rows, codes, match_file(answers, SentLines.of(batch.no, lines)), strict=True))


def _write(upload: Upload, batch: Any, profile: Profile, matched: list[tuple[ReturnRow, str, Matched]]) -> None:
    bulk.copy(
        ReturnLine,
        _RETURN,
        (
            (
                upload.pk, "", row.row, batch.pk, m.line.reference if m.line else None, row.line_ref or "",
                row.account_no or None, row.account_name, row.amount_fen, row.bank_text[:200], code, m.match.value,
            )
            for row, code, m in matched
        ),
    )  # fmt: skip
    UploadIssue.objects.bulk_create(
        UploadIssue(
            upload=upload, sheet="", row=row.row, column=profile.return_title(m.field), level="error", code=m.match.value, message=m.why,
            masked_value=bank_card.mask(row.account_no),
        )
        for row, _, m in matched
        if m.match not in (ReturnMatch.MATCHED, ReturnMatch.UNCHANGED)
    )  # fmt: skip


def _book(batch: Any, matched: list[tuple[ReturnRow, str, Matched]]) -> int:
    """Move the matched lines in bulk, one statement per verb and code."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for _, code, m in matched:
        if m.match is ReturnMatch.MATCHED and m.line:
            verb = payment_verb(m.line.state, code)
            if verb is None:
                raise BadInput("内部错误：对应上的明细没有可记的结果。")
            groups.setdefault((verb, code), []).append(m.line.reference)
    today = calendar.business_date()
    for (verb, code), ids in groups.items():
        rule = PAYMENT_MOVES[verb]
        done = PaymentLine.objects.filter(Q(pk__in=ids), batch=batch, state__in=rule.sources).update(
            state=rule.target, code=code, settled_on=today
        )
        if done != len(ids):
            raise Refused("发放明细在登记时有变化，请重新导入。")
    return sum(len(ids) for ids in groups.values())


def waiting_lines(batch: DisbursementBatch) -> int:
    """Lines that still have no result."""
    return batch.lines.filter(state__in=[PaymentState.SENT, PaymentState.UNKNOWN]).count()
