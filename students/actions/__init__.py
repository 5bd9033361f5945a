"""Writes of students: rolls, attendance, accounts."""

from students.actions import accounts, rolls

__all__ = ["accounts", "rolls"]
