"""一生一档 assembles itself: a semester's dossiers of many pupils at once, out of what the other tables hold.

Nothing is stored for it (only scans are). Whether it is complete is asked in completeness.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from django.conf import settings
from django.db.models import F

from aid_admin.county.models import Semester
from aid_admin.intake.models import InForce
from aid_admin.lib.money import yuan_comma
from archives.completeness import Basis, missing_by_pupil
from archives.models import EvidenceItem, HomeVisit, MentoringPair, NoticeLetter
from archives.rules import (
    EVIDENCE_STAGE,
    PIECE_TITLES,
    PIECES,
    Chapter,
    Entry,
    EvidenceKind,
    LetterState,
    TermDossier,
    WorkStage,
    archive_no,
)
from disbursement.models import Objection, PaymentLine, PublicityEvidence, PublicityLine, RosterLine, TakenOut
from disbursement.rules.publicity import Moment
from eligibility.models import AidApplication, ComparisonResult, Entitlement
from students.models import Placement
from students.rules import Standing

Entries = dict[int, list[Entry]]
_STAGE_OF: Final = {piece.code: piece.stage for piece in PIECES} | {
    "standing": WorkStage.IDENTIFY,
    "late": WorkStage.IDENTIFY,
}


def dossiers(basis: Basis, students: Sequence[int], schools: Sequence[str]) -> list[TermDossier]:
    """The pupils' dossiers of the semester, in the order given; a fixed number of statements."""
    found: Entries = defaultdict(list)
    for part in (
        _late,
        _standings,
        _comparisons,
        _applications,
        _decisions,
        _lines,
        _publicity,
        _payments,
        _doubts,
        _letters,
        _visits,
        _mentors,
        _scans,
    ):
        for student, entries in part(basis, students).items():
            found[student] += entries
    missing = missing_by_pupil(basis, schools, students)
    places = {p.student_id: p for p in _places(basis.term, students)}
    return [
        _dossier(basis.term, places[student], found[student], missing.get(student))
        for student in students
        if student in places
    ]


def _places(term: Semester, students: Sequence[int]) -> Any:
    rows = Placement.objects.of(term).filter(student__in=students)
    return rows.select_related("student__village__township", "school")


def _dossier(term: Semester, place: Any, entries: Iterable[Entry], missing: Sequence[str] | None) -> TermDossier:
    by_stage: dict[WorkStage, list[Entry]] = {stage: [] for stage in WorkStage}
    for entry in entries:
        stage = _STAGE_OF.get(entry.piece) or EVIDENCE_STAGE.get(entry.piece, WorkStage.INFORM)  # type: ignore[call-overload]
        by_stage[stage].append(entry)
    village = place.student.village
    return TermDossier(
        student=place.student_id, name=place.student.name, id_number=place.student.id_number or "",
        sex=place.student.sex, village=f"{village.township.name}{village.name}" if village else "",
        semester=str(term), school=place.school.name if place.school else "",
        class_name=f"{place.grade}{place.class_name}",
        chapters=tuple(Chapter(stage, tuple(found)) for stage, found in by_stage.items()),
        missing=tuple(PIECE_TITLES[code] for code in missing or ()), aided=missing is not None,
        archive_no=archive_no(fonds=settings.AID_ARCHIVE_FONDS, term=term.code, pupil=place.student_id),
    )  # fmt: skip


def _grouped(pairs: Iterable[tuple[int, Entry]]) -> Entries:
    found: Entries = defaultdict(list)
    for student, entry in pairs:
        found[student].append(entry)
    return found


def _late(basis: Basis, students: Sequence[int]) -> Entries:
    """补录: who entered the pupil, why, on what proof, and the second person who put it in force."""
    rows = InForce.objects.filter(
        semester=basis.term, kind="late", until=None, upload__enrolmentrecord__placement__student__in=students
    ).select_related("upload__by", "upload__stored_file", "confirmed_by")
    return _grouped(
        (
            row.pupil,
            Entry(
                "late", "补录进学籍",
                f"{row.upload.by.name}录入，原因：{row.upload.message}；证明：{row.upload.stored_file.name}"
                + (f"；{row.confirmed_by.name}复核生效" if row.confirmed_by else ""),
                row.upload.as_of, f"/students/late/{row.upload_id}/", row.upload.stored_file_id,
            ),
        )
        for row in rows.annotate(pupil=F("upload__enrolmentrecord__placement__student")).distinct()
    )  # fmt: skip


def _standings(basis: Basis, students: Sequence[int]) -> Entries:
    """Where roll and attendance did not agree, or a person settled it; nothing for everybody else."""
    rows = Placement.objects.of(basis.term).filter(student__in=students)
    rows = rows.exclude(standing=Standing.GO, decided_by=None).select_related("school", "decided_by")
    return _grouped(
        (
            row.student_id,
            Entry(
                "standing", f"在籍在校：{row.get_standing_display()}",
                (f"{row.decided_by.name}核定由{row.school}资助：{row.reason}" if row.decided_by else str(row.school or "")),
            ),
        )
        for row in rows
    )  # fmt: skip


def _comparisons(basis: Basis, students: Sequence[int]) -> Entries:
    rows = ComparisonResult.objects.filter(run=basis.compared, student__in=students)
    rows = rows.select_related("record__upload__stored_file", "decision__by").order_by("student", "pk")
    return _grouped(
        (
            row.student_id,
            Entry(
                "comparison", f"与{row.record.upload.kind_title}比对：{row.get_verdict_display()}",
                f"{row.get_relation_display()}，名单记录“{row.record.name}”，"
                f"{row.record.upload.stored_file.name} 第 {row.record.row} 行"
                + (f"；{row.decision.by.name}人工确认：{row.decision.reason}" if row.decision else ""),
                row.record.upload.as_of,
            ),
        )
        for row in rows
    )  # fmt: skip


def _applications(basis: Basis, students: Sequence[int]) -> Entries:
    rows = AidApplication.objects.filter(semester=basis.term, student__in=students).select_related("decided_by")
    return _grouped(
        (
            row.student_id,
            Entry(
                "application", f"家庭经济困难学生认定申请：{row.get_state_display()}",
                "；".join(
                    text
                    for text in (
                        f"认定为{row.get_recognised_tier_display()}" if row.recognised_tier else "",
                        row.decision_reason,
                        f"{row.decided_by.name}决定" if row.decided_by else "",
                    )
                    if text
                ),
            ),
        )
        for row in rows.order_by("pk")
    )  # fmt: skip


def _decisions(basis: Basis, students: Sequence[int]) -> Entries:
    rows = Entitlement.objects.filter(run=basis.entitled, student__in=students).select_related("programme")
    return _grouped(
        (
            row.student_id,
            Entry(
                "decision",
                f"{row.programme.name}：{f'应助 {yuan_comma(row.amount_fen)} 元' if row.granted else row.get_reason_code_display()}",
                row.why,
            ),
        )
        for row in rows.order_by("programme__position")
    )  # fmt: skip


def _lines(basis: Basis, students: Sequence[int]) -> Entries:
    rows = RosterLine.objects.filter(semester=basis.term, student__in=students).exclude(roster__state="VOIDED")
    rows = rows.select_related("roster__school", "programme").order_by("programme__position", "roster__round")
    objections = _objections([row.pk for row in rows])
    return _grouped(
        (
            row.student_id,
            Entry(
                "roster_line", f"{row.programme.name}发放名册（第{row.roster.round}轮）：{row.get_state_display()}",
                f"{yuan_comma(row.amount_fen)} 元，与学校填报比较：{row.get_kind_display()}，名册{row.roster.get_state_display()}"
                + (f"，原因：{row.refusal_label}" if row.refusal else "")
                + (f"；学校说明：{row.get_reason_code_display()} {row.explanation}" if row.reason_code else "")
                + "".join(objections[row.pk]),
                link=f"/rosters/{row.roster_id}/",
            ),
        )
        for row in rows
    )  # fmt: skip


def _objections(lines: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for item in Objection.objects.filter(roster_line__in=lines).order_by("pk"):
        outcome = f"结论：{item.get_outcome_display()}，{item.finding}" if item.outcome else "正在办理"
        found[item.roster_line_id].append(f"；{item.received_on} {item.channel}异议：{item.text}；{outcome}")
    return found


def _publicity(basis: Basis, students: Sequence[int]) -> Entries:
    mine = PublicityLine.objects.filter(roster_line__semester=basis.term, roster_line__student__in=students)
    rows = list(mine.select_related("period", "roster_line").order_by("period", "position"))
    entries = _grouped(
        (
            row.roster_line.student_id,
            Entry(
                "publicity", f"公示：{row.period.title}，第 {row.position} 名",
                f"{row.programme_name}，{row.period.started_on} 至 {row.period.ended_on or '公示中'}，{row.period.get_state_display()}",
                row.period.started_on, f"/publicity/{row.period_id}/",
            ),
        )
        for row in rows
    )  # fmt: skip
    photos = _photos({row.period_id for row in rows})
    seen: set[tuple[int, int]] = set()
    for row in rows:
        student = row.roster_line.student_id
        if (student, row.period_id) not in seen:
            seen.add((student, row.period_id))
            entries[student] += photos[row.period_id, row.school_id]
    return entries


def _photos(periods: Collection[int]) -> dict[tuple[int, int], list[Entry]]:
    found: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    rows = PublicityEvidence.objects.filter(period__in=periods, ok=True).select_related("by", "checked_by", "period")
    for photo in rows.order_by("pk"):
        start = photo.moment == Moment.START
        found[photo.period_id, photo.school_id].append(
            Entry(
                "photo", f"公示{'开始' if start else '结束'}照片", f"{photo.by.name}上传，{photo.checked_by and photo.checked_by.name}核查通过",
                photo.period.started_on if start else photo.period.ended_on, f"/publicity/photos/{photo.pk}/",
                photo.photo_id,
            )
        )  # fmt: skip
    return found


def _payments(basis: Basis, students: Sequence[int]) -> Entries:
    rows = PaymentLine.objects.filter(batch__semester=basis.term, student__in=students)
    rows = rows.select_related("batch", "programme", "retry_of__batch").order_by("pk")
    return _grouped(
        (
            row.student_id,
            Entry(
                "payment", f"{row.programme.name}：{yuan_comma(row.amount_fen)} 元，{row.get_state_display()}",
                f"批次 {row.batch.no} 第 {row.line_no} 笔，"
                + (f"户名 {row.payee_name}，账号尾号 {row.account_no[-4:]}" if row.account_no else "学校直接免收")
                + (f"，银行结果：{row.get_code_display()}" if row.code else "")
                + (f"，补发自批次 {row.retry_of.batch.no}" if row.retry_of else ""),
                row.settled_on,
            ),
        )
        for row in rows
    )  # fmt: skip


def _doubts(basis: Basis, students: Sequence[int]) -> Entries:
    """Payments that finance took out of a draft, and whether it put them back."""
    rows = TakenOut.objects.of(basis.term).filter(roster_line__student__in=students)
    rows = rows.select_related("batch", "roster_line__programme").order_by("pk")
    return _grouped(
        (
            row.roster_line.student_id,
            Entry(
                "payment", f"{row.roster_line.programme.name}：暂缓发放",
                f"移出批次 {row.batch.no} 第 {row.line_no} 笔，原因：{row.reason}"
                + (f"；后放回：{row.put_back_reason}" if row.put_back_reason else ""),
                row.taken_on,
            ),
        )
        for row in rows
    )  # fmt: skip


def _letters(basis: Basis, students: Sequence[int]) -> Entries:
    found: Entries = defaultdict(list)
    for row in NoticeLetter.objects.filter(semester=basis.term, student__in=students):
        words = f"合计 {yuan_comma(row.facts['total_fen'])} 元，{row.get_state_display()}"
        if row.delivered_on:
            words += f"；{row.delivered_on} {row.get_delivered_how_display()}（{row.delivered_by}）"
        found[row.student_id].append(Entry("letter", "温馨告知书", words, row.printed_on, f"/letters/{row.pk}/"))
        if row.state == LetterState.RECEIPT_SIGNED:
            scan = "有扫描件" if row.receipt_id else "没有扫描件"
            found[row.student_id].append(
                Entry(
                    "receipt",
                    "告知书回执",
                    f"{row.signed_by} {row.signed_relation} 签收，{scan}",
                    row.signed_on,
                    picture=row.receipt_id,
                )
            )
    return found


def _visits(basis: Basis, students: Sequence[int]) -> Entries:
    found: Entries = defaultdict(list)
    for row in HomeVisit.objects.of(basis.term).live().filter(student__in=students).order_by("visited_on", "pk"):
        words = f"{row.teachers}，实发 {yuan_comma(row.amount_paid_fen)} 元"
        if row.amount_heard_fen is not None:
            same = (
                "一致" if row.amount_heard_fen == row.amount_paid_fen else f"不一致（{row.settled_note or '待核实'}）"
            )
            words += f"，家长说收到 {yuan_comma(row.amount_heard_fen)} 元，{same}"
        words += f"；{row.difficulty}" if row.difficulty else ""
        found[row.student_id].append(
            Entry(
                "visit",
                f"走访记录：{row.get_mode_display()}",
                words,
                row.visited_on,
                f"/visits/{row.pk}/",
                row.photo_id,
            )
        )
    return found


def _mentors(basis: Basis, students: Sequence[int]) -> Entries:
    term = basis.term
    rows = MentoringPair.objects.filter(student__in=students, began_on__lte=term.ends_on)
    rows = rows.exclude(ended_on__lt=term.starts_on).order_by("began_on")
    return _grouped(
        (
            row.student_id,
            Entry(
                "mentor", f"1+1 结对：{row.mentor_name}{row.mentor_post}",
                f"{row.began_on} 起" + (f"，{row.ended_on} 止（{row.end_reason}）" if row.ended_on else ""), row.began_on,
                f"/pairing/{row.student_id}/",
            ),
        )
        for row in rows
    )  # fmt: skip


def _scans(basis: Basis, students: Sequence[int]) -> Entries:
    rows = EvidenceItem.objects.filter(semester=basis.term, student__in=students, withdrawn_by=None)
    return _grouped(
        (
            row.student_id,
            Entry(
                row.kind, f"扫描件：{EvidenceKind(row.kind).label}", f"{row.title or row.scan.name}（{row.by.name}上传）",
                link=f"/archives/scans/{row.pk}/", picture=row.scan_id,
            ),
        )
        for row in rows.select_related("scan", "by").order_by("pk")
    )  # fmt: skip
