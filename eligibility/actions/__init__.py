"""Writes of recognition, comparison and entitlement."""

from eligibility.actions import applications, compare, decisions, entitle, placing, registries

__all__ = ["applications", "compare", "decisions", "entitle", "placing", "registries"]
