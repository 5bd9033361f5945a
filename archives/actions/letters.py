"""温馨告知书: drawn up from what was paid, printed in batches, delivered, and signed for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import reduce
from itertools import groupby
from operator import or_
from types import SimpleNamespace
from typing import Any, Final

from django.db.models import Q

from aid_admin.accounts.acting import Moved, action, move, reach_for, record, scoped
from aid_admin.accounts.models import User
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester, Village
from aid_admin.db import bulk
from aid_admin.db.fields import keyring
from aid_admin.files import store
from aid_admin.files.photos import keep_photo
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.jobs.rules import JobState
from aid_admin.lib.pdf.glyphs import to_write_by_hand
from aid_admin.lib.pdf.joining import join
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from archives.models import NoticeLetter
from archives.papers.letter import MEDIA_TYPE, letters_pdf, printed_letter
from archives.permissions import ALLOWED
from archives.rules import LETTER_MOVES, DeliveryWay, LetterState
from disbursement.actions.printing import office
from disbursement.models import PaymentLine
from disbursement.rules.states import PaymentState
from students.models import FamilyMember

PRINT: Final = "letters.print"
PER_DOCUMENT: Final = 60
HANDS: Final = 2  # documents that are laid out at a time
_PAID: Final = """
SELECT p.student_id, p.school_id, t.name, s.name, pl.stage, pl.grade, pl.class_name, pl.enrolment_id,
       g.code, g.name, p.amount_fen, p.payee_name, b.bank, p.account_no, b.no, p.line_no, p.settled_on, st.basis_doc,
       COALESCE(st.amount_fen, p.amount_fen),
       EXISTS (SELECT 1 FROM disbursement_paymentline q JOIN disbursement_disbursementbatch c ON c.id = q.batch_id
                 JOIN archives_noticeletter l ON l.student_id = p.student_id AND l.semester_id = b.semester_id
                  AND l.facts @> jsonb_build_object('grants', jsonb_build_array(
                      jsonb_build_object('batch', c.no, 'line_no', q.line_no)))
                WHERE q.id = p.retry_of_id),
       (SELECT count(*) FROM archives_noticeletter l WHERE l.student_id = p.student_id AND l.semester_id = b.semester_id)
  FROM disbursement_paymentline p JOIN disbursement_disbursementbatch b ON b.id = p.batch_id
  JOIN eligibility_aidprogramme g ON g.id = p.programme_id JOIN county_school s ON s.id = p.school_id
  JOIN students_student t ON t.id = p.student_id JOIN eligibility_aidstandard st ON st.id = p.standard_id
  LEFT JOIN students_placement pl ON pl.student_id = p.student_id AND pl.semester_id = b.semester_id
 WHERE b.semester_id = %s AND p.state = 'PAID'
   AND NOT EXISTS (SELECT 1 FROM archives_noticeletter l WHERE l.student_id = p.student_id
        AND l.semester_id = b.semester_id AND l.facts @> jsonb_build_object('grants', jsonb_build_array(
            jsonb_build_object('batch', b.no, 'line_no', p.line_no))))
 ORDER BY p.student_id, g.position, p.id"""
_COLUMNS: Final = ("student_id", "semester_id", "school_id", "number", "facts", "state", "delivered_how", "delivered_by",
                   "signed_by", "signed_relation")  # fmt: skip


@action("letters.draw_up", ALLOWED)
def draw_up_letters(*, by: User, semester: str) -> list[Moved]:
    """Draw up a letter for every family that was paid something no letter has told yet."""
    term = calendar.semester(semester)
    Semester.objects.select_for_update().get(pk=term.pk)  # two hands at once would draw up twice
    drawn = _draw_up(term)
    record("semester", term.code, to_state="LETTERS_DRAWN_UP", count=drawn)
    return [Moved("letters", term.code, None, "DRAWN_UP", drawn)]


def _draw_up(term: Semester) -> int:
    rows = bulk.query(_PAID, [term.pk])
    guardians = _guardians({row[7] for row in rows if row[7]})
    letters = [
        (
            pupil,
            term.pk,
            grants[0][1],
            grants[0][20] + 1,
            _facts(grants, guardians),
            LetterState.DRAWN_UP.value,
            "",
            "",
            "",
            "",
        )
        for pupil, found in groupby(rows, key=lambda row: row[0])
        for grants in [list(found)]
    ]
    return bulk.copy(NoticeLetter, _COLUMNS, letters)


def _tail(sealed: Any) -> str:
    """The last four digits of an account number; nothing for a waiver, which has none."""
    return "" if sealed is None else keyring().open_("account_no", bytes(sealed))[-4:]


def _guardians(enrolments: set[int]) -> dict[int, tuple[str, str]]:
    """Enrolment → the guardian's name and relation; the first member of the family where none is marked."""
    rows = FamilyMember.objects.filter(enrolment__in=enrolments).order_by("enrolment", "-is_guardian", "pk")
    found: dict[int, tuple[str, str]] = {}
    for enrolment, name, relation in rows.values_list("enrolment", "name", "relation"):
        found.setdefault(enrolment, (name, relation))
    return found


def _facts(grants: list[Any], guardians: dict[int, tuple[str, str]]) -> dict[str, Any]:
    """What the family is told; amounts in fen, days as ISO text, of the account only its last four digits.

    `again`: an earlier letter told of this grant, whose money the bank gave back since.
    """
    first = grants[0]
    guardian, relation = guardians.get(first[7], ("", ""))
    return {
        "pupil": first[2], "school": first[3], "stage": first[4] or "", "grade": first[5] or "",
        "class_name": first[6] or "", "guardian": guardian, "relation": relation,
        "grants": [
            {
                "programme": row[8], "name": row[9], "amount_fen": row[10], "payee": row[11], "bank": row[12] or "",
                "account_tail": _tail(row[13]), "batch": row[14], "line_no": row[15],
                "paid_on": row[16].isoformat() if row[16] else "", "basis": row[17],
                "standard_fen": row[18], "again": row[19],
            }
            for row in grants
        ],
        "total_fen": sum(row[10] for row in grants),
    }  # fmt: skip


# ---- printing ------------------------------------------------------------------------------------------------


@action("letters.print", ALLOWED)
def print_letters(
    *, by: User, semester: str, letter: list[int] | None = None, school: str = "", village: str = ""
) -> Job:
    """Queue one document of many letters: the given ones, or those of a school, of a village, or all in reach.

    Raises NotFound when there are none in the person's reach.
    """
    term = calendar.semester(semester)
    params: dict[str, Any] = {"letter": sorted(letter or []), "school": school, "village": village}
    found = _wanted(by, term, **params)
    count = found.count()
    if not count or (letter and count != len(params["letter"])):
        raise NotFound("没有要打印的告知书。请先由初审生成告知书，或换一个范围。")
    record("semester", term.code, school_code=school, to_state="PRINT_ASKED", count=count, reason=village)
    return queue.enqueue(PRINT, "semester", term.code, by=by, school_code=school, **params)


def _wanted(by: User, term: Semester, *, letter: list[int], school: str, village: str) -> Any:
    rows = NoticeLetter.objects.within(reach_for(by, "letters.print")).filter(semester=term)
    rows = rows.filter(pk__in=letter) if letter else rows
    rows = rows.filter(school__code=school) if school else rows
    return rows.filter(student__village__code=village) if village else rows


def make_letters(job: Job, progress: queue.Progress) -> str:
    """The job: documents of PER_DOCUMENT letters laid out two at a time, joined, stored; letters become printed."""
    if job.by is None:
        raise Refused("任务没有发起人。")
    term = calendar.semester(job.subject_id)
    rows = _wanted(job.by, term, **job.params).select_related("student__village__township", "school", "semester")
    letters = list(rows.order_by("student__village__code", "school__code", "facts__grade", "facts__class_name", "pk"))
    by_hand = to_write_by_hand(x.student.name for x in letters)
    data = join(_documents(letters, progress))
    with progress.chunk(done=len(letters), total=len(letters)):
        name = f"温馨告知书-{_scope_name(job)}-{term}（{len(letters)}份）.pdf"
        stored = store.put(
            data, kind="letters", name=name, media_type=MEDIA_TYPE, by=job.by, school_code=job.school_code
        )
        Job.objects.filter(pk=job.pk).update(result=stored)
        mark_printed(by=job.by, letter=[x.pk for x in letters], sha256=stored.sha256)
    return f"已生成 {len(letters)} 份告知书。{by_hand}"


def _documents(letters: list[Any], progress: queue.Progress) -> list[bytes]:
    parts = [letters[i : i + PER_DOCUMENT] for i in range(0, len(letters), PER_DOCUMENT)]
    issuer, today = office(), calendar.business_date()
    pages = [[printed_letter(x, issuer, today) for x in part] for part in parts]
    made: list[bytes] = []
    with ThreadPoolExecutor(HANDS) as pool:
        for document in pool.map(letters_pdf, pages):
            made.append(document)
            progress.show("正在排版", done=sum(map(len, parts[: len(made)])), total=len(letters))
    return made


def _scope_name(job: Job) -> str:
    if job.params["school"]:
        return str(School.objects.get(code=job.params["school"]))
    if job.params["village"]:
        village = Village.objects.select_related("township").get(code=job.params["village"])
        return f"{village.township}{village}"
    return "所选" if job.params["letter"] else "全部"


@action("letters.download", ALLOWED)
def download_letters(*, by: User, job: int) -> tuple[str, str, bytes]:
    """A printed document: (name, media type, bytes); logged."""
    found = Job.objects.filter(kind=PRINT, pk=job, state=JobState.DONE).exclude(result=None)
    mine = found.filter(by=by) | found.within(reach_for(by, "letters.download"))
    document = mine.select_related("result").first()
    if document is None or document.result is None:
        raise NotFound("这份告知书文件还没有生成，或不在您的范围内。")
    record("job", document.pk, school_code=document.school_code, to_state="DOWNLOADED", digest=document.result.sha256)
    return document.result.name, document.result.media_type, store.read(document.result)


@action("letters.printed", ALLOWED)
def mark_printed(*, by: User, letter: list[int], sha256: str = "") -> int:
    """Letters that were drawn up become printed; those printed before stay as they are."""
    rows = NoticeLetter.objects.within(reach_for(by, "letters.printed")).filter(pk__in=letter)
    rule = LETTER_MOVES["print"]
    fresh = rows.filter(state__in=rule.sources)
    count: int = fresh.update(state=rule.target, printed_on=calendar.business_date(), entered_by=by)
    record("noticeletter", digest(letter)[:16], to_state=rule.target, count=len(letter), digest=sha256)
    return count


def prints_of(letter: Any) -> list[SimpleNamespace]:
    """Every document that a letter was printed in, as its history shows deeds; the newest first."""
    village = letter.student.village.code if letter.student.village_id else ""
    picked = Q(params__letter__contains=[letter.pk])
    among = Q(params__letter=[], params__school__in=["", letter.school.code], params__village__in=["", village])
    jobs = Job.objects.filter(kind=PRINT, subject_id=letter.semester.code, state=JobState.DONE).exclude(result=None)
    found = (
        jobs.filter(picked | among, created_at__gte=letter.created_at).select_related("by", "result").order_by("-pk")
    )
    return [
        SimpleNamespace(
            at=job.finished_at or job.created_at, verb="letters.printed", actor_name=job.by.name if job.by else "", actor_username="",
            actor_role="", count=None, reason=job.result.name,
        )
        for job in found[:20] if job.result
    ]  # fmt: skip


def given_back(letter: Any) -> list[Any]:
    """The payment lines told in a letter that the bank gave back since; `retry` is what was paid instead, if anything."""
    told = [Q(batch__no=grant["batch"], line_no=grant["line_no"]) for grant in letter.facts["grants"]]
    lines = PaymentLine.objects.filter(student=letter.student_id, state=PaymentState.RETURNED_LATER)
    return list(lines.filter(reduce(or_, told)).select_related("programme", "retry").order_by("pk")) if told else []


# ---- delivery and receipt ------------------------------------------------------------------------------------


@action("letters.deliver", ALLOWED)
def deliver_letters(
    *, by: User, letter: list[int], how: str, delivered_by: str = "", delivered_on: date | None = None
) -> list[Moved]:
    """Printed letters reached their families: how, by whom (default: oneself), on which day (default: today)."""
    if how not in list(DeliveryWay):
        raise BadInput(f"没有送达方式“{how}”。可用：{'、'.join(f'{w}（{w.label}）' for w in DeliveryWay)}。")
    today = calendar.business_date()
    day = delivered_on or today
    found: list[Any] = scoped(NoticeLetter.objects.select_related("school", "student"), "letters.deliver", by, letter)
    for item in found:
        if item.printed_on and not item.printed_on <= day <= today:
            raise BadInput(
                f"{item}：送达日期应在打印日期 {item.printed_on} 与今天 {today} 之间。", field="delivered_on"
            )
    return move(
        found, LETTER_MOVES, "deliver", delivered_on=day, delivered_how=how,
        delivered_by=delivered_by.strip() or by.name, entered_by=by,
    )  # fmt: skip


@action("letters.sign", ALLOWED)
def sign_letter(
    *, by: User, letter: list[int], signed_by: str, relation: str = "", signed_on: date | None = None,
    file: bytes | None = None,
) -> list[Moved]:  # fmt: skip
    """The receipt came back: who signed, on which day, and its scan (one letter at a time when there is one)."""
    if not signed_by.strip():
        raise BadInput("请填写签收人姓名。", field="signed_by")
    if file and len(letter) != 1:
        raise BadInput("回执照片要逐份上传；一次登记多份时请不要选照片，以后逐份补传。", field="file")
    found: list[Any] = scoped(NoticeLetter.objects.select_related("school", "student"), "letters.sign", by, letter)
    today = calendar.business_date()
    day = signed_on or today
    for item in found:
        if item.delivered_on and not item.delivered_on <= day <= today:
            raise BadInput(f"{item}：签收日期应在送达日期 {item.delivered_on} 与今天 {today} 之间。", field="signed_on")
    scan = _receipt(file, found[0], by) if file else None
    return move(
        found, LETTER_MOVES, "sign", signed_on=day, signed_by=signed_by.strip(), signed_relation=relation.strip(),
        receipt=scan, entered_by=by,
    )  # fmt: skip


def _receipt(file: bytes, letter: Any, by: User) -> Any:
    name = f"回执-{letter.student.name}-{letter.pk}"
    return keep_photo(file, kind="receipt", name=name, by=by, school_code=letter.school.code)


@action("letters.take_back", ALLOWED)
def take_back(*, by: User, letter: list[int], reason: str) -> list[Moved]:
    """Undo a wrong entry of delivery or receipt, with the reason; the letter goes one step back."""
    if not reason.strip():
        raise BadInput("请写明为什么撤回这次登记。", field="reason")
    found: list[Any] = scoped(NoticeLetter.objects.select_related("school", "student"), "letters.take_back", by, letter)
    signed = [x for x in found if x.state == LetterState.RECEIPT_SIGNED]
    others = [x for x in found if x.state != LetterState.RECEIPT_SIGNED]
    empty_receipt = {"signed_on": None, "signed_by": "", "signed_relation": "", "receipt": None}
    empty_delivery = {"delivered_on": None, "delivered_how": "", "delivered_by": ""}
    return [
        *move(signed, LETTER_MOVES, "take_back_receipt", reason=reason, entered_by=by, **empty_receipt),
        *move(others, LETTER_MOVES, "take_back_delivery", reason=reason, entered_by=by, **empty_delivery),
    ]
