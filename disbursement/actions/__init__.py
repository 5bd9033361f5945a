"""Writes of rosters, publicity, batches and the bank; papers handed out."""

from disbursement.actions import (
    bank,
    batches,
    doubts,
    drafting,
    filing,
    funds,
    lines,
    lists,
    notices,
    objections,
    printing,
    publicity,
    rosters,
    settling,
    summary,
    taking_out,
)

__all__ = [
    "bank",
    "batches",
    "doubts",
    "drafting",
    "filing",
    "funds",
    "lines",
    "lists",
    "notices",
    "objections",
    "printing",
    "publicity",
    "rosters",
    "settling",
    "summary",
    "taking_out",
]
