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
        stopping: list[bool] = []
        signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
        signal.signal(signal.SIGINT, lambda *_: stopping.append(True))
        runner.run(lambda: bool(stopping))
        return {"ended": 0}
