"""Job functions by name; apps register theirs in ready() as dotted paths, so nothing is imported early."""

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

_PATHS: dict[str, tuple[str, str]] = {}


def register(kind: str, path: str, title: str) -> None:
    """Name the function behind a kind of job; `path` = "app.tasks.function", `title` in Chinese."""
    _PATHS[kind] = (path, title)


def function(kind: str) -> Callable[..., Any]:
    """The function registered for the kind."""
    found: Callable[..., Any] = import_string(_PATHS[kind][0])
    return found


def title(kind: str) -> str:
    """The kind's Chinese name."""
    return _PATHS[kind][1] if kind in _PATHS else kind
