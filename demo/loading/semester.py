"""The demo's semester, hop by hop; a second call goes on from where the same county stands."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from aid_admin.accounts.actions import operator
from aid_admin.county.actions import mark_demo, set_business_date
from aid_admin.county.models import DemoClock, PublishedFigure, School, Semester
from aid_admin.db import bulk
from aid_admin.lib.refusals import BadInput, Refused
from demo import figures
from demo.loading import approving, paying
from demo.loading.caring import care
from demo.loading.files import County, Progress, import_all, open_county
from demo.loading.staff import Staff, make_county_staff, printed_logins
from disbursement.models import DisbursementBatch, Roster


def _imported(county: County, progress: Progress) -> None:
    _date("2020-05-26")
    import_all(county, progress)
    approving.recognise_applications(county, Staff(), progress)
    approving.verify_accounts(Staff(), progress)


def _archived(county: County, progress: Progress) -> None:
    _date("2020-06-20")
    care(county, progress)


HOPS: dict[str, Callable[[County, Progress], None]] = {
    "imported": _imported,
    "compared": approving.compare_and_settle,
    "rostered": approving.entitle_and_draft,
    "approved": approving.review_and_approve,
    "publicised": approving.publicise,
    "batched": paying.build_and_release,
    "paid": paying.pay_and_reissue,
    "archived": _archived,
}
LAST_HOP = "archived"
PRACTICE = ("imported", "compared")  # hops at which the rosters of the printed schools are left for somebody to upload


def load(
    folder: Path, *, until: str = LAST_HOP, progress: Progress | None = None, practice: bool = False
) -> dict[str, Any]:
    """Drive the county in `folder` up to and with the hop `until`; returns the outcome.

    `practice` leaves the rosters of the printed schools unfiled, for somebody to upload.

    Raises Refused for a database with other data or another county, BadInput for a folder without one.
    """
    if until not in HOPS:
        raise BadInput(f"--until 只能是 {'、'.join(HOPS)}。")
    county = open_county(folder, practice=practice)
    _begin(county)
    show = progress or (lambda _message, _done, _total: None)
    for hop, work in HOPS.items():
        begun = time.monotonic()
        work(county, show)
        bulk.execute(
            "ANALYZE"
        )  # thousands of rows are new at once: the next hop does not wait for autovacuum to see them
        _note(hop, time.monotonic() - begun)
        if hop == until:
            break
    return outcome(county.semester)


def _begin(county: County) -> None:
    name = county.manifest["county"]
    clock = DemoClock.objects.first()
    if clock is None and School.objects.exists():
        raise Refused("数据库中已有数据，演示县只能装入空数据库。")
    if clock is not None and clock.county not in ("", name):
        raise Refused(f"这里已经装入演示县“{clock.county}”，不能再装入“{name}”。")
    mark_demo(by=operator())
    DemoClock.objects.update(county=name)
    make_county_staff()
    semester = Semester.objects.get(code=county.semester)
    if county.manifest["scale"] == "qixian":
        PublishedFigure.objects.bulk_create(
            [
                PublishedFigure(
                    semester=semester, programme=f.programme, measure=f.measure, value=f.value, source=figures.SOURCE
                )
                for f in figures.published()
            ],
            ignore_conflicts=True,
        )


def _note(hop: str, seconds: float) -> None:
    """Keep the seconds of the first time; a later call that passes over a hop does not change them."""
    clock = DemoClock.objects.get()
    if hop not in clock.hops:
        clock.hops[hop] = round(seconds, 1)
        clock.save(update_fields=["hops"])


def _date(day: str) -> None:
    clock = DemoClock.objects.get()
    wanted = date.fromisoformat(day)
    if wanted > clock.business_date:
        set_business_date(by=operator(), date=wanted)


def outcome(semester: str) -> dict[str, Any]:
    """Users, rosters, batches and seconds per hop: the shape of `load_county --json`."""
    rosters = Roster.objects.filter(semester__code=semester).order_by("id")
    batches = DisbursementBatch.objects.filter(semester__code=semester).order_by("id")
    clock = DemoClock.objects.first()
    return {
        "semester": semester,
        "users": printed_logins(),
        "rosters": [
            {"id": pk, "school": school, "programme": programme, "state": state}
            for pk, school, programme, state in rosters.values_list("id", "school__code", "programme__code", "state")
        ],
        "batches": [
            {"id": b.pk, "bank": b.bank, "lines": b.line_count, "amount_fen": b.total_fen, "state": b.state}
            for b in batches
        ],
        "hops": clock.hops if clock else {},
    }
