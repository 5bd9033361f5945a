"""Check the audit chain."""

from pathlib import Path
from typing import Any

from django.conf import settings

from aid_admin.audit import chain
from aid_admin.office.command import REFUSED, OfficeCommand


class Command(OfficeCommand):
    """verify_audit: names the first broken row; writes the day's anchor when all is well."""

    help = "校验审计链"
    takes_user = False

    def answer(self, **options: Any) -> dict[str, Any]:
        rows, bad = chain.verify(Path(settings.AID_VAR) / "anchors.jsonl")
        return {"ok": bad is None, "rows": rows, "first_bad": bad, **({} if bad is None else {"exit": REFUSED})}
