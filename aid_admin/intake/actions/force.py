"""Putting an upload in force and taking it out again: one short transaction each."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from aid_admin.accounts.acting import Moved, action, may, move, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.db import bulk
from aid_admin.intake.actions import staging
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.permissions import ALLOWED
from aid_admin.intake.registry import KINDS
from aid_admin.intake.rules import DISCARDED, MOVES, STOPPING, UploadState
from aid_admin.jobs.models import Job
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused


def _locked(upload: int, verb: str, by: User) -> Upload:
    reach = reach_for(by, verb)
    rows = Upload.objects.select_for_update(of=("self",)).select_related("school", "semester", "stored_file", "by")
    found: Upload | None = rows.filter(pk=upload).first()
    if found is None or not Upload.objects.within(reach).filter(pk=upload).exists():
        raise NotFound("没有找到这次导入，或不在您的范围内。")
    if not by.roles & KINDS[found.kind].roles:
        raise Forbidden(f"您的岗位不处理“{found.kind_title}”。")
    return found


@action("upload.commit", ALLOWED)
def commit_upload(*, by: User, upload: int, partial: bool = False) -> list[Moved]:
    """Commit a read upload; it is in force at once, unless its kind needs a second person (activate).

    Raises Refused while it is being read, when a title names another semester (`partial` or not), when rows
    have errors and `partial` is not said, or when nothing can be imported.
    """
    found = _locked(upload, "upload.commit", by)
    _refuse_closed(found)
    if found.read_at is None:
        raise Refused("文件还在读取，请等进度走完再提交。")
    if found.state == UploadState.REFUSED:
        raise Refused(f"这个文件没有被接收：{found.message}")
    wrong = found.issues.filter(code=STOPPING).first()
    if wrong:
        raise Refused(f"这份表不是本学期的，没有导入任何一行：{wrong.message}。")
    if found.refused and not partial:
        raise Refused(
            f"有 {found.refused} 行存在错误，没有导入任何一行。请按问题清单改正后重新上传，或选择“只导入没有错误的行”。"
        )
    if not found.accepted:
        raise Refused("文件中没有可以导入的行，请检查是否选错了文件。")
    moved = move([found], MOVES, "commit", committed_by=by, committed_at=timezone.now())
    if not KINDS[found.kind].second_person:
        _put_in_force(found, proposed_by=by, confirmed_by=None)
    return moved


@action("upload.activate", ALLOWED)
def activate_upload(*, by: User, upload: int, reason: str = "") -> list[Moved]:
    """The second person puts a committed registry in force; never the one who committed it."""
    found = _locked(upload, "upload.activate", by)
    if found.state != UploadState.COMMITTED or found.in_force.exists():
        raise Refused(f"{found}当前不在待复核状态，不能生效。请刷新页面查看最新状态。")
    _refuse_own(found, by)
    _put_in_force(found, proposed_by=found.committer, confirmed_by=by, reason=reason)
    return [Moved("upload", found.pk, "COMMITTED", "IN_FORCE")]


def _refuse_own(upload: Upload, by: User) -> None:
    if upload.committed_by_id == by.pk:
        raise Refused("部门数据须由另一名数据专员复核生效，提交人本人不能复核。")


@action("upload.decline", ALLOWED)
def decline_upload(*, by: User, upload: int, reason: str) -> list[Moved]:
    """The second person turns a committed upload down, with the reason: a time in force of no length."""
    found = _locked(upload, "upload.decline", by)
    if not reason.strip():
        raise BadInput("请写明不予生效的原因。", field="reason")
    if found.committed_by_id == by.pk:
        raise Refused("由提交人以外的数据专员复核。")
    if not KINDS[found.kind].second_person or found.state != UploadState.COMMITTED or found.in_force.exists():
        raise Refused(f"{found}当前不在待复核状态。请刷新页面查看最新状态。")
    now = timezone.now()
    InForce.objects.create(
        semester=found.semester, kind=found.kind, school=found.school, part=str(found.pk), upload=found, since=now,
        until=now, proposed_by=found.committer, confirmed_by=by, reason=reason,
    )  # fmt: skip
    record("upload", found.pk, school_code=found.scope_code, from_state="COMMITTED", to_state="DECLINED", reason=reason)
    return [Moved("upload", found.pk, "COMMITTED", "DECLINED")]


@action("upload.undo", ALLOWED)
def undo_upload(*, by: User, upload: int, reason: str = "") -> list[Moved]:
    """Take an upload out of force; the one it had replaced, if any, is in force again (a second Moved)."""
    found = _locked(upload, "upload.undo", by)
    current = found.in_force.filter(until=None).first()
    if current is None:
        raise Refused(f"{found}当前没有生效，无需撤销。")
    _refuse_closed(found)
    InForce.objects.filter(pk=current.pk, until=None).update(until=timezone.now())
    hook = KINDS[found.kind].call("on_undo")
    if hook:
        hook(found)
    record("upload", found.pk, school_code=found.scope_code, from_state="IN_FORCE", to_state="UNDONE", reason=reason)
    moved = [Moved("upload", found.pk, "IN_FORCE", "UNDONE")]
    earlier = _replaced_by(found)
    if earlier:
        _put_in_force(earlier.upload, proposed_by=earlier.proposed_by, confirmed_by=earlier.confirmed_by)
        moved.append(Moved("upload", earlier.upload_id, "COMMITTED", "IN_FORCE"))
    return moved


def _replaced_by(upload: Upload) -> InForce | None:
    """The last time in force that ended because this upload took its place, and was not itself undone since."""
    slot = InForce.objects.filter(**_slot(upload))
    began = upload.in_force.values_list("since", flat=True)  # taking a place ends and begins at the same moment
    later = slot.filter(upload=OuterRef("upload"), since__gt=OuterRef("since"))
    found: InForce | None = (
        slot.exclude(upload=upload).filter(~Exists(later), until__in=list(began)).order_by("-until").first()
    )
    return found


@action("upload.restore", ALLOWED)
def restore_upload(*, by: User, upload: int, reason: str = "") -> list[Moved]:
    """Put an upload that is out of force in force again, as a commit would.

    A registry and a late pupil need a registry officer other than the one who committed. Raises Refused when it
    is in force or was never committed, and when an upload that was committed after it holds its slot.
    """
    found = _locked(upload, "upload.restore", by)
    _one_at_a_time(found)
    terms = found.in_force
    if found.state != UploadState.COMMITTED or not terms.exists() or terms.filter(until=None).exists():
        raise Refused(f"{found}当前不是已停用，不能恢复。请刷新页面查看最新状态。")
    later = found.later_holder()
    if later:
        raise Refused(
            f"之后提交的第 {later.pk} 号正在生效，不能再恢复这一份。确实要用这一份的，请先撤销第 {later.pk} 号。"
        )
    second = KINDS[found.kind].second_person
    if second:
        if not may(by, "upload.activate"):
            raise Forbidden("部门名单和补录学生由数据专员恢复。")
        _refuse_own(found, by)
    proposer = found.committer if second else by
    _put_in_force(found, proposed_by=proposer, confirmed_by=by if second else None, reason=reason)
    return [Moved("upload", found.pk, "UNDONE", "IN_FORCE")]


@action("upload.discard", ALLOWED)
def discard_upload(*, by: User, upload: int) -> list[Moved]:
    """Give up an upload that was read and never committed; nothing of it was imported."""
    found = _locked(upload, "upload.discard", by)
    if found.state == UploadState.COMMITTED:
        raise Refused(f"{found}已经提交，不能放弃。要收回已经生效的数据，请用“撤销”。")
    if found.read_at is None and _is_being_read(found):
        raise Refused("文件还在读取，请等读完再放弃。")
    told = f"{DISCARDED}：{by.name}于 {calendar.business_date()} 放弃了这次上传，没有导入任何数据。需要时可以重新上传。"
    return move([found], MOVES, "refuse", reason=DISCARDED, message=told, read_at=found.read_at or timezone.now())


def _is_being_read(upload: Upload) -> bool:
    jobs = Job.objects.filter(kind=staging.JOB, subject_type="upload", subject_id=str(upload.pk)).order_by("-pk")
    last = jobs.first()
    return last is not None and last.is_live


def _refuse_closed(upload: Upload) -> None:
    if not KINDS[upload.kind].after_close:
        calendar.refuse_closed(upload.semester)


def _slot(upload: Upload) -> dict[str, Any]:
    """What an upload takes the place of; one of a kind that only adds is alone in its slot."""
    part = upload.part if KINDS[upload.kind].replaces else str(upload.pk)
    return {"semester": upload.semester, "kind": upload.kind, "school": upload.school, "part": part}


def _one_at_a_time(upload: Upload) -> None:
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"slot {_slot(upload)}"])


def _put_in_force(upload: Upload, *, proposed_by: User, confirmed_by: User | None, reason: str = "") -> None:
    _refuse_closed(upload)
    kind, slot, now = KINDS[upload.kind], _slot(upload), timezone.now()
    _one_at_a_time(upload)
    InForce.objects.filter(**slot, until=None).update(until=now)
    InForce.objects.create(
        **slot, upload=upload, since=now, proposed_by=proposed_by, confirmed_by=confirmed_by, reason=reason
    )
    hook = kind.call("on_force")
    if hook:
        hook(upload)
    record(
        "upload", upload.pk, school_code=upload.scope_code, from_state="COMMITTED", to_state="IN_FORCE",
        reason=reason, count=upload.accepted, digest=upload.rows_digest,
    )  # fmt: skip
