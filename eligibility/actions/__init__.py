"""Writes of recognition, comparison and entitlement."""

from eligibility.actions import applications, compare, decisions, entitle, listing, placing, registries

__all__ = ["applications", "compare", "decisions", "entitle", "listing", "placing", "registries"]
