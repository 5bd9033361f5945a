"""The semester bar by who looks at it."""

from typing import Any

import pytest
from django.contrib.sessions.backends.cache import SessionStore
from django.test import RequestFactory

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.office import context, overview
from tests.factories import accounts, county

pytestmark = pytest.mark.django_db


def bar(user: User) -> list[Any]:
    request = RequestFactory().get("/")
    request.user, request.session = user, SessionStore()
    return context.office(request)["steps"]  # type: ignore[return-value]


@pytest.mark.parametrize(("over", "now"), [(0, "在校确认"), (2, "资格认定"), (4, "名册上报"), (5, "审核")])
def test_bar_of_a_school_waits_for_no_step_of_the_bureau(monkeypatch, over: int, now: str) -> None:
    def steps(_row: object, _runs: object) -> list[overview.Step]:
        return [
            overview.Step(
                title, "", "done" if 0 < place < over or place == 3 < over else "now" if not place else "later"
            )
            for place, title in enumerate(overview.TITLES)
        ]

    monkeypatch.setattr(overview, "steps_from", steps)
    school = county.school().code
    at_school = bar(accounts.user(Role.SCHOOL_CLERK, school=school))
    assert [step.title for step in at_school if step.state == "now"] == [now]
    in_office = bar(accounts.user(Role.REVIEWER))
    assert [step.title for step in in_office if step.state == "now"] == ["数据导入"]
    done = {step.title: step.state == "done" for step in in_office}
    assert {step.title: step.state == "done" for step in at_school} == {
        title: over for title, over in done.items() if title not in {"数据导入", "比对核查"}
    }
