"""Check what must always hold."""

from dataclasses import asdict
from typing import Any

from aid_admin.office import invariants
from aid_admin.office.command import REFUSED, OfficeCommand


class Command(OfficeCommand):
    """check_invariants: names the first offending row of each check that fails; exits 1 then."""

    help = "检查数据恒等式"
    takes_user = False

    def answer(self, **options: Any) -> dict[str, Any]:
        checks = invariants.run()
        ok = all(check.ok for check in checks)
        return {"ok": ok, "checks": [asdict(check) for check in checks], **({} if ok else {"exit": REFUSED})}
