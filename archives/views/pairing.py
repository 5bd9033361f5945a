"""结对帮扶: registered-poor pupils and their mentors, pairs of pupils."""

from typing import Any, Final

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from aid_admin.accounts.acting import may
from aid_admin.accounts.deeds import Deed, Deeds, download
from aid_admin.accounts.gate import StaffRequest, needs, needs_role
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.county import calendar, lists
from aid_admin.db.pages import page_of
from archives.actions import pairing
from archives.forms import EndForm, MentorForm, PairingFilter, PeerFilter, PeerForm
from archives.models import MentoringPair, PeerPair
from archives.views.lists import PEERS
from students.models import Student

_SEES: Final = needs_role(*sorted(SCHOOL_ROLES), Role.REVIEWER, Role.APPROVER, Role.AUDITOR)
ASSIGN: Final = Deed(
    "assign", "pairing.assign", "安排帮扶教师", pairing.assign_mentor, "student", "已为 {n} 名学生安排帮扶教师。",
    form=MentorForm, icon="person-hearts", takes=("semester",),
)  # fmt: skip
PAIR: Final = Deed(
    "pair",
    "peers.pair",
    "新增手拉手",
    pairing.pair_peers,
    done="已结对。",
    form=PeerForm,
    icon="plus-lg",
    takes=("semester",),
)
END: Final = Deed(
    "end", "peers.end", "结束结对", pairing.end_peers, "pair", "已结束 {n} 对。", tone="plain", icon="x-lg"
)
STOP: Final = Deed(
    "stop",
    "pairing.end",
    "结束结对",
    pairing.end_pairs,
    "pair",
    "已结束结对。",
    form=EndForm,
    tone="plain",
    icon="x-lg",
)


@_SEES
def pairing_list(request: StaffRequest) -> HttpResponse:
    """Every registered-poor pupil who is aided, with the mentor or without one."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (ASSIGN,))
    if deeds.done(semester=term.code):
        return redirect(request.get_full_path())
    form = PairingFilter(request.GET or None, user=request.user)
    every = pairing.pupils_to_pair(term, request.user).annotate(pair=_pair(request.user, "pk"))
    rows = _filtered(request, every, form).annotate(
        mentor=_pair(request.user, "mentor_name"),
        mentor_post=_pair(request.user, "mentor_post"),
        since=_pair(request.user, "began_on"),
    )
    listed = rows.select_related("student__village__township", "school")
    shown = {
        "form": form,
        "page": page_of(
            listed.order_by("school__code", "grade_year", "class_name", "student__name_key", "pk"),
            request.GET.get("page"),
        ),
        "deeds": deeds,

        **_coverage(every),
        "may_export": may(request.user, "pairing.export"),
    }  # fmt: skip
    return render(request, "archives/pairing_list.html", shown)


def _coverage(every: Any) -> dict[str, int]:
    """How many are to have a mentor, have one, and have none."""
    found: dict[str, int] = every.aggregate(total=Count("pk"), paired=Count("pair"))
    return found | {"unpaired": found["total"] - found["paired"]}


def _pair(user: User, column: str) -> Any:
    """A column of the pupil's live pair."""
    return Subquery(
        MentoringPair.objects.visible_to(user).live().filter(student=OuterRef("student")).values(column)[:1]
    )


def _filtered(request: StaffRequest, rows: Any, form: PairingFilter) -> Any:
    rows = rows.filter(**form.wanted(school="school__code", township="student__village__township__code"))
    chosen = form.wanted(q="q", paired="paired")
    if "paired" in chosen:
        rows = rows.filter(pair__isnull=chosen["paired"] == "no")
    if "q" in chosen:
        rows = rows.filter(student__in=Student.objects.visible_to(request.user).search(chosen["q"]))
    return rows


@_SEES
def mentor_history(request: StaffRequest, student: int) -> HttpResponse:
    """All mentors that a pupil has had, with the reasons of change."""
    found = get_object_or_404(Student.objects.visible_to(request.user), pk=student)
    pairs = MentoringPair.objects.visible_to(request.user).filter(student=found)
    live = pairs.live().first()
    deeds = Deeds(request, (STOP,), fits=lambda _deed: live is not None)
    if live is not None and deeds.done([live.pk]):
        return redirect(request.get_full_path())
    pairs = pairs.select_related("school", "by", "ended_by").order_by("-began_on", "-pk")
    return render(request, "archives/mentor_history.html", {"student": found, "pairs": list(pairs), "deeds": deeds})


@require_POST
@needs("pairing.export")
def pairing_export(request: StaffRequest) -> HttpResponse:
    """Pupils and mentors as xlsx; logged."""
    return download(*pairing.export_pairs(by=request.user, semester=calendar.chosen(request.session).code))


@_SEES
def peer_list(request: StaffRequest) -> HttpResponse:
    """The semester's pairs of pupils."""
    term = calendar.chosen(request.session)
    deeds = Deeds(request, (PAIR, END))
    if deeds.done(semester=term.code):
        return redirect(request.get_full_path())
    form = PeerFilter(request.GET or None, user=request.user)
    mine = PeerPair.objects.visible_to(request.user).filter(semester=term)
    rows = mine.filter(**form.wanted(school="school__code"))
    if found := form.wanted(q="q"):
        some = Student.objects.visible_to(request.user).search(found["q"])
        rows = rows.filter(helper__in=some) | rows.filter(helped__in=some)
    rows = rows.select_related("helper", "helped", "school").order_by("school__code", "-began_on", "-pk")
    if lists.asked(request):
        return lists.answer(request, PEERS, rows, form)
    shown = {"form": form, "page": page_of(rows, request.GET.get("page")), "deeds": deeds, "live": mine.live().count()}
    return render(request, "archives/peer_list.html", shown)
