"""`within(reach)` gives every row that the reach covers and never a foreign one."""

from collections import defaultdict
from typing import Any

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county.models import School
from aid_admin.db.scope import Reach, ScopedQuerySet
from aid_admin.files.models import StoredFile
from archives.models import ArchivePackage, EvidenceItem, PeerPair
from disbursement.models import PaymentLine, TakenOut
from students.models import Placement
from tests.conftest import SmallCounty
from tests.factories import accounts

# The code of the school that a row belongs to; written down here once more, apart from the querysets.
OWNER = {
    "audit.AuditEvent": "school_code",
    "county.School": "code",
    "files.StoredFile": "school_code",
    "jobs.Job": "school_code",
    "intake.Upload": "school__code",
    "intake.InForce": "school__code",
    "students.EnrolmentRecord": "school__code",
    "students.AttendanceRecord": "school__code",
    "students.Student": "placement__school__code",
    "students.Placement": "school__code",
    "students.BankAccount": "source_row__school__code",
    "eligibility.AidApplication": "school__code",
    "eligibility.Entitlement": "student__placement__school__code",
    "disbursement.FiledLine": "school__code",
    "disbursement.Roster": "school__code",
    "disbursement.RosterLine": "roster__school__code",
    "disbursement.PaymentLine": "school__code",
    "disbursement.TakenOut": "roster_line__roster__school__code",
    "disbursement.PublicityPeriod": "rosters__school__code",
    "disbursement.PublicityLine": "school__code",
    "disbursement.PublicityEvidence": "school__code",
    "disbursement.Objection": "roster_line__roster__school__code",
    "archives.NoticeLetter": "school__code",
    "archives.HomeVisit": "school__code",
    "archives.MentoringPair": "school__code",
    "archives.PeerPair": "school__code",
    "archives.PeerActivity": "school__code",
    "archives.EvidenceItem": "school__code",
    "archives.ArchivePackage": "school__code",
}
NOT_BY_TOWNSHIP = {"audit.AuditEvent", "files.StoredFile", "jobs.Job"}
OF_THE_COUNTY = {
    "eligibility.RegistryRecord",
    "eligibility.Run",
    "eligibility.MatchDecision",
    "eligibility.ComparisonResult",
    "eligibility.CoverageGap",
    "eligibility.CoverageDecision",
    "disbursement.Allotment",
    "disbursement.BatchLook",
    "disbursement.DisbursementBatch",
    "disbursement.PaymentFile",
    "disbursement.ReturnLine",
    "disbursement.ReturnDecision",
}


def _rows(label: str) -> Any:
    return apps.get_model(label)._default_manager


def test_every_scoped_model_has_its_owner_written_down() -> None:
    scoped = {
        model._meta.label for model in apps.get_models() if isinstance(_rows(model._meta.label).all(), ScopedQuerySet)
    }
    assert scoped == set(OWNER) | OF_THE_COUNTY


def _archived(code: str) -> None:
    """What the demo's semester leaves out: a scan, a package, a pair of pupils and a doubtful payment at the school."""
    one, two = Placement.objects.filter(school__code=code).order_by("pk")[:2]
    by = User.objects.get(username="chushen1")
    file = StoredFile.objects.create(
        sha256="0" * 64, size=1, kind="evidence", name="x", media_type="", school_code=code
    )
    common: dict[str, Any] = {"semester": one.semester, "school": one.school, "by": by}
    EvidenceItem.objects.create(student=one.student, kind="IDENTITY", scan=file, **common)
    ArchivePackage.objects.create(file=file, dossiers=1, missing=0, **common)
    line = PaymentLine.objects.filter(school__code=code).order_by("pk")[0]
    TakenOut.objects.create(
        roster_line_id=line.roster_line_id, batch_id=line.batch_id, line_no=line.line_no, reason="可疑", by=by,
        taken_on=one.semester.starts_on,
    )  # fmt: skip
    PeerPair.objects.create(helper=one.student, helped=two.student, began_on=one.semester.starts_on, **common)


@pytest.fixture
def owners(small_county: SmallCounty) -> dict[str, dict[int, set[str]]]:
    """The schools of every row of every scoped model."""
    for code in ("1141000001", "3141000003"):
        _archived(code)
    found: dict[str, dict[int, set[str]]] = {}
    for label, path in OWNER.items():
        found[label] = defaultdict(set)
        for pk, code in _rows(label).values_list("pk", path):
            found[label][pk].add(code or "")
        assert found[label], f"the county has no {label}"
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_rows_are_exactly_those_of_the_reach(owners: dict[str, dict[int, set[str]]], data: st.DataObject) -> None:
    townships = dict(School.objects.values_list("code", "township__code"))
    schools = data.draw(st.frozensets(st.sampled_from(sorted(townships))))
    areas = data.draw(st.frozensets(st.sampled_from(sorted(set(townships.values())))))
    reach = Reach(schools=schools, townships=areas)
    for label, rows in owners.items():
        covered = set(schools)
        if label not in NOT_BY_TOWNSHIP:
            covered |= {code for code, area in townships.items() if area in areas}
        expected = {pk for pk, codes in rows.items() if codes & covered}
        assert set(_rows(label).within(reach).values_list("pk", flat=True)) == expected, label
    for label in OF_THE_COUNTY:
        assert not _rows(label).within(reach).exists(), label


def test_county_sees_all_and_nobody_nothing(owners: dict[str, dict[int, set[str]]]) -> None:
    for label in {*OWNER, *OF_THE_COUNTY}:
        assert _rows(label).within(Reach(county=True)).count() == _rows(label).count()
        assert not _rows(label).within(Reach()).exists()


def test_posts_give_the_reach(small_county: SmallCounty) -> None:
    clerk = accounts.user(Role.SCHOOL_CLERK, school="3141000003")
    area = School.objects.get(code="3141000003").township.code
    reviewer = accounts.user(Role.REVIEWER, township=area)

    assert clerk.reach() == Reach(schools=frozenset({"3141000003"}))
    assert reviewer.reach() == Reach(townships=frozenset({area}))
    assert accounts.user(Role.AUDITOR).reach() == Reach(county=True)
    assert accounts.user(Role.SYSTEM_ADMIN).reach() == Reach()
    assert accounts.user().reach() == Reach()
