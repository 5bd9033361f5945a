"""Whoever works at school A gets NotFound for every action on what belongs to school B."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from aid_admin.accounts.acting import ACTIONS
from aid_admin.accounts.models import User
from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.models import ChainHead
from aid_admin.county.models import School, Semester
from aid_admin.files import store
from aid_admin.intake.models import Upload
from aid_admin.jobs.models import Job
from aid_admin.lib.refusals import NotFound
from archives.models import ArchivePackage, EvidenceItem, HomeVisit, MentoringPair, NoticeLetter, PeerPair
from disbursement.models import PaymentLine, PublicityPeriod, Roster, RosterLine
from eligibility.models import AidApplication
from students.models import BankAccount, Placement
from tests.conftest import SmallCounty
from tests.factories import accounts, people

A, B = "1141000001", "3141000003"
TERM = "2020-spring"
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


def _pupil() -> int:
    return int(
        RosterLine.objects.filter(roster__school__code=B, state="ACCEPTED")
        .order_by("pk")
        .values_list("student", flat=True)[0]
    )


def _letters() -> list[int]:
    return [_first(NoticeLetter, school__code=B)]


def _visit() -> int:
    return _first(HomeVisit, school__code=B)


def _peers() -> int:
    pair = PeerPair.objects.filter(school__code=B).first()
    if pair is None:
        one, two = Placement.objects.filter(school__code=B).order_by("pk")[:2]
        pair = PeerPair.objects.create(
            helper=one.student, helped=two.student, semester=one.semester, school=one.school, began_on=date(2020, 3, 1),
            by=User.objects.get(username="chushen1"),
        )  # fmt: skip
    return int(pair.pk)


def _file() -> Any:
    return store.put(b"x", kind="evidence", name="x.jpg", media_type="image/jpeg", by=None, school_code=B)


def _scan() -> int:
    place = Placement.objects.filter(school__code=B).first()
    return int(
        EvidenceItem.objects.create(
            student=place.student, semester=place.semester, school=place.school, kind="IDENTITY", scan=_file(),
            by=User.objects.get(username="chushen1"),
        ).pk
    )  # fmt: skip


def _package() -> int:
    school = School.objects.get(code=B)
    return int(
        ArchivePackage.objects.create(
            semester=Semester.objects.get(code=TERM), school=school, file=_file(), dossiers=1, missing=0,
            by=User.objects.get(username="chushen1"),
        ).pk
    )  # fmt: skip


def _print() -> int:
    return int(
        Job.objects.create(
            kind="letters.print", subject_type="semester", subject_id=TERM, params_digest="x", school_code=B, state="DONE",
            result=_file(), by=User.objects.get(username=f"jingban-{B}"),
        ).pk
    )  # fmt: skip


def _late() -> dict[str, Any]:
    return {
        "semester": TERM, "school": B, "reason": "转入", "proof": b"", "name": "晚到", "id_number": people.id_number(4321),
        "enrolment_no": "G1", "stage": "PRIMARY", "grade": "三年级", "class_name": "", "boarding": "DAY",
    }  # fmt: skip


FOREIGN: dict[str, Given] = {
    "account.correct": lambda: {
        "account": _first(BankAccount, source_row__school__code=B), "holder_name": "张三", "account_no": "504120660000000001",
        "bank": "RCC", "reason": "换卡",
    },
    "account.decline": lambda: {"account": [_first(BankAccount, source_row__school__code=B)], "reason": "号码不对"},
    "account.reaffirm": lambda: {"account": [_first(BankAccount, source_row__school__code=B)], "reason": "已解冻"},
    "account.verify": lambda: {"account": [_first(BankAccount, source_row__school__code=B)]},
    "application.submit": lambda: {"application": _application()},
    "application.review": lambda: {"application": _application()},
    "application.return": lambda: {"application": _application(), "reason": "材料不全"},
    "application.print": lambda: {"application": _application()[0]},
    "policy.print": lambda: {"stage": "PRIMARY", "school": B},
    "archive.download": lambda: {"package": _package()},
    "archive.pack": lambda: {"semester": TERM, "school": B},
    "archive.print": lambda: {"student": _pupil(), "semester": TERM},
    "archive.scan": lambda: {"student": _pupil(), "semester": TERM, "kind": "IDENTITY", "file": b""},
    "archive.withdraw_scan": lambda: {"scan": _scan(), "reason": "贴错"},
    "letters.deliver": lambda: {"letter": _letters(), "how": "IN_PERSON"},
    "letters.download": lambda: {"job": _print()},
    "letters.print": lambda: {"letter": _letters(), "semester": TERM},
    "letters.sign": lambda: {"letter": _letters(), "signed_by": "家长"},
    "letters.take_back": lambda: {"letter": _letters(), "reason": "登错"},
    "pairing.assign": lambda: {"student": [_pupil()], "semester": TERM, "mentor_name": "李"},
    "pairing.end": lambda: {"pair": [_first(MentoringPair, school__code=B)], "reason": "调走"},
    "peers.activity": lambda: {"semester": TERM, "school": B, "title": "读书会", "held_on": date(2020, 6, 1), "pupils": 9},
    "peers.end": lambda: {"pair": [_peers()]},
    "pupil.add_late": lambda: _late(),
    "publicity.photo": lambda: {"period": _period(), "school": B, "moment": "START", "file": b""},
    "publicity.print": lambda: {"period": _period(), "school": B},
    "roster.answer": lambda: {"line": [_first(RosterLine, roster__school__code=B)]},
    "roster.export": lambda: {"roster": _roster()[0]},
    "roster.return": lambda: {"roster": _roster(), "reason_code": "OTHER", "reason": "重填"},
    "roster.submit": lambda: {"roster": _roster()},
    "roster.withdraw": lambda: {"roster": _roster()},
    "upload.commit": lambda: {"upload": _upload()},
    "upload.discard": lambda: {"upload": _upload()},
    "upload.download": lambda: {"upload": _upload()},
    "upload.mark": lambda: {"upload": _upload()},
    "upload.print": lambda: {"upload": _upload()},
    "upload.restore": lambda: {"upload": _upload(), "reason": "撤错了"},
    "upload.stage": lambda: {"kind": "accounts", "data": b"x", "name": "x.xlsx", "school": B},
    "upload.undo": lambda: {"upload": _upload(), "reason": "发错"},
    "visit.record": lambda: {
        "student": _pupil(), "semester": TERM, "visited_on": date(2020, 6, 1), "mode": "HOME", "teachers": "李",
    },
}  # fmt: skip
WITHOUT_OBJECT = {
    "archive.export_missing": "gives the rows of the own reach",
    "archive.packed": "the event of a package that archive.pack was allowed to ask for",
    "letters.printed": "moves the letters of the own reach and leaves others alone; see tests/archives",
    "pairing.export": "gives the rows of the own reach",
    "peers.pair": "finds pupils by name among those of the own school alone; see tests/archives",
    "statistics.export": "gives the figures of the own reach; see tests/aid_admin/office",
    "visit.export": "gives the rows of the own reach",
    "identity.reveal": "logs only; the page that shows the number finds its owner through visible_to",
    "page.export": "gives the rows that the page found through visible_to; see tests/aid_admin/county",
    "user.password": "one's own",
}
OF_A_REVIEWER: dict[str, Given] = {
    "application.review": FOREIGN["application.review"],
    "application.return": FOREIGN["application.return"],
    "application.reject": lambda: {"application": _application(), "reason": "不符合"},
    "roster.refuse": lambda: {
        "line": [_first(RosterLine, roster__school__code=B)], "reason_code": "NOT_ENTITLED", "reason": "不符合"
    },
    "roster.restore": FOREIGN["roster.answer"],
    "roster.review": lambda: {"roster": _roster()},
    "roster.return": FOREIGN["roster.return"],
    "roster.withdraw": FOREIGN["roster.withdraw"],
    "roster.void": lambda: {"roster": _roster(), "reason": "重做"},
    "roster.export": FOREIGN["roster.export"],
    **{
        name: FOREIGN[name]
        for name in (
            "application.print", "archive.download", "archive.pack", "archive.print", "archive.scan", "archive.withdraw_scan",
            "letters.deliver", "letters.download", "letters.print", "letters.sign", "letters.take_back",
            "pairing.assign", "pairing.end", "policy.print", "visit.record",
        )
    },
    "visit.settle": lambda: {"visit": _visit(), "note": "核实"},
}  # fmt: skip
REVIEWER_WITHOUT_OBJECT = {
    "archive.export_missing", "archive.packed", "entitle", "identity.reveal", "letters.draw_up", "letters.printed", "page.export",
    "pairing.export", "roster.draft", "roster.summary", "statistics.export", "user.password", "visit.export",
}  # fmt: skip


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
