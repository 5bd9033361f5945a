"""The default rulebook as the reference files give it, for the tests of entitlement."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from eligibility.entitlement import Rulebook, from_reference

REFERENCE = Path(__file__).resolve().parents[2] / "eligibility" / "reference"


def rows(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def default_book(day: date = date(2020, 2, 1)) -> Rulebook:
    return from_reference(rows("standards"), rows("category_rules"), day)
