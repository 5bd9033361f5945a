"""Jobs of disbursement."""

from aid_admin.jobs.models import Job
from aid_admin.jobs.queue import Progress
from aid_admin.lib.refusals import Refused
from disbursement.actions import batches, lists, notices


def build(job: Job, progress: Progress) -> str:
    """Build the batches of a semester: one transaction, so that a killed worker leaves nothing half done."""
    if job.by is None:
        raise Refused("任务没有发起人。")
    with progress.chunk(cursor=1, done=1, total=1):
        moved = batches.build_batches(by=job.by, semester=job.subject_id, **job.params)
    return f"编制 {len(moved)} 个批次，共 {sum(m.person_times or 0 for m in moved)} 笔。"


def print_all(job: Job, progress: Progress) -> str:
    """Lay out and store the notices or certificates of a period."""
    return notices.make_all(job, progress)


def print_lists(job: Job, progress: Progress) -> str:
    """Lay out and store the lists of all schools of a batch."""
    return lists.make_all(job, progress)
