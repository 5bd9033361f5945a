"""Ways on: out of a page that is not there, and by the keys that a post has deeds for."""

import pytest
from django.test import Client

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county.models import Semester
from aid_admin.office import waiting
from eligibility.pins import RunsShown


@pytest.mark.parametrize("path", ["/rosters/999999/", "/nothing/"])
def test_what_is_not_there_keeps_the_menu_and_leads_back(staff, log_in, schools, path):
    client = log_in(staff(Role.SCHOOL_CLERK, schools[0]))
    answer = client.get(path, headers={"Referer": "http://testserver/rosters/?state=DRAFT"})
    text = answer.content.decode()
    assert answer.status_code == 404
    assert "没有这个页面或这条记录" in text
    assert 'aria-label="主菜单"' in text
    assert 'href="/rosters/?state=DRAFT"' in text


def test_part_of_a_page_that_is_not_there_is_told_above_the_page(staff, log_in, schools):
    client = log_in(staff(Role.SCHOOL_CLERK, schools[0]))
    answer = client.get("/rosters/999999/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (404, "#messages")
    assert "<html" not in answer.content.decode()


@pytest.mark.django_db
def test_stranger_is_told_without_a_menu():
    answer = Client().get("/nothing/")
    assert answer.status_code == 404
    assert 'aria-label="主菜单"' not in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "passes", "returns"),
    [
        (Role.SCHOOL_CLERK, False, False),
        (Role.SCHOOL_HEAD, True, True),
        (Role.REVIEWER, True, True),
        (Role.FINANCE_APPROVER, True, False),
        (Role.AUDITOR, False, False),
    ],
)
def test_keys_are_shown_to_whom_they_serve(staff, log_in, schools, role, passes, returns):
    client = log_in(staff(role, schools[0]) if role.startswith("school") else staff(role))
    text = client.get("/").content.decode()
    assert ("<kbd>A</kbd> 通过" in text) is passes
    assert ("<kbd>R</kbd> 退回" in text) is returns


@pytest.mark.django_db
def test_money_that_did_not_arrive_stands_first(monkeypatch, staff, schools):
    user: User = staff(Role.SCHOOL_CLERK, schools[0])
    some = User.objects.filter(pk=user.pk)
    works = [
        waiting.Work(User.objects.all(), "结对未满", "", "/pairing/"),
        waiting.Work(some, "发放失败", "", "/payments/", failed=True),
    ]
    monkeypatch.setitem(waiting._WORK, Role.SCHOOL_CLERK, lambda _desk: iter(works))
    staff(Role.REVIEWER)
    term = Semester.objects.get(code="2020-spring")
    found = waiting.waiting_for(user, term, term.starts_on, RunsShown())
    assert [line.title for line in found] == ["发放失败", "结对未满"]
    assert found[0].count < found[1].count
