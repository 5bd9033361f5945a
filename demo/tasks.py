"""The job that makes and loads the demo county."""

import shutil
import time
from pathlib import Path

from django.conf import settings

from aid_admin.jobs.models import Job
from aid_admin.jobs.queue import Progress
from demo.county import make_county
from demo.loading import LAST_HOP, PRACTICE, load

_SAID_EVERY = 1.0  # seconds between two lines of progress


def load_demo(job: Job, progress: Progress) -> str:
    """Write the source files where they are not there yet, then drive the semester; a cut-off run goes on."""
    said = [0.0]

    def show(message: str, done: int, total: int) -> None:
        if time.monotonic() - said[0] >= _SAID_EVERY or done == total:
            said[0] = time.monotonic()
            with progress.chunk(cursor=job.cursor + 1, done=done, total=total, message=message):
                pass

    folder = Path(settings.AID_VAR) / "demo-county"
    if not (folder / "manifest.json").exists():
        part = folder.with_name("demo-county.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        scale = job.params.get("scale", "qixian")
        make_county(part, scale=scale, progress=lambda done, total, path: show(f"生成源文件 {path}", done, total))
        part.rename(folder)
    until = job.params.get("until", LAST_HOP)
    load(folder, until=until, progress=show, practice=until in PRACTICE)
    return "演示县已就绪。"
