"""Every action is declared: either a closed semester refuses it, or it goes on after the closing (ADR 0014)."""

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType

from aid_admin.accounts.acting import ACTIONS

OURS = ("aid_admin.", "students.", "eligibility.", "disbursement.", "archives.")
# who gets what: lists, applications, decisions, rosters
REFUSED = frozenset(["application.recognise", "application.reject", "application.return", "application.review", "application.submit", "claim.settle", "compare", "coverage.settle", "entitle", "match.decide", "pupil.add_late", "roster.approve", "roster.confirm", "roster.draft", "roster.return", "roster.review", "roster.submit", "roster.void", "roster.withdraw", "upload.activate", "upload.commit", "upload.restore", "upload.stage", "upload.undo"])  # fmt: skip
# what is under way in these holds the semester open, so that there is none of it in a closed one
HOLDS_IT_OPEN = frozenset(["batch.abort", "batch.build", "batch.close", "batch.download", "batch.file", "batch.give_back", "batch.lock", "batch.put_back", "batch.release", "batch.review", "batch.send", "batch.take_out", "objection.add", "objection.decide", "publicity.abort", "publicity.check", "publicity.end", "publicity.photo", "publicity.plan", "publicity.start", "roster.answer", "roster.refuse", "roster.restore", "upload.decline", "upload.discard"])  # fmt: skip
# money that came back, what the families get, papers, what belongs to no semester
GOES_ON = frozenset(["account.correct", "account.decline", "account.reaffirm", "account.verify", "batch.load_return", "batch.reissue", "batch.settle", "funds.allot", "funds.take_back", "activity.correct", "activity.withdraw", "archive.download", "archive.export_missing", "archive.pack", "archive.packed", "archive.print", "archive.scan", "archive.withdraw_scan", "letters.deliver", "letters.download", "letters.draw_up", "letters.print", "letters.printed", "letters.sign", "letters.take_back", "pairing.assign", "pairing.end", "pairing.export", "peers.activity", "peers.end", "peers.pair", "visit.correct", "visit.export", "visit.record", "visit.settle", "visit.withdraw", "application.print", "batch.list", "batch.print", "batch.print_all", "batch.take_printed", "batch.waivers", "list.export", "objection.print", "objection.reveal", "page.export", "policy.print", "publicity.certify", "publicity.download", "publicity.print", "publicity.print_all", "publicity.print_village", "report.export", "roster.export", "roster.summary", "statistics.export", "upload.download", "upload.mark", "upload.print", "audit.verify", "demo.business_date", "demo.mark", "factor.check", "factor.reset", "factor.set_up", "identity.reveal", "reference.delete", "reference.import", "reference.save", "semester.close", "semester.create", "semester.reopen", "user.create", "user.create_many", "user.disable", "user.enable", "user.end_post", "user.give_post", "user.hand_over", "user.password", "user.reset"])  # fmt: skip


def test_every_action_says_whether_a_closed_semester_refuses_it() -> None:
    refused = {verb for verb, one in ACTIONS.items() if _asks(inspect.unwrap(one.call), set())}
    assert sorted(refused) == sorted(REFUSED)
    assert sorted(set(ACTIONS) - refused) == sorted(HOLDS_IT_OPEN | GOES_ON)


def _asks(function: FunctionType, seen: set[FunctionType]) -> bool:
    """Whether `calendar.refuse_closed` stands in the function, or in one of ours that it calls by name."""
    if function in seen:
        return False
    seen.add(function)
    names = set(_names(function.__code__))
    called = (function.__globals__.get(name) for name in sorted(names))
    ours = [one for one in called if isinstance(one, FunctionType) and one.__module__.startswith(OURS)]
    return "refuse_closed" in names or any(_asks(inspect.unwrap(one), seen) for one in ours)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)
