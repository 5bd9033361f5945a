"""Taking a file in: stored, recognised if it came before, read by a job in chunks while invisible."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.utils import timezone

from aid_admin.accounts.acting import action, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.county.models import School
from aid_admin.db import bulk
from aid_admin.db.fields import keyring
from aid_admin.files import store
from aid_admin.intake.models import Upload, UploadIssue
from aid_admin.intake.permissions import ALLOWED
from aid_admin.intake.registry import KINDS, SheetKind
from aid_admin.intake.rules import CHUNK, UploadState
from aid_admin.intake.surroundings import context_of
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.lib import id_card
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound
from aid_admin.lib.sheets import gate, reading, table
from aid_admin.lib.sheets.table import Status, TableRow


@action("upload.stage", ALLOWED)
def stage_upload(
    *,
    by: User,
    kind: str,
    data: bytes,
    name: str,
    semester: str = "",
    school: str = "",
    as_of: date | None = None,
    mapping: dict[str, str] | None = None,
    password: str = "",
) -> tuple[Upload, bool]:
    """Store a file and queue its reading: (upload, whether the same file was there already).

    The same bytes, kind, semester and school find the same upload, unless that one was refused.
    Raises BadInput for an unknown kind or semester, Forbidden for a kind the user does not send.
    """
    sheet_kind = _kind_sent_by(by, kind)
    own_school = _school_of(by, sheet_kind, school)
    term = calendar.semester(semester) if sheet_kind.of_semester else None
    sha256 = hashlib.sha256(data).hexdigest()
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"upload {kind} {sha256}"])
    known = Upload.objects.filter(kind=kind, sha256=sha256, semester=term, school=own_school)
    if found := known.exclude(state=UploadState.REFUSED).first():
        return found, True
    code = own_school.code if own_school else ""
    stored = store.put(data, kind="sheet", name=name, media_type="", by=by, school_code=code)
    upload = Upload.objects.create(
        kind=kind, stored_file=stored, sha256=sha256, sender=sheet_kind.title, school=own_school, semester=term,
        as_of=as_of or (term.starts_on if term else None), by=by, mapping=mapping or {},
    )  # fmt: skip
    record("upload", upload.pk, school_code=code, to_state=UploadState.READ, digest=sha256)
    queue.enqueue("intake.read", "upload", upload.pk, by=by, school_code=code, **_secret(password))
    return upload, False


def _kind_sent_by(by: User, kind: str) -> SheetKind:
    sheet_kind = KINDS.get(kind)
    if sheet_kind is None or sheet_kind.own_page:
        usual = "、".join(sorted(code for code, one in KINDS.items() if not one.own_page))
        raise BadInput(f"没有“{kind}”这一类文件。可用的类别：{usual}。")
    if not by.roles & sheet_kind.roles:
        raise Forbidden(f"您的岗位不报送“{sheet_kind.title}”。")
    return sheet_kind


def _secret(password: str) -> dict[str, str]:
    """A workbook's password travels sealed."""
    return {"password": bulk_seal(password)} if password else {}


def bulk_seal(text: str) -> str:
    """Seal a short secret for a job's parameters."""
    return keyring().seal("password", text).hex()


def _school_of(by: User, kind: SheetKind, code: str) -> School | None:
    if not kind.of_school:
        return None
    rows = School.objects.within(reach_for(by, "upload.stage"))
    found: list[School] = list(rows.filter(code=code) if code else rows[:2])
    if len(found) != 1:
        raise NotFound("请指明学校：没有这所学校，或不在您的范围内。")
    return found[0]


def read_upload(job: Job, progress: queue.Progress) -> str:
    """The job behind `intake.read`: gate, parser child, typed rows in chunks; the upload is then READ.

    A file that cannot be read at all ends as a REFUSED upload with the reason; nothing else is changed.
    """
    upload: Upload = Upload.objects.select_related("stored_file", "school", "semester", "by").get(pk=job.subject_id)
    if upload.read_at is not None or upload.state != UploadState.READ:
        return upload.message
    sealed = job.params.get("password")
    password = keyring().open_("password", bytes.fromhex(sealed)) if sealed else None
    try:
        with store.on_disk(store.read(upload.stored_file)) as path:
            _read_rows(upload, progress, _table(upload, path, password))
    except (reading.Unreadable, table.WrongSheet) as problem:
        with progress.chunk():
            Upload.objects.filter(pk=upload.pk).update(
                state=UploadState.REFUSED, message=problem.message, read_at=timezone.now()
            )
        return problem.message
    return f"读完 {upload.rows} 行：可导入 {upload.accepted} 行，有错误 {upload.refused} 行。"


def _table(upload: Upload, path: Any, password: str | None) -> Iterator[TableRow]:
    verdict = gate.check(path, purpose="sheet", file_name=upload.stored_file.name)
    if not verdict.ok and not (verdict.code == "PASSWORD" and password):
        raise reading.Unreadable(verdict.code, verdict.message)
    parser = KINDS[upload.kind].parser()
    cells = reading.read_rows(path, media=verdict.media, password=password)
    rows = table.read_table(cells, parser.COLUMNS, mapping=upload.mapping or None, others=getattr(parser, "OTHERS", ()))
    parsed: Iterator[TableRow] = parser.parse(rows, context_of(upload))
    return parsed


def parsed_rows(upload: Upload, password: str | None = None) -> Iterator[TableRow]:
    """Parse the stored file again, without writing: for `--rows` and the marked workbook."""
    with store.on_disk(store.read(upload.stored_file)) as path:
        yield from _table(upload, path, password)


def _read_rows(upload: Upload, progress: queue.Progress, rows: Iterable[TableRow]) -> None:
    kind = KINDS[upload.kind]
    check, write = kind.call("check"), kind.call("store")
    iterator, seen, running = iter(rows), 0, ""
    while chunk := list(islice(iterator, CHUNK)):
        seen += len(chunk)
        running = digest([running, *((row.status, list(row.values.items())) for row in chunk)])
        if seen <= progress.job.cursor:
            continue
        with progress.chunk(cursor=seen, done=seen, message=f"已读 {seen} 行"):
            if check:
                check(upload, chunk)
            if write:
                write(upload, [row for row in chunk if row.status not in (Status.REFUSED, Status.IGNORED)])
            _write_issues(upload, chunk)
            _count(upload, kind, chunk)
            upload.save()
    with progress.chunk(total=seen, done=seen):
        upload.rows_digest, upload.read_at = running, timezone.now()
        upload.save()


def _count(upload: Upload, kind: SheetKind, chunk: list[TableRow]) -> None:
    for row in chunk:
        if row.status == Status.IGNORED:
            upload.ignored += 1
            continue
        upload.rows += 1
        levels = {issue.level for issue in row.issues}
        upload.refused += row.status == Status.REFUSED
        upload.accepted += row.status != Status.REFUSED
        upload.repaired += row.status != Status.REFUSED and "repair" in levels
        upload.warned += row.status != Status.REFUSED and "warning" in levels
        if kind.part_field and row.status != Status.REFUSED and not upload.part:
            upload.part = str(row.values.get(kind.part_field) or "")


_HIDES = 6  # a cell with this many digits may be a number that identifies somebody


def _shown(text: str) -> str:
    """A cell's content as the list of issues shows it: words in clear, numbers masked."""
    return id_card.mask(text) if sum(character.isdigit() for character in text) >= _HIDES else text


def _write_issues(upload: Upload, chunk: list[TableRow]) -> None:
    bulk.copy(
        UploadIssue,
        ("upload_id", "sheet", "row", "column", "level", "code", "message", "masked_value", "person"),
        (
            (
                upload.pk,
                i.sheet[:100],
                i.row,
                i.column[:60],
                i.level,
                i.code,
                i.message,
                _shown(str(i.value))[:120],
                str(row.values.get("name") or "")[:60],
            )
            for row in chunk
            for i in row.issues
        ),
    )
