"""Official papers as PDF, made by a child process: one that dies is an ordinary refusal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from aid_admin.lib.pdf.limits import NO_PANGO, WALL_SECONDS
from aid_admin.lib.refusals import Refused

MEDIA_TYPE: Final = "application/pdf"
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
    command = [sys.executable, "-m", "aid_admin.lib.pdf.child", str(os.getpid())]
    page = json.dumps({"html": html, "css": css}).encode()
    try:
        done = subprocess.run(
            command,
            input=page,
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
    if done.returncode or not head or json.loads(head)["bytes"] != len(made):
        raise Refused("PDF 没有生成成功。请稍后再试；仍不行时请联系系统管理员。")
    return made


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
