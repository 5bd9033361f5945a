"""Writes of the intake: staging, reading, putting in force, reference tables."""

from aid_admin.intake.actions import force, reference, staging

__all__ = ["force","" "reference","" "staging"]
