"""Hop 1 of the demo: every source file staged and committed by whoever sends it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.intake.actions import force, staging
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS
from aid_admin.intake.rules import UploadState
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.lib.refusals import BadInput, Refused
from demo.loading.staff import Staff, make_school_staff, printed_schools

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class County:
    """A folder of source files with its manifest and the decisions of the demo's people.

    `practice`: the rosters of the printed schools are left for somebody to upload by hand.
    """

    folder: Path
    manifest: dict[str, Any]
    decisions: dict[str, Any]
    practice: bool = False

    @property
    def semester(self) -> str:
        """The semester's code."""
        return str(self.manifest["semester"])


def open_county(folder: Path, *, practice: bool = False) -> County:
    """Read a county's manifest; raises BadInput where the folder holds none."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        decisions = json.loads((folder / "decisions.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BadInput(f"目录 {folder} 里没有县的数据（manifest.json），请先运行 make_county。") from problem
    return County(folder, manifest, decisions, practice)


def import_all(county: County, progress: Progress) -> None:
    """Import every file of the manifest in its order, kind by kind; files in force already are passed over."""
    rows = county.manifest["files"]
    done = set(Upload.objects.filter(state=UploadState.COMMITTED).values_list("kind", "sha256"))
    wanted = [(number, row) for number, row in enumerate(rows, 1) if (row["kind"], row["sha256"]) not in done]
    for kind, files in groupby(wanted, key=lambda item: item[1]["kind"]):
        if kind == "attendance":
            make_school_staff()
        left = printed_schools() if county.practice and kind == "roster" else []
        _import(county, [(number, row) for number, row in files if row["school"] not in left], progress)
    _activate(Staff())


def _import(county: County, files: list[tuple[int, dict[str, Any]]], progress: Progress) -> None:
    """Import the files of one kind: all staged, read by whatever worker is free, then put in force in order."""
    staff, total = Staff(), len(county.manifest["files"])
    staged = [(number, row["path"], _stage(county, row, staff)) for number, row in files]
    for _, path, upload in staged:
        for job in _readings(upload):
            queue.work(job.pk)
        progress(f"读取 {path}", files[0][0] - 1, total)
    for number, path, upload in staged:
        _commit(upload)
        progress(f"导入 {path}", number, total)


def _sender(kind: str, school: str | None, staff: Staff) -> User:
    if school and KINDS[kind].of_school:
        return staff.clerk(school)
    return staff.county(next(iter(KINDS[kind].roles)))


def _stage(county: County, row: dict[str, Any], staff: Staff) -> Upload:
    path = county.folder / row["path"]
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != row["sha256"]:
        raise Refused(f"文件 {row['path']} 与清单不符，可能被改动过。")
    upload, _ = staging.stage_upload(
        by=_sender(row["kind"], row["school"], staff), kind=row["kind"], data=data, name=path.name,
        semester=county.semester, school=row["school"] if KINDS[row["kind"]].of_school else "",
        as_of=date.fromisoformat(row["as_of"]),
    )  # fmt: skip
    return upload


def take_in(data: bytes, name: str, kind: str, by: User, semester: str, *, school: str = "") -> Upload:
    """Stage, read and commit one file as `by`; raises Refused with the first issue when rows have errors."""
    upload, _ = staging.stage_upload(by=by, kind=kind, data=data, name=name, semester=semester, school=school)
    return _commit(upload)


def _readings(upload: Upload) -> QuerySet[Job]:
    return Job.objects.filter(kind=staging.JOB, subject_id=str(upload.pk))


def _commit(upload: Upload) -> Upload:
    queue.wait_until_ended(_readings(upload).last(), upload.refresh_from_db)
    if upload.refused or upload.state == UploadState.REFUSED:
        issue = upload.issues.filter(level="error").first()
        raise Refused(f"文件 {upload.stored_file.name} 不能导入：{issue.message if issue else upload.message}")
    if upload.state == UploadState.READ:
        force.commit_upload(by=upload.by, upload=upload.pk)
    return upload


def _activate(staff: Staff) -> None:
    """The second registry officer puts the departments' data in force."""
    second = staff.county(Role.REGISTRY_OFFICER, 2)
    kinds = [code for code, kind in KINDS.items() if kind.second_person]
    for upload in Upload.objects.filter(kind__in=kinds, state=UploadState.COMMITTED, in_force=None).order_by("pk"):
        force.activate_upload(by=second, upload=upload.pk, reason="已与部门核对")
