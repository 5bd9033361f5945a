"""Taking a file in: stored, recognised if it came before, read by a job in chunks while invisible."""

import hashlib
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from django.utils import timezone

from aid_admin.accounts.acting import action, move, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.county.models import School, Semester
from aid_admin.db import bulk
from aid_admin.db.fields import keyring
from aid_admin.files import store
from aid_admin.intake.models import Upload, UploadIssue
from aid_admin.intake.permissions import ALLOWED
from aid_admin.intake.registry import KINDS, SheetKind
from aid_admin.intake.rules import CHUNK, FOREIGN, MOVES, UploadState
from aid_admin.intake.surroundings import context_of
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.lib import id_card
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from aid_admin.lib.sheets import gate, reading, table
from aid_admin.lib.sheets.headers import Heading, plain
from aid_admin.lib.sheets.issues import Issue
from aid_admin.lib.sheets.reading import RawRow
from aid_admin.lib.sheets.table import Column, Status, TableRow

JOB: Final = "intake.read"


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

    The same bytes, kind, semester and school find the same upload, unless that one was refused; under another
    `mapping` the file is read anew. Raises BadInput for an unknown kind, semester or field, Forbidden for a
    kind the user does not send, Refused where it is too late for another mapping.
    """
    sheet_kind = _kind_sent_by(by, kind)
    _check_mapping(sheet_kind, mapping or {})
    own_school = _school_of(by, sheet_kind, school)
    term = _term_of(sheet_kind, semester)
    sha256 = hashlib.sha256(data).hexdigest()
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"upload {kind} {sha256}"])
    known = Upload.objects.filter(kind=kind, sha256=sha256, semester=term, school=own_school)
    found = known.exclude(state=UploadState.REFUSED).first()
    if found and not _makes_way(found, mapping or {}):
        return found, True
    code = own_school.code if own_school else ""
    stored = store.put(data, kind="sheet", name=name, media_type="", by=by, school_code=code)
    upload = Upload.objects.create(
        kind=kind, stored_file=stored, sha256=sha256, sender=sheet_kind.title, school=own_school, semester=term,
        as_of=as_of or (term.starts_on if term else None), by=by, mapping=mapping or {},
    )  # fmt: skip
    record("upload", upload.pk, school_code=code, to_state=UploadState.READ, digest=sha256)
    queue.enqueue(JOB, "upload", upload.pk, by=by, school_code=code, **_secret(password))
    if found:
        known.filter(pk=found.pk).update(message=f"已按另一种列对应重新读取，见第 {upload.pk} 号。")
    return upload, False


def _term_of(kind: SheetKind, semester: str) -> Semester | None:
    """The semester that the file belongs to, if its kind has one; Refused where it takes no more of them."""
    term = calendar.semester(semester) if kind.of_semester else None
    if not kind.after_close:
        calendar.refuse_closed(term)
    return term


def _check_mapping(kind: SheetKind, mapping: dict[str, str]) -> None:
    fields = {column.field: column.header for column in kind.parser().COLUMNS}
    unknown = next((field for field in mapping if field not in fields), None)
    if unknown is not None:
        usual = "、".join(f"{field}（{header}）" for field, header in fields.items())
        raise BadInput(f"“{kind.title}”没有字段“{unknown}”。可用的字段：{usual}。")
    texts = Counter(plain(heading) for heading in mapping.values() if heading)
    twice = next((text for text, count in texts.items() if count > 1), None)
    if twice is not None:
        raise BadInput(f"“{twice}”这一列对应了两个字段，一列只能对应一个字段。")


def _makes_way(found: Upload, mapping: dict[str, str]) -> bool:
    """Take an upload that was only read out of the way of another mapping; False when none is asked for."""
    if mapping in ({}, found.mapping):
        return False
    if found.state == UploadState.COMMITTED:
        raise Refused(
            f"这个文件已经按原来的列对应提交（第 {found.pk} 号），不能再换列对应。需要改正时请改好表头，另存后重新上传。"
        )
    if found.read_at is None:
        raise Refused("文件还在读取，请等读完再改列对应。")
    move([found], MOVES, "refuse")
    return True


def map_upload(*, by: User, upload: Upload, mapping: dict[str, str]) -> Upload:
    """Stage an upload's own file again under the mapping that a person gave, as if it had been sent with it."""
    mapped, _ = stage_upload(
        by=by, kind=upload.kind, data=store.read(upload.stored_file), name=upload.stored_file.name,
        semester=upload.semester.code if upload.semester else "", school=upload.school.code if upload.school else "",
        as_of=upload.as_of, mapping=mapping, password=_password(upload),
    )  # fmt: skip
    return mapped


def _password(upload: Upload) -> str:
    """The password that the file was sent with, from its reading job."""
    job = Job.objects.filter(kind=JOB, subject_type="upload", subject_id=str(upload.pk)).order_by("pk").last()
    return _unsealed(job) if job else ""


def _unsealed(job: Job) -> str:
    sealed = job.params.get("password")
    return str(keyring().open_("password", bytes.fromhex(sealed))) if sealed else ""


def heading_of(upload: Upload) -> Heading | None:
    """The heading of an upload's file as far as it is recognised; raises Refused for a file that cannot be read."""
    try:
        with (
            store.on_disk(store.read(upload.stored_file)) as path,
            closing(_cells(upload, path, _password(upload))) as cells,
        ):
            return table.heading_of(cells, KINDS[upload.kind].parser().COLUMNS, upload.mapping)
    except reading.Unreadable as problem:
        raise Refused(f"这个文件无法读取，不能对应各列：{problem.message}。") from problem


def opens(upload: Upload) -> bool:
    """Whether the file is a table at all, whatever its columns are called; a picture or a locked workbook is none."""
    with store.on_disk(store.read(upload.stored_file)) as path:
        return _passes(_verdict_on(upload, path), _password(upload))


def _verdict_on(upload: Upload, path: Path) -> gate.Verdict:
    return gate.check(path, purpose="sheet", file_name=upload.stored_file.name)


def _passes(verdict: gate.Verdict, password: str) -> bool:
    return verdict.ok or (verdict.code == "PASSWORD" and bool(password))


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
    return {"password": keyring().seal("password", password).hex()} if password else {}


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

    A file that cannot be read at all, or holds no row that could be imported, ends as a REFUSED upload with the
    reason; nothing else is changed.
    """
    upload: Upload = Upload.objects.select_related("stored_file", "school", "semester", "by").get(pk=job.subject_id)
    if upload.read_at is not None or upload.state != UploadState.READ:
        return upload.message
    try:
        with store.on_disk(store.read(upload.stored_file)) as path:
            _read_rows(upload, progress, _table(upload, path, _unsealed(job)))
    except (reading.Unreadable, table.WrongSheet) as problem:
        with progress.chunk():
            Upload.objects.filter(pk=upload.pk).update(
                state=UploadState.REFUSED, message=problem.message, read_at=timezone.now()
            )
        return problem.message
    return upload.message or f"读完 {upload.rows} 行：可导入 {upload.accepted} 行，有错误 {upload.refused} 行。"


def _cells(upload: Upload, path: Path, password: str) -> Generator[RawRow, None, None]:
    verdict = _verdict_on(upload, path)
    if not _passes(verdict, password):
        raise reading.Unreadable(verdict.code, verdict.message)
    return reading.read_rows(path, media=verdict.media, password=password or None)


def _table(upload: Upload, path: Path, password: str) -> Iterator[TableRow]:
    parser = KINDS[upload.kind].parser()
    rows = table.read_table(
        _cells(upload, path, password), parser.COLUMNS, upload.mapping, others=getattr(parser, "OTHERS", ()),
        rivals=_rivals(upload.kind),
    )  # fmt: skip
    parsed: Iterator[TableRow] = parser.parse(rows, context_of(upload))
    return parsed


def _rivals(own: str) -> dict[str, Sequence[Column]]:
    """The columns of every other kind, by its title."""
    return {kind.title: kind.parser().COLUMNS for code, kind in KINDS.items() if code != own and not kind.own_page}


def parsed_rows(upload: Upload, password: str = "") -> Iterator[TableRow]:
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
            upload.stated = [*upload.stated, *_stated(kind, chunk)]
            upload.save()
    with progress.chunk(total=seen, done=seen):
        upload.rows_digest, upload.read_at = running, timezone.now()
        if not upload.accepted:
            upload.message = _nothing_to_import(upload)
        upload.save()
        if not upload.accepted:
            Upload.objects.filter(pk=upload.pk).update(state=UploadState.REFUSED)


def _stated(kind: SheetKind, chunk: list[TableRow]) -> list[dict[str, object]]:
    """The totals that the sheet itself states, where the kind's parser knows how to read them."""
    read = getattr(kind.parser(), "stated_total", None)
    totals = (read(row) for row in chunk if row.status == Status.IGNORED) if read else ()
    return [total for total in totals if total]


def _nothing_to_import(upload: Upload) -> str:
    """Why not one row of the file can be imported, and what to do."""
    if not upload.rows:
        return "表里没有数据行，没有可以导入的内容。请检查是不是选错了文件，或者还没有填写。"
    foreign = upload.issues.filter(code=FOREIGN)
    if foreign.count() == upload.rows:
        names = list(foreign.order_by("masked_value").values_list("masked_value", flat=True).distinct()[:3])
        whose = f"“{names[0]}”" if len(names) == 1 else f"“{names[0]}”等几所学校"
        return f"整个文件是{whose}的，不是本校的，没有导入任何一行。是不是选错了文件？请换成本校的文件重新上传。"
    return f"{upload.rows} 行都有错误，没有可以导入的行，不能提交。请按下面的问题改正后重新上传，或检查是否选错了文件。"


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


def _shown(issue: Issue) -> str:
    """A cell's content as the list of issues shows it: words in clear, numbers masked."""
    text = str(issue.value)
    if sum(character.isdigit() for character in text) < _HIDES:
        return text
    return id_card.mask_broken(text) if issue.code == "ID_INVALID" else id_card.mask(text)


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
                _shown(i)[:120],
                str(row.values.get("name") or "")[:60],
            )
            for row in chunk
            for i in row.issues
        ),
    )
