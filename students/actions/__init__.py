"""Writes of students: rolls, attendance, accounts, late pupils."""

from students.actions import accounts, late, rolls

__all__ = ["accounts", "late", "rolls"]
