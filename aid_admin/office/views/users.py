"""用户与岗位: the list, one user with posts, new users one by one or from a sheet, hand-over."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts import actions
from aid_admin.accounts.actions import NewUser
from aid_admin.accounts.deeds import Deed, Deeds, attempt, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import ROLE_NAMES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import lists
from aid_admin.db.pages import page_of
from aid_admin.files import store
from aid_admin.lib import xlsx_out
from aid_admin.lib.refusals import Refused
from aid_admin.lib.sheets import gate, reading, table, template
from aid_admin.lib.xlsx_out import ColumnOut, Sheet
from aid_admin.office import people, user_sheet
from aid_admin.office.user_forms import (
    BulkForm,
    EndPostForm,
    HandOverForm,
    NewUserForm,
    PostForm,
    UserFilter,
    WhyForm,
)
from aid_admin.office.views.overview import XLSX

_SEES: Final = needs_role(Role.SYSTEM_ADMIN, Role.AUDITOR)
_SALT: Final = "office.users.passwords"
_HOUR: Final = 3600
_PASSWORDS: Final = (ColumnOut("用户名", 26), ColumnOut("姓名", 16), ColumnOut("一次性密码", 20))


def _person(user: User) -> list[Any]:
    return [
        user.username, user.name, "、".join(post.get_role_display() for post in user.held),  # type: ignore[attr-defined]
        "、".join(post.school_code or post.township_code for post in user.held),  # type: ignore[attr-defined]
        "在用" if user.is_active else "已停用", f"{localtime(user.last_login):%Y-%m-%d %H:%M}" if user.last_login else "从未登录",
    ]  # fmt: skip


LISTED: Final = lists.ListOut(
    "用户与岗位", (
        ColumnOut("用户名", 26), ColumnOut("姓名", 16), ColumnOut("在任岗位", 40), ColumnOut("学校或乡镇代码", 24), ColumnOut("状态", 10),
        ColumnOut("最近登录", 18),
    ), _person,
)  # fmt: skip


@_SEES
@lists.shown_or_taken
def user_list(request: StaffRequest) -> HttpResponse:
    """Everybody, with the posts held now."""
    form = UserFilter(request.GET or None)
    rows = people.staff_list(form.cleaned_data if form.is_bound and form.is_valid() else {})
    if lists.asked(request):
        return lists.answer(request, LISTED, rows, form)
    page = page_of(rows, request.GET.get("page"))
    names = people.places_of(post for user in page for post in user.held)
    for user in page:
        user.shown = [
            (post.get_role_display(), names.get(post.school_code or post.township_code, "")) for post in user.held
        ]
    admin = Role.SYSTEM_ADMIN in request.user.roles
    return render(request, "office/user_list.html", {"form": form, "page": page, "may_make": admin})


@needs("user.create")
def user_add(request: StaffRequest) -> HttpResponse:
    """One new user with the first post; the one-time password is shown once."""
    form = NewUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, actions.create_users, by=request.user, people=[form.person()])
        if made:
            ((username, _, password),) = made
            messages.success(
                request, f"用户“{username}”已建立。一次性密码：{password}（只显示这一次，首次登录须修改）。"
            )
            return redirect("office:user", pk=people.staff().get(username=username).pk)
    return render(request, "office/user_add.html", {"form": form})


@needs("user.create_many")
def user_bulk(request: StaffRequest) -> HttpResponse:
    """Many users from a sheet: all of them, or none and what is wrong row by row."""
    form = BulkForm(request.POST or None, request.FILES or None)
    problems: list[user_sheet.Problem] = []
    if request.method == "POST" and form.is_valid():
        found, problems = _people(form)
        if found and (form.cleaned_data["skip"] or not problems) and not form.errors:
            made = attempt(form, actions.create_users, by=request.user, people=found)
            if made:
                return _made(request, found, made, problems)
    shown = {"form": form, "problems": problems}
    return render(
        request,
        "office/user_bulk.html",
        shown,
    )


def _made(
    request: StaffRequest,
    found: list[NewUser],
    made: list[tuple[str, str, str]],
    problems: list[user_sheet.Problem],
) -> HttpResponse:
    """Who was made, with the one-time passwords, and which rows were not; shown once."""
    places = people.places_by_code({person.school or person.township for person in found})
    rows = [
        (*row, ROLE_NAMES[Role(person.role)], places.get(person.school or person.township, "全县"))
        for person, row in zip(found, made, strict=True)
    ]
    shown = {
        "made": rows,
        "problems": problems,
        "refused": len({problem.row for problem in problems}),
        "sealed": signing.dumps([list(row) for row in made], salt=_SALT, compress=True),
    }
    return render(request, "office/user_made.html", shown)


@needs("user.create_many")
@require_POST
def user_passwords(request: StaffRequest) -> HttpResponse:
    """The one-time passwords of the page before as a workbook; they are stored nowhere but on that page."""
    try:
        made = signing.loads(request.POST.get("sealed", ""), salt=_SALT, max_age=_HOUR)
    except signing.BadSignature as problem:
        raise Refused("一次性密码只在建立后一小时内能下载。需要的，请到用户页面逐个重置密码。") from problem
    sheet = Sheet("一次性密码", _PASSWORDS, made, ("请分别交给本人，首次登录须修改；本文件用后删除。",))
    return download("新用户一次性密码.xlsx", XLSX, xlsx_out.write([sheet], footer=request.user.name))


def _people(form: BulkForm) -> tuple[list[NewUser], list[user_sheet.Problem]]:
    """The people of the sheet; a file that cannot be read becomes the form's error."""
    file = form.cleaned_data["file"]
    try:
        with store.on_disk(file.read()) as path:
            verdict = gate.check(path, purpose="sheet", file_name=file.name)
            if not verdict.ok:
                raise reading.Unreadable(verdict.code, verdict.message)
            cells = reading.read_rows(path, media=verdict.media, password=None)
            rows = list(table.read_table(cells, user_sheet.COLUMNS))
    except (reading.Unreadable, table.WrongSheet) as problem:
        form.add_error("file", problem.message)
        return [], []
    found, problems = user_sheet.people_of(rows, **people.surroundings())
    if not found and not problems:
        form.add_error("file", "表中没有人员，请检查是否选错了文件。")
    return found, problems


@needs("user.create_many")
@require_safe
def user_template(_request: StaffRequest) -> HttpResponse:
    """The sheet to fill in."""
    data = template.blank_workbook(user_sheet.COLUMNS, user_sheet.TITLE, user_sheet.NOTES)
    return download(f"{user_sheet.TITLE}（样表）.xlsx", XLSX, data)


def _deeds(request: StaffRequest, user: User) -> Deeds:
    def deed(name: str, title: str, act: Any, form: type[forms.Form], **more: Any) -> Deed:
        right = "factor.reset" if name == "reset_factor" else f"user.{name}"
        return Deed(name, right, title, act, takes=("username",), form=form, **more)

    every = (
        deed("give_post", "加岗位", actions.give_post, PostForm, done="岗位已加。", icon="plus-lg"),
        deed("hand_over", "交接", actions.hand_over, HandOverForm, done="岗位已交接，原来的登录已退出。", icon="arrow-right",
             tone="plain", text="在任的岗位全部转给接手人，待办随岗位一起过去；已签过的字不变。"),
        deed("reset", "重置密码", actions.reset_password, forms.Form, icon="key", tone="plain",
             text="生成一次性密码，只显示一次；原来的登录马上退出。"),
        deed("reset_factor", "重置动态口令", actions.reset_factor, WhyForm, done="已重置，下次登录时重新设置。", icon="shield-lock",
             tone="plain", text="手机丢失或更换时用；原来的登录马上退出。"),
        deed("disable", "停用", actions.disable_user, WhyForm, done="已停用，登录马上退出。", icon="lock",
             tone="outline-danger"),
        deed("enable", "启用", actions.enable_user, forms.Form, done="已启用。", icon="unlock", tone="success"),
    )  # fmt: skip

    def fits(one: Deed) -> bool:
        return user.is_active != (one.name == "enable") and (one.name != "reset_factor" or bool(user.totp_secret))

    return Deeds(request, every, fits=fits)


@_SEES
def user_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One user: posts since and until, what was done, what may be done."""
    user = get_object_or_404(people.staff(), pk=pk)
    end = Deeds(request, (Deed("end_post", "user.end_post", "结束任职", actions.end_posts, "post", "已结束任职。",
                               form=EndPostForm, tone="outline-danger"),))  # fmt: skip
    if request.POST.get("do") == "end_post":
        if end.done():
            return redirect(request.path)
        deeds = _deeds(request, user)
    else:
        deeds = _deeds(request, user)
        if deeds.done(username=user.username):
            if deeds.wanted == "reset":
                messages.success(request, f"一次性密码：{deeds.result}（只显示这一次，首次登录须修改）。")
            return redirect(request.path)
    posts = people.posts_of(user)
    now = timezone.now()
    places = people.places_of(posts)
    shown = {
        "person": user,
        "posts": [
            (
                post,
                places.get(post.school_code or post.township_code, "全县"),
                post.until is None or post.until > now,
                post.since > now,
            )
            for post in posts
        ],
        "deeds": deeds,
        "end": end,
        "events": history_of("user", user.pk),
    }
    return render(request, "office/user_detail.html", shown)
