"""Students: the list with search and filters; late pupils entered by hand."""

from typing import Any, Final

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, attempt
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import BUSINESS_ROLES, SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of
from aid_admin.files.photos import photo_page
from aid_admin.intake.actions import force
from aid_admin.intake.forms import OpinionForm, ReasonForm
from aid_admin.intake.models import Upload
from aid_admin.intake.rules import Standing
from aid_admin.lib import id_card
from aid_admin.lib.xlsx_out import ColumnOut
from students.actions import late
from students.forms import LateForm, StudentFilter
from students.models import EnrolmentRecord, Placement, Student
from students.rules import Boarding

_BOARDS: Final = dict(Boarding.choices())


def _pupil(student: Any) -> list[Any]:
    place = student.places[0] if student.places else None
    known = (student.name, id_card.mask(student.id_number or ""), student.sex)
    if place is None:
        return [*known, "", "", "", "", "", "本学期没有记录"]
    return [
        *known, place.school.name, place.get_stage_display(), place.grade, place.class_name,
        _BOARDS.get(place.boarding, ""), place.get_standing_display(),
    ]  # fmt: skip


LISTED: Final = lists.ListOut(
    "学生", (
        ColumnOut("姓名", 10), ColumnOut("身份证号", 20), ColumnOut("性别", 6), ColumnOut("就读学校", 30), ColumnOut("学段", 10),
        ColumnOut("年级", 10), ColumnOut("班级", 10), ColumnOut("就读方式", 10), ColumnOut("在籍在校", 16),
    ), _pupil,
)  # fmt: skip


@needs_role(*sorted(BUSINESS_ROLES))
@lists.shown_or_taken
def students(request: StaffRequest) -> HttpResponse:
    """Students by name, pinyin initials or the last four of the ID number; filters on this semester's place."""
    term = calendar.chosen(request.session)
    places = Placement.objects.visible_to(request.user).of(term)
    rows = Student.objects.visible_to(request.user)
    form = StudentFilter(request.GET or None, user=request.user)
    if chosen := form.wanted(school="school__code", stage="stage", standing="standing"):
        rows = rows.filter(Exists(places.filter(student=OuterRef("pk"), **chosen)))
    if found := form.wanted(q="q"):
        rows = rows.search(found["q"])
    here = Prefetch("placement_set", places.select_related("school"), to_attr="places")
    rows = rows.prefetch_related(here).order_by("name_key", "pk")
    if lists.asked(request):
        return lists.answer(request, LISTED, rows, form)
    page = page_of(rows, request.GET.get("page"))
    shown = {"form": form, "page": page, "may_add": may(request.user, "pupil.add_late")}
    return render(request, "students/student_list.html", shown)


_LATE: Final = needs_role(*sorted(SCHOOL_ROLES), Role.REGISTRY_OFFICER, Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
ACTIVATE: Final = Deed(
    "activate", "upload.activate", "复核生效", force.activate_upload, "upload", one=True, form=OpinionForm,
    done="已生效。请重新比对、核定资格，再生成名册，这名学生会进入下一轮。", tone="success", icon="check-lg",
)  # fmt: skip
DECLINE: Final = Deed(
    "decline", "upload.decline", "不予生效", force.decline_upload, "upload", one=True, form=ReasonForm,
    done="已退回，原因已记录。", tone="outline-danger", icon="x-lg",
)  # fmt: skip
UNDO: Final = Deed(
    "undo", "upload.undo", "撤销补录", force.undo_upload, "upload", one=True, form=ReasonForm,
    done="已撤销，下一次比对时不再计入。", tone="plain", icon="arrow-counterclockwise",
)  # fmt: skip


@_LATE
@require_safe
def late_list(request: StaffRequest) -> HttpResponse:
    """The semester's late pupils and how each entry stands."""
    term = calendar.chosen(request.session)
    rows = Upload.objects.visible_to(request.user).filter(kind=late.KIND, semester=term).with_standing()
    page = page_of(rows.select_related("school", "by", "stored_file").order_by("-pk"), request.GET.get("page"))
    pupils = EnrolmentRecord.objects.visible_to(request.user).filter(upload__in=[upload.pk for upload in page])
    names = {record.upload_id: record for record in pupils}
    shown = {
        "page": page,
        "entries": [(upload, names.get(upload.pk)) for upload in page],
        "may_add": may(request.user, "pupil.add_late"),
    }
    return render(request, "students/late_list.html", shown)


@needs("pupil.add_late")
def late_add(request: StaffRequest) -> HttpResponse:
    """Enter one late pupil; a faulty entry keeps what was typed."""
    term = calendar.chosen(request.session)
    form = LateForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, late.add_late_pupil, by=request.user, semester=term.code, **form.given())
        if made:
            return redirect("students:late", pk=made[0].id)
    return render(request, "students/late_add.html", {"form": form})


def _late(request: StaffRequest, pk: int) -> Any:
    rows = Upload.objects.visible_to(request.user).filter(kind=late.KIND).with_standing()
    return get_object_or_404(rows.select_related("school", "semester", "stored_file", "by", "committed_by"), pk=pk)


@_LATE
def late_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One entry: what was typed, the proof, and the second person's decision."""
    upload = _late(request, pk)
    fitting = {"activate": Standing.PROPOSED, "decline": Standing.PROPOSED, "undo": Standing.IN_FORCE}
    mine = upload.committed_by_id == request.user.pk

    def fits(deed: Deed) -> bool:
        return upload.standing == fitting[deed.name] and not (mine and deed.name == "activate")

    deeds = Deeds(request, (ACTIVATE, DECLINE, UNDO), fits=fits)
    if deeds.done([upload.pk]):
        return redirect(request.get_full_path())
    pupil = upload.enrolmentrecord_set.select_related("village__township").prefetch_related("family").first()
    shown = {"upload": upload, "pupil": pupil, "deeds": deeds, "events": history_of("upload", upload.pk)}
    return render(request, "students/late_detail.html", shown)


@_LATE
@require_safe
def late_proof(request: StaffRequest, pk: int) -> HttpResponse:
    """The photo of the proof."""
    return photo_page(_late(request, pk).stored_file)
