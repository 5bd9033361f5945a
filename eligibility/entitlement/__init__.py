"""Entitlement: facts of one pupil and dated rules in, one decision with its reason out. Pure."""

from eligibility.entitlement.book import Rulebook, from_reference
from eligibility.entitlement.decide import entitle, programmes_considered
from eligibility.entitlement.facts import AdmissionRule, Claim, Decision, PupilFacts, Standard

__all__ = [
    "AdmissionRule",
    "Claim",
    "Decision",
    "PupilFacts",
    "Rulebook",
    "Standard",
    "entitle",
    "from_reference",
    "programmes_considered",
]
