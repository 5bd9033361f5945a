"""Who may open which page, what a foreign school's people find, and how many queries a list costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aid_admin.lib.id_card import is_valid
from disbursement.models import DisbursementBatch, Objection, PaymentLine, PublicityEvidence, PublicityPeriod, Roster
from eligibility.models import AidApplication
from students.models import BankAccount, Student
from tests.disbursement.builders import do, enter

pytestmark = pytest.mark.usefixtures("pages")

SCHOOL, OFFICER, REVIEWER, APPROVER, PUBLICITY, CLERK, FINANCE, AUDITOR, ADMIN = (
    "fuze", "shuju1", "chushen1", "fushen1", "gongshi1", "caiwu1", "shenpi1", "shenji1", "guanli1",
)  # fmt: skip
EVERYBODY = {SCHOOL, OFFICER, REVIEWER, APPROVER, PUBLICITY, CLERK, FINANCE, AUDITOR}
MONEY = {CLERK, FINANCE, AUDITOR}
PAGES = {
    "/rosters/": EVERYBODY,
    "/rosters/matrix/": EVERYBODY,
    "/rosters/returned/": {SCHOOL, REVIEWER, APPROVER, AUDITOR},
    "/rosters/summary/": {REVIEWER, APPROVER, AUDITOR},
    "/entitlements/": EVERYBODY,
    "/publicity/": {SCHOOL, APPROVER, PUBLICITY, AUDITOR},
    "/publicity/plan/": {PUBLICITY},
    "/publicity/photos/": {APPROVER, PUBLICITY, AUDITOR},
    "/objections/": {APPROVER, PUBLICITY, AUDITOR},
    "/objections/new/": {PUBLICITY},
    "/batches/": MONEY,
    "/batches/build/": {CLERK},
    "/payments/": MONEY | {SCHOOL},
    "/accounts/": MONEY | {SCHOOL},
    "/applications/": {SCHOOL, REVIEWER, APPROVER, AUDITOR},
    "/matches/": {OFFICER, AUDITOR},
    "/standings/": {SCHOOL, OFFICER, AUDITOR},
    "/coverage/": {OFFICER, REVIEWER, APPROVER, AUDITOR},
    "/reports/": EVERYBODY - {SCHOOL},
}
LISTS = sorted(set(PAGES) - {"/batches/build/"})
MOST_QUERIES = 12


def person(name: str) -> Client:
    """The demo person; for a school, the head of the school with the most rosters."""
    school = Roster.objects.order_by("-pk").first().school.code
    return enter(f"fuze-{school}" if name == SCHOOL else name)


@pytest.mark.parametrize("path", sorted(PAGES))
def test_page_opens_for_its_roles_and_no_others(small_county, path):
    for name in sorted(EVERYBODY | {ADMIN}):
        assert person(name).get(path).status_code == (200 if name in PAGES[path] else 403), name


@pytest.mark.parametrize("path", sorted(PAGES))
def test_page_anonymous_is_sent_to_the_login(small_county, path):
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")


@pytest.mark.parametrize("path", LISTS)
def test_list_costs_few_queries_and_shows_no_number_in_clear(small_county, path):
    client = person(sorted(PAGES[path])[0])
    client.get(path)  # the semester bar is remembered for some seconds
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert len(queries) <= MOST_QUERIES, [q["sql"][:120] for q in queries]
    text = answer.content.decode()
    for number in Student.objects.values_list("id_number", flat=True):
        assert number not in text
    for number in BankAccount.objects.values_list("account_no", flat=True):
        assert number not in text


def foreign(client_school: str) -> list[str]:
    """Addresses of another school's objects."""
    roster = Roster.objects.exclude(school__code=client_school).first()
    application = AidApplication.objects.exclude(school__code=client_school).first()
    photo = PublicityEvidence.objects.exclude(school__code=client_school).first()
    return [f"/rosters/{roster.pk}/", f"/applications/{application.pk}/", f"/publicity/photos/{photo.pk}/"]


def test_foreign_objects_are_not_found(small_county):
    school = Roster.objects.first().school.code
    client = enter(f"fuze-{school}")
    for path in foreign(school):
        assert client.get(path).status_code == 404, path


def test_foreign_roster_is_not_moved(small_county):
    school = Roster.objects.first().school.code
    roster = Roster.objects.exclude(school__code=school).first()
    answer = do(enter(f"fuze-{school}"), "/rosters/", "submit", [roster.pk])
    assert answer.status_code == 404


def test_lists_of_a_school_hold_its_own_rows_alone(small_county):
    school = Roster.objects.first().school
    other = Roster.objects.exclude(school=school).first().school
    client = enter(f"fuze-{school.code}")
    for path in ("/rosters/", "/payments/", "/accounts/", "/applications/", "/entitlements/"):
        assert other.name not in client.get(path).content.decode(), path


@pytest.mark.parametrize("path", ["/rosters/999999/", "/publicity/999999/", "/batches/999999/", "/objections/999999/"])
def test_what_does_not_exist_is_not_found(small_county, path):
    assert (
        person({"/rosters/999999/": REVIEWER, "/batches/999999/": CLERK}.get(path, APPROVER)).get(path).status_code
        == 404
    )


def test_deed_that_the_page_does_not_have_is_not_found(small_county):
    assert do(enter(REVIEWER), "/rosters/", "delete_all", [1]).status_code == 404


def test_deed_of_another_role_is_forbidden(small_county):
    roster = Roster.objects.first()
    assert do(enter(REVIEWER), "/rosters/", "approve", [roster.pk]).status_code == 403


def test_detail_pages_open_for_the_auditor_masked_and_without_buttons(small_county):
    auditor = enter(AUDITOR)
    paths = [
        f"/rosters/{Roster.objects.first().pk}/", f"/publicity/{PublicityPeriod.objects.first().pk}/",
        f"/objections/{Objection.objects.first().pk}/", f"/batches/{DisbursementBatch.objects.first().pk}/",
        f"/applications/{AidApplication.objects.first().pk}/",
    ]  # fmt: skip
    for path in paths:
        text = auditor.get(path).content.decode()
        for deed in (
            "review",
            "approve",
            "confirm",
            "end",
            "decide",
            "lock",
            "release",
            "send",
            "reissue",
            "recognise",
        ):
            assert f'value="{deed}"' not in text, (path, deed)
        assert not [word for word in text.split() if is_valid(word.strip('"<>/'))]


def test_filters_that_make_no_sense_show_the_list(small_county):
    assert enter(REVIEWER).get("/rosters/?state=NONSENSE&school=1&page=x").status_code == 200
    assert enter(CLERK).get("/payments/?state=NONSENSE&page=-3").status_code == 200


def test_payments_search_by_pupil(small_county):
    line = PaymentLine.objects.select_related("student").first()
    text = enter(CLERK).get("/payments/", {"q": line.student.name}).content.decode()
    others = set(Student.objects.exclude(name__contains=line.student.name).values_list("name", flat=True))
    assert line.student.name in text
    assert not [name for name in others if f">{name}</a>" in text]
