"""Drive a demo county's semester from its files."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from aid_admin.office.command import OfficeCommand
from demo.loading import HOPS, load


class Command(OfficeCommand):
    """load_county DIR [--until HOP]."""

    help = "装入演示县"
    takes_user = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--until", default="archived", choices=list(HOPS))

    def answer(self, **options: Any) -> dict[str, Any]:
        def show(message: str, done: int, total: int) -> None:
            if done == total or done % 25 == 0:
                sys.stderr.write(f"{message} {done}/{total}\n")

        return load(options["folder"], until=options["until"], progress=show)
