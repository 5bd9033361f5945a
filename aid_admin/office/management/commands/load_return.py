"""Book a bank's return file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from aid_admin.office.command import OfficeCommand
from aid_admin.office.management.commands.import_file import summary
from disbursement.actions.bank import load_return
from disbursement.models import ReturnLine


class Command(OfficeCommand):
    """load_return FILE --batch B [--rows F.jsonl] --as U."""

    help = "导入银行回盘文件"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--batch", type=int, required=True)
        parser.add_argument("--rows", type=Path, default=None)

    def answer(self, **options: Any) -> dict[str, Any]:
        path = options["file"]
        upload, already = load_return(
            by=self.user(options), batch=options["batch"], data=path.read_bytes(), name=path.name
        )
        if options["rows"]:
            lines = ReturnLine.objects.filter(upload=upload).order_by("row")
            with options["rows"].open("w", encoding="utf-8") as file:
                for line in lines:
                    file.write(json.dumps(_row(line), ensure_ascii=False) + "\n")
        return summary(upload) | {"already": already}


def _row(line: ReturnLine) -> dict[str, Any]:
    values = {
        "line_ref": line.line_ref, "account_no": line.account_no, "account_name": line.account_name,
        "amount_fen": line.amount_fen, "bank_text": line.bank_text, "code": line.code, "match": line.match,
    }  # fmt: skip
    status = {"MATCHED": "accepted", "UNCHANGED": "ignored"}.get(line.match, "refused")
    return {"sheet": line.sheet, "row": line.row, "status": status, "values": values}
