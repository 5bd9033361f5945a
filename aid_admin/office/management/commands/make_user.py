"""A staff account."""

from typing import Any

from django.core.management.base import CommandParser

from aid_admin.accounts.actions import create_user, operator
from aid_admin.office.command import OfficeCommand


class Command(OfficeCommand):
    """make_user NAME --role R … [--school CODE …] [--township CODE …] [--password P]."""

    help = "建立用户"
    takes_user = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--role", action="append", required=True)
        parser.add_argument("--school", action="append", default=[])
        parser.add_argument("--township", action="append", default=[])
        parser.add_argument("--password", default="")
        parser.add_argument("--full-name", default="")

    def answer(self, **options: Any) -> dict[str, Any]:
        user = create_user(
            by=operator(), username=options["name"], role=options["role"], name=options["full_name"],
            school=options["school"], township=options["township"], password=options["password"],
        )  # fmt: skip
        return {"user": user.pk, "username": user.username, "roles": options["role"]}
