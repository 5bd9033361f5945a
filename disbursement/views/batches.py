"""发放批次: built by a job, locked, reviewed, released, sent; the bank's answers; reissue."""

import functools
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar, lists
from aid_admin.county.models import Semester
from aid_admin.db.pages import page_of
from aid_admin.files import store
from aid_admin.jobs import queue
from disbursement.actions import bank, batches, printing
from disbursement.banks import example_return, profile_for
from disbursement.forms import BatchFilter, BuildForm, ReturnFileForm
from disbursement.models import DisbursementBatch, PaymentFile, PaymentLine, ReturnLine, RosterLine, TakenOut
from disbursement.rules.findings import Finding, Gravity
from disbursement.rules.states import REISSUABLE, BatchMode, BatchState, PaymentState
from disbursement.views.batch_deeds import (
    ANSWER_DEEDS,
    DOWNLOAD,
    FILE,
    LINE_DEEDS,
    LIST_DEEDS,
    ORDER,
    PUT_BACK,
    detail_deeds,
    fits,
)
from disbursement.views.lists import BATCHES

SEES: Final = needs_role(Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.AUDITOR)
_LOOKED_THROUGH: Final = frozenset({BatchState.DRAFTED, BatchState.LOCKED, BatchState.REVIEWED, BatchState.RELEASED})
_MOST_LOOKED_AT: Final = 50
DOUBTFUL: Final = "doubts"  # beside the states of lines: those that something is said about
_WHO_LOOKED: Final = {BatchState.RELEASED: "放行时已看过"}


@SEES
def batch_list(request: StaffRequest) -> HttpResponse:
    """The semester's batches; the picked ones are moved together."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, LIST_DEEDS)
    if deeds.done():
        return redirect(request.get_full_path())
    form = BatchFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = DisbursementBatch.objects.visible_to(request.user).filter(semester=term)
    rows = rows.filter(**{name: wanted[name] for name in ("state", "mode") if wanted.get(name)})
    if wanted.get("answers"):
        rows = rows.filter(pk__in=ReturnLine.objects.visible_to(request.user).contradicting().values("batch"))
    rows = rows.with_sums().annotate(
        has_file=Exists(PaymentFile.objects.visible_to(request.user).filter(batch=OuterRef("pk")))
    )
    rows = rows.select_related("built_by").order_by("-pk")
    if lists.asked(request):
        return lists.answer(request, BATCHES, rows, form)
    page = page_of(rows, request.GET.get("page"))
    for batch in page:
        _tell_what_fits(batch, request.user)
    filtered = any(form.data.get(name) for name in form.fields)
    shown = {"form": form, "page": page, "deeds": deeds, "filtered": filtered}
    shown |= {"may_build": may(request.user, "batch.build"), "begins": ""}
    if not page.rows and not filtered:
        shown["begins"] = _how_to_begin(request, term)
    return render(request, "disbursement/batch_list.html", shown)


def _tell_what_fits(batch: Any, user: User) -> None:
    """Names of the deeds that the listed batch lets this person do; whether this person should make its file first."""
    states = frozenset({PaymentState.SENT}) if batch.pending else frozenset()
    fitting = [d.name for d in (*LIST_DEEDS, FILE) if fits(d, batch, user, states, has_file=batch.has_file)]
    batch.fitting = " ".join(fitting)
    batch.lacks_file = FILE.name in fitting and may(user, FILE.right)


def _how_to_begin(request: StaffRequest, term: Semester) -> str:
    """What a list without batches says."""
    payable = RosterLine.objects.visible_to(request.user).filter(semester=term).payable().count()
    if payable and may(request.user, "batch.build"):
        return f"有 {payable} 人次待编制，请点右上角“编制批次”。"
    return f"有 {payable} 人次待编制，由财务经办编制批次。" if payable else "名册确认之后，由财务经办编制批次。"


@require_safe
@SEES
def batch_look(request: StaffRequest) -> HttpResponse:
    """The picked batches, for the dialog of a deed on them: what they come to, and what is doubtful about them."""
    picked = [int(pk) for pk in request.GET.getlist("pick") if pk.isascii() and pk.isdigit()][:_MOST_LOOKED_AT]
    found = DisbursementBatch.objects.visible_to(request.user).filter(pk__in=picked).with_sums().order_by("no")
    lines = PaymentLine.objects.visible_to(request.user).filter(batch__in=picked)
    rows = [_looked_at(batch, lines.filter(batch=batch).sums()["persons"]) for batch in found]
    doubts = [(row["batch"].no, doubt) for row in rows for doubt in (*row["errors"], *row["warnings"])]
    shown = {"rows": rows, "sums": lines.sums(), "doubts": doubts}
    return render(request, "disbursement/_batches_looked_at.html", shown)


def _looked_at(batch: Any, persons: int) -> dict[str, Any]:
    found = _doubts(batch)
    return {"batch": batch, "persons": persons, "warnings_count": len(found["warnings"]), **found}


def _doubts(batch: Any) -> dict[str, Any]:
    """What stands in the way of a batch, and what is to be looked at, while nothing has left yet."""
    found = batches.findings_of(batch) if batch.state in _LOOKED_THROUGH else []
    return {
        "errors": [f for f in found if f.gravity is Gravity.ERROR],
        "warnings": [f for f in found if f.gravity is Gravity.WARNING],
        "looked_through": batch.state in _LOOKED_THROUGH and batch.mode == BatchMode.ACCOUNT,
    }


@needs("batch.build")
def batch_build(request: StaffRequest) -> HttpResponse:
    """Ask for batches of everything that may be paid; a job builds them."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (PUT_BACK,))
    if deeds.wanted and deeds.done():
        return redirect("disbursement:batch_build")
    form = BuildForm(None if deeds.wanted else request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            limits = {name: value for name, value in form.cleaned_data.items() if value}
            job = queue.enqueue("batch.build", "semester", term.code, by=request.user, **limits)
        return redirect("jobs:detail", pk=job.pk)
    waiting = RosterLine.objects.visible_to(request.user).filter(semester=term).payable()
    taken_out = TakenOut.objects.visible_to(request.user).waiting().of(term)
    related = ("batch", "by", "roster_line__student", "roster_line__programme", "roster_line__roster__school")
    shown = {
        "form": form, "sums": waiting.sums(), "without": waiting.without_account().sums(), "deeds": deeds,
        "page": page_of(taken_out.select_related(*related).order_by("pk"), request.GET.get("page")),
    }  # fmt: skip
    return render(request, "disbursement/batch_build.html", shown)


@SEES
def batch_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One batch: sums, findings, lines, hands; what may be done now and by this person."""
    hands = ("built_by", "locked_by", "reviewed_by", "released_by", "aborted_by")
    rows = DisbursementBatch.objects.visible_to(request.user).select_related("semester", "reissue_of", *hands)
    batch = get_object_or_404(rows, pk=pk)
    desk = Desk(request, batch)
    deeds = desk.holding(request.POST.get("do", ""))
    if deeds.done([batch.pk] if deeds is desk.deeds else None):
        if deeds.wanted == DOWNLOAD.name:
            stored = deeds.result.stored_file
            return download(stored.name, stored.media_type, store.read(stored))
        return download(*deeds.result) if deeds.wanted == ORDER.name else redirect("disbursement:batch", pk=pk)
    return desk.shown(ReturnFileForm())


class Desk:
    """A batch's page for one person: three kinds of deeds (on the batch, its lines, the bank's answers), what is shown."""

    def __init__(self, request: StaffRequest, batch: Any) -> None:
        self.request, self.batch = request, batch
        self.lines = PaymentLine.objects.visible_to(request.user).filter(batch=batch)
        self.states = self.lines.states()
        files = PaymentFile.objects.visible_to(request.user).filter(batch=batch)
        self.file = files.select_related("stored_file", "made_by").first()
        self.answers = ReturnLine.objects.visible_to(request.user).contradicting().filter(batch=batch)
        fetched = self.file is not None and (batch.state != BatchState.RELEASED or bank.is_taken(batch))
        self.deeds, self.line_deeds, self.answer_deeds = (
            Deeds(request, deeds, fits=self._fits)
            for deeds in (detail_deeds(fetched=fetched), LINE_DEEDS, ANSWER_DEEDS)
        )

    def _fits(self, deed: Deed) -> bool:
        states = frozenset(self.states)
        if deed in ANSWER_DEEDS and not self._settles:
            return False
        return fits(deed, self.batch, self.request.user, states, has_file=self.file is not None)

    @functools.cached_property
    def _settles(self) -> bool:
        """Whether there is an answer in a file that somebody else loaded."""
        return bool(self.answers.exclude(upload__by=self.request.user).exists())

    def holding(self, wanted: str) -> Deeds:
        """The deeds among which the posted one is."""
        groups = (self.line_deeds, self.answer_deeds)
        return next((deeds for deeds in groups if wanted in deeds.all), self.deeds)

    def shown(self, form: forms.Form) -> HttpResponse:
        """The page."""
        request, batch = self.request, self.batch
        state = request.GET.get("state", "")
        found = _doubts(batch)
        doubtful = _lines_of([*found["errors"], *found["warnings"]])
        rows = self.lines.filter(state=state) if state in list(PaymentState) else self.lines
        rows = self.lines.filter(line_no__in=doubtful) if state == DOUBTFUL else rows
        rows = rows.select_related("student", "school", "programme").order_by("line_no")
        events = history_of("disbursementbatch", batch.pk)
        shown = {
            "batch": batch,
            "bank": printing.BANK_NAMES.get(batch.bank, batch.bank),
            "deeds": self.deeds,
            "line_deeds": self.line_deeds,
            "page": page_of(rows, request.GET.get("page")),
            "state": state,
            "tabs": [
                (s.value, s.label, self.states.get(s.value, (0, 0))) for s in PaymentState if s.value in self.states
            ],
            "sums": self.lines.sums(),
            "by_programme": self.lines.sums_by("programme__name", "programme__position"),
            "by_school": self.lines.sums_of_schools(),
            **found,
            "doubtful": doubtful,
            "told_doubts": _WHO_LOOKED.get(batch.state, "审核和放行时逐条看过"),
            "file": self.file,
            "may_print": may(request.user, "batch.list"),
            "events": events,
            "given_back": next((e for e in events if e.verb == "batch.give_back"), None) if _is_draft(batch) else None,
            **self._answers(form),
        }
        return render(request, "disbursement/batch_detail.html", shown)

    def _answers(self, form: forms.Form) -> dict[str, Any]:
        """What has to do with the bank's return files."""
        loads = self.batch.mode == BatchMode.ACCOUNT and self.batch.state in (BatchState.SENT, BatchState.CLOSED)
        if not loads:
            return {"return_form": form if form.is_bound else None}
        related = ("upload__stored_file", "upload__by", "payment_line__student", "payment_line__school")
        return {
            "return_form": form if form.is_bound or may(self.request.user, "batch.load_return") else None,
            "complete": self._complete(),
            "layout": _layout(self.batch),
            "answers": list(self.answers.select_related(*related).order_by("payment_line__line_no", "pk")),
            "answer_deeds": self.answer_deeds,
        }

    def _complete(self) -> dict[str, int] | None:
        """Once every line has its result: how many were paid, how many failed and wait to be paid anew."""
        if self.batch.state != BatchState.SENT or {PaymentState.SENT, PaymentState.UNKNOWN} & set(self.states):
            return None
        failed = sum(self.states.get(state, (0, 0))[0] for state in REISSUABLE)
        waiting = self.lines.filter(state__in=REISSUABLE, retry=None).count() if failed else 0
        return {"paid": self.states.get(PaymentState.PAID, (0, 0))[0], "failed": failed, "waiting": waiting}


def _lines_of(doubts: Iterable[Finding]) -> list[Any]:
    """Numbers of the lines that something is said about, each once."""
    return sorted({line_no for doubt in doubts for line_no in doubt.subjects})


def _is_draft(batch: Any) -> bool:
    return bool(batch.state == BatchState.DRAFTED)


def _layout(batch: Any) -> dict[str, Any]:
    """How this bank's return file is laid out, with an invented example."""
    profile = profile_for(batch.bank)
    return {
        "head": profile.head_titles,
        "columns": profile.return_titles,
        "reference": profile.return_title("line_ref"),
        "example": example_return(profile, batch.no),
    }
