"""Bank accounts: proposed by a school's list, verified by the school's head, ended by a newer verified version.

An account that the bank refused and takes again is proposed once more, unchanged, with the reason; one that is to
be corrected is proposed from the page, with a photo of the card if there is one.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from aid_admin.accounts.acting import Moved, action, record, scoped
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.db import bulk
from aid_admin.db.fields import keyring
from aid_admin.files.photos import keep_photo
from aid_admin.intake.models import Upload
from aid_admin.lib.refusals import BadInput, Refused
from aid_admin.lib.sheets.issues import Issue, Level
from aid_admin.lib.sheets.table import Status, TableRow
from students.actions.account_facts import corrected_facts
from students.actions.rolls import school_ids
from students.models import AccountRow, BankAccount, Student
from students.permissions import ALLOWED

_FACTS = ("holder_name", "holder_relation", "holder_id", "account_no", "kind", "bank", "branch")
_CORRECTED = ("holder_name", "holder_relation", "holder_id", "account_no", "kind", "bank")
_ROW = ("upload_id", "sheet", "row", "school_id", "student_id", *_FACTS)


def students_by_id(rows: Iterable[TableRow]) -> dict[str, tuple[int, str]]:
    """Known students among the rows: ID number → (id, name key); one query."""
    numbers = {row.values["id_number"] for row in rows if row.values.get("id_number")}
    found = Student.objects.filter(id_number__in=numbers).values_list("id_number", "id", "name_key")
    return {number: (pk, key) for number, pk, key in found}


def refuse_unknown(upload: Upload, rows: list[TableRow], column: str) -> None:
    """Refuse, in place, rows whose person is on no roll of the county: money never goes to someone unknown."""
    known = students_by_id(rows)
    for place, row in enumerate(rows):
        if row.status in (Status.REFUSED, Status.IGNORED) or row.values.get("id_number") in known:
            continue
        message = f"第 {row.row} 行：{row.values.get('name', '')}的身份证号不在本县学籍中。请核对号码，或先由数据专员导入学籍。"
        rows[place] = row.with_issues(Issue(row.sheet, row.row, column, Level.ERROR, "UNKNOWN_STUDENT", message, ""))


def check_accounts(upload: Upload, rows: list[TableRow]) -> None:
    """Accounts are taken only for students on a roll."""
    refuse_unknown(upload, rows, "学生身份证号")


def store_accounts(upload: Upload, rows: list[TableRow]) -> None:
    """Write a chunk of a list of accounts."""
    schools, known = school_ids(), students_by_id(rows)
    bulk.copy(
        AccountRow,
        _ROW,
        (
            (
                upload.pk, row.sheet, row.row, schools[row.values["school"]], known[row.values["id_number"]][0],
                row.values["holder_name"], row.values.get("holder_relation") or "", row.values.get("holder_id"),
                row.values["account_no"], row.values["kind"], row.values.get("bank") or "",
                row.values.get("bank_name") or "",
            )
            for row in rows
        ),
    )  # fmt: skip


def seal_of(account: BankAccount) -> bytes:
    """HMAC over the facts that money is paid on."""
    return keyring().mac(
        [account.student_id, account.version, account.holder_name, str(account.account_no), account.bank]
    )


def accounts_in_force(upload: Upload) -> None:
    """Propose a new version for every row that differs from the newest one; same facts propose nothing."""
    rows = list(AccountRow.objects.filter(upload=upload).order_by("row"))
    students = [row.student_id for row in rows]
    newest = _versions(students)
    latest = {
        account.student_id: account for account in BankAccount.objects.filter(student__in=students).order_by("version")
    }
    BankAccount.objects.bulk_create(
        _proposal(row, newest.get(row.student_id, 0) + 1, source_row=row, proposed_by=upload.committer)
        for row in rows
        if not _same(latest.get(row.student_id), row)
    )


def known_accounts(upload: Upload) -> Any:
    """The newest account of each pupil, as the school's own lists proposed it: what a new list is held against."""
    mine = BankAccount.objects.filter(source_row__school=upload.school, ended_at=None)
    newer = mine.filter(student=OuterRef("student"), version__gt=OuterRef("version"))
    return mine.filter(~Exists(newer), student__in=AccountRow.objects.filter(upload=upload).values("student"))


def _versions(students: list[int]) -> dict[int, int]:
    """The newest version by student; until the transaction ends nobody else numbers one."""
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext('account versions'))")
    found = BankAccount.objects.filter(student__in=students).values_list("student").annotate(Max("version"))
    return dict(found)


def _same(account: BankAccount | None, row: AccountRow) -> bool:
    return account is not None and account.ended_at is None and (
        account.account_no, account.holder_name, account.bank
    ) == (row.account_no, row.holder_name, row.bank)  # fmt: skip


def _proposal(like: AccountRow | BankAccount, version: int, **columns: Any) -> BankAccount:
    account = BankAccount(
        student_id=like.student_id, version=version, **{name: getattr(like, name) for name in _FACTS}, **columns
    )
    account.seal = seal_of(account)
    return account


def undo_accounts(upload: Upload) -> None:
    """An upload whose accounts were verified stays: a wrong one is mended by a newer list."""
    if BankAccount.objects.filter(source_row__upload=upload, verified_by__isnull=False).exists():
        raise Refused("其中已有账户经学校负责人核对，不能整批撤销。请上传更正后的账号表，由负责人重新核对。")
    BankAccount.objects.filter(source_row__upload=upload, ended_at=None).update(ended_at=timezone.now())


@action("account.reaffirm", ALLOWED)
def reaffirm_accounts(*, by: User, account: list[int], reason: str) -> list[Moved]:
    """Propose accounts in use once more, unchanged: the bank had refused them and takes them again.

    The head verifies the new version as any other; then what failed may be reissued. Raises Refused for an
    account that is not in use, or whose student has a version that waits for the head.
    """
    if not reason.strip():
        raise BadInput("请写明账户是怎样恢复的，负责人要据此核对。", field="reason")
    found: list[Any] = scoped(
        BankAccount.objects.select_related("student", "source_row__school"), "account.reaffirm", by, account
    )
    students = [item.student_id for item in found]
    newest = _versions(students)
    waiting = BankAccount.objects.filter(student__in=students, verified_by=None, ended_at=None)
    waits = set(waiting.values_list("student", flat=True))
    for item in found:
        if not item.is_usable:
            raise Refused(f"{item}没有在用，不能申明恢复。请在“银行账号”中选择在用的账户。")
        if item.student_id in waits:
            raise Refused(f"{item.student}已有待核对的账户，请负责人先核对。")
    proposed = BankAccount.objects.bulk_create(
        _proposal(item, newest[item.student_id] + 1, source_row=item.source_row, proposed_by=by, reason=reason.strip())
        for item in found
    )
    for item, made in zip(found, proposed, strict=True):
        record("bankaccount", made.pk, school_code=item.source_row.school.code, to_state="PROPOSED", reason=reason)
    return [Moved("bankaccount", made.pk, "VERIFIED", "PROPOSED") for made in proposed]


@action("account.correct", ALLOWED)
def correct_account(
    *, by: User, account: int, holder_name: str, account_no: str, bank: str, kind: str = "", holder_relation: str = "",
    holder_id: str = "", branch: str = "", reason: str, proof: bytes | None = None,
) -> list[Moved]:  # fmt: skip
    """Propose another account in place of this one; what waits for the head meanwhile is replaced by it.

    `bank` and `kind` (CARD or PASSBOOK) count where the number does not tell; the holder's ID number stays where the
    holder does and none is given. Raises BadInput for a faulty number or photo and for a new holder without ID number,
    Refused for an account that is out of use, or when nothing changes.
    """
    (item,) = scoped(
        BankAccount.objects.select_related("student", "source_row__school"), "account.correct", by, [account]
    )
    if not reason.strip():
        raise BadInput("请写明为什么更正，负责人要据此核对。", field="reason")
    if item.ended_at and item.declined_by_id is None:
        raise Refused(f"{item}已经停用，不能在它上面更正。请刷新页面，在现在的账户上更正。")
    facts = corrected_facts(
        item, holder_name=holder_name, holder_relation=holder_relation, holder_id=holder_id, account_no=account_no,
        kind=kind, bank=bank, branch=branch,
    )  # fmt: skip
    if all(getattr(item, name) == facts[name] for name in _CORRECTED):
        raise Refused("账号和持卡人都没有变。账户没有变的，请用“申明账户可用”。", field="account_no")
    school = item.source_row.school.code
    photo = (
        keep_photo(proof, kind="proof", field="proof", name="银行卡照片", by=by, school_code=school) if proof else None
    )
    newest = _versions([item.student_id])[item.student_id]
    waiting = BankAccount.objects.filter(student=item.student_id, verified_by=None, ended_at=None)
    waiting.update(ended_at=timezone.now())
    made = BankAccount(
        student_id=item.student_id, version=newest + 1, source_row=item.source_row, proposed_by=by,
        reason=reason.strip(), proof=photo, **facts,
    )  # fmt: skip
    made.seal = seal_of(made)
    made.save(force_insert=True)
    record("bankaccount", made.pk, school_code=school, to_state="PROPOSED", reason=reason.strip())
    return [Moved("bankaccount", made.pk, None, "PROPOSED")]


@action("account.verify", ALLOWED)
def verify_accounts(*, by: User, account: list[int]) -> list[Moved]:
    """The school's head confirms accounts seen on card or passbook; the version in use until now ends.

    So do older proposals. Raises Refused for an account that was verified or ended already, or proposed by the
    same person, and for two of one student.
    """
    found: list[Any] = scoped(BankAccount.objects, "account.verify", by, account)
    ids, students = [item.pk for item in found], [item.student_id for item in found]
    chosen = Counter(students)
    for item in found:
        if item.verified_by_id or item.ended_at:
            raise Refused(f"{item}已经核对过或已停用，请刷新后再试。")
        if item.proposed_by_id == by.pk:
            raise Refused("账户由提出人以外的人核对，您不能核对自己提出的账户。")
        if chosen[item.student_id] > 1:
            raise Refused(f"{item.student}有几个待核对的账户，请只选正确的一个。")
    now, today = timezone.now(), calendar.business_date()
    BankAccount.objects.filter(student__in=students).usable().update(ended_at=now)
    newer = BankAccount.objects.filter(pk__in=ids, student=OuterRef("student"), version__gt=OuterRef("version"))
    BankAccount.objects.filter(Exists(newer), verified_by=None, ended_at=None).update(ended_at=now)
    BankAccount.objects.filter(pk__in=ids).update(verified_by=by, verified_at=now, usable_from=today)
    record("bankaccount", ids[0] if len(ids) == 1 else f"{ids[0]}…", to_state="VERIFIED", count=len(ids))
    return [Moved("bankaccount", pk, "PROPOSED", "VERIFIED") for pk in ids]


@action("account.decline", ALLOWED)
def decline_accounts(*, by: User, account: list[int], reason: str) -> list[Moved]:
    """The school's head turns proposals down, with the reason; what was in use stays in use.

    Raises Refused for an account that does not wait to be verified, or that the same person proposed.
    """
    if not reason.strip():
        raise BadInput("请写明哪里不对，经办人据此更正。", field="reason")
    found: list[Any] = scoped(BankAccount.objects.select_related("source_row__school"), "account.decline", by, account)
    for item in found:
        if item.verified_by_id or item.ended_at:
            raise Refused(f"{item}已经核对过或已停用，请刷新后再试。")
        if item.proposed_by_id == by.pk:
            raise Refused("账户由提出人以外的人核对，您不能退回自己提出的账户。")
    ids = [item.pk for item in found]
    ended = {"ended_at": timezone.now(), "declined_by": by, "declined_reason": reason.strip()}
    BankAccount.objects.filter(pk__in=ids).update(**ended)
    for item in found:
        record("bankaccount", item.pk, school_code=item.source_row.school.code, to_state="DECLINED", reason=reason)
    return [Moved("bankaccount", pk, "PROPOSED", "DECLINED") for pk in ids]
