"""One pupil by hand: a late pupil, entered with reason and proof by one person and put in force by another.

The entry is an upload like any other (kind `late`): its file is the proof, its one row a claim of the roll and
of attendance. Comparison, entitlement and a supplementary round then carry the pupil on.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone

from aid_admin.accounts.acting import Moved, action, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester, Village
from aid_admin.files.photos import keep_photo
from aid_admin.intake.actions.force import commit_upload
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.rules import UploadState
from aid_admin.lib import id_card, names
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from students.models import AttendanceRecord, EnrolmentRecord, FamilyMember
from students.permissions import ALLOWED
from students.rules import Boarding, RollStatus, Stage, grade_year

KIND: Final = "late"
SHEET: Final = "手工录入"


@dataclass(frozen=True, slots=True)
class LatePupil:
    """What the form says of the pupil, as typed."""

    name: str
    id_number: str
    enrolment_no: str
    stage: str
    grade: str
    class_name: str
    boarding: str
    village: str = ""
    residence: str = ""
    major_code: str = ""
    guardian_name: str = ""
    guardian_relation: str = ""
    guardian_id: str = ""


@action("pupil.add_late", ALLOWED)
def add_late_pupil(
    *, by: User, semester: str, school: str, reason: str, proof: bytes, pupil: LatePupil | None = None, **given: str
) -> list[Moved]:
    """Enter a pupil who is on no roll in force, with reason and proof; a registry officer puts it in force.

    `pupil`, or its fields as `given`. Raises BadInput for a faulty number, grade or photo, Refused when the
    pupil is on a roll already.
    """
    term = calendar.semester(semester)
    late = _checked(pupil or LatePupil(**given), term)
    place = School.objects.within(reach_for(by, "pupil.add_late")).filter(code=school).first()
    if place is None:
        raise NotFound("没有这所学校，或不在您的范围内。")
    if not place.stages.filter(stage=late.stage).exists():
        raise BadInput(f"{place}没有{Stage(late.stage).label}学段，请核对学校和学段。", field="stage")
    if not reason.strip():
        raise BadInput("请写明为什么现在补录（例如：转入、学籍系统漏导）。", field="reason")
    _refuse_known(term, late)
    file = keep_photo(proof, kind="proof", field="proof", name=f"补录证明-{late.name}", by=by, school_code=place.code)
    if Upload.objects.filter(kind=KIND, sha256=file.sha256, semester=term, school=place).exists():
        raise Refused("这张证明照片已经用于另一次补录，请核对是否重复提交。", field="proof")
    upload = Upload.objects.create(
        kind=KIND, stored_file=file, sha256=file.sha256, sender=str(place), school=place, semester=term,
        as_of=calendar.business_date(), by=by, message=reason.strip(), rows=1, accepted=1, read_at=timezone.now(),
    )  # fmt: skip
    _write(upload, late, place, term)
    record("upload", upload.pk, school_code=place.code, to_state=UploadState.READ, reason=reason, digest=file.sha256)
    return commit_upload(by=by, upload=upload.pk)


def _checked(late: LatePupil, term: Semester) -> LatePupil:
    number = id_card.normalise(late.id_number)
    if problem := id_card.problem(number):
        raise BadInput(f"学生身份证号：{id_card.PROBLEMS[problem]}。", field="id_number")
    guardian = id_card.normalise(late.guardian_id) if late.guardian_id else ""
    if guardian and (problem := id_card.problem(guardian)):
        raise BadInput(f"监护人身份证号：{id_card.PROBLEMS[problem]}。", field="guardian_id")
    if late.stage not in list(Stage) or late.boarding not in list(Boarding):
        raise BadInput("请选择学段和就读方式。", field="stage")
    if grade_year(late.stage, late.grade, _school_year(term)) is None:
        raise BadInput(
            f"年级“{late.grade}”不属于{Stage(late.stage).label}，请按“三年级”“七年级”“高一”的样子填写。", field="grade"
        )
    if not (late.name.strip() and late.enrolment_no.strip()):
        missing = "enrolment_no" if late.name.strip() else "name"
        raise BadInput("请填写学生姓名和学籍号；没有本县学籍的学生不能补录。", field=missing)
    values = {field: getattr(late, field).strip() for field in LatePupil.__slots__}
    return LatePupil(**values | {"id_number": number, "guardian_id": guardian})


def _school_year(term: Semester) -> int:
    return term.starts_on.year if term.starts_on.month >= 8 else term.starts_on.year - 1


def _refuse_known(term: Semester, late: LatePupil) -> None:
    now = InForce.objects.current(term, "roll", KIND).values("upload")
    known = EnrolmentRecord.objects.filter(upload__in=now, id_number=late.id_number).select_related("school", "upload")
    waiting = EnrolmentRecord.objects.filter(
        upload__kind=KIND, upload__semester=term, upload__in_force=None, id_number=late.id_number
    )
    if found := known.first():
        raise Refused(
            f"{found.name}已在{found.school}的学籍中（第 {found.row} 行），不需要补录。"
            "信息有误请更正学籍后重新导入；转学的请等学籍系统办结。",
            field="id_number",
        )
    if waiting.exists():
        raise Refused("这名学生已经补录过，正在等数据专员复核。", field="id_number")


def _write(upload: Upload, late: LatePupil, place: School, term: Semester) -> None:
    village = Village.objects.filter(code=late.village).first() if late.village else None
    common: dict[str, Any] = {
        "upload": upload, "sheet": SHEET, "row": 1, "school": place, "grade": late.grade, "class_name": late.class_name,
        "name": late.name, "name_key": names.key(late.name), "id_number": late.id_number,
    }  # fmt: skip
    enrolment = EnrolmentRecord.objects.create(
        **common, system="HAND", stage=late.stage, grade_year=grade_year(late.stage, late.grade, _school_year(term)),
        boarding=late.boarding, enrolment_no=late.enrolment_no, pinyin_initials=names.initials(late.name)[:20],
        id_tail=late.id_number[-4:], birth_date=id_card.birth_date(late.id_number), sex=id_card.sex(late.id_number),
        residence=late.residence, village=village, major_code=late.major_code, roll_status=RollStatus.ACTIVE,
        is_agricultural=late.major_code.startswith(("01", "61")),
    )  # fmt: skip
    AttendanceRecord.objects.create(**common, attending=True)
    if late.guardian_name:
        FamilyMember.objects.create(
            enrolment=enrolment, name=late.guardian_name, relation=late.guardian_relation, is_guardian=True,
            id_number=late.guardian_id or None,
        )  # fmt: skip
