"""The money path under any order of deeds and any answers of the banks: nobody is paid twice, nothing is lost.

A handful of grants of the small county; whatever a rule of the office refuses leaves everything as it was. The
model beside it knows only what a bank's word does to a payment, and must agree with the database after each step.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.db.models import Count, Q, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from aid_admin.files import store
from aid_admin.lib.refusals import Refused
from aid_admin.office import invariants
from disbursement.actions import bank, batches, doubts, taking_out
from disbursement.models import DisbursementBatch, PaymentFile, PaymentLine, ReturnLine, RosterLine, TakenOut
from disbursement.rules.states import LIVE_PAYMENTS
from students.actions.accounts import reaffirm_accounts, verify_accounts
from students.models import BankAccount
from tests.disbursement.builders import TERM
from tests.disbursement.money import answer_file, drafted, person, released, sent, settle

GRANTS = {"RCC": 4, "CCB": 2, None: 2}  # None: waivers
SAYS = {"交易成功": "PAID", "处理中": "UNKNOWN", "户名不符": "FAILED", "已销户": "FAILED", "退汇": "FAILED"}
PICK = st.integers(0, 11)
WORDS = st.lists(st.sampled_from(["", *SAYS]), min_size=6, max_size=6)
LIVE = [state.value for state in LIVE_PAYMENTS]
OFFICE: dict[str, tuple[str, ...]] = {  # what is done to one batch, and the states in which it is tried
    "take_out": ("DRAFTED",),
    "lock": ("DRAFTED",),
    "give_back": ("LOCKED", "REVIEWED"),
    "review": ("LOCKED",),
    "release": ("REVIEWED",),
    "file": ("RELEASED", "CLOSED"),
    "take": ("RELEASED",),
    "send": ("RELEASED",),
    "abort": ("DRAFTED", "LOCKED", "REVIEWED", "RELEASED"),
    "close": ("RELEASED", "SENT"),
}
DONE_AT_LEAST_ONCE = {*OFFICE, "build", "put_back", "load", "TAKEN", "KEPT", "mend", "reissue"} - {
    "take_out"
}  # the fixture does


class MoneyPath(RuleBasedStateMachine):
    """One semester's money from where the fixture left it, in a transaction that is rolled back."""

    done: ClassVar[Counter[str]] = Counter()
    granted: ClassVar[dict[int, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.states: dict[int, str] = dict(PaymentLine.objects.values_list("pk", "state"))
        self.files = {file.batch_id: store.read(file.stored_file) for file in _files()}
        self.loads = 0

    def teardown(self) -> None:
        try:
            assert [check.sentence for check in invariants.run() if not check.ok] == []
            assert {file.batch_id: store.read(file.stored_file) for file in _files()} == self.files
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    def _try(self, name: str, act: Callable[[], Any]) -> bool:
        """Whether the deed was done; what was refused changed nothing (the invariant sees to it)."""
        try:
            act()
        except Refused:
            return False
        self.done[name] += 1
        return True

    @staticmethod
    def _batches(*states: str, mode: str = "") -> list[DisbursementBatch]:
        found = DisbursementBatch.objects.filter(state__in=states).order_by("pk")
        return list(found.filter(mode=mode) if mode else found)

    def _learn(self) -> None:
        """New lines wait; lines of drafts that were taken out are gone."""
        now = PaymentLine.objects.values_list("pk", flat=True)
        self.states = {pk: self.states.get(pk, "WAITING") for pk in now}

    def _becomes(self, batch: DisbursementBatch, state: str) -> None:
        self.states |= dict.fromkeys(batch.lines.values_list("pk", flat=True), state)

    # ---- the office ----

    @rule()
    def build(self) -> None:
        before = len(self.states)
        doubted = set(TakenOut.objects.waiting().values_list("roster_line", flat=True))
        batches.build_batches(by=person("caiwu1"), semester=TERM)
        self._learn()
        self.done["build"] += len(self.states) > before
        assert not PaymentLine.objects.live().filter(roster_line__in=doubted).exists()

    @precondition(lambda self: TakenOut.objects.waiting().exists())
    @rule(pick=PICK)
    def put_back(self, pick: int) -> None:
        found = list(TakenOut.objects.waiting().order_by("pk"))
        given = {"taken_out": [found[pick % len(found)].pk], "reason": "已查实"}
        assert self._try("put_back", lambda: taking_out.put_back_lines(by=person("caiwu2"), **given))

    @rule(picks=st.lists(st.tuples(st.integers(0, 59), PICK), min_size=3, max_size=6))
    def office_day(self, picks: list[tuple[int, int]]) -> None:
        """A few deeds, each on one batch that stands where it may begin."""
        for pick, line in picks:
            self._step(pick, line)

    def _step(self, pick: int, line: int) -> None:
        every = self._batches(*{state for states in OFFICE.values() for state in states})
        possible = [(deed, batch) for batch in every for deed, states in OFFICE.items() if batch.state in states]
        if possible:
            self._do(*possible[pick % len(possible)], line)

    @precondition(lambda self: self._batches("DRAFTED", "LOCKED", "REVIEWED", "RELEASED"))
    @rule(pick=PICK, far=st.integers(1, 6))
    def straight_on(self, pick: int, far: int) -> None:
        """Lock, review, release, file, take, send at one go, so far."""
        found = self._batches("DRAFTED", "LOCKED", "REVIEWED", "RELEASED")
        for deed in ("lock", "review", "release", "file", "take", "send")[:far]:
            self._do(deed, found[pick % len(found)])

    def _do(self, deed: str, batch: DisbursementBatch, line: int = 0) -> None:
        if deed == "take_out":
            lines = list(batch.lines.order_by("line_no"))
            given: dict[str, Any] = {"line": [lines[line % len(lines)].pk], "reason": "可疑"}
        elif deed in ("file", "take"):
            given = {"batch": batch.pk}
        else:
            given = {"batch": [batch.pk]} | ({"reason": "银行退件"} if deed in ("abort", "give_back") else {})
        doubted = deed == "send" and bool(doubts.doubted_lines(batch))
        if self._try(deed, lambda: ACTS[deed][0](by=person(ACTS[deed][1]), **given)):
            assert not doubted  # what may have arrived is not paid again
            self._follow(deed, batch)

    def _follow(self, deed: str, batch: DisbursementBatch) -> None:
        if deed == "file":
            data = store.read(PaymentFile.objects.get(batch=batch).stored_file)
            assert self.files.setdefault(batch.pk, data) == data
        elif deed == "take_out":
            self._learn()
        elif deed == "send":
            self._becomes(batch, "SENT")
        elif deed == "abort":
            self._becomes(batch, "FAILED")
        elif deed == "close":
            if batch.mode == "WAIVER":
                self._becomes(batch, "PAID")
            assert not {self.states[pk] for pk in batch.lines.values_list("pk", flat=True)} & {"SENT", "UNKNOWN"}

    # ---- the bank ----

    @rule(pick=PICK, words=WORDS)
    def load(self, pick: int, words: list[str]) -> None:
        """A file that says anything of some of the lines."""
        found = self._batches("SENT", "CLOSED", mode="ACCOUNT")
        batch = found[pick % len(found)]
        lines = batch.lines.order_by("line_no")
        self._load(batch, {line.line_no: word for line, word in zip(lines, words, strict=False) if word})

    def _load(self, batch: DisbursementBatch, said: dict[int, str]) -> None:
        if not said:
            return
        self.loads += 1
        data = answer_file(batch, said, others=None, note="\n" * self.loads)
        bank.load_return(by=person("caiwu1"), batch=batch.pk, data=data, name="HP.txt")
        self.done["load"] += 1
        for line in batch.lines.filter(line_no__in=said):
            self.states[line.pk] = self._after(self.states[line.pk], said[line.line_no])

    @staticmethod
    def _after(state: str, word: str) -> str:
        """What a bank's word does to a payment by itself."""
        if state in ("SENT", "UNKNOWN"):
            return SAYS[word]
        return "RETURNED_LATER" if (state, word) == ("PAID", "退汇") else state

    @precondition(lambda self: ReturnLine.objects.contradicting().exists())
    @rule(pick=PICK, verdict=st.sampled_from(["TAKEN", "KEPT"]))
    def settle(self, pick: int, verdict: str) -> None:
        answers = list(ReturnLine.objects.contradicting().select_related("payment_line").order_by("pk"))
        start = pick % len(answers)
        for answer in (*answers[start:], *answers[:start]):  # the first that the office lets a person settle so
            if self._try(verdict, lambda answer=answer: settle(answer, verdict)):  # type: ignore[misc]
                self._settled(answer, verdict)
                return

    def _settled(self, answer: ReturnLine, verdict: str) -> None:
        line = answer.payment_line
        assert line is not None
        if verdict == "TAKEN" and answer.code == "SUCCESS":
            self.states[line.pk] = "PAID"
        elif verdict == "TAKEN" and self.states[line.pk] == "PAID":
            self.states[line.pk] = "RETURNED_LATER"

    # ---- what failed ----

    @rule(pick=PICK)
    def mend_and_reissue(self, pick: int) -> None:
        """The clerk says that an account works again, the head verifies, finance builds a reissue."""
        failed = PaymentLine.objects.filter(state__in=["FAILED", "RETURNED_LATER"]).exclude(code="")
        found = list(failed.select_related("account__source_row__school", "batch").order_by("pk"))
        if found:
            line = found[pick % len(found)]
            self._mend(line.account)
            self._reissue(line.batch)

    @precondition(lambda self: "SENT" in self.states.values())
    @rule(pick=PICK, later=st.sampled_from(sorted(SAYS)))
    def fails_is_built_again_and_then(self, pick: int, later: str) -> None:
        """A line fails, is mended and built into a reissue; then the bank says something of it again."""
        waiting = list(PaymentLine.objects.filter(state="SENT").select_related("batch", "account").order_by("pk"))
        line = waiting[pick % len(waiting)]
        self._load(line.batch, {line.line_no: "户名不符"})
        self._mend(line.account)
        self._reissue(line.batch)
        self._load(line.batch, {line.line_no: later})

    def _mend(self, account: BankAccount) -> None:
        school = account.source_row.school.code

        def act() -> None:
            clerk, head = person(f"jingban-{school}"), person(f"fuze-{school}")
            (proposed,) = reaffirm_accounts(by=clerk, account=[account.pk], reason="已解冻")
            verify_accounts(by=head, account=[proposed.id])

        self._try("mend", act)

    def _reissue(self, batch: DisbursementBatch) -> None:
        self._try("reissue", lambda: batches.reissue(by=person("caiwu1"), batch=batch.pk))
        self._learn()

    # ---- what always holds ----

    @invariant()
    def every_payment_is_where_the_banks_word_has_put_it(self) -> None:
        assert dict(PaymentLine.objects.values_list("pk", "state")) == self.states

    @invariant()
    def each_grant_has_one_live_payment_and_is_paid_its_amount_at_most(self) -> None:
        counted = PaymentLine.objects.values("roster_line").annotate(
            live=Count("pk", filter=Q(state__in=LIVE)), paid=Sum("amount_fen", filter=Q(state="PAID"))
        )
        for row in counted:
            assert row["live"] <= 1
            assert (row["paid"] or 0) <= self.granted[row["roster_line"]]

    @invariant()
    def locked_sums_are_those_of_the_lines(self) -> None:
        sums = DisbursementBatch.objects.annotate(count=Count("lines"), fen=Sum("lines__amount_fen"))
        for batch in sums.exclude(state__in=["DRAFTED", "ABORTED"]):
            assert (batch.line_count, batch.total_fen) == (batch.count, batch.fen)


ACTS: dict[str, tuple[Callable[..., Any], str]] = {
    "take_out": (taking_out.take_out_lines, "caiwu1"),
    "lock": (batches.lock_batches, "caiwu1"),
    "give_back": (batches.give_back_batches, "shenpi2"),
    "review": (batches.review_batches, "shenpi1"),
    "release": (batches.release_batches, "shenpi2"),
    "file": (bank.make_payment_file, "caiwu1"),
    "take": (bank.take_payment_file, "caiwu1"),
    "send": (bank.send_batches, "caiwu1"),
    "abort": (batches.abort_batches, "shenpi1"),
    "close": (batches.close_batches, "caiwu1"),
}


def _files() -> Any:
    return PaymentFile.objects.select_related("stored_file")


@pytest.fixture
def few_grants(county_at: Callable[[str], str]) -> None:
    """All but a few grants are held; what goes through a bank has been sent, but for one line; waivers are released."""
    county_at("publicised")
    through_bank = Q(programme__payment_mode="ACCOUNT")
    kept: list[int] = []
    for bank_code, count in GRANTS.items():
        lines = RosterLine.objects.payable().order_by("pk")
        own = lines.filter(through_bank, student__accounts__bank=bank_code)
        kept += (own if bank_code else lines.exclude(through_bank)).values_list("pk", flat=True)[:count]
    RosterLine.objects.filter(state="ACCEPTED").exclude(pk__in=kept).update(state="HELD")
    MoneyPath.granted = dict(RosterLine.objects.filter(pk__in=kept).values_list("pk", "amount_fen"))
    MoneyPath.done.clear()
    first = drafted("RCC")
    line = first.lines.order_by("line_no").first()
    assert line is not None
    taking_out.take_out_lines(by=person("caiwu1"), line=[line.pk], reason="可疑")
    sent(released(first))
    sent(released(drafted("CCB")))
    batches.build_batches(by=person("caiwu1"), semester=TERM, mode="WAIVER")
    released(DisbursementBatch.objects.get(mode="WAIVER"))


def test_money_path_under_any_order_of_deeds(few_grants: None) -> None:
    bounded = settings(
        max_examples=18, stateful_step_count=20, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(MoneyPath, settings=bounded)
    assert set(+MoneyPath.done) >= DONE_AT_LEAST_ONCE, MoneyPath.done
