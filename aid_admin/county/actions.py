"""Semesters and the demo's clock, reference tables, and lists that leave as workbooks."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, InternalError, models, transaction

from aid_admin.accounts.acting import Moved, action, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import DemoClock, School, Semester
from aid_admin.county.permissions import ALLOWED
from aid_admin.lib import semester as semester_text
from aid_admin.lib import xlsx_out
from aid_admin.lib.refusals import BadInput, Refused
from aid_admin.lib.xlsx_out import ColumnOut, Sheet, Value

MOST: Final = 100_000  # rows of a list that leaves
_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class ListOut:
    """How a list leaves: its name, its columns, and the values of one row in their order.

    `summed`: headings of the columns that are added up in a last row, which is counted as none.
    """

    name: str
    columns: Sequence[ColumnOut]
    values: Callable[[Any], Sequence[Value]]
    summed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class ListAdded:
    """A further sheet of a list's workbook."""

    listed: ListOut
    rows: Any


@action("semester.create", ALLOWED)
def create_semester(
    *, by: User, code: str, starts_on: date, ends_on: date, cut_off_on: date | None = None
) -> list[Moved]:
    """Add a semester; its days must not overlap another's."""
    try:
        semester_text.label(code)
    except ValueError as problem:
        raise BadInput(f"学期代码“{code}”不对，应如 2020-autumn。") from problem
    if ends_on <= starts_on:
        raise BadInput("学期的结束日期应在开始日期之后。")
    if Semester.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Refused("与已有学期的日期重叠，请检查。")
    made = Semester.objects.create(code=code, starts_on=starts_on, ends_on=ends_on, cut_off_on=cut_off_on or starts_on)
    record("semester", made.code, to_state="CREATED")
    return [Moved("semester", made.code, None, "CREATED")]


@action("demo.mark", ALLOWED)
def mark_demo(*, by: User) -> list[Moved]:
    """Mark an empty database as demo; its business date is the first semester's first day."""
    if DemoClock.objects.exists():
        return []
    if School.objects.exists():
        raise Refused("数据库中已有数据，不能标为演示。")
    first = Semester.objects.order_by("starts_on").first()
    if first is None:
        raise Refused("还没有学期，请先运行 migrate。")
    clock = DemoClock.objects.create(business_date=first.starts_on)
    record("democlock", clock.pk, to_state=str(first.starts_on))
    return [Moved("democlock", clock.pk, None, str(first.starts_on))]


@action("demo.business_date", ALLOWED)
def set_business_date(*, by: User, date: date) -> list[Moved]:
    """Move the demo's date forward, never back."""
    clock = DemoClock.objects.select_for_update().first()
    if clock is None:
        raise Refused("这不是演示数据库，业务日期就是当天，不能改动。")
    old = clock.business_date
    if date < old:
        raise Refused(f"演示日期只能往后走：当前是 {old}。")
    if date != old:
        DemoClock.objects.filter(pk=clock.pk).update(business_date=date)
        record("democlock", clock.pk, from_state=str(old), to_state=str(date))
    return [Moved("democlock", clock.pk, str(old), str(date))]


@action("reference.save", ALLOWED)
def save_reference(*, by: User, row: models.Model) -> None:
    """Save one row of a reference table; the table's own guards decide what may change."""
    created = row.pk is None
    try:
        with transaction.atomic():
            row.save()
    except (IntegrityError, InternalError) as problem:
        raise Refused(f"不能保存：{_why(problem)}") from problem
    record(row._meta.model_name or "", row.pk, to_state="CREATED" if created else "CHANGED", reason=str(row))


@action("reference.delete", ALLOWED)
def delete_reference(*, by: User, row: models.Model) -> None:
    """Delete one row of a reference table that nothing rests on."""
    pk = row.pk
    try:
        with transaction.atomic():
            row.delete()
    except (IntegrityError, InternalError, models.ProtectedError) as problem:
        raise Refused("不能删除：已有数据使用这一行。可以填写截止日期使其停用。") from problem
    record(row._meta.model_name or "", pk, to_state="DELETED", reason=str(row))


@action("reference.import", ALLOWED)
def log_reference_import(*, by: User, table: str, totals: dict[str, int]) -> None:
    """Log a confirmed import of a reference table."""
    record(table, "*", to_state="IMPORTED", count=sum(totals.values()), reason=str(totals))


@action("page.export", ALLOWED)
def export_list(
    *, by: User, listed: ListOut, rows: Any, filters: str, total: Sequence[Value] = (), added: Sequence[ListAdded] = ()
) -> bytes:
    """The rows as a workbook; logged with filters, count and digest. Refused above MOST rows.

    `total`: a last row of sums that are known already; `added`: further sheets.
    """
    if _count(rows) > MOST:
        raise Refused(f"超过 {MOST:,} 行，一张表放不下。请先用筛选（如学校、状态）缩小范围，再导出。")
    values = _values(listed, rows)
    footer = calendar.stamp(by, filters)
    more = [_sheet(one.listed, _values(one.listed, one.rows), (), footer) for one in added]
    data = xlsx_out.write([_sheet(listed, values, total, footer), *more], footer=footer)
    digest = hashlib.sha256(data).hexdigest()
    record("export", listed.name, to_state="EXPORTED", count=len(values), digest=digest, reason=filters)
    return data


def _values(listed: ListOut, rows: Any) -> list[Sequence[Value]]:
    every = rows if isinstance(rows, list) else rows.iterator(chunk_size=_AT_ONCE)
    return [listed.values(row) for row in every]


def _sheet(listed: ListOut, values: list[Sequence[Value]], total: Sequence[Value], footer: str) -> Sheet:
    if listed.summed and values and not total:
        total = xlsx_out.total_row(listed.columns, values, listed.summed)
    return Sheet(listed.name, listed.columns, values, (f"共 {len(values)} 行。{footer}",), total=total)


def _count(rows: Any) -> int:
    return len(rows) if isinstance(rows, list) else int(rows.order_by().values("pk")[: MOST + 1].count())


def _why(problem: Exception) -> str:
    text = str(problem)
    if "overlap" in text:
        return "与已有的同类标准日期重叠，请先给旧标准填写截止日期。"
    if "never edited" in text:
        return "已有学生按这一行核定，不能改动；请填写截止日期并新增一行。"
    return text.splitlines()[0]
