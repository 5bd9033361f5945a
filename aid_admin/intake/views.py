"""The import wizard: choose, upload, read, check, commit, activate, undo."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from aid_admin.accounts.acting import may
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.pages import page_of
from aid_admin.intake.actions import force, marking, staging
from aid_admin.intake.forms import CommitForm, OpinionForm, ReasonForm, UploadFilter, UploadForm
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS, SheetKind
from aid_admin.intake.rules import Standing
from aid_admin.jobs.models import Job
from aid_admin.lib.refusals import Forbidden, NotFound, Refused
from aid_admin.lib.sheets import template
from aid_admin.lib.sheets.issues import CATALOGUE, Level

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABS: Final = {Level.ERROR: "错误", Level.WARNING: "提醒", Level.REPAIR: "修正"}
STOP_POLLING: Final = 286


def uploads(request: StaffRequest) -> HttpResponse:
    """The uploads of the semester, newest first."""
    term = calendar.chosen(request.session)
    rows = Upload.objects.visible_to(request.user).filter(Q(semester=term) | Q(semester=None)).with_standing()
    form = UploadFilter(request.GET or None)
    if form.is_valid():
        wanted = form.cleaned_data
        rows = rows.filter(kind=wanted["kind"]) if wanted["kind"] else rows
        rows = rows.filter(standing=wanted["state"]) if wanted["state"] else rows
        if wanted["q"]:
            rows = rows.filter(Q(school__name__contains=wanted["q"]) | Q(stored_file__name__contains=wanted["q"]))
    rows = rows.select_related("stored_file", "school", "semester", "by").order_by("-pk")
    shown = {
        "form": form if form.is_bound else UploadFilter(),
        "page": page_of(rows, request.GET.get("page")),
        "may_send": may(request.user, "upload.stage"),
    }
    return render(request, "intake/upload_list.html", shown)


def _kinds_of(request: StaffRequest) -> list[SheetKind]:
    """The kinds that the person may send through this wizard."""
    roles = request.user.roles
    return [kind for kind in KINDS.values() if kind.roles & roles and not kind.own_page]


def _kind(request: StaffRequest, code: str) -> SheetKind:
    found = next((kind for kind in _kinds_of(request) if kind.code == code), None)
    if found is None and code in KINDS:
        raise Forbidden(f"您的岗位不报送“{KINDS[code].title}”。")
    if found is None:
        raise Http404
    return found


@needs("upload.stage")
def choose(request: StaffRequest) -> HttpResponse:
    """Step 1: which kind of file; each with its template."""
    term = calendar.chosen(request.session)
    mine = Upload.objects.visible_to(request.user).filter(Q(semester=term) | Q(semester=None))
    sent = dict(mine.order_by().values("kind").annotate(n=Count("pk")).values_list("kind", "n"))
    kinds = [(kind, kind.parser(), sent.get(kind.code, 0)) for kind in _kinds_of(request)]
    return render(request, "intake/upload_choose.html", {"kinds": kinds, "step": 1})


@needs("upload.stage")
def blank(request: StaffRequest, code: str) -> HttpResponse:
    """The template of a kind."""
    kind = _kind(request, code)
    parser = kind.parser()
    notes, sample = getattr(parser, "NOTES", ()), getattr(parser, "SAMPLE", None)
    data = template.blank_workbook(parser.COLUMNS, parser.TITLE, notes, sample)
    return _file(f"{parser.TITLE}（样表）.xlsx", XLSX, data)


def _file(name: str, media: str, data: bytes) -> HttpResponse:
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(data, content_type=media, headers={"Content-Disposition": disposition})


@needs("upload.stage")
def send(request: StaffRequest, code: str) -> HttpResponse:
    """Step 2: the file itself."""
    kind = _kind(request, code)
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*given, kind=kind, user=request.user)
    upload = _stage(request, kind, form) if request.method == "POST" and form.is_valid() else None
    if upload is not None:
        return _go(request, upload)
    shown = {"form": form, "kind": kind, "columns": kind.parser().COLUMNS, "step": 2}
    wrong = bool(form.errors)
    page = "intake/_upload_form.html" if wrong and request.headers.get("HX-Request") else "intake/upload_send.html"
    return render(request, page, shown, status=422 if wrong else 200)


def _stage(request: StaffRequest, kind: SheetKind, form: UploadForm) -> Upload | None:
    """Stage the file; a refusal goes into the form."""
    given = form.cleaned_data
    school = given.get("school")
    try:
        upload, already = staging.stage_upload(
            by=request.user,
            kind=kind.code,
            data=given["file"].read(),
            name=given["file"].name,
            semester=calendar.chosen(request.session).code if kind.of_semester else "",
            school=school.code if school else "",
            as_of=given.get("as_of"),
            password=given["password"],
        )
    except (Forbidden, NotFound):
        raise
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return None
    if already:
        messages.warning(
            request, f"这个文件在 {upload.created_at:%Y-%m-%d} 已经上传过，下面是当时的那一次，没有重复登记。"
        )
    return upload


def _go(request: StaffRequest, upload: Upload) -> HttpResponse:
    target = reverse("intake:detail", args=[upload.pk])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _visible(request: StaffRequest, pk: int) -> Any:
    rows = Upload.objects.visible_to(request.user).with_standing().with_successor()
    return get_object_or_404(rows.select_related("stored_file", "school", "semester", "by", "committed_by"), pk=pk)


def _job(request: StaffRequest, pk: int, kind: str) -> Job | None:
    jobs = Job.objects.visible_to(request.user).filter(kind=kind, subject_type="upload", subject_id=str(pk))
    found: Job | None = jobs.order_by("-pk").first()
    return found


def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Steps 3 and 4: the reading's progress, then what was found, then what may be done."""
    return _detail(request, _visible(request, pk))


def _detail(request: StaffRequest, upload: Any, **forms: Any) -> HttpResponse:
    if upload.standing == Standing.READING:
        job = _job(request, upload.pk, "intake.read")
        return render(request, "intake/upload_reading.html", {"upload": upload, "job": job, "step": 3})
    kind = KINDS[upload.kind]
    mine = bool(kind.roles & request.user.roles)
    shown = {
        "upload": upload,
        "kind": kind,
        "step": 3 if upload.standing in (Standing.READ, Standing.REFUSED) else 4,
        "job": _job(request, upload.pk, marking.JOB),
        "events": history_of("upload", upload.pk),
        "may_act": mine and may(request.user, "upload.commit"),
        "may_activate": mine and may(request.user, "upload.activate"),
        "is_proposer": upload.committed_by_id == request.user.pk,
        "commit_form": CommitForm(),
        "undo_form": ReasonForm(prefix="undo"),
        "activate_form": OpinionForm(prefix="activate"),
        **_issues(request, upload),
        **forms,
    }
    return render(request, "intake/upload_detail.html", shown)


def _issues(request: StaffRequest, upload: Upload) -> dict[str, Any]:
    """The issues of the chosen tab and code, page by page, with the sums over all of them."""
    issues = upload.issues.all()
    sums = list(issues.order_by().values("level", "code").annotate(n=Count("pk")).order_by("-n"))
    tabs = [(level.value, name, sum(s["n"] for s in sums if s["level"] == level)) for level, name in TABS.items()]
    first = next((level for level, _, count in tabs if count), "all")
    tab = request.GET.get("tab", first)
    tab = tab if tab in list(Level) else "all"
    codes = [s | {"title": _title(s["code"])} for s in sums if tab in ("all", s["level"])]
    chosen = request.GET.get("code", "")
    rows = issues if tab == "all" else issues.filter(level=tab)
    rows = rows.filter(code=chosen) if chosen in {s["code"] for s in codes} else rows
    return {
        "tabs": [*tabs, ("all", "全部", sum(s["n"] for s in sums))],
        "tab": tab,
        "codes": codes,
        "code": chosen,
        "page": page_of(rows.order_by("sheet", "row", "pk"), request.GET.get("page")),
    }


def _title(code: str) -> str:
    """An issue's sentence without its particulars."""
    text = CATALOGUE[code].template if code in CATALOGUE else code
    for name in ("{column}", "“{value}”", "{value}", "“{school}”", "{hint}", "{reason}", "“{allowed}”", "{allowed}"):
        text = text.replace(name, "")
    return text.replace("{first}", "前面某").split("；", 1)[0].split("，", 1)[0].strip("：，") or code


def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The reading's progress, asked for every second; when it is over the page is loaded anew."""
    upload = _visible(request, pk)
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
    if request.method != "POST":  # a refused form leaves this address in the browser; reloading it shows the upload
        return redirect("intake:detail", pk=pk)
    upload = _visible(request, pk)
    if form.is_valid():
        try:
            call(upload, form.cleaned_data)
        except (Forbidden, NotFound):
            raise
        except Refused as refusal:
            form.add_error(None, refusal.message)
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
        messages.success(request, f"已提交 {upload.accepted} 行，{after}")

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
        force.undo_upload(by=request.user, upload=upload.pk, reason=given["reason"])
        messages.success(request, "已撤销。之前生效的一次（如果有）已恢复。")

    return _act(request, pk, "undo_form", ReasonForm(request.POST, prefix="undo"), call)


@require_POST
@needs("upload.mark")
def mark(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for the marked workbook."""
    upload = _visible(request, pk)
    job = marking.mark_upload(by=request.user, upload=pk)
    if request.headers.get("HX-Request"):
        return render(request, "intake/_marked.html", {"upload": upload, "job": job})
    return redirect("intake:detail", pk=pk)


def marked(request: StaffRequest, pk: int) -> HttpResponse:
    """How far the marked workbook is; asked for every second."""
    upload = _visible(request, pk)
    job = _job(request, pk, marking.JOB)
    over = job is None or not job.is_live
    return render(request, "intake/_marked.html", {"upload": upload, "job": job}, status=STOP_POLLING if over else 200)


@require_POST
@needs("upload.download")
def download(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand out the marked workbook."""
    _visible(request, pk)
    return _file(*marking.download_marked(by=request.user, upload=pk))
