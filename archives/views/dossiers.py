"""一生一档: the list with what is missing, indexes by village and school, one dossier, scans, packages."""

from collections import Counter
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.county import calendar
from aid_admin.county.models import School
from aid_admin.db import bulk
from aid_admin.db.pages import page_of
from aid_admin.files.photos import photo_page
from aid_admin.jobs.models import Job
from archives.actions import dossiers
from archives.assembling import dossiers as assemble
from archives.completeness import Basis, missing_by_pupil, pupils_lacking
from archives.forms import DossierFilter, ScanForm, TakeBackForm
from archives.models import ArchivePackage, EvidenceItem
from archives.rules import PIECE_TITLES
from disbursement.permissions import CHECKS_EVIDENCE
from eligibility.views.shown import runs_of
from students.models import Placement, Student

_SECONDS: Final = 20  # how old the sums over the list may be
_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
SCAN: Final = Deed(
    "scan", "archive.scan", "加入扫描件", dossiers.add_scan, "student", "已加入档案。", one=True, form=ScanForm,
    icon="upload", takes=("semester",),
)  # fmt: skip
PRINT: Final = Deed(
    "print", "archive.print", "打印档案", dossiers.print_dossier, "student", one=True, tone="plain", icon="printer",
    takes=("semester",), download=True, text="生成 PDF/A（带目录），会留下记录。",
)  # fmt: skip


def _schools(request: StaffRequest) -> list[str]:
    return list(School.objects.visible_to(request.user).values_list("code", flat=True))


@_SEES
@require_safe
def dossier_list(request: StaffRequest) -> HttpResponse:
    """Every pupil with a grant, and what the dossier lacks."""
    term = calendar.chosen(request.session)
    form = DossierFilter(request.GET or None, user=request.user)
    basis, schools = dossiers.basis_of(term, runs_of(request, term)), form.school_codes
    key = f"dossiers-{term.pk}-{hash(tuple(schools))}"
    sums: tuple[int, int] | None = cache.get(key)
    every: dict[int, list[str]] = {}
    if sums is None:
        every = missing_by_pupil(basis, schools)
        sums = len(every), sum(not codes for codes in every.values())
        cache.set(key, sums, _SECONDS)
    page = page_of(_filtered(request, basis, form), request.GET.get("page"))
    missing = every or missing_by_pupil(basis, schools, [place.student_id for place in page])
    for place in page:
        place.missing = [PIECE_TITLES[code] for code in missing.get(place.student_id, ())]
    shown = {
        "form": form,
        "page": page,
        "total": sums[0],
        "complete": sums[1],
        "may_export": may(request.user, "archive.export_missing"),
        "may_pack": may(request.user, "archive.pack"),
    }
    return render(request, "archives/dossier_list.html", shown)


def _filtered(request: StaffRequest, basis: Basis, form: DossierFilter) -> Any:
    chosen = form.wanted(missing="missing", q="q")
    if wanted := chosen.get("missing"):
        pupils: Any = bulk.among(pupils_lacking(basis, form.school_codes, wanted))
    else:
        pupils = dossiers.aided_pupils(basis.term)
    rows = Placement.objects.visible_to(request.user).of(basis.term).filter(student__in=pupils)
    rows = rows.filter(
        **form.wanted(
            school="school__code", township="student__village__township__code", village="student__village__code"
        )
    )
    if "q" in chosen:
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(chosen["q"]))
    return rows.select_related("student__village__township", "school").order_by(
        "student__village__code", "school__code", "grade_year", "class_name", "student__name_key", "pk"
    )


@_SEES
@require_safe
def dossier_index(request: StaffRequest, by: str) -> HttpResponse:
    """The two indexes over one set of dossiers: township → village, or school."""
    term = calendar.chosen(request.session)
    missing = missing_by_pupil(dossiers.basis_of(term), _schools(request))
    places = Placement.objects.visible_to(request.user).of(term).filter(student__in=bulk.among(missing))
    if by == "village":
        columns = ("student__village__code", "student__village__township__name", "student__village__name")
    else:
        columns = ("school__code", "school__township__name", "school__name")
    total: Counter[Any] = Counter()
    lacking: Counter[Any] = Counter()
    for student, *key in places.values_list("student", *columns):
        total[tuple(key)] += 1
        lacking[tuple(key)] += bool(missing[student])
    rows = [(key, count, count - lacking[key], lacking[key]) for key, count in sorted(total.items(), key=_code_first)]
    shown = {"by": by, "rows": rows, "may_pack": may(request.user, "archive.pack")}
    return render(request, "archives/dossier_index.html", shown)


def _code_first(item: Any) -> str:
    return item[0][0] or "~"


@_SEES
def dossier_detail(request: StaffRequest, student: int) -> HttpResponse:
    """One pupil's dossier of the semester, by the stages of the work."""
    term = calendar.chosen(request.session)
    found = get_object_or_404(Student.objects.visible_to(request.user), pk=student)
    deeds = Deeds(request, (SCAN, PRINT))
    if deeds.done([found.pk], semester=term.code):
        return download(*deeds.result) if deeds.wanted == PRINT.name else redirect(request.get_full_path())
    made = assemble(dossiers.basis_of(term), [found.pk], _schools(request))
    others = Placement.objects.visible_to(request.user).filter(student=found).select_related("semester", "school")
    shown = {
        "student": found,
        "dossier": made[0] if made else None,
        "deeds": deeds,
        "terms": list(others.order_by("-semester__starts_on")),
        "closed": () if request.user.roles & CHECKS_EVIDENCE else ("publicity", "photo"),  # pages of others
    }
    return render(request, "archives/dossier_detail.html", shown)


@_SEES
def scan(request: StaffRequest, pk: int) -> HttpResponse:
    """One scan, and its withdrawal."""
    rows = EvidenceItem.objects.visible_to(request.user).select_related(
        "student", "school", "scan", "by", "withdrawn_by"
    )
    item = get_object_or_404(rows, pk=pk)
    withdraw = Deed(
        "withdraw", "archive.withdraw_scan", "撤回扫描件", dossiers.withdraw_scan, "scan", "已撤回，档案中不再出现。", one=True,
        form=TakeBackForm, tone="outline-danger", icon="arrow-counterclockwise",
    )  # fmt: skip
    deeds = Deeds(request, (withdraw,), fits=lambda _deed: item.withdrawn_by_id is None)
    if deeds.done([item.pk]):
        return redirect("archives:dossier", student=item.student_id)
    return render(request, "archives/scan_detail.html", {"item": item, "deeds": deeds})


@_SEES
@require_safe
def scan_file(request: StaffRequest, pk: int) -> HttpResponse:
    """The scan's picture."""
    rows = EvidenceItem.objects.visible_to(request.user).select_related("scan")
    return photo_page(get_object_or_404(rows, pk=pk).scan)


@require_POST
@needs("archive.export_missing")
def missing_export(request: StaffRequest) -> HttpResponse:
    """The 缺件 report as xlsx; logged."""
    return download(*dossiers.export_missing(by=request.user, semester=calendar.chosen(request.session).code))


@_SEES
@require_safe
def package_list(request: StaffRequest) -> HttpResponse:
    """Packages that were made, and those being made."""
    term = calendar.chosen(request.session)
    rows = ArchivePackage.objects.visible_to(request.user).filter(semester=term)
    page = page_of(
        rows.select_related("village__township", "school", "file", "by").order_by("-pk"), request.GET.get("page")
    )
    live = Job.objects.visible_to(request.user).filter(kind=dossiers.PACK, subject_id=term.code)
    shown = {
        "page": page,
        "jobs": [job for job in live.select_related("by").order_by("-pk")[:5] if job.is_live],
        "may_download": may(request.user, "archive.download"),
    }
    return render(request, "archives/package_list.html", shown)


@require_POST
@needs("archive.pack")
def pack(request: StaffRequest) -> HttpResponse:
    """Begin the package of a village or school."""
    term = calendar.chosen(request.session)
    dossiers.pack_archive(
        by=request.user, semester=term.code, village=request.POST.get("village", "")[:12],
        school=request.POST.get("school", "")[:10],
    )  # fmt: skip
    return redirect("archives:packages")


@require_POST
@needs("archive.download")
def package_download(request: StaffRequest, pk: int) -> HttpResponse:
    """A package; logged."""
    return download(*dossiers.download_package(by=request.user, package=pk))
