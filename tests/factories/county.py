"""Schools and fees; townships, villages and the semester are there from the migrations."""

from datetime import date
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from aid_admin.county.models import School, SchoolFee, SchoolStage, Semester, Township
from aid_admin.lib import names

_NUMBERS = count(1)
SEMESTER = "2020-spring"


def semester() -> Semester:
    """The semester of the reference data."""
    return Semester.objects.get(code=SEMESTER)


def school(code: str = "", name: str = "", stages: tuple[str, ...] = ("PRIMARY",), **columns: Any) -> School:
    """A school with its stages, in the first township unless said."""
    number = next(_NUMBERS)
    title = name or f"试验{number}小学"
    columns.setdefault("township", Township.objects.order_by("code").first())
    made = School.objects.create(code=code or f"9{number:09d}", name=title, name_key=names.key(title), **columns)
    SchoolStage.objects.bulk_create([SchoolStage(school=made, stage=stage) for stage in stages])
    return made


def fee(at: School, stage: str, amount_fen: int, major_code: str = "") -> SchoolFee:
    """A fee from 2019 on, without end."""
    return SchoolFee.objects.create(
        school=at, stage=stage, major_code=major_code, amount_fen=amount_fen, basis_doc="淇价字〔2019〕1号",
        during=DateRange(date(2019, 9, 1), None),
    )  # fmt: skip
