"""A page's list as a workbook: the rows that its filters found, in its order, masked as on the screen."""

import functools
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.timezone import localtime

from aid_admin.accounts.acting import action, record
from aid_admin.accounts.deeds import TAKE_LIST, download
from aid_admin.accounts.gate import StaffRequest, View
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.permissions import ALLOWED
from aid_admin.lib import xlsx_out
from aid_admin.lib.refusals import Refused
from aid_admin.lib.xlsx_out import ColumnOut, Sheet, Value

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST: Final = 100_000
_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class ListOut:
    """How a list leaves: its name, its columns, and the values of one row in their order."""

    name: str
    columns: Sequence[ColumnOut]
    values: Callable[[Any], Sequence[Value]]


def shown_or_taken(view: View) -> View:
    """The page may be looked at, and its list taken along; any other POST is refused (405)."""

    @functools.wraps(view)
    def run(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") or asked(request):
            return view(request, *args, **kwargs)
        return HttpResponseNotAllowed(["GET", "HEAD"])

    return run


def asked(request: StaffRequest) -> bool:
    """Whether the page's list is wanted as a workbook."""
    return request.method == "POST" and request.POST.get("do") == TAKE_LIST


def answer(request: StaffRequest, listed: ListOut, rows: Any, form: forms.Form | None = None) -> HttpResponse:
    """The list as xlsx; `rows` are those of the page before it is cut, `form` holds the filters."""
    filters = in_words(form) if form else ""
    name = f"{listed.name}-{localtime():%Y%m%d-%H%M}.xlsx"
    return download(name, XLSX, export_list(by=request.user, listed=listed, rows=rows, filters=filters))


@action("page.export", ALLOWED)
def export_list(*, by: User, listed: ListOut, rows: Any, filters: str) -> bytes:
    """The rows as a workbook; logged with filters, count and digest. Refused above MOST rows."""
    if _count(rows) > MOST:
        raise Refused(f"超过 {MOST:,} 行，一张表放不下。请先用筛选（如学校、状态）缩小范围，再导出。")
    every = rows if isinstance(rows, list) else rows.iterator(chunk_size=_AT_ONCE)
    values = [listed.values(row) for row in every]
    footer = calendar.stamp(by, filters)
    data = xlsx_out.write(
        [Sheet(listed.name, listed.columns, values, (f"共 {len(values)} 行。{footer}",))], footer=footer
    )
    digest = hashlib.sha256(data).hexdigest()
    record("export", listed.name, to_state="EXPORTED", count=len(values), digest=digest, reason=filters)
    return data


def _count(rows: Any) -> int:
    return len(rows) if isinstance(rows, list) else int(rows.order_by().values("pk")[: MOST + 1].count())


def in_words(form: forms.Form) -> str:
    """The filled-in filters as a person reads them: 学校=鹤壁小学；状态=已上报."""
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return "；".join(
        f"{form.fields[name].label}={_said(form.fields[name], value)}" for name, value in given.items() if value
    )


def _said(field: Any, value: object) -> str:
    if value is True:
        return "是"
    known: Iterable[tuple[Any, Any]] = getattr(field, "choices", ())
    return str(dict(known).get(value, value))
