"""The import wizard: choose, upload, read, check, commit, activate, undo."""

import re
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
from aid_admin.accounts.deeds import attempt
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.audit.history import history_of
from aid_admin.county import calendar
from aid_admin.db.fields import FenField, SealedField
from aid_admin.db.pages import page_of
from aid_admin.intake.actions import force, marking, staging
from aid_admin.intake.forms import CommitForm, MappingForm, OpinionForm, ReasonForm, UploadFilter, UploadForm
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS, SheetKind
from aid_admin.intake.rules import STOPPING, Standing
from aid_admin.jobs.models import Job
from aid_admin.lib import bank_card, id_card, money
from aid_admin.lib.refusals import Forbidden, NotFound, Refused
from aid_admin.lib.sheets import template
from aid_admin.lib.sheets.issues import CATALOGUE, Level

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABS: Final = {Level.ERROR: "错误", Level.WARNING: "提醒", Level.REPAIR: "修正"}
ROWS: Final = "rows"  # the tab of the rows that can be imported
MOST_ROWS: Final = 20
SEND_AGAIN: Final = (Standing.READ, Standing.REFUSED, Standing.OUT_OF_FORCE)
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
    kind, issues = KINDS[upload.kind], _issues(request, upload)
    shown = {
        "upload": upload,
        "kind": kind,
        "step": 3 if upload.standing in (Standing.READ, Standing.REFUSED) else 4,
        "job": _job(request, upload.pk, marking.JOB),
        "events": history_of("upload", upload.pk),
        "is_proposer": upload.committed_by_id == request.user.pk,
        "commit_form": CommitForm(),
        "undo_form": ReasonForm(prefix="undo"),
        "activate_form": OpinionForm(prefix="activate"),
        **issues,
        **_rights(request, upload, kind, stopped=issues["stopped"]),
        **forms,
    }
    return render(request, "intake/upload_detail.html", shown)


def _rights(request: StaffRequest, upload: Any, kind: SheetKind, *, stopped: bool) -> dict[str, bool]:
    """What the person may do with the upload, and which of it comes next."""
    mine = bool(kind.roles & request.user.roles)
    acts = mine and may(request.user, "upload.commit")
    commits = acts and upload.standing == Standing.READ and upload.accepted > 0 and not stopped
    return {
        "may_act": acts,
        "may_activate": mine and may(request.user, "upload.activate"),
        "may_commit": commits,
        "commits_next": commits and not upload.refused,
        "may_send_again": acts and not kind.own_page and upload.standing in SEND_AGAIN,
        "may_map": acts and not kind.own_page and upload.standing in (Standing.READ, Standing.REFUSED),
    }


def _issues(request: StaffRequest, upload: Upload) -> dict[str, Any]:
    """The issues of the chosen tab and code, page by page, with the sums over all of them."""
    issues = upload.issues.all()
    sums = list(issues.order_by().values("level", "code").annotate(n=Count("pk")).order_by("-n"))
    tabs = [(level.value, name, sum(s["n"] for s in sums if s["level"] == level)) for level, name in TABS.items()]
    rows_tab = [(ROWS, "可导入的行", upload.accepted)] if KINDS[upload.kind].rows else []
    first = next((level for level, _, count in tabs if count), ROWS)
    tab = request.GET.get("tab", first)
    tab = tab if tab in [*Level, *(name for name, *_ in rows_tab)] else "all"
    codes = [s | {"title": _title(s["code"])} for s in sums if tab in ("all", s["level"])]
    chosen = request.GET.get("code", "")
    rows = issues if tab == "all" else issues.filter(level=tab)
    rows = rows.filter(code=chosen) if chosen in {s["code"] for s in codes} else rows
    return {
        "tabs": [*tabs, ("all", "全部问题", sum(s["n"] for s in sums)), *rows_tab],
        "tab": tab,
        "issue_count": sum(s["n"] for s in sums),
        "stopped": any(s["code"] == STOPPING for s in sums),
        "preview": _preview(upload) if tab == ROWS else None,
        "codes": codes,
        "code": chosen,
        "page": page_of(rows.order_by("sheet", "row", "pk"), request.GET.get("page")),
    }


def _preview(upload: Upload) -> dict[str, Any]:
    """The first rows as they were understood: headings, and for each its number and its cells, numbers masked."""
    rows = upload.first_rows(MOST_ROWS)
    own = {field.name: field for field in rows[0]._meta.fields} if rows else {}
    heads = {name: title for name, title in (("student", "学生"), ("school", "学校")) if name in own}
    heads |= {c.field: c.header for c in KINDS[upload.kind].parser().COLUMNS if c.field in own} if rows else {}
    return {
        "heads": list(heads.values()),
        "rows": [(row.row, [_cell(own[name], getattr(row, name)) for name in heads]) for row in rows],
    }


def _cell(field: Any, value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(field, SealedField):
        return bank_card.mask(value) if field.kind == "account_no" else id_card.mask(value)
    if isinstance(field, FenField):
        return money.yuan_comma(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(getattr(value, "name", value))


def _title(code: str) -> str:
    """An issue's sentence without its particulars."""
    text = CATALOGUE[code].template if code in CATALOGUE else code
    text = re.sub(r"\{(age|limit|stage)\}", "…", text.replace("{first}", "前面某"))
    return re.sub(r"“\{\w+\}”|\{\w+\}", "", text).split("；", 1)[0].split("，", 1)[0].strip("：， ") or code


@needs("upload.stage")
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    """Which column is which, by hand; the file is then read anew under that mapping."""
    upload = _visible(request, pk)
    kind = _kind(request, upload.kind)
    heading = staging.heading_of(upload)
    if heading is None:
        raise Refused("这个文件里没有内容，没有列可以对应。请检查是否传错了文件。")
    form = MappingForm(request.POST or None, columns=kind.parser().COLUMNS, heading=heading)
    if form.is_valid():
        mapped = attempt(form, staging.map_upload, by=request.user, upload=upload, mapping=form.mapping)
        if mapped is not None:
            return redirect("intake:detail", pk=mapped.pk)
    shown = {"upload": upload, "kind": kind, "form": form, "heading": heading, "step": 2}
    return render(request, "intake/upload_columns.html", shown, status=422 if form.errors else 200)


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
