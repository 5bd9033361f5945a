"""Rosters, publicity, objections, batches, payment lines, files and returns."""

from disbursement.models.allotment import Allotment
from disbursement.models.batch import DisbursementBatch, PaymentFile, PaymentLine
from disbursement.models.filed import FiledLine
from disbursement.models.look import BatchLook
from disbursement.models.publicity import Objection, PublicityEvidence, PublicityLine, PublicityPeriod
from disbursement.models.returned import ReturnDecision, ReturnLine
from disbursement.models.roster import Roster
from disbursement.models.roster_line import RosterLine
from disbursement.models.taken_out import TakenOut

__all__ = [
    "Allotment",
    "BatchLook",
    "DisbursementBatch",
    "FiledLine",
    "Objection",
    "PaymentFile",
    "PaymentLine",
    "PublicityEvidence",
    "PublicityLine",
    "PublicityPeriod",
    "ReturnDecision",
    "ReturnLine",
    "Roster",
    "RosterLine",
    "TakenOut",
]
