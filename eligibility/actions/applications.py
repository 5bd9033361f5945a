"""认定申请: taken from the school's sheet, submitted, reviewed at school, recognised by the county."""

from typing import Any

from aid_admin.accounts.acting import Moved, action, move, scoped
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.db import bulk
from aid_admin.intake.models import Upload
from aid_admin.lib import semester
from aid_admin.lib.refusals import BadInput, Refused
from aid_admin.lib.sheets.table import TableRow
from eligibility.models import AidApplication, ApplicationMember, ApplicationRow
from eligibility.permissions import ALLOWED
from eligibility.rules import MOVES, ApplicationRejection, ApplicationReturn, ApplicationState, Tier
from students.actions.accounts import refuse_unknown, students_by_id
from students.actions.rolls import school_ids
from students.rules import Labelled

_ROW = (
    "id", "upload_id", "sheet", "row", "school_id", "student_id", "category", "cert_no", "income_fen", "factors",
    "recommended_tier", "reason", "committed", "applied_on", "details",
)  # fmt: skip
_DETAILS = ("household_size", "address", "guardian_name", "guardian_relation", "residence")


def check_applications(upload: Upload, rows: list[TableRow]) -> None:
    """Applications are taken only from students on a roll."""
    refuse_unknown(upload, rows, "身份证号")


def store_applications(upload: Upload, rows: list[TableRow]) -> None:
    """Write a chunk of a sheet of applications with the family members of its second sheet."""
    schools, known = school_ids(), students_by_id(rows)
    ids = bulk.next_ids(ApplicationRow, len(rows))
    bulk.copy(
        ApplicationRow,
        _ROW,
        (
            (
                number, upload.pk, row.sheet, row.row, schools[row.values["school"]],
                known[row.values["id_number"]][0], row.values.get("category") or "", row.values.get("cert_no") or None,
                row.values.get("income_fen"), row.values.get("factors") or "",
                row.values.get("recommended_tier") or "", row.values.get("reason") or "",
                bool(row.values.get("committed")), row.values.get("applied_on"),
                {name: row.values.get(name) for name in _DETAILS if row.values.get(name)},
            )
            for number, row in zip(ids, rows, strict=True)
        ),
    )  # fmt: skip
    bulk.copy(
        ApplicationMember,
        ("application_row_id", "name", "relation", "details"),
        (
            (
                number,
                m.get("name") or "",
                m.get("relation") or "",
                {
                    k: str(v)
                    for k, v in m.items()
                    if k not in ("name", "relation", "id_number", "id_number_text", "phone")
                },
            )
            for number, row in zip(ids, rows, strict=True)
            for m in row.values.get("members", ())
        ),
    )


def applications_in_force(upload: Upload) -> None:
    """Open an application in draft for each row; a pupil who has a live one this school year is left alone."""
    if upload.semester is None:
        raise Refused("申请表没有指明学期。")
    year = semester.school_year(upload.semester.code)
    rows = list(ApplicationRow.objects.filter(upload=upload).order_by("sheet", "row"))
    busy = set(
        AidApplication.objects.filter(student__in=[row.student_id for row in rows], school_year=year)
        .exclude(state=ApplicationState.REJECTED)
        .values_list("student_id", flat=True)
    )
    AidApplication.objects.bulk_create(
        AidApplication(
            student_id=row.student_id, semester=upload.semester, school_id=row.school_id, school_year=year,
            source_row=row, category=row.category, recommended_tier=row.recommended_tier, income_fen=row.income_fen,
            factors=row.factors, committed=row.committed, entered_by=upload.committer,
        )
        for row in rows
        if row.student_id not in busy
    )  # fmt: skip


def known_applications(upload: Upload) -> Any:
    """The school's live applications of this school year from pupils who stand in the upload."""
    year = semester.school_year(upload.semester.code) if upload.semester else ""
    live = AidApplication.objects.filter(school=upload.school, school_year=year).exclude(
        state=ApplicationState.REJECTED
    )
    return live.filter(student__in=ApplicationRow.objects.filter(upload=upload).values("student"))


def undo_applications(upload: Upload) -> None:
    """Drafts go with their upload; one that has been submitted holds the upload."""
    mine = AidApplication.objects.filter(source_row__upload=upload)
    if mine.exclude(state=ApplicationState.DRAFT).exists():
        raise Refused("其中已有申请提交，不能整批撤销。请先逐份退回。")
    mine.delete()


def _applications(verb: str, by: User, ids: list[int]) -> list[Any]:
    found: list[Any] = scoped(AidApplication.objects.select_related("student", "school", "semester"), verb, by, ids)
    for term in {one.semester_id: one.semester for one in found}.values():
        calendar.refuse_closed(term)
    return found


@action("application.submit", ALLOWED)
def submit_applications(*, by: User, application: list[int]) -> list[Moved]:
    """Submit drafts; one without the family's commitment is refused."""
    found = _applications("application.submit", by, application)
    for item in found:
        if not item.committed:
            raise Refused(f"{item}没有个人承诺签字，不能提交。请补签后重新上传。")
    return move(found, MOVES, "submit", submitted_by=by)


@action("application.review", ALLOWED)
def review_applications(*, by: User, application: list[int]) -> list[Moved]:
    """The school's assessment group has met: the head confirms, never the one who entered."""
    found = _applications("application.review", by, application)
    _refuse_own(found, by)
    return move(found, MOVES, "review", school_reviewed_by=by)


@action("application.recognise", ALLOWED)
def recognise_applications(*, by: User, application: list[int], tier: str = "") -> list[Moved]:
    """Recognise with the given tier, or each with the one its school recommended."""
    if tier and tier not in list(Tier):
        raise BadInput("认定档次只能是 SPECIAL（特别困难）、MODERATE（比较困难）、GENERAL（一般困难）。")
    found = _applications("application.recognise", by, application)
    _refuse_own(found, by)
    results: list[Moved] = []
    for item in found:
        chosen = tier or item.recommended_tier
        if not chosen:
            raise Refused(f"{item}没有推荐档次，请指定认定档次。")
        results += move([item], MOVES, "recognise", decided_by=by, recognised_tier=chosen)
    return results


@action("application.return", ALLOWED)
def return_applications(*, by: User, application: list[int], reason: str = "", reason_code: str = "") -> list[Moved]:
    """Send back to the school with a coded reason, words, or both."""
    found = _applications("application.return", by, application)
    why = _needed(reason, reason_code, ApplicationReturn)
    return move(found, MOVES, "return", reason=why, decision_reason=why, school_reviewed_by=None)


@action("application.reject", ALLOWED)
def reject_applications(*, by: User, application: list[int], reason: str = "", reason_code: str = "") -> list[Moved]:
    """Turn down with a coded reason, words, or both."""
    found = _applications("application.reject", by, application)
    _refuse_own(found, by)
    why = _needed(reason, reason_code, ApplicationRejection)
    return move(found, MOVES, "reject", reason=why, decision_reason=why, decided_by=by)


def _needed(reason: str, code: str, codes: type[Labelled]) -> str:
    """The reason as the school reads it: the code's words and what was written besides."""
    if code and code not in list(codes):
        raise BadInput("原因代码不对，可用：" + "、".join(f"{one.value}（{one.label}）" for one in codes))
    if not reason.strip() and code in ("", "OTHER"):
        raise BadInput("请填写原因，学校要据此改正。")
    return "：".join(part for part in (codes(code).label if code else "", reason.strip()) if part)


def _refuse_own(found: list[Any], by: User) -> None:
    for item in found:
        if by.pk in (item.entered_by_id, item.school_reviewed_by_id):
            raise Refused(f"您已经手过{item}的前一步，须由另一人处理。")
