"""Per programme persons, person-times, fen; published against computed."""

from typing import Any

from django.core.management.base import CommandParser

from aid_admin.county import calendar
from aid_admin.office.command import OfficeCommand
from aid_admin.office.report import semester_report


class Command(OfficeCommand):
    """semester_report SEMESTER."""

    help = "学期总览"
    takes_user = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("semester")

    def answer(self, **options: Any) -> dict[str, Any]:
        return semester_report(calendar.semester(options["semester"]))
