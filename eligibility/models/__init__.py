"""Registries, applications, comparison, programmes and entitlement."""

from eligibility.models.application import AidApplication, ApplicationMember, ApplicationRow
from eligibility.models.comparison import (
    ComparisonResult,
    CoverageDecision,
    CoverageGap,
    MatchDecision,
    Run,
    RunKind,
    RunState,
)
from eligibility.models.entitlement import Entitlement, StudentCategory
from eligibility.models.programme import AidProgramme, AidStandard, CategoryRule, ProgrammeExclusion
from eligibility.models.registry import RegistryRecord

__all__ = [
    "AidApplication",
    "AidProgramme",
    "AidStandard",
    "ApplicationMember",
    "ApplicationRow",
    "CategoryRule",
    "ComparisonResult",
    "CoverageDecision",
    "CoverageGap",
    "Entitlement",
    "MatchDecision",
    "ProgrammeExclusion",
    "RegistryRecord",
    "Run",
    "RunKind",
    "RunState",
    "StudentCategory",
]
