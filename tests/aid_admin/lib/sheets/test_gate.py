import io
import random
import struct
import zipfile

import pytest
import xlwt

from aid_admin.lib.sheets import gate
from aid_admin.lib.sheets.limits import GateLimits
from tests.aid_admin.lib.sheets.books import package, parts_of, workbook

SOUND = workbook(("甲", [["姓名"], ["张三"]]))
SMALL = GateLimits(sheet_bytes=2_500_000, entries=20, unpacked_bytes=3_000_000)
# Its declaration lies across the border of two pieces of a mebibyte.
NOISE = random.Random(1).randbytes(1_048_570).replace(b"<!", b"..")
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'


def judge(tmp_path, data, name="a.xlsx", purpose="sheet", limits=None):
    path = tmp_path / "file"
    path.write_bytes(data)
    return gate.check(path, purpose=purpose, file_name=name, limits=limits)


def old_workbook():
    book = xlwt.Workbook()
    book.add_sheet("甲").write(0, 0, "姓名")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "media"),
    [
        (SOUND, "名册.xlsx", "xlsx"),
        (SOUND, "名册.XLSX", "xlsx"),
        (old_workbook(), "名册.xls", "xls"),
        ("姓名,年级\n张三,三".encode("gb18030"), "名册.csv", "csv"),
    ],
)
def test_sound_files_pass(tmp_path, data, name, media):
    verdict = judge(tmp_path, data, name)
    assert (verdict.ok, verdict.code, verdict.media) == (True, "", media)


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.xlsx", "EMPTY"),
        (b"x", "a.xlsx", "NOT_A_SHEET"),
        (b"<html><table></table></html>", "a.xls", "HTML"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html>", "a.xlsx", "HTML"),
        ("姓名,年级".encode(), "a.xlsx", "NAME_DIFFERS"),
        (b"%PDF-1.4", "a.xlsx", "PDF_AS_SHEET"),
        (b"\x89PNG\r\n\x1a\n", "a.xlsx", "NOT_A_SHEET"),
        (SOUND[: len(SOUND) // 2], "a.xlsx", "DAMAGED"),
        (SOUND, "a.xls", "NAME_DIFFERS"),
        (SOUND, "a.et", "ET"),
        (b"a,b\x00", "a.csv", "NOT_A_SHEET"),
        (package({"xl/vbaProject.bin": b"x"}), "a.xlsx", "MACRO"),
        (package({"[Content_Types].xml": b"<Types>macroEnabled</Types>"}), "a.xlsx", "MACRO"),
        (package({"xl/externalLinks/externalLink1.xml": b"<a/>"}), "a.xlsx", "EXTERNAL"),
        (package({"xl/embeddings/oleObject1.bin": b"x"}), "a.xlsx", "EMBEDDED"),
        (package({"xl/activeX/activeX1.xml": b"<a/>"}), "a.xlsx", "EMBEDDED"),
        (package({"../evil.xml": b"<a/>"}), "a.xlsx", "BAD_PART_NAME"),
        (package({"/etc/evil.xml": b"<a/>"}), "a.xlsx", "BAD_PART_NAME"),
        (package({"C:evil.xml": b"<a/>"}), "a.xlsx", "BAD_PART_NAME"),
        (package({"xl\\evil.xml": b"<a/>"}), "a.xlsx", "BAD_PART_NAME"),
        (package({"XL/workbook.xml": b"<a/>"}), "a.xlsx", "BAD_PART_NAME"),
        (package({"xl/worksheets/sheet1.xml": DOCTYPE}), "a.xlsx", "DOCTYPE"),
        (package({"xl/sharedStrings.xml": DOCTYPE.decode().encode("utf-16")}), "a.xlsx", "DOCTYPE"),
        (package({"xl/a.xml": NOISE + b"<!DOCTYPE a>" + NOISE}), "a.xlsx", "DOCTYPE"),
        (package({}, base={"mimetype": b"x", "content.xml": b"x"}), "a.ods", "ODS"),
        (package({}, base={"a.txt": b"x"}), "a.xlsx", "NOT_A_SHEET"),
        (package({f"xl/a{n}.xml": b"<a/>" for n in range(20)}), "a.xlsx", "TOO_MANY_PARTS"),
        (package({"xl/a.xml": b" " * 2_000_000}), "a.xlsx", "TOO_LARGE_UNPACKED"),
        (
            package({f"xl/a{n}.xml": bytes(range(256)) * 3900 for n in range(4)}),
            "a.xlsx",
            "TOO_LARGE_UNPACKED",
        ),
        (b"PK\x03\x04" + b"x" * 2_600_000, "a.xlsx", "TOO_LARGE"),
    ],
)
def test_bad_files_are_refused_with_a_sentence(tmp_path, data, name, code):
    verdict = judge(tmp_path, data, name, limits=SMALL)
    assert (verdict.ok, verdict.code) == (False, code)
    assert verdict.message
    assert "{" not in verdict.message


def test_refusal_says_what_the_file_is(tmp_path):
    assert "这是JPG 图片，不是表格" in judge(tmp_path, b"\xff\xd8\xff\xe0 and more", "名册.xlsx").message
    word = package({}, base={"word/document.xml": b"x"})
    assert "这是Word 文档（.docx），不是表格" in judge(tmp_path, word, "名册.xlsx").message
    assert "这是别的文件，不是表格" in judge(tmp_path, b"x", "名册.xlsx").message


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (SOUND, "Excel 表格（.xlsx）"),
        (package({}, base={"word/document.xml": b"x"}), "Word 文档（.docx）"),
        (package({}, base={"a.txt": b"x"}), "压缩包（.zip）"),
        (old_workbook(), "旧版 Excel 或 Word 文件"),
        (b"%PDF-1.4", "PDF 文件"),
        (b"\xff\xd8\xff\xe0", "JPG 图片"),
        (b"\x89PNG\r\n\x1a\n", "PNG 图片"),
        (b"Rar!\x1a\x07\x00", "压缩包（.rar）"),
        (b"7z\xbc\xaf\x27\x1c", "压缩包（.7z）"),
        (b"GIF89a", "GIF 图片"),
        (b"\xef\xbb\xbf <html>", "网页"),
        ("批次|3|100.00".encode("gb18030"), ""),
        (b"", ""),
    ],
)
def test_what_a_file_really_is(data, name):
    assert gate.kind_name(data) == name


def lie_about_size(data, name, declared):
    """The same package, its central directory declaring another unpacked size for one part."""
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(name)] != name:
        at = data.index(b"PK\x01\x02", at + 4)
    return data[: at + 24] + struct.pack("<I", declared) + data[at + 28 :]


@pytest.mark.parametrize("declared", [10, 900_001])
def test_lying_sizes_are_found_while_unpacking(tmp_path, declared):
    data = package({"xl/a.xml": bytes(range(256)) * 3515})
    verdict = judge(tmp_path, lie_about_size(data, b"xl/a.xml", declared))
    assert verdict.code == "LYING"


def test_encrypted_part_and_twice_the_same_name(tmp_path):
    flagged = bytearray(SOUND)
    flagged[flagged.index(b"PK\x01\x02") + 8] |= 1
    assert judge(tmp_path, bytes(flagged)).code == "PASSWORD"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in parts_of(SOUND).items():
            archive.writestr(name, part)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("xl/workbook.xml", b"<a/>")
    assert judge(tmp_path, buffer.getvalue()).code == "BAD_PART_NAME"


def test_old_format_with_password_or_macro(tmp_path):
    envelope = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage\0".encode("utf-16-le")
    assert judge(tmp_path, envelope, "a.xlsx").code == "PASSWORD"
    macro = old_workbook() + "_VBA_PROJECT\0".encode("utf-16-le")
    assert judge(tmp_path, macro, "a.xls").code == "MACRO"
    assert judge(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "a.xls").code == "NOT_A_SHEET"


PDF = b"%%PDF-1.4\n1 0 obj <</Type /Catalog %s>> endobj\n%%%%EOF\n"


@pytest.mark.parametrize(
    ("data", "purpose", "code"),
    [
        (b"\xff\xd8\xff\xe0", "photo", ""),
        (b"\x89PNG\r\n\x1a\n", "scan", ""),
        (PDF % b"", "scan", ""),
        (PDF % b"", "photo", "NOT_A_PICTURE"),
        (b"GIF89a", "photo", "NOT_A_PICTURE"),
        (b"<svg/>", "scan", "NOT_A_SCAN"),
        (PDF % b"/JavaScript", "scan", "PDF_ACTIVE"),
        (PDF % b"/Encrypt 3 0 R", "scan", "PDF_PASSWORD"),
        (b"%PDF-1.4 cut", "scan", "DAMAGED"),
    ],
)
def test_pictures_and_scans(tmp_path, data, purpose, code):
    verdict = judge(tmp_path, data, "a.bin", purpose)
    assert (verdict.code, verdict.ok) == (code, not code)
