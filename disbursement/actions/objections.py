"""Objections on paper: the outcome told to who objected."""

from typing import Any

from aid_admin.accounts.acting import action
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.lib.refusals import Refused
from disbursement.actions.printing import logged, office, one_in_reach
from disbursement.models import Objection, PublicityLine
from disbursement.papers.objection_letter import ObjectionLetter, objection_paper
from disbursement.papers.paper import Paper
from disbursement.permissions import ALLOWED


@action("objection.print", ALLOWED)
def print_outcome(*, by: User, objection: int) -> Paper:
    """The 异议处理结果告知书 of a decided objection; logged. Raises Refused as long as it is open."""
    rows = Objection.objects.select_related("roster_line__roster__school", "roster_line__roster__period")
    found: Any = one_in_reach(rows, "objection.print", by, objection)
    if not found.outcome:
        raise Refused("这条异议还没有结论，作出结论以后才能打印告知书。")
    line = found.roster_line
    hung = PublicityLine.objects.filter(roster_line=line, period=line.roster.period).get()
    letter = ObjectionLetter(
        number=found.pk, period=line.roster.period.title, school=hung.school_name, group=f"{hung.grade}{hung.class_name}",
        pupil=hung.name, programme=hung.programme_name, channel=found.channel, received_on=found.received_on,
        text=found.text, outcome=found.outcome, finding=found.finding, dated=calendar.business_date(), office=office(),
    )  # fmt: skip
    return logged(objection_paper(letter), "objection", found.pk, 1, school_code=line.scope_code)
