"""Writes of the intake: staging, reading, putting in force, marking, reference tables."""

from aid_admin.intake.actions import force, marking, reference, staging

__all__ = ["force", "marking", "reference", "staging"]
