"""./start --check: what this machine has and lacks."""

import ctypes.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from aid_admin.office.health import health

ENOUGH_DISK = 5 * 1024**3


def report(say: Callable[[str], None]) -> None:
    """One line per check, in Chinese."""
    for name, well, detail in [_python(), _disk(), _database(), _migrations(), _fonts(), _time(), _worker(), _checks()]:
        say(f"{'[正常]' if well else '[注意]'} {name}：{detail}")


def _python() -> tuple[str, bool, str]:
    return "Python", sys.version_info >= (3, 11), sys.version.split()[0]


def _disk() -> tuple[str, bool, str]:
    free = shutil.disk_usage(settings.AID_VAR).free
    return "磁盘", free > ENOUGH_DISK, f"剩余 {free // 1024**3} GB"


def _database() -> tuple[str, bool, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT version()")
            (version,) = cursor.fetchone()
    except DatabaseError as problem:
        return "数据库", False, str(problem)
    return "数据库", True, " ".join(version.split()[:2])


def _migrations() -> tuple[str, bool, str]:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "数据库结构", not pending, f"{len(pending)} 个更新待执行" if pending else "最新"


def _fonts() -> tuple[str, bool, str]:
    pango = ctypes.util.find_library("pangoft2-1.0")
    fonts = [*Path("/usr/share/fonts").rglob("*CJK*"), *Path(settings.AID_VAR, "fonts").glob("*")]
    if pango and fonts:
        return "PDF 打印", True, "Pango 与中文字体齐全"
    lacking = "、".join(name for name, there in (("Pango", pango), ("中文字体", fonts)) if not there)
    packages = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
    return "PDF 打印", False, f"缺少{lacking}，请执行 apt install {packages}"


def _time() -> tuple[str, bool, str]:
    return "时区", settings.TIME_ZONE == "Asia/Shanghai", settings.TIME_ZONE


def _worker() -> tuple[str, bool, str]:
    state = health()
    return "后台任务", bool(state.get("worker")), "运行中" if state.get("worker") else "没有运行（./start 会启动）"


def _checks() -> tuple[str, bool, str]:
    try:
        call_command("check", verbosity=0)
    except SystemCheckError as problem:
        return "配置", False, str(problem)[:200]
    keys = Path(settings.KEYRING_FILE)
    return "配置与密钥", keys.exists(), f"密钥文件 {keys}" if keys.exists() else f"密钥文件 {keys} 还没有建立"
