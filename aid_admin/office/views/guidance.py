"""帮助 in place: all terms on one page, one term in a dialog; the manual; the components that pages are made of."""

from datetime import date
from functools import cache
from typing import Final

import markdown
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from markdown.extensions.toc import TocExtension, slugify_unicode

from aid_admin.accounts.gate import StaffRequest, needs_role
from aid_admin.accounts.rules import Role
from aid_admin.db.pages import page_of
from aid_admin.jobs.models import Job
from aid_admin.office import help as terms
from aid_admin.office import page_words, people
from aid_admin.office.page_guides import guide
from archives.rules import LetterState
from disbursement.rules.states import BatchState, LineKind, PaymentState, RosterState
from students.rules import Standing

_MOST_WORDS: Final = 80
_MANUAL: Final = settings.BASE_DIR / "docs" / "manual" / "README.md"


@require_safe
def help_list(request: StaffRequest) -> HttpResponse:
    """Every term, or those that hold what was searched for."""
    text = request.GET.get("q", "").strip()[:30]
    return render(request, "office/help_list.html", {"chapters": terms.found(text), "q": text})


@require_safe
def help_term(request: StaffRequest, slug: str) -> HttpResponse:
    """One term in a dialog."""
    if slug not in terms.TERMS:
        raise Http404
    return render(request, "office/_help.html", {"term": terms.TERMS[slug]})


@require_safe
def help_page(request: StaffRequest) -> HttpResponse:
    """What to do on a page (route), and the columns (c) and states (s) that stand there, in a dialog."""
    columns, states = (
        [word.partition("（系统")[0].strip()[:30] for word in request.GET.getlist(name)[:_MOST_WORDS]] for name in "cs"
    )
    found = page_words.of_page(columns, states)
    shown = {"guide": guide(request.GET.get("route", "")), "columns": found[0], "states": found[1]}
    return render(request, "office/_page_help.html", shown)


@require_safe
def manual(request: StaffRequest) -> HttpResponse:
    """The user manual, post by post."""
    text, contents = _manual()
    return render(request, "office/manual.html", {"text": text, "contents": contents})


@cache
def _manual() -> tuple[SafeString, SafeString]:
    """The manual of this version as HTML without its title, and its table of contents."""
    source = _MANUAL.read_text(encoding="utf-8").partition("\n")[2]
    maker = markdown.Markdown(extensions=[TocExtension(slugify=slugify_unicode), "sane_lists"])
    return mark_safe(maker.convert(source)), mark_safe(maker.toc)  # noqa: S308 - our own file


class _Sample(forms.Form):
    """A form with every kind of field."""

    name = forms.CharField(label="文本", help_text="说明文字。")
    amount = forms.DecimalField(label="数字", required=False)
    day = forms.DateField(
        label="日期", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    kind = forms.ChoiceField(label="下拉", choices=[("", "请选择"), ("a", "甲"), ("b", "乙")], required=False)
    way = forms.ChoiceField(label="单选", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect, initial="a")
    yes = forms.BooleanField(label="勾选", required=False)
    words = forms.CharField(label="多行文本", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    file = forms.FileField(label="文件", required=False)


@needs_role(Role.SYSTEM_ADMIN)
@require_safe
def components(request: StaffRequest) -> HttpResponse:
    """Every component on one page, so that a change of theme is seen at once."""
    messages.success(request, "这是一条成功提示。")
    faulty = _Sample({"name": ""})
    faulty.is_valid()
    states = [
        (kind, [(state.value, state.label) for state in kind])
        for kind in (RosterState, LineKind, BatchState, PaymentState, LetterState, Standing)
    ]
    shown = {
        "form": _Sample(),
        "faulty": faulty,
        "states": [(kind.__doc__ or "", rows) for kind, rows in states],
        "page": page_of(people.staff().order_by("pk"), request.GET.get("page"), size=5),
        "job": Job(kind="intake.read", state="RUNNING", done=40, total=100, message="已读 40 行"),
        "today": date(2020, 6, 20),
        "tones": ("good", "info", "warn", "bad", "idle"),
        "buttons": ("primary", "success", "danger", "outline-danger", "plain"),
    }
    return render(request, "office/components.html", shown)
