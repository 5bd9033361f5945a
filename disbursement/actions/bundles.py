"""Many papers in one document: laid out in portions that a child manages, joined, kept as the job's result."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from aid_admin.accounts.acting import record
from aid_admin.files import store
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.jobs.rules import JobState
from aid_admin.lib.pdf.glyphs import to_write_by_hand
from aid_admin.lib.pdf.joining import join
from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from aid_admin.lib.refusals import NotFound
from disbursement.papers.paper import Paper

ROWS_AT_A_TIME: Final = 1500  # laid out by one child
FRAME_ROWS: Final = 20  # what a paper's head and foot cost, in rows


class Named(Protocol):
    """A row of a list: it names a pupil."""

    @property
    def name(self) -> str:
        """The name as it is printed."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is laid out: the papers, the rows of each, and the HTML of some of them with each font in it once."""

    papers: list[Any]
    rows_of: Callable[[Any], Iterable[Named]]
    html: Callable[[list[Any]], str]


def portions(papers: list[Any], rows_of: Callable[[Any], Iterable[Named]]) -> list[list[Any]]:
    """The papers in order, in portions of about ROWS_AT_A_TIME rows; a longer paper is a portion of its own."""
    parts: list[list[Any]] = [[]]
    rows = 0
    for paper in papers:
        size = sum(1 for _ in rows_of(paper)) + FRAME_ROWS
        if parts[-1] and rows + size > ROWS_AT_A_TIME:
            parts.append([])
            rows = 0
        parts[-1].append(paper)
        rows += size
    return parts


def lay_out(job: Job, progress: queue.Progress, bundle: Bundle, *, kind: str, name: str) -> str:
    """Make the document, store it as the job's result; returns names that must be written in by hand, in words."""
    by_hand = to_write_by_hand(row.name for paper in bundle.papers for row in bundle.rows_of(paper))
    total = len(bundle.papers)
    made: list[bytes] = []
    done = 0
    for part in portions(bundle.papers, bundle.rows_of):
        made.append(make_pdf(bundle.html(part)))
        done += len(part)
        progress.show("正在排版", done=done, total=total)
    data = join(made)
    with progress.chunk(done=total, total=total):
        stored = store.put(data, kind=kind, name=name, media_type=MEDIA_TYPE, by=job.by)
        Job.objects.filter(pk=job.pk).update(result=stored)
    return by_hand


def made_document(kind: str, subject: object, job: int) -> Any:
    """The job that made a document of this subject, with its file; NotFound until it is there."""
    jobs = Job.objects.filter(kind=kind, subject_id=str(subject), pk=job, state=JobState.DONE).exclude(result=None)
    found = jobs.select_related("result").first()
    if found is None:
        raise NotFound("这份文件还没有生成，或不在您的范围内。请稍候刷新页面。")
    return found


def hand_over(document: Any, kind: str, pk: object) -> Paper:
    """The document's bytes; logged in the history of what it was made of."""
    stored = document.result
    record(kind, pk, to_state="EXPORTED", digest=stored.sha256, reason=stored.name)
    return Paper(stored.name, stored.media_type, store.read(stored))
