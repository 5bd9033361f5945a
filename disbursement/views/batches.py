"""发放批次: built by a job, locked, reviewed, released, sent; the bank's answers; reissue."""

import functools
from collections.abc import Collection
from typing import Any, Final

from django import forms
from django.contrib.messages import get_messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.audit.history import history_of
from aid_admin.county import calendar, lists
from aid_admin.db.pages import Page, page_of
from aid_admin.files import store
from aid_admin.jobs import queue
from aid_admin.jobs.views import GO_ON
from disbursement.actions import bank, batches, printing
from disbursement.banks import example_return, profile_for
from disbursement.forms import BatchFilter, BuildForm, ReturnFileForm
from disbursement.models import BatchLook, DisbursementBatch, PaymentFile, PaymentLine, ReturnLine, RosterLine, TakenOut
from disbursement.models.allotment import short_flows
from disbursement.rules.states import REISSUABLE, WAITS_FOR, BatchMode, BatchState, PaymentState
from disbursement.views.batch_deeds import (
    ANSWER_DEEDS,
    DOWNLOAD,
    FILE,
    LINE_DEEDS,
    LIST_DEEDS,
    ORDER,
    PUT_BACK,
    SEND,
    TAKE_OUT,
    Standing,
    detail_deeds,
    fits,
    waits_for,
)
from disbursement.views.batch_doubts import IN_HAND, Doubts, doubts_of
from disbursement.views.lists import BATCHES, batch_total, sums_of

SEES: Final = needs_role(Role.FINANCE_CLERK, Role.FINANCE_APPROVER, Role.AUDITOR)
_MOST_LOOKED_AT: Final = 50
DOUBTFUL: Final = "doubts"  # beside the states of lines: those that something is said about
OUT: Final = "out"  # and those that left the batch


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
        has_file=Exists(PaymentFile.objects.visible_to(request.user).filter(batch=OuterRef("pk"))),
        doubts_kept=Subquery(BatchLook.objects.visible_to(request.user).counts()),
    )
    rows = rows.select_related("built_by").order_by("-pk")
    if lists.asked(request):
        return lists.answer(
            request, BATCHES, [_with_doubts(one) for one in rows], form, total=batch_total(rows.totals())
        )
    sums = rows.totals()
    page = page_of(rows, request.GET.get("page"), counted=sums["batches"])
    taken = bank.taken_among([batch for batch in page if batch.has_file])
    for batch in page:
        _tell_what_fits(batch, request.user, taken=batch.pk in taken)
    filtered = any(form.data.get(name) for name in form.fields)
    shown = {"form": form, "page": page, "deeds": deeds, "filtered": filtered, "sums": sums, "sums_of": sums_of(sums)}
    payable = RosterLine.objects.visible_to(request.user).filter(semester=term).payable().count()
    shown |= {"may_build": may(request.user, "batch.build"), "payable": payable}
    shown["begins"] = "" if page.rows or filtered else _how_to_begin(request, payable)
    return render(request, "disbursement/batch_list.html", shown)


def _with_doubts(batch: Any) -> Any:
    """The batch with how many doubts there are, or were when it was decided; None where there is nothing to doubt."""
    if batch.state in IN_HAND:
        batch.doubts_kept = doubts_of(batch, ()).count
    return batch


def _tell_what_fits(batch: Any, user: User, *, taken: bool) -> None:
    """Names of the deeds that the listed batch lets this person do; what the others of its step wait for."""
    states = frozenset({PaymentState.SENT}) if batch.pending else frozenset()
    standing = Standing(states, has_file=batch.has_file, taken=taken)
    batch.fitting = " ".join(d.name for d in LIST_DEEDS if fits(d, batch, user, standing))
    mine = [deed for deed in LIST_DEEDS if may(user, deed.right)]
    batch.waits = [(deed.name, why) for deed in mine if (why := waits_for(deed, batch, user, standing))]
    batch.lacks_file = fits(FILE, batch, user, standing) and may(user, FILE.right)
    batch.is_counted = batch.state in IN_HAND


def _how_to_begin(request: StaffRequest, payable: int) -> str:
    """What a list without batches says; `payable`: grants that may be built."""
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
    rows = [_looked_at(request, batch, lines.filter(batch=batch).sums()["persons"]) for batch in found]
    every = [(row["batch"].no, doubt) for row in rows for doubt in (*row["doubts"].errors, *row["doubts"].warnings)]
    shown = {"rows": rows, "sums": lines.sums(), "doubts": every}
    return render(request, "disbursement/_batches_looked_at.html", shown)


def _looked_at(request: StaffRequest, batch: Any, persons: int) -> dict[str, Any]:
    found = doubts_of(batch, list(BatchLook.objects.visible_to(request.user).of(batch)))
    return {"batch": batch, "persons": persons, "doubts": found}


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
        return redirect(f"{reverse('jobs:detail', args=[job.pk])}?{GO_ON}")
    waiting = RosterLine.objects.visible_to(request.user).filter(semester=term).payable()
    taken_out = TakenOut.objects.visible_to(request.user).waiting().of(term)
    related = ("batch", "by", "roster_line__student", "roster_line__programme", "roster_line__roster__school")
    plan = batches.planned(term)
    shown = {
        "form": form, "plan": plan, "short": short_flows(term, {part.programme for part in plan}), "sums": waiting.sums(), "without": waiting.without_account().sums(), "deeds": deeds,
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
    here = desk.next_row(deeds.picked) if deeds is desk.line_deeds else ""
    if deeds.done([batch.pk] if deeds is desk.deeds else None):
        if deeds.wanted == DOWNLOAD.name:
            stored = deeds.result.stored_file
            return download(stored.name, stored.media_type, store.read(stored))
        if deeds.wanted == ORDER.name:
            return download(*deeds.result)
        return redirect(f"{request.get_full_path()}#{here}" if here else f"{request.path}#content")  # not where one was
    return desk.shown(ReturnFileForm())


class Desk:
    """A batch's page for one person: three kinds of deeds (on the batch, its lines, the bank's answers), what is shown."""

    def __init__(self, request: StaffRequest, batch: Any) -> None:
        self.request, self.batch, self.state = request, batch, request.GET.get("state", "")
        self.lines = PaymentLine.objects.visible_to(request.user).filter(batch=batch)
        self.states = self.lines.states()
        files = PaymentFile.objects.visible_to(request.user).filter(batch=batch)
        self.file = files.select_related("stored_file", "made_by").first()
        self.answers = ReturnLine.objects.visible_to(request.user).contradicting().filter(batch=batch)
        self.out = TakenOut.objects.visible_to(request.user).filter(batch=batch)
        self.taken = self.file is not None and bank.is_taken(batch)
        self.standing = Standing(frozenset(self.states), has_file=self.file is not None, taken=self.taken)
        fetched = self.taken or (self.file is not None and batch.state != BatchState.RELEASED)
        own = detail_deeds(batch, fetched=fetched, doubtful=bool(self.doubts.warnings))
        self.deeds, self.line_deeds, self.answer_deeds = (
            Deeds(request, deeds, fits=self._fits, why=self._why) for deeds in (own, LINE_DEEDS, ANSWER_DEEDS)
        )

    @functools.cached_property
    def doubts(self) -> Doubts:
        """What is said about the batch."""
        return doubts_of(self.batch, list(BatchLook.objects.visible_to(self.request.user).of(self.batch)))

    def _fits(self, deed: Deed) -> bool:
        if deed in ANSWER_DEEDS and not self._settles:
            return False
        return fits(deed, self.batch, self.request.user, self.standing)

    def _why(self, deed: Deed) -> str:
        """Why a deed of this step stands there grey; a file that is not made yet has a button of its own."""
        if deed.name == SEND.name and self.file is None:
            return ""
        return waits_for(deed, self.batch, self.request.user, self.standing)

    @functools.cached_property
    def _settles(self) -> bool:
        """Whether there is an answer in a file that somebody else loaded."""
        return bool(self.answers.exclude(upload__by=self.request.user).exists())

    def holding(self, wanted: str) -> Deeds:
        """The deeds among which the posted one is."""
        groups = (self.line_deeds, self.answer_deeds)
        return next((deeds for deeds in groups if wanted in deeds.all), self.deeds)

    def _wanted_lines(self) -> Any:
        """The lines of the tab that is open, in their order."""
        if self.state == DOUBTFUL:
            return self.lines.filter(line_no__in=self.doubts.lines).order_by("line_no")
        rows = self.lines.filter(state=self.state) if self.state in list(PaymentState) else self.lines
        return rows.order_by("line_no")

    def next_row(self, picked: Collection[int]) -> str:
        """The row after those that are picked, where the eye goes on when they are gone."""
        gone = self.lines.filter(pk__in=picked).order_by("line_no").values_list("line_no", flat=True)
        rest = self._wanted_lines().exclude(pk__in=picked).values_list("line_no", flat=True)
        after = rest.filter(line_no__gt=gone[0]).first() if gone else None
        return f"line-{after}" if after else "lines"

    def _page(self, number: str | None) -> Page:
        """The rows of the tab that is open: payment lines with what is said about them, or what was taken out."""
        if self.state == OUT:
            return page_of(self.out.with_whereabouts().order_by("line_no", "pk"), number)
        page = page_of(self._wanted_lines().select_related("student", "school", "programme"), number)
        self.doubts.tell(page.rows)
        return page

    def shown(self, form: forms.Form) -> HttpResponse:
        """The page."""
        request, batch = self.request, self.batch
        events = history_of("disbursementbatch", batch.pk)
        shown = {
            "batch": batch,
            "waits_for": WAITS_FOR.get(BatchState(batch.state), ""),
            "bank": printing.BANK_NAMES.get(batch.bank, batch.bank),
            "deeds": self.deeds,
            "line_deeds": self.line_deeds,
            "page": self._page(request.GET.get("page")),
            "state": self.state,
            "out_count": self.out.count(),
            "tabs": [
                (s.value, self._label(s), self.states.get(s.value, (0, 0)))
                for s in PaymentState
                if s.value in self.states
            ],
            "sums": self.lines.sums(),
            "by_programme": self.lines.sums_by("programme__name", "programme__position"),
            "by_school": self.lines.sums_of_schools(),
            "doubts": self.doubts,
            "answered": batch.mode == BatchMode.ACCOUNT and batch.state in (BatchState.SENT, BatchState.CLOSED),
            "file": self.file,
            "may_print": may(request.user, "batch.list"),
            "events": events,
            "given_back": next((e for e in events if e.verb == "batch.give_back"), None) if _is_draft(batch) else None,
            **_said(request),
            **self._answers(form),
        }
        return render(request, "disbursement/batch_detail.html", shown)

    def _label(self, state: PaymentState) -> str:
        """As it stands in the rows: what is waived is not sent anywhere."""
        waived = self.batch.mode == BatchMode.WAIVER and state == PaymentState.WAITING
        return "待减免" if waived else state.label

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


def _said(request: StaffRequest) -> dict[str, Any]:
    """What was done, told where it was done: about lines beside them, the rest on top."""
    every = list(get_messages(request))
    here = [one for one in every if one.extra_tags == TAKE_OUT.place]
    return {"said_here": here, "messages": [one for one in every if one not in here]}


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
