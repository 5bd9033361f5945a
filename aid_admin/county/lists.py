"""A page's list as a workbook: the rows that its filters found, in its order, masked as on the screen."""

import functools
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.timezone import localtime

from aid_admin.accounts.deeds import TAKE_LIST, download
from aid_admin.accounts.gate import StaffRequest, View
from aid_admin.county import calendar
from aid_admin.county.actions import ListAdded, ListOut, export_list

__all__ = ["ListAdded", "ListOut", "answer", "asked", "in_words", "shown_or_taken"]

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


def answer(
    request: StaffRequest, listed: ListOut, rows: Any, form: forms.Form | None = None, **more: Any
) -> HttpResponse:
    """The list as xlsx; `rows` are those of the page before it is cut, `form` holds the filters; `more`: as export_list."""
    term = calendar.chosen(request.session)
    filters = "；".join(text for text in (f"学期={term}", in_words(form) if form else "") if text)
    name = f"{listed.name}-{term}-{localtime():%Y%m%d-%H%M}.xlsx"
    return download(name, XLSX, export_list(by=request.user, listed=listed, rows=rows, filters=filters, **more))


def in_words(form: forms.Form) -> str:
    """The filled-in filters as a person reads them: 学校=鹤壁小学；状态=已上报."""
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return "；".join(
        f"{form.fields[name].label}={_said(form.fields[name], value)}"
        for name, value in given.items()
        if value and form.fields[name].label
    )


def _said(field: Any, value: object) -> str:
    if value is True:
        return "是"
    known: Iterable[tuple[Any, Any]] = getattr(field, "choices", ())
    return str(dict(known).get(value, value))
