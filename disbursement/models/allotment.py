"""资金指标: what the county was given for a programme and semester, by source; and what became of the money."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from aid_admin.accounts.models import User
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.db.base import Row
from aid_admin.db.fields import FenField
from aid_admin.db.scope import CountyQuerySet
from disbursement.rules.states import FundSource
from eligibility.models import AidProgramme

_FLOW = """
SELECT g.code, g.name,
       COALESCE((SELECT sum(l.amount_fen) FROM disbursement_rosterline l JOIN disbursement_roster r ON r.id = l.roster_id
          WHERE l.semester_id = %(term)s AND l.programme_id = g.id AND r.state IN ('APPROVED', 'CONFIRMED')
            AND l.state IN ('ACCEPTED', 'HELD')), 0),
       COALESCE(p.batched, 0), COALESCE(p.sent, 0), COALESCE(p.paid, 0), COALESCE(p.failed, 0)
  FROM eligibility_aidprogramme g LEFT JOIN (
    SELECT p.programme_id,
           sum(p.amount_fen) FILTER (WHERE p.state IN ('WAITING', 'SENT', 'UNKNOWN', 'PAID')) AS batched,
           sum(p.amount_fen) FILTER (WHERE b.mode = 'ACCOUNT' AND p.state IN ('SENT', 'UNKNOWN', 'PAID')) AS sent,
           sum(p.amount_fen) FILTER (WHERE p.state = 'PAID') AS paid,
           sum(p.amount_fen) FILTER (WHERE p.state IN ('FAILED', 'RETURNED_LATER') AND NOT EXISTS (
               SELECT 1 FROM disbursement_paymentline n WHERE n.retry_of_id = p.id)) AS failed
      FROM disbursement_paymentline p JOIN disbursement_disbursementbatch b ON b.id = p.batch_id
     WHERE b.semester_id = %(term)s AND b.state <> 'ABORTED' GROUP BY p.programme_id) p ON p.programme_id = g.id
 ORDER BY g.position"""


class AllotmentQuerySet(CountyQuerySet):
    """What was allotted, without what was taken back."""

    def live(self) -> Any:
        """Entries that count."""
        return self.filter(taken_back_by=None)


class Allotment(Row):
    """One entry: an official document that gives an amount for one programme and semester from one source."""

    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    programme = models.ForeignKey(AidProgramme, on_delete=models.PROTECT, verbose_name="资助项目")
    source = models.CharField("资金来源", max_length=10, choices=FundSource.choices())
    amount_fen = FenField("金额（分）")
    document_no = models.CharField("指标文号", max_length=60)
    received_on = models.DateField("下达日期")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    taken_back_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="撤销人"
    )
    taken_back_reason = models.TextField("撤销原因", blank=True)

    objects = AllotmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资金指标"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="allotment_positive"),
            models.CheckConstraint(condition=~Q(document_no=""), name="allotment_has_a_document"),
            models.CheckConstraint(
                condition=Q(taken_back_by=None, taken_back_reason="")
                | Q(taken_back_by__isnull=False) & ~Q(taken_back_reason=""),
                name="taken_back_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["semester", "programme", "source", "document_no"], condition=Q(taken_back_by=None),
                name="one_allotment_of_a_document",
            ),
        ]  # fmt: skip
        triggers: ClassVar = [
            pgtrigger.ReadOnly(
                name="facts",
                fields=["semester", "programme", "source", "amount_fen", "document_no", "received_on", "by"],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.document_no}（{self.get_source_display()}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A programme's money in a semester, in fen: allotted by source, on approved rosters, in batches, at the bank, arrived, come back."""

    code: str
    name: str
    sources: tuple[int, ...]
    approved: int
    batched: int
    sent: int  # through a bank and not come back: what arrived, too
    paid: int
    failed: int
    in_part: bool  # of the sum: some programme has rosters and no entry, so what is left is not known

    @property
    def allotted(self) -> int:
        """Of all sources."""
        return sum(self.sources)

    @property
    def left(self) -> int | None:
        """What approved rosters do not bind; negative where they need more; None where it was not entered (in whole)."""
        return self.allotted - self.approved if self.allotted and not self.in_part else None


def flows_of(term: Semester) -> list[Flow]:
    """Every programme's money, and the sum of all under an empty code. Two queries."""
    rows = Allotment.objects.live().filter(semester=term).values_list("programme__code", "source")
    given = {(code, source): fen for code, source, fen in rows.annotate(fen=models.Sum("amount_fen"))}
    flows = [
        Flow(
            code=code, name=name, sources=tuple(int(given.get((code, source), 0)) for source in FundSource),
            approved=int(approved), batched=int(batched), sent=int(sent), paid=int(paid), failed=int(failed),
            in_part=False,
        )
        for code, name, approved, batched, sent, paid, failed in bulk.query(_FLOW, {"term": term.pk})
    ]  # fmt: skip
    return [*flows, _total(flows)]


def short_flows(term: Semester, programmes: Collection[str]) -> list[Flow]:
    """Those of the programmes (by name) for which less was allotted than approved rosters bind. Two queries."""
    return [flow for flow in flows_of(term)[:-1] if flow.name in programmes and (flow.left or 0) < 0]


def _total(flows: list[Flow]) -> Flow:
    sources = tuple(sum(flow.sources[place] for flow in flows) for place in range(len(FundSource)))
    summed = ("approved", "batched", "sent", "paid", "failed")
    sums = {name: sum(getattr(flow, name) for flow in flows) for name in summed}
    in_part = any(flow.approved and not flow.allotted for flow in flows)
    return Flow(code="", name="合计", sources=sources, in_part=in_part, **sums)
