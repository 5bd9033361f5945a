"""Hop 2."""

from typing import Any

from django.core.management.base import CommandParser

from aid_admin.office.command import OfficeCommand
from eligibility.actions.compare import compare
from eligibility.models import Run


class Command(OfficeCommand):
    """compare SEMESTER --as U."""

    help = "比对核查"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("semester")

    def answer(self, **options: Any) -> dict[str, Any]:
        run = Run.objects.get(pk=compare(by=self.user(options), semester=options["semester"])[0].id)
        return {
            "run": run.pk,
            "snapshots": run.inputs["snapshots"],
            "verdicts": run.counts["verdicts"],
            "coverage": run.counts["coverage"],
            "digest": run.result_digest,
        }
