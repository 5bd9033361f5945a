"""The four export commands are one: a header, rows, a CSV file, a logged reason."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.lib import xlsx_out
from aid_admin.lib.refusals import BadInput
from aid_admin.office.actions import log_export
from aid_admin.office.command import OfficeCommand


class ExportCommand(OfficeCommand):
    """NAME SEMESTER --out F.csv --as U --reason R."""

    name = ""
    header: tuple[str, ...] = ()
    rows: Callable[[Semester], Iterable[tuple[Any, ...]]]

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("semester")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--reason", default="")

    def answer(self, **options: Any) -> dict[str, Any]:
        by = self.user(options)
        if not options["reason"].strip():
            raise BadInput("导出含身份证号的名单须填写用途（--reason），系统会留下记录。")
        term = calendar.semester(options["semester"])
        rows = list(type(self).rows(term))
        data = xlsx_out.write_csv(self.header, rows)
        sha256 = log_export(
            by=by, name=self.name, filters=term.code, rows=len(rows), data=data, reason=options["reason"]
        )
        options["out"].write_bytes(data)
        return {"rows": len(rows), "sha256": sha256, "path": str(options["out"])}
