"""An account that another family's pupil has, too: marked for the school, which is not told whose it is besides."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from aid_admin.county.models import Semester
from disbursement.actions.flags import shared_accounts
from disbursement.models import Roster
from students.actions.accounts import correct_account
from students.models import BankAccount
from tests.disbursement.builders import TERM, done, enter
from tests.disbursement.money import person
from tests.disbursement.test_views_rosters import returned_roster
from tests.factories import people

pytestmark = pytest.mark.usefixtures("pages")
TAG = "账号与别的学生相同</span>"


@pytest.fixture
def roster(county_at: Callable[[str], str]) -> Roster:
    """A roster that came back to its school."""
    county_at("rostered")
    return returned_roster()


def _shared() -> set[int]:
    shared = BankAccount.objects.filter(pk__in=shared_accounts(Semester.objects.get(code=TERM).pk))
    return set(shared.values_list("pk", flat=True))


def _given_to(roster: Roster, other: BankAccount) -> BankAccount:
    """A pupil of the roster, whose account was his alone, is to be paid to the other's account."""
    mine = BankAccount.objects.usable().filter(student__rosterline__roster=roster).exclude(pk__in=_shared())
    account = mine.order_by("pk")[0]
    (made,) = correct_account(
        by=person(f"jingban-{roster.school.code}"), account=account.pk, holder_name="王老三", holder_relation="叔叔",
        holder_id=people.id_number(73), account_no=str(other.account_no), kind=other.kind, bank=other.bank, reason="换卡",
    )  # fmt: skip
    return BankAccount.objects.get(pk=made.id)


def _elsewhere(roster: Roster) -> BankAccount:
    others = BankAccount.objects.usable().exclude(source_row__school=roster.school).exclude(pk__in=_shared())
    return others.select_related("student").order_by("pk")[0]


def test_brothers_and_sisters_may_have_one_account(roster: Roster) -> None:
    usable = list(BankAccount.objects.usable().values_list("pk", "account_no"))
    numbers = [number for _, number in usable]
    twice = {pk for pk, number in usable if numbers.count(number) > 1}
    assert _shared() < twice


def test_filter_says_who_does_what(roster: Roster) -> None:
    client = enter(f"fuze-{roster.school.code}")
    page = client.get("/accounts/?verified=shared")
    told = (
        "由经办人对照银行卡或存折原件：填错的点行末“更正账户”，再由负责人核对；没有错的不用办" in page.content.decode()
    )
    assert told is bool(page.context["page"].rows)
    assert "这些账号与别的学生相同" not in client.get("/accounts/").content.decode()


def test_filter_finds_all_that_are_shared_wherever_they_stand(roster: Roster) -> None:
    others = BankAccount.objects.usable().exclude(pk__in=_shared()).select_related("student", "source_row__school")
    last = others.order_by("-source_row__school__code", "-student__name_key", "-pk")[0]
    _given_to(roster, last)
    text = enter("caiwu1").get("/accounts/?verified=shared").content.decode()
    assert last.student.name in text
    assert text.count(TAG) == len(_shared())


def test_school_sees_that_an_account_is_shared_and_not_with_whom(
    roster: Roster, django_assert_max_num_queries: Any
) -> None:
    other = _elsewhere(roster)
    made = _given_to(roster, other)
    clerk = enter(f"jingban-{roster.school.code}")
    cache.clear()
    with django_assert_max_num_queries(12):
        text = clerk.get("/accounts/?verified=shared").content.decode()
    assert TAG in text
    assert str(made.student) in text
    assert other.student.name not in text
    assert other.source_row is not None
    there = enter(f"jingban-{other.source_row.school.code}").get("/accounts/?verified=shared").content.decode()
    assert other.student.name in there
    assert made.student.name not in there


def test_head_is_warned_before_sending_up(roster: Roster) -> None:
    look, head = f"/rosters/look/?pick={roster.pk}", enter(f"fuze-{roster.school.code}")
    before = head.get(look).content.decode()
    other = _elsewhere(roster)
    _given_to(roster, other)

    text = head.get(look).content.decode()

    assert "名学生的账号与别的学生相同，又不是一家人" in text
    assert text != before
    assert "/accounts/?verified=shared" in text
    assert other.student.name not in text


def test_after_verifying_the_roster_that_waits_is_one_click_away(roster: Roster) -> None:
    made = _given_to(roster, _elsewhere(roster))
    head = enter(f"fuze-{roster.school.code}")
    done(head, "/accounts/?verified=no", "verify", [made.pk])
    text = head.get("/accounts/?verified=no").content.decode()
    assert "还没有上报的名册：" in text
    assert f'<a href="/rosters/{roster.pk}/">{roster}</a>' in text
