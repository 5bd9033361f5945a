"""Job functions by name; apps register theirs in ready() as dotted paths, so nothing is imported early."""

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

_PATHS: dict[str, tuple[str, str, str]] = {}


def register(kind: str, path: str, title: str, page: str = "") -> None:
    """Name the function behind a kind of job; `path` = "app.tasks.function", `title` in Chinese.

    `page`: where its outcome is seen; {id} stands for the job's subject.
    """
    _PATHS[kind] = (path, title, page)


def function(kind: str) -> Callable[..., Any]:
    """The function registered for the kind."""
    found: Callable[..., Any] = import_string(_PATHS[kind][0])
    return found


def title(kind: str) -> str:
    """The kind's Chinese name."""
    return _PATHS[kind][1] if kind in _PATHS else kind


def outcome_page(kind: str, subject: str) -> str:
    """The address where the outcome of such a job is seen; "" if there is none."""
    return _PATHS[kind][2].format(id=subject) if kind in _PATHS else ""
