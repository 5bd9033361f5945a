"""The files, read again and judged by the second reading of the rules, must give what the truth says."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from demo.county.decisions import decisions_of
from demo.county.documents import Document
from demo.county.make import documents
from demo.county.truth import truth_of
from tests.demo.conftest import Papers
from tests.demo.county.oracle import Oracle, Table

Tables = list[tuple[str, str | None, list[Table]]]
HEADER_MARKS = {"姓名", "学生姓名", "成员姓名", "学校标识码"}


def _from_files(folder: Path, manifest: dict[str, Any]) -> Iterator[tuple[str, str | None, list[Table]]]:
    for entry in manifest["files"]:
        yield entry["kind"], entry["school"], list(_rows(folder / entry["path"]))


def _rows(path: Path) -> Iterator[Table]:
    if path.suffix == ".csv":
        yield from csv.DictReader(io.StringIO(path.read_bytes().decode("gb18030")))
        return
    cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    start = next(place for place, row in enumerate(cells) if HEADER_MARKS & set(map(str, row)))
    header = [str(cell) for cell in cells[start]]
    for row in cells[start + 1 :]:
        yield dict(zip(header, row, strict=False))


def _from_documents(found: Iterator[Document]) -> Iterator[tuple[str, str | None, list[Table]]]:
    for document in found:
        page = document.pages[0]
        width = len(page.header)
        rows = [dict(zip(page.header, [*row, *[""] * (width - len(row))], strict=True)) for row in page.rows()]
        yield document.kind, document.school, rows


def _check(oracle: Oracle, truth: dict[str, Any]) -> None:
    granted, refused = {}, {}
    for row, programme, fen, reason, category in oracle.results():
        key = (row["身份证件号"], programme)
        if reason == "GRANTED":
            granted[key] = (fen, category, row["学校标识码"])
        else:
            refused[key] = reason
    expected = {(g["pupil_id"], g["programme"]): (g["amount_fen"], g["category"], g["school"]) for g in truth["grants"]}
    assert set(granted.items()) ^ set(expected.items()) == set()
    for fault in truth["faults"]:
        key = (fault.get("id_on_roll") or fault["pupil_id"], fault["programme"])
        if fault["granted"]:
            assert key in granted
        elif fault["reason_codes"] and fault["reason_codes"] != ["NOT_ENROLLED"]:
            assert refused[key] in fault["reason_codes"], fault
        else:
            assert key not in granted


def test_small_county_files_give_the_truth(
    small_folder: Path,
    small_manifest: dict[str, Any],
    small_truth: dict[str, Any],
    small_decisions: dict[str, Any],
) -> None:
    _check(Oracle(_from_files(small_folder, small_manifest), small_decisions), small_truth)


def test_full_county_rows_give_the_truth(qixian: Papers) -> None:
    decisions = decisions_of(qixian.world, qixian.filing, qixian.refusals)
    wanted = (d for d in documents(qixian.world, qixian.filing, {}) if d.kind not in ("roster", "accounts"))
    oracle = Oracle(_from_documents(wanted), decisions)
    _check(oracle, truth_of(qixian.world, qixian.filing, qixian.accounts, qixian.refusals))


def test_totals_of_the_small_truth_are_those_of_its_grants(small_truth: dict[str, Any]) -> None:
    for programme in small_truth["programmes"]:
        grants = [g for g in small_truth["grants"] if g["programme"] == programme["code"]]
        poor = [g for g in grants if g["category"] == "REGISTERED_POOR"]
        for part, rows in ((programme, grants), (programme["registered_poor"], poor)):
            assert part["person_times"] == len(rows)
            assert part["persons"] == len({g["pupil_id"] for g in rows})
            assert part["amount_fen"] == sum(g["amount_fen"] for g in rows)
    assert small_truth["total"]["person_times"] == len(small_truth["grants"])


def test_oracle_notices_a_changed_register(
    small_folder: Path,
    small_manifest: dict[str, Any],
    small_truth: dict[str, Any],
    small_decisions: dict[str, Any],
) -> None:
    tables: Tables = list(_from_files(small_folder, small_manifest))
    for kind, _, rows in tables:
        if kind == "low_income":
            rows.clear()
    with pytest.raises(AssertionError):
        _check(Oracle(tables, small_decisions), small_truth)
