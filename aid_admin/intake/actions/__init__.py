"""Writes of the intake: staging, reading, putting in force, marking, printing, reference tables."""

from aid_admin.intake.actions import force, marking, printing, reference, staging

__all__ = ["force", "marking", "printing", "reference", "staging"]
