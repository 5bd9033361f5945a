"""The county of the published report, driven from its source files to the letters (two to four minutes).

What the pipeline comes to is set beside what the county printed; each hop's totals are followed to the next,
every difference has a name, and running a hop again changes nothing.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Q, Sum

from aid_admin.db import bulk
from demo import figures
from disbursement.models import DisbursementBatch, PaymentFile, PaymentLine, ReturnLine, Roster, RosterLine
from disbursement.rules.states import BatchMode, LineKind, LineStatus, PaymentState, RosterState
from eligibility.models import CoverageGap, Entitlement, Run, RunKind
from tests import databases

pytestmark = pytest.mark.county
TERM = "2020-spring"
COPY = "qixian-semester"


@pytest.fixture(scope="module")
def qixian(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """What load_county answers of the driven county; Django is connected to a copy of the county's database."""
    databases.clone(databases.calibrated(), COPY)
    before = databases.current()
    folder = str(databases.calibrated_folder())
    answer = _command("load_county", folder)
    with django_db_blocker.unblock():
        databases.point(COPY)
        yield answer | {"folder": folder}
        databases.point(before)
        databases.drop(COPY)


def _command(*arguments: str) -> dict[str, Any]:
    done = databases.manage(*arguments, "--json", database=COPY)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def test_every_published_line_comes_out_of_the_pipeline(qixian: dict[str, Any]) -> None:
    report = _command("semester_report", TERM)

    computed = {
        p["code"]: (
            p["persons"], p["person_times"], p["amount_fen"],
            p["registered_poor"]["person_times"], p["registered_poor"]["amount_fen"],
        )
        for p in report["programmes"]
    }  # fmt: skip
    assert computed == {
        line.programme: (
            line.person_times, line.person_times, line.amount_fen, line.poor_person_times, line.poor_amount_fen
        )
        for line in figures.LINES
    }  # fmt: skip
    assert (report["total"]["persons"], report["total"]["person_times"]) == (6_222, 8_000)
    assert report["total"]["amount_fen"] == 552_869_250
    poor = report["total"]["registered_poor"]
    assert (poor["persons"], poor["person_times"], poor["amount_fen"]) == (1_183, 2_165, 108_326_000)


def test_where_the_headline_disagrees_with_its_own_lines_is_named(qixian: dict[str, Any]) -> None:
    report = _command("semester_report", TERM)

    found = {(d["published"], d["computed"]): d for d in report["discrepancies"]}
    assert set(found) == {(8_009, 8_000), (2_082, 2_165), (101_805_000, 108_326_000), (2_082, 1_183)}
    assert found[101_805_000, 108_326_000]["explained_by"]
    assert "普通高中免学费" in found[2_082, 2_165]["explained_by"]
    assert "人次" in found[2_082, 1_183]["explained_by"]
    swapped = found[8_009, 8_000]
    assert swapped["explained_by"] is None  # two lines fit, so neither is said to be it
    assert ["356 误作 365" in text or "156 误作 165" in text for text in swapped["candidates"]] == [True, True]


def test_money_leaves_by_two_routes(qixian: dict[str, Any]) -> None:
    first = DisbursementBatch.objects.filter(reissue_of=None)
    sums = {
        mode: (lines, fen)
        for mode, lines, fen in first.values_list("mode").annotate(n=Sum("line_count"), fen=Sum("total_fen"))
    }

    assert sums == {BatchMode.ACCOUNT: (5_100, 288_516_250), BatchMode.WAIVER: (2_900, 264_353_000)}
    assert set(DisbursementBatch.objects.values_list("state", flat=True)) == {"CLOSED"}
    assert {row["state"] for row in qixian["batches"]} == {"CLOSED"}
    assert {row["state"] for row in qixian["rosters"]} == {"CONFIRMED"}
    paid = PaymentLine.objects.filter(state=PaymentState.PAID)
    assert paid.aggregate(fen=Sum("amount_fen"), n=Count("pk"), people=Count("student", distinct=True)) == {
        "fen": 552_869_250, "n": 8_000, "people": 6_222,
    }  # fmt: skip


def test_everything_that_must_hold_holds(qixian: dict[str, Any]) -> None:
    checks = _command("check_invariants")
    audit = _command("verify_audit")

    assert checks["ok"] is True
    assert len(checks["checks"]) >= 20
    assert audit["ok"] is True
    assert audit["rows"] > 1_000


def test_hop_1_every_row_is_accepted_refused_or_ignored(qixian: dict[str, Any]) -> None:
    rows = bulk.query("SELECT sum(rows), sum(accepted), sum(refused), count(*) FROM intake_upload")

    total, accepted, refused, files = rows[0]
    assert total == accepted + refused
    assert refused == 0
    manifest = json.loads((Path(qixian["folder"]) / "manifest.json").read_text(encoding="utf-8"))
    returns, corrected = bulk.query(
        """SELECT count(*) FILTER (WHERE u.kind = 'returns'), count(*) FILTER (WHERE strpos(s.name, '更正账号') > 0)
             FROM intake_upload u JOIN files_storedfile s ON s.id = u.stored_file_id"""
    )[0]
    assert files == len(manifest["files"]) + returns + corrected


def test_hop_2_every_registry_child_is_aided_or_has_a_reason(qixian: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "coverage.csv"
    done = databases.manage(
        "export_coverage", TERM, "--out", str(out), "--as", "chushen1", "--reason", "核对", "--json", database=COPY
    )
    assert done.returncode == 0, done.stdout + done.stderr

    lines = out.read_text(encoding="utf-8-sig").splitlines()
    children = bulk.query(
        """SELECT count(*) FROM eligibility_registryrecord r JOIN intake_inforce f
               ON f.upload_id = r.upload_id AND f.until IS NULL
            WHERE r.birth_date > '1999-02-01' AND r.birth_date <= '2017-02-01'"""
    )[0][0]
    assert abs(len(lines) - 1 - children) <= 50  # ages are told on the semester's first day
    outcomes = {line.split(",")[5] for line in lines[1:]}
    assert outcomes <= {"AIDED", "NOT_ELIGIBLE", "OUT_OF_ROLLS", "UNKNOWN"}
    assert "" not in {line.split(",")[6] for line in lines[1:]}
    assert CoverageGap.objects.exists()


def test_hop_3_to_4_every_entitlement_is_on_a_roster(qixian: dict[str, Any]) -> None:
    run = Run.objects.of(_term(), RunKind.ENTITLE).first()
    granted = Entitlement.objects.filter(run=run, granted=True)
    entitled = granted.aggregate(n=Count("pk"), fen=Sum("amount_fen"))
    assert run.counts["person_times"] == entitled["n"]
    assert run.counts["amount_fen"] == entitled["fen"]

    lines = RosterLine.objects.exclude(kind=LineKind.TOO_MANY)
    assert lines.aggregate(n=Count("pk"), fen=Sum("amount_fen")) == entitled
    assert not granted.exclude(pk__in=lines.values("entitlement")).exists()
    named = RosterLine.objects.filter(Q(state=LineStatus.REFUSED, refusal="") | Q(state=LineStatus.PROPOSED))
    assert not named.exists()
    accepted = lines.filter(state=LineStatus.ACCEPTED).aggregate(n=Count("pk"), fen=Sum("amount_fen"))
    refused = lines.filter(state=LineStatus.REFUSED).aggregate(n=Count("pk"), fen=Sum("amount_fen", default=0))
    assert accepted["n"] + refused["n"] == entitled["n"]
    assert accepted["fen"] + refused["fen"] == entitled["fen"]


def test_hop_4_to_5_every_confirmed_fen_is_in_a_batch(qixian: dict[str, Any]) -> None:
    rosters = Roster.objects.filter(state=RosterState.CONFIRMED).aggregate(n=Sum("line_count"), fen=Sum("total_fen"))
    first = PaymentLine.objects.filter(retry_of=None).aggregate(n=Count("pk"), fen=Sum("amount_fen"))

    assert rosters == first


def test_hop_5_to_6_every_line_has_its_answer_and_every_failure_its_reissue(qixian: dict[str, Any]) -> None:
    sent = PaymentLine.objects.filter(batch__mode=BatchMode.ACCOUNT)
    answered = ReturnLine.objects.aggregate(n=Count("pk"), fen=Sum("amount_fen"))
    assert sent.aggregate(n=Count("pk"), fen=Sum("amount_fen")) == answered

    failed = sent.filter(state=PaymentState.FAILED)
    assert failed.exists()
    assert not failed.filter(Q(retry=None) | Q(code="")).exists()
    assert sent.filter(state=PaymentState.PAID).count() + failed.count() == sent.count()


def test_payment_files_are_the_same_from_any_process(qixian: dict[str, Any], tmp_path: Path) -> None:
    code = """
import django; django.setup()
import hashlib
from disbursement.actions.bank import file_lines
from disbursement.banks.lines import FileHeader
from disbursement.banks.profile import profile_for
from disbursement.banks.writing import write_payment_file
from disbursement.models import DisbursementBatch
for b in DisbursementBatch.objects.filter(mode="ACCOUNT").order_by("pk"):
    header = FileHeader(b.no, b.made_on, b.line_count, b.total_fen)
    print(b.pk, hashlib.sha256(write_payment_file(profile_for(b.bank), header, file_lines(b)).data).hexdigest())
"""
    stored = {f"{pk} {sha}" for pk, sha in PaymentFile.objects.values_list("batch", "sha256")}
    for seed, zone in (("1", "Asia/Shanghai"), ("77", "America/Lima")):
        environment = databases.environment_of(
            COPY, PYTHONHASHSEED=seed, TZ=zone, DJANGO_SETTINGS_MODULE="aid_admin.settings"
        )
        made = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            cwd=databases.PROJECT,
            text=True,
            capture_output=True,
            check=True,
        )
        assert set(made.stdout.split("\n")) - {""} == stored
    for batch in DisbursementBatch.objects.filter(mode=BatchMode.ACCOUNT):
        out = tmp_path / batch.no
        answer = _command("payment_file", str(batch.pk), "--bank", str(batch.bank), "--out", str(out), "--as", "caiwu1")
        assert f"{batch.pk} {answer['sha256']}" in stored
        assert (answer["lines"], answer["amount_fen"]) == (batch.line_count, batch.total_fen)


def _contents() -> dict[str, tuple[int, str]]:
    """Count and digest of every business table."""
    found = {}
    tables = [
        table
        for table in connection.introspection.table_names()
        if table.split("_")[0] in ("county", "files", "intake", "students", "eligibility", "disbursement", "archives")
    ]
    for table in tables:
        (row,) = bulk.query(f'SELECT count(*), COALESCE(sum(hashtextextended(t::text, 0)), 0)::text FROM "{table}" t')
        found[table] = (row[0], row[1])
    return found


def test_running_every_hop_again_changes_nothing(qixian: dict[str, Any]) -> None:
    before = _contents()
    runs = list(Run.objects.order_by("pk").values_list("inputs_digest", "result_digest"))

    again = _command("load_county", qixian["folder"])
    compared = _command("compare", TERM, "--as", "shuju1")
    entitled = _command("entitle", TERM, "--as", "chushen1")
    for deed, by in (("roster.draft", "chushen1"), ("batch.build", "caiwu1"), ("letters.draw_up", "chushen1")):
        _command("act", deed, f"semester={TERM}", "--as", by)

    assert _contents() == before
    assert again == {name: qixian[name] for name in again}
    assert (compared["digest"], entitled["digest"]) == (runs[-2][1], runs[-1][1])
    assert list(Run.objects.order_by("pk").values_list("inputs_digest", "result_digest")) == runs


def _term() -> Any:
    return Run.objects.filter(semester__code=TERM).select_related("semester").first().semester
