"""One upload: its reading, what was found, and what may be done: commit, activate, undo, restore, discard, mark."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import download as answer_file
from aid_admin.accounts.deeds import refuse
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.audit.history import history_of
from aid_admin.intake.actions import force, marking, printing, staging
from aid_admin.intake.forms import CommitForm, EmptyForm, OpinionForm, ReasonForm
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS, SheetKind
from aid_admin.intake.rules import Standing
from aid_admin.intake.views.changing import BEFORE, changes_of
from aid_admin.intake.views.preview import issues_of, sums_of
from aid_admin.intake.views.sending import owed, visible_upload
from aid_admin.jobs.models import Job
from aid_admin.lib.refusals import Forbidden, NotFound, Refused

SEND_AGAIN: Final = (Standing.READ, Standing.REFUSED, Standing.OUT_OF_FORCE)
STOP_POLLING: Final = 286


def _job(request: StaffRequest, pk: int, kind: str) -> Job | None:
    jobs = Job.objects.visible_to(request.user).filter(kind=kind, subject_type="upload", subject_id=str(pk))
    found: Job | None = jobs.order_by("-pk").first()
    return found


def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Steps 3 and 4: the reading's progress, then what was found, then what may be done."""
    return _detail(request, visible_upload(request, pk))


def _detail(request: StaffRequest, upload: Any, **forms: Any) -> HttpResponse:
    kind = KINDS[upload.kind]
    if upload.standing == Standing.READING:
        job = _job(request, upload.pk, "intake.read")
        broken = job is not None and not job.is_live and _acts(request, kind)
        shown = {"upload": upload, "job": job, "step": 3, "may_discard": broken, "discard_form": EmptyForm()}
        return render(request, "intake/upload_reading.html", shown | forms)
    issues, reach = issues_of(request, upload), request.user.reach()
    in_place = upload.holder() if upload.standing in BEFORE else None
    holder = _in_the_way(upload, in_place)
    closed = _closed(upload, kind)
    shown = {
        "upload": upload,
        "kind": kind,
        "step": 3 if upload.standing in (Standing.READ, Standing.REFUSED) else 4,
        "job": _job(request, upload.pk, marking.JOB),
        "events": history_of("upload", upload.pk),
        "is_proposer": upload.committed_by_id == request.user.pk,
        "dated": upload.as_of if kind.dated else None,
        "holder": holder,
        "closed": closed,
        "replaced": in_place if upload.standing == Standing.READ else None,
        "of_many": reach.county or bool(reach.townships) or len(reach.schools) > 1,
        "links": _links(upload, kind),
        "commit_form": CommitForm(),
        "undo_form": ReasonForm(prefix="undo"),
        "restore_form": ReasonForm(prefix="restore"),
        "discard_form": EmptyForm(),
        "activate_form": OpinionForm(prefix="activate"),
        **issues,
        **sums_of(upload),
        **changes_of(request, upload, in_place, issues["change"]),
        **_rights(request, upload, kind, holder, stopped=issues["stopped"] or bool(closed)),
        **forms,
    }
    return render(request, "intake/upload_detail.html", shown)


def _in_the_way(upload: Any, in_place: Upload | None) -> Upload | None:
    """The upload in whose way this one stands or would come, where that matters to what may be done next."""
    if upload.standing == Standing.OUT_OF_FORCE:
        return upload.later_holder()  # type: ignore[no-any-return]
    reads = upload.standing == Standing.READ
    return in_place if reads and in_place and in_place.pk > upload.pk else None


def _closed(upload: Any, kind: SheetKind) -> str:
    """Why a file that was read cannot be committed, whatever is in it."""
    find = kind.call("closed") if upload.standing == Standing.READ else None
    return find(upload) if find else ""


def _links(upload: Any, kind: SheetKind) -> list[tuple[str, str]]:
    """The pages that the rows in force went to."""
    find = kind.call("leads_to") if upload.standing == Standing.IN_FORCE else None
    return find(upload) if find else []


def _acts(request: StaffRequest, kind: SheetKind) -> bool:
    return bool(kind.roles & request.user.roles) and may(request.user, "upload.commit")


def _rights(
    request: StaffRequest, upload: Any, kind: SheetKind, holder: Upload | None, *, stopped: bool
) -> dict[str, bool]:
    """What the person may do with the upload, and which of it comes next."""
    acts = _acts(request, kind)
    activates = bool(kind.roles & request.user.roles) and may(request.user, "upload.activate")
    second = activates and upload.committed_by_id != request.user.pk
    commits = acts and upload.standing == Standing.READ and upload.accepted > 0 and not stopped
    undone = upload.standing == Standing.OUT_OF_FORCE and holder is None
    return {
        "may_act": acts,
        "may_activate": activates,
        "may_commit": commits,
        "may_restore": undone and (second if kind.second_person else acts),
        "may_discard": acts and not kind.own_page and upload.standing == Standing.READ,
        "commits_next": commits and not upload.refused,
        "may_send_again": acts and not kind.own_page and upload.standing in SEND_AGAIN,
        "may_map": acts and not kind.own_page and _has_columns(upload),
    }


def _has_columns(upload: Any) -> bool:
    """Whether there are columns that a person could name; a file that is no table has none."""
    if upload.standing == Standing.REFUSED:
        return upload.was_read or staging.opens(upload)
    return bool(upload.standing == Standing.READ)


def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The reading's progress, asked for every second; when it is over the page is loaded anew."""
    upload = visible_upload(request, pk)
    job = _job(request, pk, "intake.read")
    over = upload.standing != Standing.READING
    response = render(
        request, "components/_progress.html", {"job": job, "poll": request.path}, status=STOP_POLLING if over else 200
    )
    if over:
        response.headers["HX-Refresh"] = "true"
    return response


def _act(
    request: StaffRequest, pk: int, name: str, form: Any, call: Callable[[Any, dict[str, Any]], object]
) -> HttpResponse:
    """Check the form, do the one action, go back to the upload; a refusal stands beside the form."""
    upload = visible_upload(request, pk)
    if request.method != "POST":  # a refused form leaves this address in the browser; reloading it shows the upload
        return redirect("intake:detail", pk=pk)
    if form.is_valid():
        try:
            call(upload, form.cleaned_data)
        except (Forbidden, NotFound):
            raise
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("intake:detail", pk=pk)
    return _detail(request, upload, refusals=form.non_field_errors(), **{name: form})


@needs("upload.commit")
def commit(request: StaffRequest, pk: int) -> HttpResponse:
    """Step 4: commit, partly only where that was chosen."""

    def call(upload: Any, given: dict[str, Any]) -> None:
        force.commit_upload(by=request.user, upload=upload.pk, partial=given["partial"])
        waits = KINDS[upload.kind].second_person
        after = "等待另一名数据专员复核生效。" if waits else "数据已生效。"
        ways = ((one.path, one.title) for one in owed(request, KINDS[upload.kind]))
        left = format_html_join("、", '<a href="{}">{}</a>', ways)
        more = format_html("还没有填报的：{}。", left) if left else ""
        messages.success(request, format_html("已提交 {} 行，{}{}", upload.accepted, after, more))

    return _act(request, pk, "commit_form", CommitForm(request.POST), call)


@needs("upload.activate")
def activate(request: StaffRequest, pk: int) -> HttpResponse:
    """The second person puts a registry in force."""

    def call(upload: Any, given: dict[str, Any]) -> None:
        force.activate_upload(by=request.user, upload=upload.pk, reason=given["reason"])
        messages.success(request, f"“{upload.kind_title}”已生效，可以参加比对。")

    return _act(request, pk, "activate_form", OpinionForm(request.POST, prefix="activate"), call)


@needs("upload.undo")
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the upload out of force."""

    def call(upload: Any, given: dict[str, Any]) -> None:
        moved = force.undo_upload(by=request.user, upload=upload.pk, reason=given["reason"])
        now = f"之前的第 {moved[1].id} 号已恢复生效。" if len(moved) > 1 else "现在没有代替它的数据生效。"
        messages.success(request, f"已撤销，这份数据不再参加计算；{now}点错了可以“恢复生效”。")

    return _act(request, pk, "undo_form", ReasonForm(request.POST, prefix="undo"), call)


@needs("upload.restore")
def restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Put an upload that was undone in force again."""

    def call(upload: Any, given: dict[str, Any]) -> None:
        force.restore_upload(by=request.user, upload=upload.pk, reason=given["reason"])
        messages.success(request, f"已恢复，{upload.accepted} 行数据重新生效。")

    return _act(request, pk, "restore_form", ReasonForm(request.POST, prefix="restore"), call)


@needs("upload.discard")
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    """Give up an upload that was not committed."""

    def call(upload: Any, _given: dict[str, Any]) -> None:
        force.discard_upload(by=request.user, upload=upload.pk)
        messages.success(request, "已放弃，没有导入任何数据。")

    return _act(request, pk, "discard_form", EmptyForm(request.POST), call)


@require_POST
@needs("upload.print")
def issues(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand out the 问题清单 as PDF."""
    visible_upload(request, pk)
    return answer_file(*printing.print_issues(by=request.user, upload=pk))


def _marked(upload: Any, job: Job | None) -> dict[str, Any]:
    """The button by itself; the sentences that name it are sent along."""
    return {"upload": upload, "job": job, "beside": True}


@require_POST
@needs("upload.mark")
def mark(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for the marked workbook."""
    upload = visible_upload(request, pk)
    job = marking.mark_upload(by=request.user, upload=pk)
    if request.headers.get("HX-Request"):
        return render(request, "intake/_marked.html", _marked(upload, job))
    return redirect("intake:detail", pk=pk)


def marked(request: StaffRequest, pk: int) -> HttpResponse:
    """How far the marked workbook is; asked for every second."""
    upload = visible_upload(request, pk)
    job = _job(request, pk, marking.JOB)
    over = job is None or not job.is_live
    return render(request, "intake/_marked.html", _marked(upload, job), status=STOP_POLLING if over else 200)


@require_POST
@needs("upload.download")
def download(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand out the marked workbook."""
    visible_upload(request, pk)
    return answer_file(*marking.download_marked(by=request.user, upload=pk))
