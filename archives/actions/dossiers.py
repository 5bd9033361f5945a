"""Scans into dossiers, dossiers as papers, and packages of a village or school for the archive."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from aid_admin.accounts.acting import Moved, action, reach_for, record, scoped
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester, Village
from aid_admin.files import store
from aid_admin.files.photos import data_addresses, keep_photo
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.lib import xlsx_out
from aid_admin.lib.pdf.joining import page_count
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from aid_admin.lib.xlsx_out import ColumnOut
from archives.actions.visits import place_of
from archives.assembling import dossiers
from archives.completeness import Basis, missing_by_pupil
from archives.models import ArchivePackage, EvidenceItem
from archives.papers.dossier import MEDIA_TYPE, dossier_pdfs
from archives.permissions import ALLOWED
from archives.rules import PIECE_TITLES, EvidenceKind, TermDossier
from disbursement.actions.printing import office
from disbursement.models import RosterLine
from disbursement.papers.paper import XLSX, Paper
from disbursement.rules.states import LineStatus, RosterState
from eligibility.pins import RunsShown, run_of, runs_shown
from students.models import Placement

PACK: Final = "archive.pack"
PER_CHILD: Final = 40
ZIP: Final = "application/zip"
_LONG_AGO: Final = (2020, 1, 1, 0, 0, 0)  # equal dossiers make equal packages
_INDEX: Final = (
    ColumnOut("件号", 7, "int"), ColumnOut("档号", 26), ColumnOut("保管期限", 9), ColumnOut("姓名", 10), ColumnOut("学校", 24), ColumnOut("班级", 12), ColumnOut("户籍村", 20),
    ColumnOut("文件", 44), ColumnOut("页数", 7, "int"), ColumnOut("缺件", 40), ColumnOut("SHA-256", 66),
)  # fmt: skip
_MISSING: Final = (
    ColumnOut("户籍村", 20), ColumnOut("学校", 24), ColumnOut("班级", 12), ColumnOut("姓名", 10), ColumnOut("缺件数", 8, "int"),
    ColumnOut("缺件", 60),
)  # fmt: skip


def basis_of(term: Semester, runs: RunsShown | None = None) -> Basis:
    """What the semester's dossiers rest on now; `runs` if they are known already."""
    return Basis(term, run_of((runs or runs_shown(term)).entitlement))


def aided_pupils(term: Semester) -> Any:
    """Ids of the pupils who have a grant in the semester: each has a dossier."""
    lines = RosterLine.objects.filter(semester=term, state__in=[LineStatus.ACCEPTED, LineStatus.HELD])
    return lines.exclude(roster__state=RosterState.VOIDED).values("student")


@action("archive.scan", ALLOWED)
def add_scan(*, by: User, student: int, semester: str, kind: str, file: bytes, title: str = "") -> list[Moved]:
    """Put a scan or photo of a paper into a pupil's dossier; the same file twice is refused."""
    term = calendar.semester(semester)
    place = place_of(student, term, "archive.scan", by)
    if kind not in list(EvidenceKind):
        raise BadInput("请选择材料种类。", field="kind")
    name = f"{EvidenceKind(kind).label[:12]}-{place.student.name}"
    scan = keep_photo(file, kind="evidence", name=name, by=by, school_code=place.school.code)
    same = EvidenceItem.objects.filter(student=student, semester=term, withdrawn_by=None, scan__sha256=scan.sha256)
    if same.exists():
        raise Refused("这张扫描件已经在档案里，没有重复加入。", field="file")
    item = EvidenceItem.objects.create(
        student_id=student, semester=term, school=place.school, kind=kind, title=title.strip(), scan=scan, by=by
    )
    record("evidenceitem", item.pk, school_code=place.school.code, to_state=kind, digest=scan.sha256)
    return [Moved("evidenceitem", item.pk, None, kind, 1)]


@action("archive.withdraw_scan", ALLOWED)
def withdraw_scan(*, by: User, scan: int, reason: str) -> list[Moved]:
    """Take a wrong scan out of the dossier; the file is kept, with the reason."""
    if not reason.strip():
        raise BadInput("请写明撤回的原因。", field="reason")
    item: Any = scoped(EvidenceItem.objects.select_related("school"), "archive.withdraw_scan", by, [scan])[0]
    if item.withdrawn_by_id is not None:
        raise Refused("这张扫描件已经撤回，请刷新。")
    EvidenceItem.objects.filter(pk=item.pk, withdrawn_by=None).update(withdrawn_by=by, withdrawn_reason=reason.strip())
    record("evidenceitem", item.pk, school_code=item.school.code, to_state="WITHDRAWN", reason=reason)
    return [Moved("evidenceitem", item.pk, item.kind, "WITHDRAWN")]


@action("archive.print", ALLOWED)
def print_dossier(*, by: User, student: int, semester: str) -> Paper:
    """One pupil's dossier of the semester as PDF/A with an index page; logged."""
    term = calendar.semester(semester)
    place = place_of(student, term, "archive.print", by)
    found = dossiers(basis_of(term), [student], [place.school.code])
    data = _papers(found)[0]
    sha256 = hashlib.sha256(data).hexdigest()
    record("student", student, school_code=place.school.code, to_state="DOSSIER_PRINTED", digest=sha256)
    return Paper(f"一生一档-{place.student.name}-{term}.pdf", MEDIA_TYPE, data)


def _papers(found: Sequence[TermDossier]) -> list[bytes]:
    """The dossiers as PDF/A; a photo that many of them show is read once."""
    entries = [entry for one in found for chapter in one.chapters for entry in chapter.entries]
    pictures = data_addresses({entry.picture for entry in entries if entry.picture})
    return dossier_pdfs(found, office(), calendar.business_date(), pictures)


@action("archive.export_missing", ALLOWED)
def export_missing(*, by: User, semester: str) -> Paper:
    """The 缺件 report: every pupil in reach whose dossier lacks something, by village, as xlsx."""
    term = calendar.semester(semester)
    schools = list(School.objects.within(reach_for(by, "archive.export_missing")).values_list("code", flat=True))
    missing = {pupil: codes for pupil, codes in missing_by_pupil(basis_of(term), schools).items() if codes}
    places = Placement.objects.of(term).filter(student__in=missing, school__isnull=False)
    places = places.select_related("student__village__township", "school")
    rows = [
        (
            f"{p.student.village.township.name}{p.student.village.name}" if p.student.village else "", p.school.name,
            f"{p.grade}{p.class_name}", p.student.name, len(missing[p.student_id]),
            "、".join(PIECE_TITLES[code] for code in missing[p.student_id]),
        )
        for p in places.order_by("student__village__code", "school__code", "grade_year", "class_name", "pk")
    ]  # fmt: skip
    footer = calendar.stamp(by)
    data = xlsx_out.write([xlsx_out.Sheet("缺件清单", _MISSING, rows, (f"共 {len(rows)} 人缺件。",))], footer=footer)
    record("semester", term.code, to_state="MISSING_EXPORTED", count=len(rows), digest=hashlib.sha256(data).hexdigest())
    return Paper(f"一生一档缺件清单-{term}.xlsx", XLSX, data)


@action("archive.pack", ALLOWED)
def pack_archive(*, by: User, semester: str, village: str = "", school: str = "") -> Job:
    """Queue the package of a village or of a school: every dossier as PDF/A, an index, a sha256 manifest."""
    if bool(village) == bool(school):
        raise BadInput("请指明一个村或一所学校。")
    term = calendar.semester(semester)
    _pupils(by, term, village, school)
    record("semester", term.code, school_code=school, to_state="PACK_ASKED", reason=village)
    return queue.enqueue(PACK, "semester", term.code, by=by, school_code=school, village=village, school=school)


def _pupils(by: User, term: Semester, village: str, school: str) -> list[int]:
    """The pupils with a grant of that village or school, in the person's reach, in the order of the index."""
    schools = list(School.objects.within(reach_for(by, "archive.pack")).values_list("code", flat=True))
    places = Placement.objects.of(term).filter(school__code__in=[school] if school else schools)
    places = places.filter(school__code__in=schools, student__in=missing_by_pupil(basis_of(term), schools))
    places = places.filter(student__village__code=village) if village else places
    order = places.order_by("school__code", "grade_year", "class_name", "student__name_key", "pk")
    found = list(order.values_list("student", flat=True))
    if not found:
        raise NotFound("这个范围没有受助学生，或不在您的范围内。")
    return found


def make_package(job: Job, progress: queue.Progress) -> str:
    """The job: dossiers made PER_CHILD at a time, zipped with index and manifest, stored as an ArchivePackage."""
    if job.by is None:
        raise Refused("任务没有发起人。")
    term = calendar.semester(job.subject_id)
    village, school = job.params["village"], job.params["school"]
    pupils = _pupils(job.by, term, village, school)
    codes = list(School.objects.within(reach_for(job.by, "archive.pack")).values_list("code", flat=True))
    found = dossiers(basis_of(term), pupils, codes)
    papers: list[bytes] = []
    for start in range(0, len(found), PER_CHILD):
        papers += _papers(found[start : start + PER_CHILD])
        progress.show("正在制作档案", done=len(papers), total=len(found))
    place: Any = School.objects.get(code=school) if school else Village.objects.get(code=village)
    data = _zipped(found, papers, f"{term} {place}")
    with progress.chunk(done=len(found), total=len(found)):
        file = store.put(data, kind="package", name=f"一生一档-{place}-{term}.zip", media_type=ZIP, by=job.by,
                         school_code=school)  # fmt: skip
        package = ArchivePackage.objects.create(
            semester=term, village=place if village else None, school=place if school else None, file=file,
            dossiers=len(found), missing=sum(1 for one in found if one.missing), by=job.by,
        )  # fmt: skip
        Job.objects.filter(pk=job.pk).update(result=file)
        note_package(by=job.by, package=package)
    return f"已制作 {len(found)} 份档案，其中 {package.missing} 份缺件。"


@action("archive.packed", ALLOWED)
def note_package(*, by: User, package: ArchivePackage) -> None:
    """A package was made: its event."""
    record("archivepackage", package.pk, to_state="PACKED", count=package.dossiers, digest=package.file.sha256)


def _zipped(found: Sequence[TermDossier], papers: Sequence[bytes], title: str) -> bytes:
    names = [f"{place:04d}-{one.name}.pdf" for place, one in enumerate(found, 1)]
    index = [
        (place, one.archive_no, one.retention, one.name, one.school, one.class_name, one.village, name, page_count(paper), "、".join(one.missing),
         hashlib.sha256(paper).hexdigest())
        for place, (one, name, paper) in enumerate(zip(found, names, papers, strict=True), 1)
    ]  # fmt: skip
    sheet = xlsx_out.write([xlsx_out.Sheet("索引", _INDEX, index, (title,))], footer=title)
    files = {"索引.xlsx": sheet, **dict(zip(names, papers, strict=True))}
    manifest = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, data in {**files, "manifest.sha256": manifest.encode()}.items():
            package.writestr(zipfile.ZipInfo(name, _LONG_AGO), data)
    return out.getvalue()


@action("archive.download", ALLOWED)
def download_package(*, by: User, package: int) -> tuple[str, str, bytes]:
    """The package's file: (name, media type, bytes); logged."""
    rows = ArchivePackage.objects.select_related("file", "school")
    found: Any = scoped(rows, "archive.download", by, [package])[0]
    record("archivepackage", found.pk, to_state="DOWNLOADED", count=found.dossiers, digest=found.file.sha256)
    return found.file.name, found.file.media_type, store.read(found.file)
