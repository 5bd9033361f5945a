"""Every address of the site."""

from typing import Any

from aid_admin.office.command import OfficeCommand
from aid_admin.office.routes import routes


class Command(OfficeCommand):
    """list_routes."""

    help = "列出全部网址"
    takes_user = False

    def answer(self, **_options: Any) -> dict[str, Any]:
        return {"items": routes()}
