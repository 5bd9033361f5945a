"""Students, their rolls, attendance, placements and bank accounts."""

from students.models.account import ACCOUNT_KINDS, AccountRow, BankAccount
from students.models.roll import AttendanceRecord, EnrolmentRecord, FamilyMember
from students.models.student import Placement, Student

__all__ = [
    "ACCOUNT_KINDS",
    "AccountRow",
    "AttendanceRecord",
    "BankAccount",
    "EnrolmentRecord",
    "FamilyMember",
    "Placement",
    "Student",
]
