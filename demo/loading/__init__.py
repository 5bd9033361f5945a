"""Driving a demo county's semester from its source files through the real actions."""

from demo.loading.semester import HOPS, load, outcome

__all__ = ["HOPS", "load", "outcome"]
