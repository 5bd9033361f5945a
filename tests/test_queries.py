"""Every page without an object of its own asks the database twelve times at most, with nothing remembered from before.

The same of a county of some dozens of pupils and of the county of the published report with its 45,000: what asks
once per row does not pass.
"""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aid_admin.accounts.models import RoleAssignment
from aid_admin.accounts.rules import Role
from tests.disbursement.builders import enter
from tests.routes import names
from tests.test_routes import table

pytestmark = pytest.mark.usefixtures("static_folder")
MOST = 12
LETTERS = {
    "c": Role.SCHOOL_CLERK, "h": Role.SCHOOL_HEAD, "r": Role.REGISTRY_OFFICER, "v": Role.REVIEWER, "a": Role.APPROVER,
    "p": Role.PUBLICITY_OFFICER, "f": Role.FINANCE_CLERK, "F": Role.FINANCE_APPROVER, "u": Role.AUDITOR,
    "s": Role.SYSTEM_ADMIN,
}  # fmt: skip
LEFT_OUT = {"healthz"}  # no page


def _pages(letter: str) -> list[str]:
    """Addresses that take nothing and answer this role with a page."""
    plain = [name for name, takes in names() if not takes and name not in LEFT_OUT]
    declared = table()
    return [reverse(name) for name in plain if declared[name][0].get(letter) == 200]


def _asked(client: Client, address: str) -> list[str]:
    """What a page asks for when nothing is remembered."""
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        assert answer.status_code == 200, address
    return [one["sql"] for one in asked]


def _too_many(letter: str, addresses: list[str]) -> dict[str, int]:
    post = RoleAssignment.objects.live().filter(role=LETTERS[letter]).order_by("school_code", "pk").first()
    client = enter(post.user.username)
    counts = {address: len(_asked(client, address)) for address in addresses}
    return {address: count for address, count in counts.items() if count > MOST}


@pytest.mark.parametrize("letter", LETTERS)
def test_pages_of_the_small_county(small_county: Any, letter: str) -> None:
    assert _pages(letter)
    assert _too_many(letter, _pages(letter)) == {}


@pytest.mark.county
def test_pages_of_the_published_county(calibrated_county: str) -> None:
    """Each page once, as somebody sees it who may."""
    seen: set[str] = set()
    for letter in "vprfuacs":
        new = [address for address in _pages(letter) if address not in seen]
        seen.update(new)
        assert _too_many(letter, new) == {}
    assert len(seen) > 50
