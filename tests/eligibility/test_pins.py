"""After an upload is undone, an older comparison is that of what is in force: everybody sees it, not the newest."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aid_admin.accounts.models import User
from aid_admin.accounts.rules import Role
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.intake.actions import force
from aid_admin.intake.models import Upload
from aid_admin.office import listing
from aid_admin.office.exports import comparison, coverage, entitlements
from aid_admin.office.overview import steps_of
from aid_admin.office.waiting import waiting_for
from eligibility.actions.compare import compare
from eligibility.actions.decisions import decide_match
from eligibility.actions.entitle import entitle
from eligibility.models import ComparisonResult, CoverageGap, Entitlement, Run, RunKind
from eligibility.pins import runs_shown
from eligibility.rules import UNDECIDED_VERDICTS
from students.models import Placement
from tests.disbursement.builders import TERM, enter
from tests.factories import accounts


def _term() -> Semester:
    return Semester.objects.get(code=TERM)


def _undo(kind: str, **which: str) -> Upload:
    upload = (
        Upload.objects.filter(kind=kind, **which, in_force__until=None, in_force__isnull=False).order_by("pk").first()
    )
    assert upload is not None
    force.undo_upload(by=User.objects.get(username="shuju1"), upload=upload.pk, reason="试试")
    return upload


def _put_back(upload: Upload) -> None:
    """What undoing its successor does."""
    bulk.execute(
        """INSERT INTO intake_inforce (semester_id, kind, part, upload_id, since, proposed_by_id, confirmed_by_id, reason)
           SELECT semester_id, kind, part, upload_id, now(), proposed_by_id, confirmed_by_id, ''
             FROM intake_inforce WHERE upload_id = %s ORDER BY id DESC LIMIT 1""",
        [upload.pk],
    )


@pytest.fixture
def led_back(county_at):
    """The county compared and entitled, again without the poverty registry, and led back; gives the runs to be seen."""
    county_at("compared")
    officer, reviewer = (User.objects.get(username=name) for name in ("shuju1", "chushen1"))
    runs = compare(by=officer, semester=TERM)[0].id, entitle(by=reviewer, semester=TERM)[0].id
    upload = _undo("poverty")
    newer = compare(by=officer, semester=TERM)[0].id, entitle(by=reviewer, semester=TERM)[0].id
    assert set(runs).isdisjoint(newer)
    _put_back(upload)
    return runs


def test_runs_of_what_is_in_force_are_shown_in_one_query(led_back):
    term = _term()
    with CaptureQueriesContext(connection) as queries:
        shown = runs_shown(term)
    assert (shown.comparison, shown.entitlement) == led_back
    assert len(queries) == 1
    assert not shown.entitlement_is_due


def test_decision_since_then_leaves_the_comparison_of_the_same_uploads(led_back):
    officer = accounts.user(Role.REGISTRY_OFFICER)
    pair = ComparisonResult.objects.filter(run=led_back[0], verdict__in=UNDECIDED_VERDICTS).first()
    decide_match(by=officer, match=[pair.pk], decision="NOT_SAME", reason="同名不同村")
    shown = runs_shown(_term())
    assert (shown.comparison, shown.entitlement) == led_back
    newer = compare(by=officer, semester=TERM)[0].id
    shown = runs_shown(_term())
    assert shown.comparison == newer
    assert shown.entitlement_is_due


def test_where_these_uploads_were_never_compared_the_newest_is_shown(led_back):
    _undo("orphans")
    newest = Run.objects.of(_term(), RunKind.COMPARE).first()
    assert runs_shown(_term()).comparison == newest.pk != led_back[0]


def test_entitlement_on_a_comparison_led_back_to_is_as_if_nothing_had_been_undone(county_at):
    found = []
    for leads_around in (False, True):
        county_at("compared")
        if leads_around:
            upload = _undo("roll", part="VOCATIONAL")
            compare(by=User.objects.get(username="shuju1"), semester=TERM)
            _put_back(upload)
        run = entitle(by=User.objects.get(username="chushen1"), semester=TERM)[0].id
        found.append(Run.objects.get(pk=run).result_digest)
    assert found[0] == found[1]


def test_nothing_is_shown_before_the_first_run(db):
    shown = runs_shown(_term())
    assert (shown.comparison, shown.entitlement, shown.entitlement_is_due) == (None, None, False)


def test_lists_of_the_command_hold_the_rows_of_the_run_in_force(led_back):
    officer = User.objects.get(username="shuju1")
    matches = [item["id"] for item in listing.items("matches", officer, {"semester": TERM})]
    gaps = [item["id"] for item in listing.items("coverage", officer, {})]
    assert set(ComparisonResult.objects.filter(pk__in=matches).values_list("run", flat=True)) == {led_back[0]}
    assert set(gaps) == set(CoverageGap.objects.filter(run=led_back[0]).values_list("pk", flat=True))


def test_lists_of_the_command_know_every_semester(led_back):
    later = Semester.objects.create(
        code="2020-autumn", starts_on="2020-09-01", ends_on="2021-01-31", cut_off_on="2020-09-30"
    )
    Run.objects.create(
        kind=RunKind.COMPARE, semester=later, inputs={"uploads": []}, inputs_digest="x", rules_version="y", state="DONE"
    )
    officer = User.objects.get(username="shuju1")
    assert listing.items("coverage", officer, {"semester": TERM})
    assert listing.items("coverage", officer, {"semester": later.code}) == []


def test_what_waits_is_counted_in_the_run_in_force(led_back):
    officer, reviewer, term = User.objects.get(username="shuju1"), User.objects.get(username="chushen1"), _term()
    lines = {line.title: line.count for line in waiting_for(officer, term, term.starts_on, runs_shown(term))}
    gaps = CoverageGap.objects.filter(run=led_back[0], outcome="UNKNOWN").count()
    assert lines["名单中的适龄儿童去向不明"] == gaps
    titles = [line.title for line in waiting_for(reviewer, term, term.starts_on, runs_shown(term))]
    assert "比对已完成，待核定资格" not in titles
    assert "资格已核定，待生成名册" in titles


def test_bar_counts_in_the_run_in_force(led_back):
    term, reach = _term(), User.objects.get(username="shuju1").reach()
    unsure = ComparisonResult.objects.filter(run=led_back[0], verdict__in=UNDECIDED_VERDICTS, decision=None)
    gaps = CoverageGap.objects.filter(run=led_back[0], outcome="UNKNOWN")
    claims = Placement.objects.filter(semester=term, standing__in=["CLAIMED_TWICE", "TRANSFER"], decided_by=None)
    note = steps_of(term, reach, runs_shown(term))[2].note
    assert note == f"另 {unsure.count() + gaps.count() + claims.count()} 条待确认"


def test_exports_are_of_the_runs_in_force(led_back):
    term = _term()
    assert comparison.newest_comparison(term).pk == led_back[0]
    assert entitlements.newest_entitlement(term).pk == led_back[1]
    assert len(list(entitlements.rows(term))) == Entitlement.objects.filter(run=led_back[1]).count()
    registries = {row[0] for row in coverage.rows(term)}
    assert "poverty" in registries


def test_pages_show_the_runs_in_force(led_back, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    client = enter("shuju1")
    assert client.get("/matches/").context["run"].pk == led_back[0]
    assert client.get("/coverage/").context["run"].pk == led_back[0]
    assert client.get("/entitlements/").context["run"].pk == led_back[1]
