"""The runs that stand, asked once per request: a page and the bar above it look at the same."""

from django.http import HttpRequest

from aid_admin.county.models import Semester
from eligibility.pins import RunsShown, runs_shown


def runs_of(request: HttpRequest, term: Semester) -> RunsShown:
    """runs_shown(term), kept with the request."""
    known: dict[int, RunsShown] = request.__dict__.setdefault("runs_shown", {})
    if term.pk not in known:
        known[term.pk] = runs_shown(term)
    return known[term.pk]
