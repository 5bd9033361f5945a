"""Stage a file, print its summary, and commit it with --commit."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from aid_admin.intake.actions import force, staging
from aid_admin.intake.models import Upload
from aid_admin.intake.rules import UploadState
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.lib.refusals import BadInput, Refused
from aid_admin.lib.sheets.table import Status
from aid_admin.office.command import BAD_INPUT, DONE, REFUSED, OfficeCommand


class Command(OfficeCommand):
    """import_file KIND FILE --as U [--semester S] [--school CODE] [--map FIELD=HEADER …] [--commit [--partial]]."""

    help = "读取一个文件并显示结果；加 --commit 提交"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind")
        parser.add_argument("file", type=Path)
        parser.add_argument("--semester", default="")
        parser.add_argument("--school", default="")
        parser.add_argument("--as-of", type=date.fromisoformat, default=None)
        parser.add_argument("--map", action="append", default=[], metavar="FIELD=HEADER", help="字段=表头，可写多次")
        parser.add_argument("--password", default="")
        parser.add_argument("--rows", type=Path, default=None)
        parser.add_argument("--commit", action="store_true")
        parser.add_argument("--partial", action="store_true")

    def answer(self, **options: Any) -> dict[str, Any]:
        by, path = self.user(options), options["file"]
        upload, already = staging.stage_upload(
            by=by, kind=options["kind"], data=path.read_bytes(), name=path.name, semester=options["semester"],
            school=options["school"], as_of=options["as_of"], mapping=_mapping(options["map"]),
            password=options["password"],
        )  # fmt: skip
        upload = read_now(upload)
        if options["rows"]:
            _write_rows(upload, options["rows"], options["password"])
        result = summary(upload) | {"already": already and upload.state == UploadState.COMMITTED}
        if upload.state == UploadState.REFUSED:  # a file of faulty rows alone was staged; only committing it is refused
            code = BAD_INPUT if not upload.was_read else REFUSED if options["commit"] else DONE
            return result | {"message": upload.message, "exit": code}
        if upload.state == UploadState.COMMITTED:
            return result | _told(upload)
        if not options["commit"]:
            return result
        try:
            force.commit_upload(by=by, upload=upload.pk, partial=options["partial"])
        except Refused as refusal:
            return result | {"message": refusal.message, "exit": REFUSED}
        return result


def _mapping(pairs: list[str]) -> dict[str, str]:
    bad = [pair for pair in pairs if "=" not in pair]
    if bad:
        raise BadInput(f"--map 的写法是 字段=表头，而不是“{bad[0]}”。")
    return dict(pair.split("=", 1) for pair in pairs)


def _told(upload: Upload) -> dict[str, str]:
    """That a committed upload is out of force, which its state alone does not say."""
    terms = upload.in_force
    if terms.filter(until=None).exists() or not terms.exists():
        return {}
    return {
        "message": f"第 {upload.pk} 号已经撤销或被代替，现在不生效。要再用这一份：act upload.restore upload={upload.pk} --as 用户名。"
    }


def read_now(upload: Upload) -> Upload:
    """Work the upload's reading job here, or wait until the worker that holds it is done."""
    jobs = Job.objects.filter(kind="intake.read", subject_type="upload", subject_id=str(upload.pk))
    for job in jobs.order_by("id"):
        queue.work(job.pk)
    return queue.wait_until_ended(jobs.last(), lambda: Upload.objects.get(pk=upload.pk))


def summary(upload: Upload) -> dict[str, Any]:
    """The shape of `import_file --json`."""
    return {
        "upload": upload.pk,
        "sha256": upload.sha256,
        "already": False,
        "rows": upload.rows,
        "accepted": upload.accepted,
        "repaired": upload.repaired,
        "warned": upload.warned,
        "refused": upload.refused,
        "ignored": upload.ignored,
        "mapping": upload.mapping,
        "issues": list(
            upload.issues.order_by("sheet", "row", "id").values("sheet", "row", "column", "level", "code", "message")
        ),
    }


def _write_rows(upload: Upload, out: Path, password: str) -> None:
    with out.open("w", encoding="utf-8") as file:
        for row in staging.parsed_rows(upload, password):
            line = {"sheet": row.sheet, "row": row.row, "status": row.status, "values": row.values}
            if row.status is not Status.IGNORED or row.values:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
