"""Hop 3."""

from typing import Any

from django.core.management.base import CommandParser

from aid_admin.office.command import OfficeCommand
from eligibility.actions.entitle import entitle
from eligibility.models import Run


class Command(OfficeCommand):
    """entitle SEMESTER --as U."""

    help = "核定资格"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("semester")

    def answer(self, **options: Any) -> dict[str, Any]:
        run = Run.objects.get(pk=entitle(by=self.user(options), semester=options["semester"])[0].id)
        return {"run": run.pk, **run.counts, "digest": run.result_digest}
