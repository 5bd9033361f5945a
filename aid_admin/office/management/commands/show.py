"""show KIND [--semester S] [--school CODE] [--state X] --as U."""

from typing import Any

from django.core.management.base import CommandParser

from aid_admin.county import calendar
from aid_admin.county.models import School
from aid_admin.lib.refusals import BadInput
from aid_admin.office.command import OfficeCommand
from aid_admin.office.listing import KINDS, items


class Command(OfficeCommand):
    """Lists of objects with id and state."""

    help = "列出对象及其状态"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind")
        parser.add_argument("--semester", default="")
        parser.add_argument("--school", default="")
        parser.add_argument("--state", default="")

    def answer(self, **options: Any) -> dict[str, Any]:
        if options["kind"] not in KINDS:
            raise BadInput(f"可列出的类别：{'、'.join(KINDS)}。")
        if options["semester"]:
            calendar.semester(options["semester"])
        if options["school"] and not School.objects.filter(code=options["school"]).exists():
            raise BadInput(f"没有学校“{options['school']}”，请核对学校标识码。")
        return {"items": items(options["kind"], self.user(options), options)}
