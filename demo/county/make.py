"""Writes the county: the source files in the order of loading, the manifest, the decisions, the truth."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from demo.county.accounts import Account, account_documents, open_accounts
from demo.county.applications import application_documents
from demo.county.attendance import attendance_documents
from demo.county.decisions import decisions_of
from demo.county.documents import Document
from demo.county.registers import register_documents
from demo.county.rolls import reference_documents, roll_documents
from demo.county.rosters import Filing, file_rosters, roster_documents
from demo.county.truth import truth_of
from demo.county.world import SEMESTER, World, build
from demo.county.writing import write_document

Progress = Callable[[int, int, str], None]


def make_county(
    out: Path, *, seed: int = 20200201, scale: str = "qixian", progress: Progress | None = None
) -> dict[str, Any]:
    """Write a county's source files below `out` and return the manifest.

    The same seed and scale give the same bytes. Raises ValueError for an unknown scale and
    FileExistsError where `out` already holds files.
    """
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise FileExistsError(f"目录 {out} 里已有文件，请换一个空目录。")
    world = build(seed, scale)
    filing = file_rosters(world)
    accounts, refusals = open_accounts(world, [line.pupil for line in filing.differences()])
    todo = list(documents(world, filing, accounts))
    rows = []
    for done, document in enumerate(todo, start=1):
        rows.append(_manifest_row(document, write_document(out, document)))
        if progress:
            progress(done, len(todo), document.path)
    manifest = {"county": world.name, "semester": SEMESTER, "scale": scale, "seed": seed, "files": rows}
    _write_json(out / "decisions.json", decisions_of(world, filing, refusals))
    _write_json(out / "truth.json", truth_of(world, filing, accounts, refusals))
    _write_json(out / "manifest.json", manifest)
    return manifest


def documents(world: World, filing: Filing, accounts: dict[str, Account]) -> Iterator[Document]:
    """Every source file in the order in which it is to be loaded."""
    yield from reference_documents(world)
    yield from roll_documents(world)
    yield from register_documents(world)
    yield from attendance_documents(world)
    yield from application_documents(world)
    yield from account_documents(world, accounts)
    yield from roster_documents(world, filing, accounts)


def _manifest_row(document: Document, sha256: str) -> dict[str, Any]:
    return {
        "path": document.path,
        "kind": document.kind,
        "school": document.school,
        "programme": document.programme,
        "as_of": document.as_of,
        "sender": document.sender,
        "sha256": sha256,
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
