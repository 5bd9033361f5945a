"""温馨告知书: the list with what is to be delivered, villages as a work list, one letter."""

from dataclasses import replace
from operator import attrgetter
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of
from aid_admin.files.photos import photo_page
from aid_admin.jobs.models import Job
from archives.actions import letters
from archives.forms import DeliverForm, LetterFilter, SignForm, TakeBackForm
from archives.models import NoticeLetter
from archives.rules import LetterState
from archives.views.lists import LETTERS
from students.models import Student

_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
_S = LetterState
_WAITS: Final = (
    (_S.DRAWN_UP, "待打印"), (_S.PRINTED, "待送达"), (_S.DELIVERED, "待回执"), (_S.RECEIPT_SIGNED, "回执已收"),
)  # fmt: skip
PRINT: Final = Deed(
    "print", "letters.print", "打印所选", letters.print_letters, "letter", icon="printer", takes=("semester",),
    text="生成一份 PDF，每户一页，下面是回执。生成需要几秒到几分钟，可以离开本页。",
)  # fmt: skip
DELIVER: Final = Deed(
    "deliver", "letters.deliver", "登记送达", letters.deliver_letters, "letter", "已登记送达 {n} 份。",
    form=DeliverForm, icon="send", states={_S.PRINTED},
)  # fmt: skip
SIGN: Final = Deed(
    "sign", "letters.sign", "登记回执", letters.sign_letter, "letter", "已登记 {n} 份回执。",
    form=SignForm, tone="success", icon="check-lg", states={_S.DELIVERED},
)  # fmt: skip
TAKE_BACK: Final = Deed(
    "take_back", "letters.take_back", "撤回登记", letters.take_back, "letter", "已撤回 {n} 份的登记。",
    form=TakeBackForm, tone="plain", icon="arrow-counterclockwise", states={_S.DELIVERED, _S.RECEIPT_SIGNED},
)  # fmt: skip
DRAW_UP: Final = Deed(
    "draw_up", "letters.draw_up", "生成告知书", letters.draw_up_letters, takes=("semester",), tone="plain",
    icon="file-earmark-text", done="已为新到账的学生生成告知书。", text="为每个已到账而还没有告知书的学生各生成一份；已有的不变。",
)  # fmt: skip


@_SEES
def letter_list(request: StaffRequest) -> HttpResponse:
    """The semester's letters; the picked ones are printed, delivered or signed for together."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (PRINT, DELIVER, SIGN, TAKE_BACK, DRAW_UP))
    if deeds.done(semester=term.code):
        return _printing(deeds) or redirect(request.get_full_path())
    form = LetterFilter(request.GET or None, user=request.user)
    mine = NoticeLetter.objects.visible_to(request.user).of(term)
    rows = _filtered(request, mine, form).select_related("student__village__township", "school")
    rows = rows.order_by("student__village__code", "school__code", "pk")
    if lists.asked(request):
        return lists.answer(request, LETTERS, rows, form)
    page = page_of(rows, request.GET.get("page"))
    prints = Job.objects.visible_to(request.user).filter(kind=letters.PRINT, subject_id=term.code)
    shown = {
        "form": form,
        "page": page,
        "deeds": deeds,
        "counts": mine.counts(),
        "prints": list(prints.select_related("result", "by").order_by("-pk")[:5]),
        "may_print": may(request.user, "letters.print"),
    }
    return render(request, "archives/letter_list.html", shown)


def _printing(deeds: Deeds) -> HttpResponse | None:
    """A queued print goes to its progress."""
    return redirect("archives:letter_print", pk=deeds.result.pk) if isinstance(deeds.result, Job) else None


def _filtered(request: StaffRequest, rows: Any, form: LetterFilter) -> Any:
    rows = rows.filter(
        **form.wanted(
            school="school__code", state="state", village="student__village__code",
            township="student__village__township__code",
        )
    )  # fmt: skip
    if found := form.wanted(q="q"):
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(found["q"]))
    return rows


@_SEES
@require_safe
def village_list(request: StaffRequest) -> HttpResponse:
    """Per village: how many letters wait to be printed, delivered and signed for."""
    term = calendar.chosen(request.session)
    rows = NoticeLetter.objects.visible_to(request.user).of(term).by_village()
    shown = {
        "rows": [row | {"counts": [(s, name, row[s.lower()]) for s, name in _WAITS]} for row in rows],
        "may_print": may(request.user, "letters.print"),
    }
    return render(request, "archives/letter_villages.html", shown)


@require_POST
@needs("letters.print")
def print_group(request: StaffRequest) -> HttpResponse:
    """Print a village's or a school's letters, or all of the person's reach."""
    term = calendar.chosen(request.session)
    job = letters.print_letters(
        by=request.user, semester=term.code, school=request.POST.get("school", "")[:10],
        village=request.POST.get("village", "")[:12],
    )  # fmt: skip
    return redirect("archives:letter_print", pk=job.pk)


@_SEES
@require_safe
def letter_print(request: StaffRequest, pk: int) -> HttpResponse:
    """The making of one document, and its download when it is there."""
    job = get_object_or_404(
        Job.objects.visible_to(request.user).filter(kind=letters.PRINT).select_related("result", "by"), pk=pk
    )
    return render(request, "archives/letter_print.html", {"job": job})


@require_POST
@needs("letters.download")
def letter_download(request: StaffRequest, pk: int) -> HttpResponse:
    """The document; logged."""
    return download(*letters.download_letters(by=request.user, job=pk))


@_SEES
def letter_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One letter as the family reads it, its way to them and its history."""
    rows = NoticeLetter.objects.visible_to(request.user)
    letter = get_object_or_404(
        rows.select_related("student__village__township", "school", "semester", "receipt", "entered_by"), pk=pk
    )
    this = replace(PRINT, title="打印这一份", tone="primary" if letter.state == _S.DRAWN_UP else "plain")
    deeds = Deeds(
        request, (this, DELIVER, SIGN, TAKE_BACK), fits=lambda deed: not deed.states or letter.state in deed.states
    )
    if deeds.done([letter.pk], semester=letter.semester.code):
        return _printing(deeds) or redirect(request.get_full_path())
    events = [*history_of("noticeletter", letter.pk), *letters.prints_of(letter)]
    shown = {
        "letter": letter,
        "deeds": deeds,
        "given_back": letters.given_back(letter),
        "events": sorted(events, key=attrgetter("at"), reverse=True),
    }
    return render(request, "archives/letter_detail.html", shown)


@_SEES
@require_safe
def receipt(request: StaffRequest, pk: int) -> HttpResponse:
    """The scan of the receipt."""
    rows = NoticeLetter.objects.visible_to(request.user).exclude(receipt=None).select_related("receipt")
    letter = get_object_or_404(rows, pk=pk)
    return photo_page(letter.receipt)
