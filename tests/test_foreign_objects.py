"""Whoever works at school A gets NotFound for every action on what belongs to school B."""

from collections.abc import Callable
from typing import Any

import pytest

from aid_admin.accounts.acting import ACTIONS
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.models import ChainHead
from aid_admin.county.models import School
from aid_admin.intake.models import Upload
from aid_admin.lib.refusals import NotFound
from disbursement.models import PaymentLine, PublicityPeriod, Roster, RosterLine
from eligibility.models import AidApplication
from students.models import BankAccount
from tests.conftest import SmallCounty
from tests.factories import accounts

A, B = "1141000001", "3141000003"
Given = Callable[[], dict[str, Any]]


def _first(model: Any, **of: Any) -> int:
    return int(model.objects.filter(**of).order_by("pk").values_list("pk", flat=True)[0])


def _application() -> list[int]:
    return [_first(AidApplication, school__code=B)]


def _roster() -> list[int]:
    return [_first(Roster, school__code=B)]


def _upload() -> int:
    return _first(Upload, school__code=B)


def _period() -> int:
    return _first(PublicityPeriod)


FOREIGN: dict[str, Given] = {
    "account.verify": lambda: {"account": [_first(BankAccount, source_row__school__code=B)]},
    "application.submit": lambda: {"application": _application()},
    "application.review": lambda: {"application": _application()},
    "application.return": lambda: {"application": _application(), "reason": "材料不全"},
    "publicity.photo": lambda: {"period": _period(), "school": B, "moment": "START", "file": b""},
    "publicity.print": lambda: {"period": _period(), "school": B},
    "roster.answer": lambda: {"line": [_first(RosterLine, roster__school__code=B)]},
    "roster.export": lambda: {"roster": _roster()[0]},
    "roster.return": lambda: {"roster": _roster(), "reason_code": "OTHER", "reason": "重填"},
    "roster.submit": lambda: {"roster": _roster()},
    "roster.withdraw": lambda: {"roster": _roster()},
    "upload.commit": lambda: {"upload": _upload()},
    "upload.download": lambda: {"upload": _upload()},
    "upload.mark": lambda: {"upload": _upload()},
    "upload.stage": lambda: {"kind": "accounts", "data": b"x", "name": "x.xlsx", "school": B},
    "upload.undo": lambda: {"upload": _upload(), "reason": "发错"},
}
WITHOUT_OBJECT = {
    "identity.reveal": "logs only; the page that shows the number finds its owner through visible_to",
    "payment.export": "gives the rows of the own reach; see the test below",
    "user.password": "one's own",
}
OF_A_REVIEWER: dict[str, Given] = {
    "application.review": FOREIGN["application.review"],
    "application.return": FOREIGN["application.return"],
    "application.reject": lambda: {"application": _application(), "reason": "不符合"},
    "roster.review": lambda: {"roster": _roster()},
    "roster.return": FOREIGN["roster.return"],
    "roster.withdraw": FOREIGN["roster.withdraw"],
    "roster.void": lambda: {"roster": _roster(), "reason": "重做"},
    "roster.export": FOREIGN["roster.export"],
}
REVIEWER_WITHOUT_OBJECT = {"entitle", "letters.draw_up", "roster.draft", "identity.reveal", "user.password"}


def _not_found(verb: str, by: User, given: Given) -> None:
    before = ChainHead.objects.get().seq
    with pytest.raises(NotFound):
        ACTIONS[verb].call(by=by, **given())
    assert ChainHead.objects.get().seq == before


@pytest.mark.parametrize("verb", list(FOREIGN))
def test_school_is_not_told_of_another_schools_objects(small_county: SmallCounty, verb: str) -> None:
    person = accounts.user(*SCHOOL_ROLES, school=A)

    _not_found(verb, person, FOREIGN[verb])


@pytest.mark.parametrize("verb", list(OF_A_REVIEWER))
def test_reviewer_is_not_told_of_another_townships_objects(small_county: SmallCounty, verb: str) -> None:
    area = School.objects.exclude(township=School.objects.get(code=B).township).values_list(
        "township__code", flat=True
    )[0]

    _not_found(verb, accounts.user(Role.REVIEWER, township=area), OF_A_REVIEWER[verb])


def test_every_action_of_a_school_or_reviewer_is_in_the_table() -> None:
    school = {name for name, action in ACTIONS.items() if action.roles & SCHOOL_ROLES}
    reviewer = {name for name, action in ACTIONS.items() if Role.REVIEWER in action.roles}
    assert school - {"list.export"} == set(FOREIGN) | set(WITHOUT_OBJECT)
    assert reviewer - {"list.export", "report.export"} == set(OF_A_REVIEWER) | REVIEWER_WITHOUT_OBJECT


def test_ids_of_two_schools_together_are_refused_whole(small_county: SmallCounty) -> None:
    person = accounts.user(Role.SCHOOL_HEAD, school=A)
    mine = _first(Roster, school__code=A)

    _not_found("roster.submit", person, lambda: {"roster": [mine, *_roster()]})


def test_school_exports_only_its_own_payments(small_county: SmallCounty) -> None:
    person = accounts.user(Role.SCHOOL_CLERK, school=A)

    seen = PaymentLine.objects.visible_to(person)

    assert seen.exists()
    assert set(seen.values_list("school__code", flat=True)) == {A}
