"""一生一档: it assembles itself, says what is missing, prints as PDF/A and leaves as a package with a manifest."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader

from aid_admin.county.models import School, Semester
from aid_admin.jobs import queue
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from archives.actions import dossiers, letters
from archives.assembling import dossiers as assemble
from archives.completeness import missing_by_pupil, pupils_lacking
from archives.models import ArchivePackage, EvidenceItem, HomeVisit, NoticeLetter
from archives.rules import PIECES, Need, archive_no, required_pieces
from disbursement.actions import taking_out
from disbursement.models import Objection, PaymentLine, RosterLine, TakenOut
from students.models import Placement
from tests.archives.conftest import pages_of
from tests.disbursement.builders import done, enter, photo
from tests.disbursement.money import drafted

TERM = "2020-spring"
SCHOOL, OTHER = "3141000003", "1141000001"


def basis():
    return dossiers.basis_of(Semester.objects.get(code=TERM))


def schools() -> list[str]:
    return list(School.objects.values_list("code", flat=True))


def words_of(student: int) -> str:
    (found,) = assemble(basis(), [student], schools())
    return "\n".join(f"{e.title} {e.words}" for chapter in found.chapters for e in chapter.entries)


def test_required_pieces_grow_with_what_the_grant_rests_on():
    always = {piece.code for piece in required_pieces(())}
    poor = {piece.code for piece in required_pieces({Need.BY_REGISTRY, Need.REGISTERED_POOR})}
    assert poor - always == {"comparison", "visit"}
    assert {piece.code for piece in required_pieces(set(Need))} == {piece.code for piece in PIECES}


def test_everyone_with_a_grant_has_a_dossier(small_county):
    aided = set(RosterLine.objects.filter(state__in=["ACCEPTED", "HELD"]).values_list("student", flat=True))
    assert set(missing_by_pupil(basis(), schools())) == aided


def test_missing_pieces_agree_with_a_reading_pupil_by_pupil(small_county, by):
    """An oracle that asks table by table."""
    poor = RosterLine.objects.filter(category="REGISTERED_POOR", state="ACCEPTED").first().student_id
    letter = NoticeLetter.objects.filter(student=poor).first()
    reviewer = by("chushen1")
    letters.mark_printed(by=reviewer, letter=[letter.pk])
    letters.deliver_letters(by=reviewer, letter=[letter.pk], how="IN_PERSON")
    letters.sign_letter(by=reviewer, letter=[letter.pk], signed_by="王建国")
    for student, missing in missing_by_pupil(basis(), schools()).items():
        lines = RosterLine.objects.filter(student=student, state__in=["ACCEPTED", "HELD"])
        categories = set(lines.values_list("category", flat=True))
        absent = {
            "payment": any(not line.payments.filter(state="PAID").exists() for line in lines),
            "letter": not NoticeLetter.objects.filter(student=student).exists(),
            "receipt": not NoticeLetter.objects.filter(student=student, state="RECEIPT_SIGNED").exists(),
            "visit": "REGISTERED_POOR" in categories and not HomeVisit.objects.filter(student=student).exists(),
        }
        assert {code for code in missing if code in absent} == {code for code, gone in absent.items() if gone}
        assert set(missing) <= set(absent), "the demo's semester lacks nothing else"
    assert "receipt" not in missing_by_pupil(basis(), schools(), [poor])[poor]


def test_dossiers_of_different_fates_tell_their_story(small_county):
    failed = PaymentLine.objects.filter(state="FAILED", retry__state="PAID").first()
    text = words_of(failed.student_id)
    assert failed.get_code_display() in text
    assert f"补发自批次 {failed.batch.no}" in text
    assert "发放成功" in text
    objection = Objection.objects.exclude(outcome="").first()
    text = words_of(objection.roster_line.student_id)
    assert objection.finding in text
    assert objection.get_outcome_display() in text
    absent = Placement.objects.filter(standing="ENROLLED_NOT_ATTENDING").first()
    (found,) = assemble(basis(), [absent.student_id], schools())
    assert not found.aided
    assert "在籍不在校" in words_of(absent.student_id)
    two = next(
        student for student in missing_by_pupil(basis(), schools())
        if RosterLine.objects.filter(student=student, state="ACCEPTED").count() == 2
    )  # fmt: skip
    names = RosterLine.objects.filter(student=two).values_list("programme__name", flat=True)
    assert all(f"{name}：应助" in words_of(two) for name in names)
    missing = RosterLine.objects.filter(kind="MISSING", state="ACCEPTED").first()
    assert "应助未报" in words_of(missing.student_id)


def test_assembling_many_costs_what_one_costs(small_county, django_assert_max_num_queries):
    students = list(missing_by_pupil(basis(), schools()))
    ready, codes = basis(), schools()
    with django_assert_max_num_queries(17):
        assert len(assemble(ready, students, codes)) == len(students)


def test_a_printed_dossier_is_archival_and_masks_the_number(small_county, by):
    student = NoticeLetter.objects.filter(school__code=SCHOOL).first().student
    paper = dossiers.print_dossier(by=by(f"jingban-{SCHOOL}"), student=student.pk, semester=TERM)
    text = "".join(pages_of(paper.data))
    assert student.name in text
    assert "目录" in text
    assert student.id_number not in text
    xmp = PdfReader(io.BytesIO(paper.data)).xmp_metadata
    assert b"pdfaid" in paper.data or "pdfaid" in str(xmp.rdf_root.toxml())
    with pytest.raises(NotFound):
        dossiers.print_dossier(by=by(f"jingban-{OTHER}"), student=student.pk, semester=TERM)


def test_a_package_holds_every_dossier_and_its_manifest(small_county, by):
    job = dossiers.pack_archive(by=by("chushen1"), semester=TERM, school=OTHER)
    assert queue.work(job.pk)
    job.refresh_from_db()
    assert job.state == "DONE", job.message
    package = ArchivePackage.objects.get()
    _, _, data = dossiers.download_package(by=by("chushen1"), package=package.pk)
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        names = files.namelist()
        manifest = dict(line.split("  ")[::-1] for line in files.read("manifest.sha256").decode().splitlines())
        assert set(manifest) == set(names) - {"manifest.sha256"}
        assert all(hashlib.sha256(files.read(name)).hexdigest() == told for name, told in manifest.items())
    pupils = set(
        RosterLine.objects.filter(roster__school__code=OTHER, state="ACCEPTED").values_list("student", flat=True)
    )
    assert package.dossiers == len(pupils) == sum(name.endswith(".pdf") for name in names)
    with pytest.raises(NotFound):
        dossiers.pack_archive(by=by(f"jingban-{SCHOOL}"), semester=TERM, school=OTHER)
    with pytest.raises(BadInput):
        dossiers.pack_archive(by=by("chushen1"), semester=TERM)


def test_the_filter_finds_who_lacks_what_the_list_says(small_county):
    held = missing_by_pupil(basis(), schools())
    assert {code for codes in held.values() for code in codes}
    for piece in PIECES:
        assert set(pupils_lacking(basis(), schools(), piece.code)) == {s for s, c in held.items() if piece.code in c}
    assert set(pupils_lacking(basis(), schools(), "any")) == {student for student, codes in held.items() if codes}
    assert set(pupils_lacking(basis(), schools(), "no")) == {student for student, codes in held.items() if not codes}
    assert set(pupils_lacking(basis(), [SCHOOL], "any")) < set(held)
    assert pupils_lacking(basis(), schools(), "'; DROP TABLE x") == []


def test_dossier_tells_of_a_payment_that_finance_held_back(county_at, by):
    county_at("publicised")
    line = drafted().lines.order_by("line_no")[2]
    taking_out.take_out_lines(by=by("caiwu1"), line=[line.pk], reason="户名不是监护人")
    assert f"暂缓发放 移出批次 {line.batch.no} 第 {line.line_no} 笔，原因：户名不是监护人" in words_of(line.student_id)
    taking_out.put_back_lines(by=by("caiwu1"), taken_out=[TakenOut.objects.get().pk], reason="电话核实是祖父")
    assert "；后放回：电话核实是祖父" in words_of(line.student_id)


def test_scans_come_in_once_and_are_withdrawn_with_a_reason(small_county, by, picture):
    student = NoticeLetter.objects.filter(school__code=SCHOOL).first().student_id
    given = {"by": by(f"jingban-{SCHOOL}"), "student": student, "semester": TERM, "kind": "CATEGORY", "file": picture}
    scan = dossiers.add_scan(**given)[0].id
    with pytest.raises(Refused, match="已经在档案里"):
        dossiers.add_scan(**given)
    assert "困难类别证明" in words_of(student)
    with pytest.raises(BadInput):
        dossiers.withdraw_scan(by=by(f"jingban-{SCHOOL}"), scan=scan, reason=" ")
    dossiers.withdraw_scan(by=by(f"jingban-{SCHOOL}"), scan=scan, reason="贴错人")
    assert "困难类别证明" not in words_of(student)
    assert EvidenceItem.objects.get(pk=scan).withdrawn_reason == "贴错人"


def _pictures(paper: bytes) -> set[str]:
    return {image.name for page in PdfReader(io.BytesIO(paper)).pages for image in page.images}


def test_printed_dossier_shows_the_scan_itself(small_county, by, picture):
    student = NoticeLetter.objects.filter(school__code=SCHOOL).first().student_id
    given = {"by": by(f"jingban-{SCHOOL}"), "student": student, "semester": TERM}
    before = dossiers.print_dossier(**given).data
    dossiers.add_scan(**given, kind="CATEGORY", file=picture)
    paper = dossiers.print_dossier(**given).data
    assert len(_pictures(paper) - _pictures(before)) == 1
    path = Path(settings.AID_VAR) / "files" / EvidenceItem.objects.get().scan.path
    path.unlink()
    words = "".join(pages_of(dossiers.print_dossier(**given).data))
    assert "图片文件缺失" in words


def test_pages_of_dossiers(small_county):
    clerk, foreign = enter(f"jingban-{SCHOOL}"), enter(f"jingban-{OTHER}")
    student = NoticeLetter.objects.filter(school__code=SCHOOL).first().student
    page = f"/archives/{student.pk}/"
    assert student.name in clerk.get("/archives/").content.decode()
    assert page not in foreign.get("/archives/").content.decode()
    assert clerk.get("/archives/?missing=receipt").content.decode().count("缺件</span>")
    assert page not in clerk.get("/archives/?missing=no").content.decode()
    assert "精准资助" in clerk.get(page).content.decode()
    assert foreign.get(page).status_code == 404
    done(clerk, page, "scan", kind="IDENTITY", file=photo())
    scan = EvidenceItem.objects.get()
    assert clerk.get(f"/archives/scans/{scan.pk}/file/")["Content-Type"] == "image/jpeg"
    assert foreign.get(f"/archives/scans/{scan.pk}/").status_code == 404
    assert clerk.post(page, {"do": "print"}).content.startswith(b"%PDF-")
    for index in ("villages", "schools", "packages"):
        assert clerk.get(f"/archives/{index}/").status_code == 200
    assert clerk.post("/archives/missing/").content.startswith(b"PK")
    assert enter("caiwu1").get("/archives/").status_code == 403


def test_a_dossier_names_its_place_in_the_archive_and_the_page_of_every_piece(small_county, by, settings):
    settings.AID_ARCHIVE_FONDS = "0041"
    student = RosterLine.objects.filter(state="ACCEPTED").first().student_id
    data = dossiers.print_dossier(by=by("chushen1"), student=student, semester=TERM).data
    index, *rest = pages_of(data)
    assert f"0041-ZZ-2020春-D30-{student:06d}" in index
    assert "保管期限：30年" in index.replace(" ", "")
    (found,) = assemble(basis(), [student], schools())
    last = [entry for chapter in found.chapters for entry in chapter.entries][-1]
    page = next(number for number, text in enumerate(rest, 2) if last.title.replace(" ", "") in text.replace(" ", ""))
    assert index.replace(" ", "").split("页码")[1].count(str(page))
    assert archive_no(fonds="", term="2020-autumn", pupil=7) == "＿＿＿＿-ZZ-2020秋-D30-000007"
