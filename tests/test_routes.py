"""Every route × method × role × scope: what is declared in routes.txt is what is answered, and nothing is left out.

A line of the table: the route, then what GET and what POST (without any data) answer to whom, on an object of
one's own school. Roles are letters: c 学校经办人, h 学校负责人, r 数据专员, v 初审, a 复审, p 公示专员, f 财务经办,
F 财务审批, u 审计监察, s 系统管理员. A route that is not in the table fails; so does a line without a route.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from students.models import Placement, Student
from tests.conftest import SmallCounty
from tests.disbursement.builders import enter
from tests.routes import Objects, names

A, B = "3141000003", "1141000001"
LETTERS = {
    "c": f"jingban-{A}", "h": f"fuze-{A}", "r": "shuju1", "v": "chushen1", "a": "fushen1", "p": "gongshi1",
    "f": "caiwu1", "F": "shenpi1", "u": "shenji1", "s": "guanli1",
}  # fmt: skip
LINE = re.compile(r"^(\S+)\s+GET (.+?)\s+POST (.+)$")
OPEN = {"healthz", "accounts:login", "disbursement:photo_from_phone"}
# addresses whose object belongs to no school: a stranger's school sees the same as one's own
OF_NO_SCHOOL = {
    "office:statistics_table", "office:statistics_export", "office:help_term", "office:user", "intake:send",
    "intake:template", "disbursement:objection", "disbursement:batch", "disbursement:batch_return",
    "disbursement:batch_result", "disbursement:batch_waivers",
    "disbursement:period",  # covers many schools; each sees its own part
    "disbursement:photo_add",  # without a file the form answers before the school is looked up; see test_foreign_objects
    "disbursement:photo_from_phone",  # the ticket in the address says whose it is, whoever opens it
}  # fmt: skip


def _cells(text: str) -> dict[str, int]:
    """`200:cv 403:s` → letter → status."""
    return {letter: int(status) for status, who in (cell.split(":") for cell in text.split()) for letter in who}


def table() -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    """The declared answers by route."""
    lines = (Path(__file__).with_name("routes.txt")).read_text(encoding="utf-8").splitlines()
    found = (LINE.match(line) for line in lines if line.strip() and not line.startswith("#"))
    return {match[1]: (_cells(match[2]), _cells(match[3])) for match in found if match}


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> None:
    settings.AID_VAR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


def test_every_route_is_declared_and_nothing_else() -> None:
    assert sorted(table()) == sorted(name for name, _ in names())


def test_every_line_names_every_role() -> None:
    for name, methods in table().items():
        assert all(set(cells) == set(LETTERS) for cells in methods), name


@pytest.fixture
def addresses(small_county: SmallCounty, folders: None) -> dict[str, str]:
    """Every route's address with objects of school A."""
    here = Objects(A)
    return {name: reverse(name, kwargs=here.kwargs(name) if takes else {}) for name, takes in names()}


def _ask(client: Client, method: str, address: str) -> Any:
    """The answer, and everything as it was before."""
    point = transaction.savepoint()
    try:
        return client.get(address) if method == "GET" else client.post(address)
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("letter", LETTERS)
def test_every_cell_holds(addresses: dict[str, str], letter: str) -> None:
    wrong = []
    for name, (get, post) in table().items():
        for method, cells in (("GET", get), ("POST", post)):
            status = _ask(enter(LETTERS[letter]), method, addresses[name]).status_code
            if status != cells[letter]:
                wrong.append(f"{name} {method}: declared {cells[letter]}, answered {status}")
    assert wrong == []


def test_nobody_gets_in_without_logging_in(addresses: dict[str, str]) -> None:
    wrong = []
    for name, address in addresses.items():
        for method in ("GET", "POST"):
            answer = _ask(Client(), method, address)
            sent = answer.status_code == 302 and answer.headers["Location"].startswith("/login/")
            if not sent and name not in OPEN and answer.status_code != 405:
                wrong.append(f"{name} {method} {answer.status_code}")
    assert wrong == []


def _foreign(names_with_objects: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((name, address) for name, address in names_with_objects.items() if name not in OF_NO_SCHOOL)


@pytest.mark.parametrize("letter", ["c", "h"])
def test_another_schools_object_is_not_found(small_county: SmallCounty, folders: None, letter: str) -> None:
    there = Objects(A)
    stranger = LETTERS[letter].replace(A, B)
    wrong = []
    with_objects = {name: reverse(name, kwargs=there.kwargs(name)) for name, takes in names() if takes}
    for name, address in _foreign(with_objects):
        declared = table()[name]
        for method, cells in (("GET", declared[0]), ("POST", declared[1])):
            status = _ask(enter(stranger), method, address).status_code
            if status != (cells[letter] if cells[letter] in (403, 405) else 404):
                wrong.append(f"{name} {method} {status}")
    assert wrong == []


def test_nothing_of_another_school_is_in_any_answer(addresses: dict[str, str]) -> None:
    """Names that only pupils of school B have stand in no page that A's clerk or head may open."""
    mine = set(Placement.objects.filter(school__code=A).values_list("student__name", flat=True))
    every = Student.objects.filter(placement__isnull=False).exclude(placement__school__code=A)
    markers = {name for name in every.values_list("name", flat=True) if name not in mine and len(name) > 2}
    family = " ".join(
        str(text) for text in Placement.objects.filter(school__code=A).values_list("enrolment__family__name", flat=True)
    )
    markers = {name for name in markers if name not in family}
    assert len(markers) > 50
    leaks = []
    for letter in "ch":
        for name, (get, _) in table().items():
            if get[letter] == 200:
                answer = _ask(enter(LETTERS[letter]), "GET", addresses[name])
                if answer.get("Content-Type", "").startswith("text/html"):
                    text = answer.content.decode()
                    leaks += [f"{name}: {marker}" for marker in markers if marker in text]
    assert leaks == []
