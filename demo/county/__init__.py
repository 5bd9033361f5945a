"""The invented county: its people, and the files its departments and schools send."""

from demo.county.make import make_county

__all__ = ["make_county"]
