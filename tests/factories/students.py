"""Pupils at a school, without files: for pages and scopes. What files make comes from factories.intake."""

from itertools import count
from typing import Any

from django.utils import timezone

from aid_admin.accounts.models import User
from aid_admin.county.models import School
from aid_admin.lib import id_card, names
from students.actions.accounts import seal_of
from students.models import BankAccount, Placement, Student
from tests.factories import county, people

_NUMBERS = count(1)


def student(**columns: Any) -> Student:
    """A pupil with a valid number."""
    number = str(columns.pop("id_number", None) or people.id_number())
    name = columns.pop("name", None) or people.name()
    return Student.objects.create(
        id_number=number, name=name, name_key=names.key(name), pinyin_initials=names.initials(name)[:20],
        id_tail=number[-4:], birth_date=id_card.birth_date(number), sex=id_card.sex(number), **columns,
    )  # fmt: skip


def placed(at: School, *, standing: str = "GO", stage: str = "PRIMARY", **columns: Any) -> Placement:
    """A pupil who is at the school in the semester."""
    pupil = columns.pop("student", None) or student()
    return Placement.objects.create(
        student=pupil, semester=county.semester(), school=at, stage=stage, grade="三年级", grade_year=3,
        class_name="1班", boarding="BOARDER", standing=standing, **columns,
    )  # fmt: skip


def account(
    owner: Student, *, proposed_by: User, verified_by: User | None = None, number: str = "", **columns: Any
) -> BankAccount:
    """A version of a pupil's account, verified if `verified_by` is given."""
    made = BankAccount(
        student=owner, version=columns.pop("version", 1), holder_name=owner.name, account_no=number or people.account_no(),
        kind="PASSBOOK", bank="RCC", proposed_by=proposed_by, verified_by=verified_by,
        verified_at=timezone.now() if verified_by else None, **columns,
    )  # fmt: skip
    made.seal = seal_of(made)
    made.save()
    return made
