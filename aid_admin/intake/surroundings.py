"""What a pure parser must know of the county, read from the database once per file."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from aid_admin.county.models import BankBin, School, Township, Village
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS
from aid_admin.lib import semester
from aid_admin.lib.sheets.context import Context, SchoolInfo, school_key
from aid_admin.lib.sheets.words import squeeze


def _schools() -> tuple[dict[str, SchoolInfo], dict[str, list[str]]]:
    by_code: dict[str, SchoolInfo] = {}
    by_name: dict[str, list[str]] = defaultdict(list)
    rows = School.objects.annotate(taught=ArrayAgg("stages__stage", filter=Q(stages__isnull=False), default=[]))
    for code, name, township, stages in rows.values_list("code", "name", "township__code", "taught").order_by("code"):
        by_code[code] = SchoolInfo(code, name, frozenset(stages), township)
        by_name[school_key(name)].append(code)
    return by_code, dict(by_name)


def _villages() -> dict[str, str]:
    """Bare names, township + name, and both with every alias; a bare name in two townships is left out."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for code, own, aliases, township in Village.objects.values_list("code", "name", "aliases", "township__name"):
        for name in (own, *aliases):
            found[squeeze(township + name)] = code
            if found.setdefault(squeeze(name), code) != code:
                twice.add(squeeze(name))
    return {name: code for name, code in found.items() if name not in twice}


def context_of(upload: Upload) -> Context:
    """The parser's context for this upload."""
    kind = KINDS[upload.kind]
    by_code, by_name = _schools()
    extras = kind.call("extras")
    given: dict[str, Any] = extras() if extras else {}
    return Context(
        schools_by_code=by_code,
        schools_by_name=by_name,
        villages=_villages(),
        townships={squeeze(name): code for name, code in Township.objects.values_list("name", "code")},
        bins=BankBin.table(),
        school=upload.school.code if upload.school else None,
        semester=upload.semester.code if upload.semester else "",
        semester_label=semester.label(upload.semester.code) if upload.semester else "",
        starts_on=upload.semester.starts_on if upload.semester else date.min,
        **given,
    )
