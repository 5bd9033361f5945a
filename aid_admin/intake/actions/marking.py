"""The sender's own workbook with what is wrong marked in it: made by a job, handed out with a log entry."""

from typing import Any

from aid_admin.accounts.acting import action, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.files import store
from aid_admin.intake.models import Upload
from aid_admin.intake.permissions import ALLOWED
from aid_admin.intake.registry import KINDS
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.jobs.rules import JobState
from aid_admin.lib.refusals import Forbidden, NotFound, Refused
from aid_admin.lib.sheets import gate, marking
from aid_admin.lib.sheets.issues import Issue, Level

JOB = "intake.mark"
_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def upload_in_reach(upload: int, verb: str, by: User) -> Any:
    """The upload in the person's reach, or sent by himself, of a kind that his role handles."""
    rows = Upload.objects.within(reach_for(by, verb)) | Upload.objects.filter(by=by)
    found = rows.select_related("school", "stored_file").filter(pk=upload).first()
    if found is None:
        raise NotFound("没有找到这次导入，或不在您的范围内。")
    if not by.roles & KINDS[found.kind].roles:
        raise Forbidden(f"您的岗位不处理“{found.kind_title}”。")
    return found


@action("upload.mark", ALLOWED)
def mark_upload(*, by: User, upload: int) -> Job:
    """Queue the marking of an upload's workbook; raises Refused while it is being read or has no issues."""
    found = upload_in_reach(upload, "upload.mark", by)
    if found.read_at is None:
        raise Refused("文件还在读取，请等进度走完。")
    if not found.issues.exists():
        raise Refused("这个文件没有需要标注的问题。")
    return queue.enqueue(JOB, "upload", found.pk, by=by, school_code=found.scope_code)


def make_marked(job: Job, progress: queue.Progress) -> str:
    """The job: the original, its issues, one new file that the job's row points at."""
    upload = Upload.objects.select_related("school", "stored_file").get(pk=job.subject_id)
    issues = [
        Issue(i.sheet, i.row, i.column, Level(i.level), i.code, i.message, i.masked_value)
        for i in upload.issues.order_by("sheet", "row", "pk").iterator()
    ]
    original = store.read(upload.stored_file)
    with store.on_disk(original) as path:
        verdict = gate.check(path, purpose="sheet", file_name=upload.stored_file.name)
    if not verdict.ok:
        raise Refused(f"无法在这个文件上标注：{verdict.message}")
    progress.show("正在标注", done=0, total=len(issues))
    marked = marking.mark(original, verdict.media, issues)
    name = f"{upload.stored_file.name.rsplit('.', 1)[0]}（已标注）.xlsx"
    with progress.chunk(done=len(issues), total=len(issues)):
        stored = store.put(
            marked, kind="marked", name=name, media_type=_MEDIA, by=job.by, school_code=upload.scope_code
        )
        Job.objects.filter(pk=job.pk).update(result=stored)
    return f"已标注 {len(issues)} 处问题。"


@action("upload.download", ALLOWED)
def download_marked(*, by: User, upload: int) -> tuple[str, str, bytes]:
    """The newest marked workbook: (name, media type, bytes); its download is an event."""
    found = upload_in_reach(upload, "upload.download", by)
    jobs = Job.objects.filter(kind=JOB, subject_type="upload", subject_id=str(found.pk), state=JobState.DONE)
    job = jobs.exclude(result=None).select_related("result").order_by("-pk").first()
    if job is None or job.result is None:
        raise NotFound("带标注的原表还没有生成，请先点“生成带标注的原表”。")
    record("upload", found.pk, school_code=found.scope_code, to_state="DOWNLOADED", digest=job.result.sha256)
    return job.result.name, job.result.media_type, store.read(job.result)
