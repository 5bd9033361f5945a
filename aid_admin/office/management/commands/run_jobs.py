"""The embedded worker."""

import signal
from typing import Any

from django.core.management.base import CommandParser

from aid_admin.jobs import queue, runner
from aid_admin.office.command import OfficeCommand


class Command(OfficeCommand):
    """run_jobs [--once]."""

    help = "处理后台任务"
    takes_user = False

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true")

    def answer(self, **options: Any) -> dict[str, Any]:
        if options["once"]:
            return {"ended": queue.work_all()}
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: queue.stopping.set())
        runner.run(queue.stopping.is_set)
        return {"ended": 0}
