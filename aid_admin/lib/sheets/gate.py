"""The gate before any parser: what a file is, by its bytes, and whether it may be opened at all."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from aid_admin.lib.sheets.limits import GateLimits
from aid_admin.lib.sheets.packages import check_package

Purpose = Literal["sheet", "photo", "scan"]

MESSAGES: Final = {
    "": "可以读取",
    "EMPTY": "文件是空的，请重新选择文件",
    "TOO_LARGE": "文件太大（超过{limit}MB），请拆分后分次上传",
    "NOT_A_SHEET": "这是{what}，不是表格；请上传原来的 Excel 表，或用 Excel、WPS 另存为 .xlsx 后再上传",
    "HTML": "文件名像表格，内容却是网页；请用 Excel 或 WPS 打开后另存为 .xlsx 再上传",
    "PDF_AS_SHEET": "这是PDF，不是表格；请上传原来的 Excel 表",
    "ODS": "不读取 .ods 文件；请另存为 .xlsx 后再上传",
    "ET": "不读取 .et 文件；请在 WPS 中另存为 .xlsx 后再上传",
    "NAME_DIFFERS": "文件名的后缀与内容不符；请用 Excel 或 WPS 打开后另存为 .xlsx 再上传",
    "PASSWORD": "文件有打开密码；请填写密码，或去掉密码后再上传",
    "DAMAGED": "文件已损坏或没有传完；请重新保存后再上传",
    "TOO_MANY_PARTS": "文件内部的部件太多，不像正常的表格；请新建工作簿，把内容复制过去再上传",
    "TOO_LARGE_UNPACKED": "文件展开后太大；请删去多余的空行、格式和工作表后再上传",
    "LYING": "文件内部登记的大小与实际不符，已拒绝；请重新另存后再上传",
    "BAD_PART_NAME": "文件内部有不正常的部件名，已拒绝；请新建工作簿，把内容复制过去再上传",
    "DOCTYPE": "文件内部含有不允许的声明，已拒绝；请新建工作簿，把内容复制过去再上传",
    "MACRO": "文件含有宏；请另存为不含宏的 .xlsx 后再上传",
    "EXTERNAL": "文件引用了别的文件；请在“数据—编辑链接”中断开链接，另存后再上传",
    "EMBEDDED": "文件里嵌入了别的对象或控件；请删去后另存为 .xlsx 再上传",
    "NOT_A_PICTURE": "不是照片；请上传 JPG 或 PNG",
    "NOT_A_SCAN": "不是扫描件；请上传 PDF、JPG 或 PNG",
    "PDF_ACTIVE": "PDF里含有脚本或附件，已拒绝；请重新扫描或打印成PDF后再上传",
    "PDF_PASSWORD": "PDF有密码；请去掉密码后再上传",
}

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: Final = ((b"PK\x03\x04", "zip"), (_OLE, "ole"), (b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpeg"),
                 (b"\x89PNG\r\n\x1a\n", "png"), (b"PK\x05\x06", "zip"))  # fmt: skip
_NAMES: Final = (
    (b"%PDF-", "PDF 文件"), (b"\xff\xd8\xff", "JPG 图片"), (b"\x89PNG\r\n\x1a\n", "PNG 图片"), (b"GIF8", "GIF 图片"),
    (_OLE, "旧版 Excel 或 Word 文件"), (b"Rar!", "压缩包（.rar）"), (b"7z\xbc\xaf", "压缩包（.7z）"),
    (b"\x1f\x8b", "压缩包（.gz）"),
)  # fmt: skip
_PACKAGES: Final = ((b"xl/", "Excel 表格（.xlsx）"), (b"word/", "Word 文档（.docx）"), (b"", "压缩包（.zip）"))
_WEB: Final = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"<body", b"<svg")
_HEAD: Final = 4096
_SUFFIXES: Final = {"xlsx": {".xlsx"}, "xls": {".xls"}, "csv": {".csv", ".txt"}}
_ACTIVE_PDF: Final = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|OpenAction\s*<<)\b")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the file may be opened; `media` is xlsx, xls, csv, jpeg, png or pdf when it is known."""

    ok: bool
    code: str
    message: str
    media: str = ""


def kind_name(data: bytes) -> str:
    """What a file that should be plain text really is, in words, by its first bytes; "" for a text."""
    if data.startswith(b"PK"):
        return next(name for part, name in _PACKAGES if part in data)
    if _is_web(data[:_HEAD]):
        return "网页"
    return next((name for magic, name in _NAMES if data.startswith(magic)), "")


def check(path: Path, *, purpose: Purpose, file_name: str, limits: GateLimits | None = None) -> Verdict:
    """Judge a file by its content; the name's suffix must agree. Never runs a parser on it."""
    limits = limits or GateLimits()
    most = limits.sheet_bytes if purpose == "sheet" else limits.picture_bytes
    size = path.stat().st_size
    if size == 0:
        return _refuse("EMPTY")
    if size > most:
        return _refuse("TOO_LARGE", limit=most // (1024 * 1024))
    with path.open("rb") as file:
        head = file.read(_HEAD)
    found = next((media for magic, media in _MAGIC if head.startswith(magic)), "text")
    if purpose == "sheet":
        return _check_sheet(path, found, head, file_name, limits)
    return _check_picture(path, found, purpose)


def _refuse(code: str, media: str = "", **details: object) -> Verdict:
    return Verdict(False, code, MESSAGES[code].format(**details), media)


def _accept(media: str) -> Verdict:
    return Verdict(True, "", MESSAGES[""], media)


def _check_sheet(path: Path, found: str, head: bytes, file_name: str, limits: GateLimits) -> Verdict:
    suffix = Path(file_name.lower()).suffix
    if suffix == ".et":
        return _refuse("ET")
    if found == "zip":
        media, code = "xlsx", check_package(path, limits)
    elif found == "ole":
        media, code = _judge_ole(path)
    elif found == "text":
        media, code = "csv", _judge_text(head)
    else:
        media, code = "", "PDF_AS_SHEET" if found == "pdf" else "NOT_A_SHEET"
    if code:
        return _refuse(code, media, what=kind_name(path.read_bytes()) or "别的文件")
    return _accept(media) if suffix in _SUFFIXES[media] else _refuse("NAME_DIFFERS", media)


def _judge_ole(path: Path) -> tuple[str, str]:
    """An old binary workbook, or the envelope of a password-protected new one."""
    data = path.read_bytes()
    if _stream_name("EncryptedPackage") in data:
        return "xlsx", "PASSWORD"
    if _stream_name("Workbook") not in data and _stream_name("Book") not in data:
        return "", "NOT_A_SHEET"
    if _stream_name("_VBA_PROJECT") in data:
        return "xls", "MACRO"
    return "xls", ""


def _stream_name(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\x00\x00"


def _judge_text(head: bytes) -> str:
    if _is_web(head):
        return "HTML"
    if b"\x00" in head:
        return "NOT_A_SHEET"
    return "" if any(mark in head for mark in (b",", b"\t", b";")) else "NOT_A_SHEET"


def _is_web(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_WEB)


def _check_picture(path: Path, found: str, purpose: Purpose) -> Verdict:
    if found in {"jpeg", "png"}:
        return _accept(found)
    if found != "pdf" or purpose == "photo":
        return _refuse("NOT_A_PICTURE" if purpose == "photo" else "NOT_A_SCAN")
    data = path.read_bytes()
    if b"%%EOF" not in data[-2048:]:
        return _refuse("DAMAGED", "pdf")
    if b"/Encrypt" in data:
        return _refuse("PDF_PASSWORD", "pdf")
    return _refuse("PDF_ACTIVE", "pdf") if _ACTIVE_PDF.search(data) else _accept("pdf")
