"""The import wizard's first steps: the list of uploads, the choice of a kind, the file, its columns by hand."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import attempt, download, refuse
from aid_admin.accounts.gate import StaffRequest, needs
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of
from aid_admin.intake.actions import staging
from aid_admin.intake.forms import MappingForm, UploadFilter, UploadForm
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS, Owed, SheetKind
from aid_admin.intake.rules import SENT_BEFORE, Standing
from aid_admin.lib.refusals import Forbidden, NotFound, Refused
from aid_admin.lib.sheets import template
from aid_admin.lib.xlsx_out import ColumnOut

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _upload(upload: Any) -> list[Any]:
    return [
        upload.pk, upload.kind_title, upload.stored_file.name, upload.school.name if upload.school else "全县",
        upload.shown_name, upload.rows, upload.accepted, upload.refused, upload.warned, upload.by.name,
        f"{localtime(upload.created_at):%Y-%m-%d %H:%M}",
    ]  # fmt: skip


LISTED: Final = lists.ListOut(
    "数据导入", (
        ColumnOut("编号", 8, "int"), ColumnOut("文件类别", 20), ColumnOut("文件", 40), ColumnOut("学校", 28), ColumnOut("状态", 12),
        ColumnOut("行数", 8, "int"), ColumnOut("可导入", 8, "int"), ColumnOut("有错误", 8, "int"), ColumnOut("提醒", 8, "int"),
        ColumnOut("上传人", 16), ColumnOut("上传时间", 18),
    ), _upload,
)  # fmt: skip


@lists.shown_or_taken
def uploads(request: StaffRequest) -> HttpResponse:
    """The uploads of the semester, newest first."""
    term = calendar.chosen(request.session)
    rows = Upload.objects.visible_to(request.user).filter(Q(semester=term) | Q(semester=None)).as_shown()
    form = UploadFilter(request.GET or None)
    if form.is_valid():
        wanted = form.cleaned_data
        rows = rows.filter(kind=wanted["kind"]) if wanted["kind"] else rows
        rows = rows.filter(shown=wanted["state"]) if wanted["state"] else rows
        if wanted["q"]:
            rows = rows.filter(Q(school__name__contains=wanted["q"]) | Q(stored_file__name__contains=wanted["q"]))
    rows = rows.select_related("stored_file", "school", "semester", "by").order_by("-pk")
    if lists.asked(request):
        return lists.answer(request, LISTED, rows, form)
    page = page_of(rows, request.GET.get("page"), at_once=True)
    shown = {
        "form": form if form.is_bound else UploadFilter(),
        "page": page,
        "listed": _with_parts(page.rows),
        "may_send": may(request.user, "upload.stage"),
    }
    return render(request, "intake/upload_list.html", shown)


def _with_parts(uploads: list[Any]) -> list[tuple[Any, str]]:
    """Each upload with the name of its part, such as a roster's programme; one query for each kind that has names."""
    hooks = {code: KINDS[code].call("parts") for code in {upload.kind for upload in uploads} & KINDS.keys()}
    names = {code: hook() for code, hook in hooks.items() if hook}
    return [(upload, names.get(upload.kind, {}).get(upload.part, "")) for upload in uploads]


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
    parts = kind.call("parts")
    of_part = [column.header for column in parser.COLUMNS if column.field == f"{kind.part_field}_text"]
    choices = {header: list(parts().values()) for header in of_part} if parts else {}
    others = tuple(zip(getattr(parser, "OTHER_TITLES", ()), getattr(parser, "OTHERS", ()), strict=True))
    own = ("学校名称和学校标识码可以不填，按上传的学校处理。",) if kind.of_school else ()
    notes = (*own, *getattr(parser, "NOTES", ()))
    data = template.blank_workbook(parser.COLUMNS, parser.TITLE, notes, choices=choices, others=others)
    return download(f"{parser.TITLE}（样表）.xlsx", XLSX, data)


@needs("upload.stage")
def send(request: StaffRequest, code: str) -> HttpResponse:
    """Step 2: the file itself."""
    kind = _kind(request, code)
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*given, kind=kind, user=request.user)
    upload = _stage(request, kind, form) if request.method == "POST" and form.is_valid() else None
    if upload is not None:
        return _go(request, upload)
    shown = {"form": form, "kind": kind, "columns": kind.parser().COLUMNS, "step": 2, "owed": owed(request, kind)}
    wrong = bool(form.errors)
    page = "intake/_upload_form.html" if wrong and request.headers.get("HX-Request") else "intake/upload_send.html"
    return render(request, page, shown, status=422 if wrong else 200)


def owed(request: StaffRequest, kind: SheetKind) -> list[Owed]:
    """What the person's schools have still to send of this kind in the semester chosen."""
    find = kind.call("owed")
    return find(request.user, calendar.chosen(request.session)) if find else []


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
        refuse(form, refusal)
        return None
    if already:
        messages.warning(request, _sent_before(request, upload))
    return upload


def _sent_before(request: StaffRequest, upload: Upload) -> str:
    """That the same file was sent before, and what to do with it now."""
    first = visible_upload(request, upload.pk)
    sent = f"这个文件{first.by.name}已经上传过（第 {upload.pk} 号，下面就是那一次），"
    later = first.later_holder() if first.standing == Standing.OUT_OF_FORCE else None
    if later:
        return f"{sent}后来被第 {later.pk} 号代替。确实要用这一份的，请先撤销第 {later.pk} 号。"
    return sent + SENT_BEFORE.get(Standing(first.standing), "")


def _go(request: StaffRequest, upload: Upload) -> HttpResponse:
    target = reverse("intake:detail", args=[upload.pk])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def visible_upload(request: StaffRequest, pk: int) -> Any:
    """The upload with its standing and what took its place, if the person may see it; else Http404."""
    rows = Upload.objects.visible_to(request.user).as_shown()
    return get_object_or_404(rows.select_related("stored_file", "school", "semester", "by", "committed_by"), pk=pk)


@needs("upload.stage")
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    """Which column is which, by hand; the file is then read anew under that mapping."""
    upload = visible_upload(request, pk)
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
