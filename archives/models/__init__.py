"""Letters, dossiers, visits and pairings."""

from archives.models.dossier import ArchivePackage, EvidenceItem
from archives.models.letter import NoticeLetter
from archives.models.pairing import MentoringPair, PeerActivity, PeerPair
from archives.models.visit import HomeVisit

__all__ = [
    "ArchivePackage",
    "EvidenceItem",
    "HomeVisit",
    "MentoringPair",
    "NoticeLetter",
    "PeerActivity",
    "PeerPair",
]
