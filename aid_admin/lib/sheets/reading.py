"""Rows of an uploaded file, read by a child process and streamed to the caller."""

import fcntl
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from aid_admin.lib.sheets.gate import check
from aid_admin.lib.sheets.limits import ReadLimits

MESSAGES: Final = {
    "CRASHED": "文件无法读取：内容超出正常表格的范围；请新建工作簿，只复制有数据的部分再上传",
    "TIMED_OUT": "文件读取太久，已停止；请拆分后分次上传",
    "TOO_LARGE": "文件太大，内存不够；请拆分后分次上传",
    "TOO_MANY_ROWS": "表格的行数太多（超过{rows}行）；请删去多余的行或拆分后上传",
    "TOO_MANY_COLUMNS": "表格的列数太多（超过{columns}列）；请删去右侧多余的列后上传",
    "TOO_MANY_MERGES": "合并的单元格太多；请取消合并后上传",
    "PASSWORD": "文件有打开密码；请填写密码，或去掉密码后再上传",
    "WRONG_PASSWORD": "密码不对，文件打不开；请核对密码",
    "ENCODING": "认不出文件的文字编码；请另存为 .xlsx 后上传",
    "DAMAGED": "文件已损坏，无法读取；请重新保存后再上传",
}

_ROOT: Final = Path(__file__).resolve().parents[3]
_PIPE_BYTES: Final = 1 << 20
_WRONG_PASSWORD: Final = 3


Cell = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as the spreadsheet shows it: its number from 1, its cells from column A on."""

    sheet: str
    row: int
    cells: list[Cell]
    hidden: bool = False


class Unreadable(Exception):
    """The file could not be read; `code` is a key of MESSAGES (or of the gate's), `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_rows(
    path: Path, *, media: str, password: str | None = None, limits: ReadLimits | None = None
) -> Generator[RawRow, None, None]:
    """All rows of all sheets, in order; raises Unreadable. Closing the iterator ends the child."""
    limits = limits or ReadLimits()
    if password is None:
        yield from _read(path, media, limits)
        return
    with tempfile.TemporaryDirectory(prefix="aid-") as folder:
        plain = Path(folder) / "plain"
        _unlock(path, plain, password, limits)
        verdict = check(plain, purpose="sheet", file_name=f"plain.{media}")
        if not verdict.ok:
            raise Unreadable(verdict.code, verdict.message)
        yield from _read(plain, media, limits)


def _read(path: Path, media: str, limits: ReadLimits) -> Iterator[RawRow]:
    process = _start("child", path, media, limits)
    try:
        with closing(_lines(_output(process), limits.silent_seconds)) as lines:
            for line in lines:
                message = json.loads(line, object_hook=_revive)
                if "rows" not in message:
                    _finish(message, limits)
                    return
                yield from _rows_of(message)
        raise _unreadable("CRASHED", limits)
    finally:
        _stop(process)


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise ValueError("the child was started without a pipe")
    return process.stdout


def _rows_of(message: dict[str, Any]) -> Iterator[RawRow]:
    sheet, hidden = message["sheet"], message["hidden"]
    for number, cells in enumerate(message["rows"], start=message["first"]):
        yield RawRow(sheet, number, cells, hidden)


def _finish(message: dict[str, Any], limits: ReadLimits) -> None:
    if "error" in message:
        raise _unreadable(message["error"], limits)


def _unreadable(code: str, limits: ReadLimits) -> Unreadable:
    return Unreadable(code, MESSAGES[code].format(rows=limits.rows, columns=limits.columns))


def _revive(value: dict[str, Any]) -> Any:
    return date.fromisoformat(value["d"]) if "d" in value else value


def _start(module: str, path: Path, argument: str, limits: ReadLimits) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"aid_admin.lib.sheets.{module}", str(path), argument]
    return subprocess.Popen(
        [*command, json.dumps(asdict(limits)), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LANG": "C.UTF-8"},
        cwd=_ROOT,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait()


def _lines(pipe: IO[bytes], patience: float) -> Generator[bytes, None, None]:
    """Lines of the pipe; raises Unreadable when nothing at all comes for `patience` seconds."""
    _widen(pipe)
    waiting = select.poll()
    waiting.register(pipe.fileno(), select.POLLIN | select.POLLHUP)
    pieces: list[bytes] = []
    while True:
        if not waiting.poll(patience * 1000):
            raise Unreadable("TIMED_OUT", MESSAGES["TIMED_OUT"])
        data = os.read(pipe.fileno(), _PIPE_BYTES)
        if not data:
            return
        *whole, rest = data.split(b"\n")
        for line in whole:
            yield b"".join([*pieces, line])
            pieces = []
        pieces.append(rest)


def _widen(pipe: IO[bytes]) -> None:
    """Let the child run ahead of a busy reader; a system that refuses is merely slower."""
    if sys.platform == "linux":
        try:
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        except OSError:
            return


def _unlock(path: Path, plain: Path, password: str, limits: ReadLimits) -> None:
    process = _start("unlock", path, str(plain), limits)
    try:
        process.communicate(password.encode(), timeout=limits.silent_seconds)
    except subprocess.TimeoutExpired:
        raise _unreadable("TIMED_OUT", limits) from None
    finally:
        _stop(process)
    if process.returncode == _WRONG_PASSWORD:
        raise _unreadable("WRONG_PASSWORD", limits)
    if process.returncode:
        raise _unreadable("DAMAGED", limits)
