"""Mark an empty database as demo."""

from typing import Any

from aid_admin.accounts.actions import operator
from aid_admin.county import calendar
from aid_admin.county.actions import mark_demo
from aid_admin.office.command import OfficeCommand


class Command(OfficeCommand):
    """mark_demo."""

    help = "把空数据库标为演示"
    takes_user = False

    def answer(self, **options: Any) -> dict[str, Any]:
        mark_demo(by=operator())
        return {"demo": True, "business_date": str(calendar.business_date())}
