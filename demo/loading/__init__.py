"""Driving a demo county's semester from its source files through the real actions."""

from demo.loading.semester import HOPS, LAST_HOP, PRACTICE, load, outcome

__all__ = ["HOPS", "LAST_HOP", "PRACTICE", "load", "outcome"]
