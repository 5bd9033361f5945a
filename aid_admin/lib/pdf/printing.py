"""Official papers as PDF, made by a child process: one that dies is an ordinary refusal."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

from aid_admin.lib.pdf.limits import NO_PANGO, WALL_SECONDS
from aid_admin.lib.refusals import Refused

MEDIA_TYPE: Final = "application/pdf"
ARCHIVAL: Final = "pdf/a-2b"
OFFICE_CSS: Final = (Path(__file__).with_name("office.css")).read_text(encoding="utf-8")
_ROOT: Final = Path(__file__).resolve().parents[3]
_INSTALL: Final = (
    "这台服务器还不能生成 PDF：缺少排版库 Pango。请系统管理员安装后再试（Debian/Ubuntu："
    "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk）。"
    "其他功能不受影响，急用时可用浏览器打印列表页面。"
)


def make_pdf(html: str, css: str = OFFICE_CSS) -> bytes:
    """The PDF of one document; `html` holds its pictures as data: addresses.

    Raises Refused with a Chinese sentence where PDF cannot be made here, or this one could not.
    """
    return make_pdfs([html], css=css)[0]


def make_pdfs(pages: Sequence[str], *, css: str = OFFICE_CSS, archival: bool = False) -> list[bytes]:
    """A PDF of each document, made by one child; `archival` makes them PDF/A-2b. Raises as make_pdf does."""
    command = [sys.executable, "-m", "aid_admin.lib.pdf.child", str(os.getpid())]
    asked = json.dumps({"pages": list(pages), "css": css, "variant": ARCHIVAL if archival else None}).encode()
    try:
        done = subprocess.run(
            command,
            input=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd=_ROOT,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused("生成 PDF 用时过长，已停止。请缩小范围（例如按学校打印）后再试。") from None
    if done.returncode == NO_PANGO:
        raise Refused(_INSTALL)
    head, _, made = done.stdout.partition(b"\n")
    sizes: list[int] = json.loads(head)["bytes"] if head and not done.returncode else []
    if len(sizes) != len(pages) or sum(sizes) != len(made):
        raise Refused("PDF 没有生成成功。请稍后再试；仍不行时请联系系统管理员。")
    ends = list(accumulate(sizes))
    return [made[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def _environment() -> dict[str, str]:
    """Nothing of the parent's secrets; fonts that the office puts in var/fonts stand first."""
    folder = os.environ.get("AID_VAR") or str(_ROOT / "var")
    return {
        "PYTHONPATH": str(_ROOT),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "FONTCONFIG_PATH": os.environ.get("FONTCONFIG_PATH", "/etc/fonts"),
        "XDG_DATA_HOME": folder,
        "XDG_CACHE_HOME": str(Path(folder) / "cache"),
    }
