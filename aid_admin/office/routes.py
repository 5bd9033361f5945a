"""The site's addresses, read from the URL resolver."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

_SAMPLES = {"int": "1", "str": "x", "slug": "x", "uuid": "00000000-0000-0000-0000-000000000000", "path": "x"}
_CONVERTER = re.compile(r"<(?:(\w+):)?\w+>")


def _walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        else:
            yield path, pattern


def allowed_methods(view: Any) -> list[str]:
    """What require_http_methods and its kin let through; every method where a view names none."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            held = cell.cell_contents
            if isinstance(held, list) and held and all(isinstance(name, str) and name.isupper() for name in held):
                return sorted(held)
        view = getattr(view, "__wrapped__", None)
    return ["GET", "HEAD", "POST"]


def routes() -> list[dict[str, Any]]:
    """Name, pattern, methods and a sample address of every route but the admin's."""
    found = []
    for path, pattern in _walk(get_resolver().url_patterns, "/"):
        if path.startswith("/admin/"):
            continue
        methods = allowed_methods(pattern.callback)
        sample = _CONVERTER.sub(lambda match: _SAMPLES[match[1] or "str"], path)
        found.append({"name": pattern.name or "", "pattern": path, "methods": list(methods), "sample": sample})
    return found
