"""The list of students: search, filters, scope."""

import pytest
from django.test import Client

from aid_admin.county.models import Semester
from students.models import Placement, Student
from students.rules import Standing


@pytest.fixture
def pupils(schools):
    """Two pupils at the first school, one at the second."""
    term = Semester.objects.get(code="2020-spring")
    rows = [
        ("王小明", "wxm", "410622201203010010", schools[0], Standing.GO),
        ("单雨", "sy", "410622201203020024", schools[0], Standing.TRANSFER),
        ("李二", "le", "41062220120303003X", schools[1], Standing.GO),
    ]
    for name, initials, number, school, standing in rows:
        student = Student.objects.create(
            name=name, name_key=name, pinyin_initials=initials, id_number=number, id_tail=number[-4:]
        )
        Placement.objects.create(student=student, semester=term, school=school, stage="PRIMARY", standing=standing)


def names_on(client: Client, query: str = "") -> set[str]:
    text = client.get(f"/students/{query}").content.decode()
    return {name for name in ("王小明", "单雨", "李二") if name in text}


@pytest.fixture
def client(staff, log_in, pupils):
    return log_in(staff("reviewer"))


def test_students_anonymous(db):
    assert Client().get("/students/").status_code == 302


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"王小明", "单雨", "李二"}),
        ("?q=小明", {"王小明"}),
        ("?q=sy", {"单雨"}),
        ("?q=WX", {"王小明"}),
        ("?q=0024", {"单雨"}),
        ("?q=003x", {"李二"}),
        ("?q=%25", set()),
        ("?standing=TRANSFER", {"单雨"}),
        ("?school=3141000002", {"李二"}),
        ("?school=3141000001&q=李", set()),
        ("?stage=PRIMARY&page=99", {"王小明", "单雨", "李二"}),
    ],
)
def test_students_search_and_filters(client, query, found):
    assert names_on(client, query) == found


@pytest.mark.parametrize("query", ["?school=none", "?standing=x", "?page=-1", "?q=%00", "?q=" + "x" * 40])
def test_students_nonsense_is_no_error(client, query):
    assert client.get(f"/students/{query}").status_code == 200


def test_students_of_a_school(staff, log_in, schools, pupils):
    client = log_in(staff("school_clerk", schools[1]))
    assert names_on(client) == {"李二"}
    assert names_on(client, "?q=小明") == set()
    assert schools[0].name not in client.get("/students/").content.decode()


def test_students_are_masked(client):
    text = client.get("/students/").content.decode()
    assert "410622********0010" in text
    assert "410622201203010010" not in text


def test_students_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get("/students/?q=wx&school=3141000001")
