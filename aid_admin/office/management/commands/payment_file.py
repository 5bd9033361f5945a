"""The bank's file of a batch."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from aid_admin.files import store
from aid_admin.lib.refusals import BadInput
from aid_admin.office.command import OfficeCommand
from disbursement.actions.bank import make_payment_file, take_payment_file
from disbursement.models import DisbursementBatch


class Command(OfficeCommand):
    """payment_file BATCH --bank B --out F --as U."""

    help = "导出银行代发文件"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", type=int)
        parser.add_argument("--bank", required=True)
        parser.add_argument("--out", type=Path, required=True)

    def answer(self, **options: Any) -> dict[str, Any]:
        by = self.user(options)
        batch = DisbursementBatch.objects.visible_to(by).filter(pk=options["batch"]).first()
        if batch is not None and batch.bank != options["bank"]:
            raise BadInput(f"批次{batch.no}的银行是 {batch.bank or '（减免，无银行）'}，不是 {options['bank']}。")
        make_payment_file(by=by, batch=options["batch"])
        file = take_payment_file(by=by, batch=options["batch"])
        options["out"].write_bytes(store.read(file.stored_file))
        return {
            "batch": file.batch_id,
            "bank": options["bank"],
            "lines": file.line_count,
            "amount_fen": file.total_fen,
            "sha256": file.sha256,
            "path": str(options["out"]),
        }
