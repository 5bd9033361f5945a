"""Three schools and their people, for the pages."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from aid_admin.accounts.actions import create_user, operator
from aid_admin.accounts.models import User
from aid_admin.county.models import School, SchoolStage, Township
from aid_admin.lib import names

PASSWORD = "yanshi-2020-chun"
SCHOOLS = {"3141000001": "高村镇第一小学", "3141000002": "北阳镇中心小学", "3141000003": "西岗镇初级中学"}

MakeUser = Callable[..., User]
LogIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    """Files and static files in folders of the test's own, a cold cache."""
    settings.AID_VAR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    cache.clear()


@pytest.fixture
def schools(db) -> list[School]:
    """Three schools in two townships."""
    townships = list(Township.objects.all()[:2])
    made = [
        School.objects.create(code=code, name=name, name_key=names.key(name), township=townships[place % 2])
        for place, (code, name) in enumerate(SCHOOLS.items())
    ]
    SchoolStage.objects.bulk_create(SchoolStage(school=school, stage="PRIMARY") for school in made)
    return made


@pytest.fixture
def staff(db) -> MakeUser:
    """Make a member of staff with one role, at a school where the role needs one."""

    def make(role: str, school: School | None = None, username: str = "") -> User:
        name = username or f"{role}-{school.code if school else 'county'}"
        codes = [school.code] if school else None
        return create_user(by=operator(), username=name, role=[role], school=codes, password=PASSWORD)

    return make


@pytest.fixture
def log_in() -> LogIn:
    """A client on which the user is logged in."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="aid_admin.accounts.backend.PostsBackend")
        return client

    return enter
